/**
 * Straight lines between whole nanoseconds, evaluated at whole nanoseconds with the rounding that keeps a bound a bound.
 * @module
 */
import { ceilDivide, floorDivide } from '../instant.js'
import type { IntervalNs } from '../interval.js'

/** Two lines that enclose a value. */
export interface Band {
  readonly fromNs: bigint
  readonly toNs: bigint
  readonly from: IntervalNs
  readonly to: IntervalNs
}

/** What the band encloses at `atNs`: low rounded down, high up. */
export function bandAt(band: Band, atNs: bigint): IntervalNs {
  if (atNs <= band.fromNs) return band.from
  if (atNs >= band.toNs) return band.to
  const passed = atNs - band.fromNs
  const length = band.toNs - band.fromNs
  const low = (band.to.lowNs - band.from.lowNs) * passed
  const high = (band.to.highNs - band.from.highNs) * passed
  return { lowNs: band.from.lowNs + floorDivide(low, length), highNs: band.from.highNs + ceilDivide(high, length) }
}

/** The part of a band between two instants. */
export function bandPart(band: Band, fromNs: bigint, toNs: bigint): Band {
  return { fromNs, toNs, from: bandAt(band, fromNs), to: bandAt(band, toNs) }
}
