/**
 * The watch: a look at the clocks every period, at once when the kernel gives notice of a set, and whenever an exchange takes
 * one. Looks go to the witness; what it tells is handed on at once.
 * @module
 */
import { observe } from '../clock/observe.js'
import type { ClockChange, ClockReading, ClockSource, Gap, Notice, Stamp, Timers } from '../clock/types.js'
import type { Witness } from '../clock/witness.js'

export type WatchEvent = ClockChange | Gap

export interface WatchOptions {
  readonly clocks: ClockSource
  readonly timers: Timers
  readonly witness: Witness
  readonly periodNs: bigint
  /** How often the kernel's notice is asked for between looks, where the clocks do not tell of it by themselves (ms). */
  readonly noticeMs: number
  /** See `EngineParts.pace`. */
  readonly pace?: ((ms: number) => number) | undefined
  /** Called inside the look that saw them. `before`: clock fields at the last look ahead of them, to be recorded first. */
  readonly onEvents: (events: readonly WatchEvent[], before: Stamp | null) => void
  /** Called after every look, also those of exchanges, with the last one that told something; events have been told before. */
  readonly onFed?: (look: ClockReading) => void
  /** Called after every look of the timer. */
  readonly onLook: () => void
}

export class Watch {
  readonly #options: WatchOptions
  #timer: unknown = null
  /** Ends the kernel's calls. */
  #deaf: (() => void) | null = null
  #stopped = false
  #lookAtNs = 0n
  #carried: Notice = 'none'

  constructor(options: WatchOptions) {
    this.#options = options
  }

  start(): void {
    const { timers, periodNs, noticeMs, clocks, pace = (ms) => ms } = this.#options
    const periodMs = Number(periodNs) / 1e6
    const now = (): void => {
      if (this.#stopped) return
      this.look()
      this.#options.onLook()
    }
    if (clocks.notice() === 'seen') this.#carried = 'seen'
    this.#deaf = clocks.onSet?.(now) ?? null
    const quick = this.#deaf === null && clocks.notice() !== 'absent' && noticeMs < periodMs
    const stepMs = quick ? noticeMs : periodMs
    const earlyNs = BigInt(Math.floor(stepMs * 500_000))
    this.#lookAtNs = clocks.auditNs() + periodNs
    const tick = () => {
      if (this.#stopped) return
      this.#timer = timers.setTimeout(tick, pace(stepMs))
      // Without a notice every tick is a look; with one, the ticks between looks only ask for it.
      if (quick) {
        if (clocks.notice() === 'seen') this.#carried = 'seen'
        // The tick that is nearest to the period: timers are whole milliseconds and may be early.
        if (this.#carried === 'none' && clocks.auditNs() + earlyNs < this.#lookAtNs) return
      }
      now()
    }
    this.#timer = timers.setTimeout(tick, pace(stepMs))
  }

  /** One look now; {@link last} is what came of it. */
  look(): void {
    const { reading, notice } = observe(this.#options.clocks, this.#carried)
    this.#carried = 'none'
    this.feed(reading, notice)
  }

  /**
   * A look that somebody else took: an exchange reads the clocks at sending and receiving.
   * @returns whether it showed that the wall clock or the flow of time was interrupted
   */
  feed(reading: ClockReading, notice: Notice): boolean {
    const { witness, periodNs } = this.#options
    if (this.#stopped || reading.aNs < witness.last.aNs) {
      if (notice === 'seen') this.#carried = 'seen'
      return false
    }
    const told = this.#carried === 'seen' ? 'seen' : notice
    this.#carried = 'none'
    this.#lookAtNs = reading.aNs + periodNs
    const events = witness.look(reading, told)
    if (events.length > 0) this.#options.onEvents(events, witness.before())
    this.#options.onFed?.(witness.last)
    return events.length > 0
  }

  /** What the witness holds back: to be written where no look will follow. */
  settle(): readonly WatchEvent[] {
    return this.#options.witness.settle()
  }

  /** The clock fields of a record at the last look. */
  stamp(): Stamp {
    return this.#options.witness.stamp()
  }

  /** The last look that told something. */
  get last(): ClockReading {
    return this.#options.witness.last
  }

  stop(): void {
    this.#stopped = true
    this.#options.timers.clearTimeout(this.#timer)
    this.#deaf?.()
  }
}
