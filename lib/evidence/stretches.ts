/**
 * Verdicts against a tolerance: maximal stretches of one verdict, cause, support and witness. The instants at which a
 * verdict changes are solved for; where they fall between two nanoseconds, PROVEN and VIOLATED shrink.
 * @module
 */
import type { Cause, Verdict } from '../consensus/types.js'
import { ceilDivide, floorDivide } from '../instant.js'
import { type IntervalNs, largest, smallest, width } from '../interval.js'
import { bandAt } from './rational.js'
import type { Piece, Stretch } from './types.js'

/** What holds over a part of a piece. */
interface Part {
  readonly fromNs: bigint
  readonly toNs: bigint
  readonly verdict: Verdict
  readonly cause: Cause | null
  readonly worst: Worst | null
}

/** A bound and its instant. */
export type Worst = IntervalNs & { readonly atNs: bigint }

/** The verdict on a bound: PROVEN by its upper end only, VIOLATED by its lower end only. */
export function verdictOn(bound: IntervalNs, toleranceNs: bigint): { verdict: Verdict; cause: Cause | null } {
  if (largest(bound) <= toleranceNs) return { verdict: 'PROVEN', cause: null }
  if (smallest(bound) > toleranceNs) return { verdict: 'VIOLATED', cause: 'out-of-tolerance' }
  return { verdict: 'INDETERMINATE', cause: 'bound-too-wide' }
}

/** Judges pieces, which follow one another, and merges neighbours of which the same is said. */
export async function* stretches(
  pieces: AsyncIterable<Piece> | Iterable<Piece>,
  toleranceNs: bigint,
): AsyncGenerator<Stretch> {
  const open: Stretch[] = []
  for await (const piece of pieces) {
    for (const next of judged(piece, toleranceNs)) {
      merge(open, next)
      if (open.length > 1) yield open.shift() as Stretch
    }
  }
  yield* open
}

/** The stretches of one piece, in order. */
export function judged(piece: Piece, toleranceNs: bigint): Stretch[] {
  const { support, witness, fromSeq, toSeq, estimated } = piece
  return judge(piece, toleranceNs).map(({ fromNs, toNs, verdict, cause, worst }) => {
    return { fromNs, toNs, verdict, cause, worst, support, witness, fromSeq, toSeq, estimated }
  })
}

/** Adds a stretch to those before it: to the last one, where the same is said of both and one begins where the other ends. */
export function merge(stretches: Stretch[], next: Stretch): void {
  const last = stretches.at(-1)
  if (last && same(last, next)) stretches[stretches.length - 1] = merged(last, next)
  else stretches.push(next)
}

/** The parts of a piece in which one verdict holds, in order. */
export function judge(piece: Piece, toleranceNs: bigint): Part[] {
  const { fromNs, toNs, bound, lack } = piece
  if (!bound) {
    const { verdict, cause } = lack ?? { verdict: 'UNMONITORED' as const, cause: 'no-sample' as const }
    return [{ fromNs, toNs, verdict, cause, worst: null }]
  }
  const [start, end] = [verdictOn(bound.from, toleranceNs), verdictOn(bound.to, toleranceNs)]
  if (start.verdict === 'PROVEN' && end.verdict === 'PROVEN') {
    return [{ fromNs, toNs, ...start, worst: worseOf(bound.from, fromNs, bound.to, toNs - 1n) }]
  }
  const band = { fromNs, toNs, ...bound }
  const lengthNs = toNs - fromNs
  // Exact: both sides are multiplied by the length, nothing is rounded.
  const at = (ns: bigint): ReturnType<typeof verdictOn> => {
    const along = (from: bigint, to: bigint): bigint => from * lengthNs + (to - from) * (ns - fromNs)
    const scaled = { lowNs: along(bound.from.lowNs, bound.to.lowNs), highNs: along(bound.from.highNs, bound.to.highNs) }
    return verdictOn(scaled, toleranceNs * lengthNs)
  }
  const parts: Part[] = []
  const marks = [fromNs, ...crossings(piece, bound, toleranceNs), toNs]
  for (const [i, to] of marks.entries()) {
    const from = marks[i - 1] ?? to
    if (from >= to) continue
    // Between two marks no edge crosses the tolerance: what holds at the first instant holds in all of the part.
    parts.push({
      fromNs: from,
      toNs: to,
      ...at(from),
      worst: worseOf(bandAt(band, from), from, bandAt(band, to - 1n), to - 1n),
    })
  }
  return parts
}

/**
 * The instants at which an edge crosses +tolerance or -tolerance: of each the whole nanosecond before and the one behind,
 * so that no conclusive part reaches over it.
 */
function crossings({ fromNs, toNs }: Piece, bound: NonNullable<Piece['bound']>, toleranceNs: bigint): bigint[] {
  const found: bigint[] = []
  const cross = (from: bigint, to: bigint, level: bigint): void => {
    if (from < level === to < level && from > level === to > level) return
    const [down, up] = [
      floorDivide((level - from) * (toNs - fromNs), to - from),
      ceilDivide((level - from) * (toNs - fromNs), to - from),
    ]
    for (const ns of [fromNs + down, fromNs + down + 1n, fromNs + up]) if (ns > fromNs && ns < toNs) found.push(ns)
  }
  for (const level of [toleranceNs, -toleranceNs]) {
    cross(bound.from.lowNs, bound.to.lowNs, level)
    cross(bound.from.highNs, bound.to.highNs, level)
  }
  return found.sort((a, b) => (a < b ? -1 : Number(a > b)))
}

/** Of two bounds the one that reaches further from zero; of equals the wider one, then the first. */
export function worseOf(first: IntervalNs, fromNs: bigint, last: IntervalNs, toNs: bigint): Worst {
  const [{ lowNs, highNs }, atNs] = worse(first, last) ? [first, fromNs] : [last, toNs]
  return { lowNs, highNs, atNs }
}

/** Whether `a` reaches at least as far from zero as `b`; of equals the wider one. */
function worse(a: IntervalNs, b: IntervalNs): boolean {
  const [one, other] = [largest(a), largest(b)]
  return one === other ? width(a) >= width(b) : one > other
}

function same(a: Stretch, b: Stretch): boolean {
  return (
    a.toNs === b.fromNs &&
    a.verdict === b.verdict &&
    a.cause === b.cause &&
    a.support === b.support &&
    a.witness === b.witness
  )
}

function merged(a: Stretch, b: Stretch): Stretch {
  const worst = a.worst && b.worst ? (worse(a.worst, b.worst) ? a.worst : b.worst) : (a.worst ?? b.worst)
  const { fromNs, verdict, cause, support, witness } = a
  // Spelled out: an object that is spread into another costs more than all of its values.
  return {
    fromNs,
    toNs: b.toNs,
    verdict,
    cause,
    worst,
    support,
    witness,
    fromSeq: Math.min(a.fromSeq, b.fromSeq),
    toSeq: Math.max(a.toSeq, b.toSeq),
    estimated: a.estimated || b.estimated,
  }
}
