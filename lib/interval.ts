/**
 * A closed interval of whole nanoseconds that must contain a true value, and the few operations on it.
 * Every bound in this library is such an interval: `low` was rounded down, `high` up.
 * @module
 */

/** `lowNs <= highNs`, both inclusive, in nanoseconds. */
export interface IntervalNs {
  readonly lowNs: bigint
  readonly highNs: bigint
}

/** The interval of one point. */
export function point(ns: bigint): IntervalNs {
  return { lowNs: ns, highNs: ns }
}

/** What both contain, or `null` where they are disjoint. */
export function meet(a: IntervalNs, b: IntervalNs): IntervalNs | null {
  const lowNs = a.lowNs > b.lowNs ? a.lowNs : b.lowNs
  const highNs = a.highNs < b.highNs ? a.highNs : b.highNs
  return lowNs <= highNs ? { lowNs, highNs } : null
}

/** The smallest interval that contains both. */
export function hull(a: IntervalNs, b: IntervalNs): IntervalNs {
  return { lowNs: a.lowNs < b.lowNs ? a.lowNs : b.lowNs, highNs: a.highNs > b.highNs ? a.highNs : b.highNs }
}

/** Both ends moved outwards by `byNs` (>= 0). */
export function widen(a: IntervalNs, byNs: bigint): IntervalNs {
  return { lowNs: a.lowNs - byNs, highNs: a.highNs + byNs }
}

/** Both ends moved by `byNs`. */
export function shift(a: IntervalNs, byNs: bigint): IntervalNs {
  return { lowNs: a.lowNs + byNs, highNs: a.highNs + byNs }
}

/** Every sum of a value of `a` and a value of `b`. */
export function add(a: IntervalNs, b: IntervalNs): IntervalNs {
  return { lowNs: a.lowNs + b.lowNs, highNs: a.highNs + b.highNs }
}

/** Every difference of a value of `a` and a value of `b`. */
export function subtract(a: IntervalNs, b: IntervalNs): IntervalNs {
  return { lowNs: a.lowNs - b.highNs, highNs: a.highNs - b.lowNs }
}

/** `highNs - lowNs`. */
export function width(a: IntervalNs): bigint {
  return a.highNs - a.lowNs
}

/** The middle, rounded down to a whole nanosecond. */
export function middle(a: IntervalNs): bigint {
  return (a.lowNs + a.highNs) >> 1n
}

/** The largest distance of a contained value from zero: the bound that can be PROVEN. */
export function largest(a: IntervalNs): bigint {
  const low = a.lowNs < 0n ? -a.lowNs : a.lowNs
  const high = a.highNs < 0n ? -a.highNs : a.highNs
  return low > high ? low : high
}

/** The smallest distance of a contained value from zero: what can be VIOLATED. */
export function smallest(a: IntervalNs): bigint {
  if (a.lowNs <= 0n && a.highNs >= 0n) return 0n
  return a.lowNs > 0n ? a.lowNs : -a.highNs
}

/** Whether `ns` lies inside. */
export function contains(a: IntervalNs, ns: bigint): boolean {
  return a.lowNs <= ns && ns <= a.highNs
}

/** Drift over a time: `|elapsedNs| * ratePpb / 1e9`, rounded up to a whole nanosecond. */
export function drift(ratePpb: bigint, elapsedNs: bigint): bigint {
  const product = ratePpb * (elapsedNs < 0n ? -elapsedNs : elapsedNs)
  return (product + 999_999_999n) / 1_000_000_000n
}
