/**
 * TAI - UTC along a run, from the samples, each of which states the value that its leap table gave. Between two samples
 * that differ a leap second took place: at the one month's end between them, else nobody knows where.
 *
 * A positive leap second is counted as POSIX does and kernels do: the second 23:59:59 twice. TAI - UTC therefore changes at
 * TAI = midnight + the smaller of both values, for a positive leap second as for a negative one.
 * @module
 */
import { hull, type IntervalNs, middle } from '../interval.js'
import { isBounded } from './cones.js'
import type { DriftLine } from './drift-line.js'
import { scale } from './drift-line.js'
import type { Run, SampleFact } from './runs.js'
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

/** What a sample, or the edge of a run, tells of TAI - UTC. */
interface Point {
  readonly atNs: bigint
  readonly taiUtc: number
  readonly m: IntervalNs | null
  readonly doubt: boolean
  readonly seq: number
}

export class LeapLine {
  readonly #first: bigint
  readonly #changes: readonly Change[]
  readonly doubts: readonly Doubt[]

  /**
   * @param taiBefore TAI - UTC by the last sample of the runs before, `null` where there is none
   * @param taiAfter by the first sample of the runs behind
   */
  constructor(run: Run, line: DriftLine, taiBefore: number | null, taiAfter: number | null) {
    const changes: Change[] = []
    const doubts: Doubt[] = []
    const only = onlyOne(run, taiBefore, taiAfter)
    const points = only === null ? pointsOf(run, taiBefore, taiAfter) : []
    for (const [i, after] of points.entries()) {
      const before = points[i - 1]
      if (!before || (before.taiUtc === after.taiUtc && !before.doubt && !after.doubt)) continue
      const zone = midnightBetween(before, after, line)
      if (before.taiUtc !== after.taiUtc) {
        // Where an edge of the run differs and no month ends on the way there, the leap lies outside the run.
        const edge = before.seq === 0 ? before : after.seq === 0 ? after : null
        const whole = { fromNs: before.atNs, toNs: after.atNs }
        const outside = edge ? { fromNs: edge.atNs, toNs: edge.atNs } : whole
        changes.push({
          ...(zone === 'none' ? outside : zone === 'several' ? whole : zone),
          before: BigInt(before.taiUtc) * scale,
          after: BigInt(after.taiUtc) * scale,
        })
      } else if (zone !== 'none') {
        const lack: Lack = { verdict: 'INDETERMINATE', cause: 'leap-doubt' }
        const fromNs = zone === 'several' ? before.atNs : zone.fromNs
        doubts.push({ fromNs, toNs: after.atNs, seq: after.seq || before.seq, lack })
      }
    }
    this.#first = BigInt(points[0]?.taiUtc ?? only ?? 0) * scale
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

/**
 * Whether a sample's TAI - UTC counts: one without a bound has it from the wall clock, which may be wrong, and shows a leap second
 * late.
 */
export function tellsTai(sample: SampleFact): boolean {
  return isBounded(sample) || sample.cause === 'leap-doubt'
}

/** The one value that all samples tell, where nothing else is told; else `null`. */
function onlyOne({ samples }: Run, taiBefore: number | null, taiAfter: number | null): number | null {
  let only: number | null = null
  for (const sample of samples) {
    if (!tellsTai(sample)) continue
    only ??= sample.taiUtc
    if (sample.taiUtc !== only || sample.cause === 'leap-doubt') return null
  }
  return only !== null && (taiBefore ?? only) === only && (taiAfter ?? only) === only ? only : null
}

function pointsOf(run: Run, taiBefore: number | null, taiAfter: number | null): Point[] {
  const points: Point[] = run.samples.filter(tellsTai).map((sample) => ({
    ...{ atNs: sample.atNs, taiUtc: sample.taiUtc, seq: sample.seq, doubt: sample.cause === 'leap-doubt' },
    m: isBounded(sample) ? sample.m : null,
  }))
  const [first, last] = [points[0], points.at(-1)]
  const edge = { m: null, doubt: false, seq: 0 }
  if (first && taiBefore !== null && taiBefore !== first.taiUtc) {
    points.unshift({ ...edge, atNs: run.startNs, taiUtc: taiBefore })
  }
  if (last && taiAfter !== null && taiAfter !== last.taiUtc) {
    points.push({ ...edge, atNs: run.endNs, taiUtc: taiAfter })
  } else if (last?.doubt && run.endNs > last.atNs) {
    // No sample follows, and the doubt goes on to the end.
    points.push({ ...edge, atNs: run.endNs, taiUtc: last.taiUtc })
  }
  return points
}

/** The stretch of A in which the one month's end between two points fell. */
function midnightBetween(
  before: Point,
  after: Point,
  line: DriftLine,
): { fromNs: bigint; toNs: bigint } | 'none' | 'several' {
  const known = [before.m, after.m].filter((m) => m !== null)
  const [one] = known
  if (!one) return 'several'
  const m = known.reduce(hull, one)
  const widerNs = (line.at(after.atNs) - line.at(before.atNs)) / scale + 1n
  const [lowNs, highNs] = [m.lowNs - widerNs, m.highNs + widerNs]
  const utc = (point: Point): bigint => point.atNs + middle(point.m ?? one) - BigInt(point.taiUtc) * scale
  const midnights = monthStarts(utc(before) - scale, utc(after) + scale)
  const midnight = midnights[0]
  if (midnight === undefined) return 'none'
  if (midnights.length > 1) return 'several'
  const tai = midnight + BigInt(Math.min(before.taiUtc, after.taiUtc)) * scale
  const fromNs = tai - highNs > before.atNs ? tai - highNs : before.atNs
  const toNs = tai - lowNs < after.atNs ? tai - lowNs : after.atNs
  return fromNs < toNs ? { fromNs, toNs } : 'none'
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
