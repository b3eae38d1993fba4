/**
 * TAI - UTC along a run, from the samples, each of which states the value that its leap table gave. Between two samples
 * that differ a leap second took place: at the one month's end between them, else nobody knows where.
 *
 * A positive leap second is counted as POSIX does and kernels do: the second 23:59:59 twice. TAI - UTC therefore changes at
 * TAI = midnight + the smaller of both values, for a positive leap second as for a negative one.
 * @module
 */
import { type IntervalNs, middle } from '../interval.js'
import { isBounded } from './cones.js'
import type { DriftLine } from './drift-line.js'
import { scale } from './drift-line.js'
import type { SampleFact } from './runs.js'
import type { Lack } from './types.js'

/** A stretch of A in which either value may hold, from the one before it to the one behind it. */
interface Change {
  readonly fromNs: bigint
  readonly toNs: bigint
  readonly before: bigint
  readonly after: bigint
}

/** A stretch of A in which an unannounced leap second may have been missed. */
export interface Doubt {
  readonly fromNs: bigint
  readonly toNs: bigint
  readonly seq: number
  readonly lack: Lack
}

export class LeapLine {
  readonly #first: bigint
  readonly #changes: readonly Change[]
  readonly doubts: readonly Doubt[]

  constructor(samples: readonly SampleFact[], line: DriftLine) {
    const changes: Change[] = []
    const doubts: Doubt[] = []
    for (const [i, after] of samples.entries()) {
      const before = samples[i - 1]
      if (!before) continue
      const doubt = before.cause === 'leap-doubt' || after.cause === 'leap-doubt'
      if (before.taiUtc === after.taiUtc && !doubt) continue
      const zone = midnightBetween(before, after, line)
      if (before.taiUtc !== after.taiUtc) {
        changes.push({
          ...(zone ?? { fromNs: before.atNs, toNs: after.atNs }),
          before: BigInt(before.taiUtc) * scale,
          after: BigInt(after.taiUtc) * scale,
        })
      } else if (zone) {
        const lack: Lack = { verdict: 'INDETERMINATE', cause: 'leap-doubt' }
        doubts.push({ fromNs: zone.fromNs, toNs: after.atNs, seq: after.seq, lack })
      }
    }
    this.#first = BigInt(samples[0]?.taiUtc ?? 0) * scale
    this.#changes = changes
    this.doubts = doubts
  }

  /** TAI - UTC (ns) between two instants of A that no {@link bends} separates. */
  over(fromNs: bigint, toNs: bigint): IntervalNs {
    let ns = this.#first
    for (const change of this.#changes) {
      if (toNs <= change.fromNs) break
      if (fromNs < change.toNs) {
        const { before, after } = change
        return before < after ? { lowNs: before, highNs: after } : { lowNs: after, highNs: before }
      }
      ns = change.after
    }
    return { lowNs: ns, highNs: ns }
  }

  /** TAI - UTC (ns) for the label of an instant: in a change, the middle decides. */
  at(aNs: bigint): bigint {
    let ns = this.#first
    for (const change of this.#changes) {
      if (aNs < (change.fromNs + change.toNs) / 2n) break
      ns = change.after
    }
    return ns
  }

  /** Where {@link over} or {@link at} change their value. */
  get bends(): bigint[] {
    const ends = (one: { fromNs: bigint; toNs: bigint }): bigint[] => [one.fromNs, one.toNs]
    const middles = this.#changes.map((change) => (change.fromNs + change.toNs) / 2n)
    return [...this.#changes.flatMap(ends), ...middles, ...this.doubts.flatMap(ends)]
  }
}

/** The stretch of A in which the one month's end between two samples fell; `null` where there is none, or several. */
function midnightBetween(
  before: SampleFact,
  after: SampleFact,
  line: DriftLine,
): { fromNs: bigint; toNs: bigint } | null {
  if (!isBounded(before) || !isBounded(after)) return null
  const utc = (sample: SampleFact & { m: IntervalNs }): bigint =>
    sample.atNs + middle(sample.m) - BigInt(sample.taiUtc) * scale
  const midnights = monthStarts(utc(before) - scale, utc(after) + scale)
  const midnight = midnights[0]
  if (midnight === undefined || midnights.length > 1) return null
  const widerNs = (line.at(after.atNs) - line.at(before.atNs)) / scale + 1n
  const lowNs = (before.m.lowNs < after.m.lowNs ? before : after).m.lowNs - widerNs
  const highNs = (before.m.highNs > after.m.highNs ? before : after).m.highNs + widerNs
  const tai = midnight + BigInt(Math.min(before.taiUtc, after.taiUtc)) * scale
  const fromNs = tai - highNs > before.atNs ? tai - highNs : before.atNs
  const toNs = tai - lowNs < after.atNs ? tai - lowNs : after.atNs
  return fromNs < toNs ? { fromNs, toNs } : null
}

/** The first two starts of a month in (fromNs, toNs], UTC. */
function monthStarts(fromNs: bigint, toNs: bigint): bigint[] {
  const found: bigint[] = []
  const start = new Date(Number(fromNs / 1_000_000n))
  for (let month = 0; month < 3; month++) {
    const ns = BigInt(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + month, 1)) * 1_000_000n
    if (ns > fromNs && ns <= toNs && found.length < 2) found.push(ns)
  }
  return found
}
