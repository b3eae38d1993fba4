/**
 * Keeps drafts in memory while the trail cannot be written, within a bound. Clock changes and gaps are kept before all
 * others; what must go leaves a gap `write-failed` in its place, which carries on what the witness saw meanwhile, so that
 * the bounds of the time around it stay true.
 * @module
 */
import { hull } from '../interval.js'
import { auditNs } from '../trail/audit-clock.js'
import { decodeInterval, encodeInterval } from '../trail/encode.js'
import type { Draft, GapBody, StoredStamp } from '../trail/types.js'

interface Waiting {
  readonly draft: Draft
  /** A gap that stands for drafts that were dropped. */
  readonly dropped: boolean
}

export interface QueueOptions {
  /** How many drafts are kept; at least 8. */
  readonly limit?: number
  /** Ids for the gaps made here: never those of the engine. Counts down from -1. */
  readonly firstId?: number
}

export class DraftQueue {
  /** How many drafts were dropped since the queue was made. */
  dropped = 0
  #waiting: Waiting[] = []
  #limit: number
  #nextId: number

  constructor(options: QueueOptions = {}) {
    this.#limit = Math.max(8, options.limit ?? 10_000)
    this.#nextId = options.firstId ?? -1
  }

  /** How many drafts wait. */
  get size(): number {
    return this.#waiting.length
  }

  /** Adds a draft behind all others; makes room where there is none. */
  put(draft: Draft): void {
    this.#waiting.push({ draft, dropped: false })
    if (this.#waiting.length > this.#limit) this.#shrink()
  }

  /** The draft that must be written next; it stays until it is {@link done}. */
  next(): Draft | undefined {
    return this.#waiting[0]?.draft
  }

  /** Takes away the first draft, which is written. */
  done(draft: Draft): void {
    if (this.#waiting[0]?.draft === draft) this.#waiting.shift()
  }

  /**
   * Takes away the first draft, which can never be written: a gap stands in its place, which goes in its turn if even its
   * clock fields are no good.
   */
  spoil(draft: Draft): void {
    const first = this.#waiting[0]
    if (first?.draft !== draft) return
    if (!first.dropped) this.dropped += 1
    const gap = first.dropped ? null : this.#tryGap(draft)
    if (gap) this.#waiting[0] = { draft: gap, dropped: true }
    else this.#waiting.shift()
  }

  /**
   * Drops a tenth of the least important drafts. The first stays: its `since` may stand in the trail already. The last
   * stays too: the present is worth most.
   */
  #shrink(): void {
    for (const keep of [isWeighty, isChange, isGap, () => false]) {
      const before = this.#waiting.length
      this.#drop(keep, Math.ceil(this.#limit * 0.9))
      if (this.#waiting.length < before) return
    }
  }

  #drop(keep: (draft: Draft) => boolean, goal: number): void {
    const kept: Waiting[] = []
    let surplus = this.#waiting.length - goal
    for (const [index, waiting] of this.#waiting.entries()) {
      const last = kept.at(-1)
      const edge = index === 0 || index === this.#waiting.length - 1
      if (edge || surplus <= 0 || (!waiting.dropped && keep(waiting.draft))) {
        kept.push(waiting)
        continue
      }
      if (!waiting.dropped) this.dropped += 1
      const gap = waiting.dropped ? waiting.draft : this.#gapFor(waiting.draft, last?.draft)
      if (last?.dropped) {
        kept[kept.length - 1] = { draft: join(last.draft, gap, kept.at(-2)?.draft.stamp), dropped: true }
        surplus -= 1
      } else kept.push({ draft: gap, dropped: true })
    }
    this.#waiting = kept
  }

  #tryGap(draft: Draft): Draft | null {
    try {
      return this.#gapFor(draft, undefined)
    } catch {
      return null
    }
  }

  /** A gap in the place of one draft: the same look, the same `since`. */
  #gapFor(draft: Draft, before: Draft | undefined): Draft {
    const { stamp } = draft
    const from = before?.stamp ?? stamp
    const sameBoot = from.bootId === stamp.bootId
    const body: GapBody = {
      type: 'gap',
      fromNs: sameBoot ? auditNs(from).toString() : null,
      toNs: auditNs(stamp).toString(),
      wallFrom: from.wall,
      wallTo: stamp.wall,
      cause: 'write-failed',
      breaks: hides(draft),
    }
    const id = this.#nextId
    this.#nextId -= 1
    return { stamp, body, id, triggerId: null }
  }
}

const isChange = (draft: Draft): boolean => draft.body.type === 'clock-change'
const isGap = (draft: Draft): boolean => draft.body.type === 'gap'
const isWeighty = (draft: Draft): boolean => isChange(draft) || isGap(draft)

/** What evidence loses with a draft: a change dropped leaves D unknown around it, a gap what it broke itself. */
function hides(draft: Draft): GapBody['breaks'] {
  if (draft.body.type === 'clock-change') return 'wall'
  return draft.body.type === 'gap' ? draft.body.breaks : 'none'
}

const severity = { none: 0, wall: 1, mono: 2 } as const

/** Two gaps that follow one another become one, at the look of the second. */
function join(first: Draft, second: Draft, before: StoredStamp | undefined): Draft {
  const a = first.body as GapBody
  const b = second.body as GapBody
  const breaks = severity[a.breaks] > severity[b.breaks] ? a.breaks : b.breaks
  const sameBoot = first.stamp.bootId === second.stamp.bootId
  const body: GapBody = { ...b, fromNs: sameBoot ? a.fromNs : null, wallFrom: a.wallFrom, breaks }
  return { ...second, body, stamp: joinStamps(first.stamp, second.stamp, before) }
}

/**
 * The clock fields of the second look, with what the witness saw since the record before the first. The straight line from
 * that record to the second look runs within the hull of their D; the first look's D lies off it by `bend` at most; and D
 * between the looks lies off the new line by its old chord and a part of `bend`.
 */
function joinStamps(first: StoredStamp, second: StoredStamp, before: StoredStamp | undefined): StoredStamp {
  const a = first.since
  const b = second.since
  const ends = hull(decodeInterval((before ?? first).d), decodeInterval(second.d))
  const middle = decodeInterval(first.d)
  const bend = { lowNs: middle.lowNs - ends.highNs, highNs: middle.highNs - ends.lowNs }
  const low = min(0n, bend.lowNs)
  const high = max(0n, bend.highNs)
  const chords = hull(decodeInterval(a.chord), decodeInterval(b.chord))
  const widest = max(BigInt(a.widestSilenceNs), BigInt(b.widestSilenceNs))
  return {
    ...second,
    since: {
      looks: a.looks + b.looks,
      widestSilenceNs: widest.toString(),
      notice: a.notice === 'absent' || b.notice === 'absent' ? 'absent' : a.notice === 'seen' ? 'seen' : b.notice,
      small: {
        count: a.small.count + b.small.count,
        sumNs: (BigInt(a.small.sumNs) + BigInt(b.small.sumNs)).toString(),
      },
      chord: encodeInterval({ lowNs: chords.lowNs + low, highNs: chords.highNs + high }),
    },
  }
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
