/**
 * What one wall reading between two readings of another clock proves of their difference.
 * Pre-emption between the readings widens the interval; nothing can make it miss the truth.
 * @module
 */
import type { IntervalNs } from '../interval.js'

/** Readings in the order in which they were taken; every clock truncates to its resolution. */
export interface Bracket {
  /** The other clock before and after the wall reading (ns, truncated to whole nanoseconds). */
  readonly beforeNs: bigint
  readonly afterNs: bigint
  /** The wall reading: true wall time lay in `[wallNs, wallNs + spanNs)` at some instant between the two. */
  readonly wallNs: bigint
  readonly spanNs: bigint
}

/**
 * Wall minus the other clock at the instant of the wall reading, where the two only ever step against each other
 * (wall and boot, wall and mono on Linux).
 */
export function steppedDifference(b: Bracket): IntervalNs {
  return { lowNs: b.wallNs - b.afterNs - 1n, highNs: b.wallNs + b.spanNs - b.beforeNs }
}

/**
 * Wall minus the other clock at the instant of the wall reading and at `afterNs`, where wall may be slewed against it. No kernel
 * slews by more than an eighth (Linux: 10.05 %), so that the bracket's own length bounds how far the difference moved.
 */
export function slewedDifference(b: Bracket): IntervalNs {
  const stepped = steppedDifference(b)
  return { lowNs: stepped.lowNs, highNs: stepped.highNs + (b.afterNs - b.beforeNs) / 8n + 1n }
}

/**
 * The narrowest of some readings: at least `least` are taken, and more, up to `most`, while all are wider than `enoughNs`.
 * A reading on a busy computer so costs a few more microseconds instead of being wide.
 */
export function narrowest<T>(
  take: () => T,
  extent: (taken: T) => bigint,
  { least, most, enoughNs }: { least: number; most: number; enoughNs: bigint },
): T {
  let best = take()
  for (let n = 1; n < most && (n < least || extent(best) > enoughNs); n++) {
    const next = take()
    if (extent(next) < extent(best)) best = next
  }
  return best
}

/** How wide the difference of a bracket is. */
export function extent(b: Bracket): bigint {
  return b.afterNs - b.beforeNs + b.spanNs
}
