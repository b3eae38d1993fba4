/**
 * Takes drafts to the scribe, in order. A clock change that looks foreign waits 20 ms for the hint at who made it, and what comes
 * after it waits with it: a daemon that stepped the clock itself writes the kernel's bound anew by then. Nothing blocks
 * meanwhile; the answering sample is under way.
 * @module
 */
import { changedBy, hintDelayMs } from '../clock/changed-by.js'
import type { ClockChange, KernelState, Timers } from '../clock/types.js'
import type { Draft } from '../trail/types.js'

export interface CourierOptions {
  readonly timers: Timers
  /** A now (ns): the wait counts from the look that saw the change. */
  readonly nowNs: () => bigint
  /** What the kernel says now; `null` where it cannot be asked. */
  readonly kernel: () => KernelState | null
  readonly deliver: (draft: Draft) => void
  /** Gets a draft whose hint became known after it was made. */
  readonly amend: (draft: Draft) => void
}

interface Held {
  readonly draft: Draft
  readonly change: ClockChange | null
}

export class Courier {
  readonly #options: CourierOptions
  #held: Held[] = []
  #timer: unknown = null
  #paused = false

  constructor(options: CourierOptions) {
    this.#options = options
  }

  /** @param change what the draft tells of, where it was seen just now and the hint is worth asking for */
  take(draft: Draft, change: ClockChange | null = null): void {
    const { timers } = this.#options
    const hinted = change === null ? draft : this.#hint(draft, change)
    const suspect = change !== null && hinted.body.type === 'clock-change' && hinted.body.by === 'foreign'
    if (suspect && this.#timer === null) {
      const passedMs = Number(this.#options.nowNs() - change.latestNs) / 1e6
      const ms = Math.min(hintDelayMs, Math.max(0, Math.ceil(hintDelayMs - passedMs)))
      this.#timer = timers.setTimeout(() => this.release(), ms)
    }
    if (this.#timer === null && !this.#paused) this.#options.deliver(hinted)
    else this.#held.push({ draft: hinted, change: suspect ? change : null })
  }

  /** Delivers what waits, with the hints that can be had now. */
  release(): void {
    for (const { draft, change } of this.#clear()) {
      this.#options.deliver(change === null ? draft : this.#hint(draft, change))
    }
  }

  /** From now on everything waits, for `release` or `drop`. */
  pause(): void {
    this.#paused = true
  }

  /** Forgets what waits: somebody else delivers it. */
  drop(): void {
    this.#clear()
  }

  #clear(): Held[] {
    this.#options.timers.clearTimeout(this.#timer)
    this.#timer = null
    this.#paused = false
    return this.#held.splice(0)
  }

  #hint(draft: Draft, change: ClockChange): Draft {
    const by = changedBy(change, this.#options.kernel())
    if (draft.body.type !== 'clock-change' || draft.body.by === by) return draft
    const hinted = { ...draft, body: { ...draft.body, by } }
    this.#options.amend(hinted)
    return hinted
  }
}
