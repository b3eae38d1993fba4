/**
 * Straight lines between whole nanoseconds, evaluated at whole nanoseconds with the rounding that keeps a bound a bound.
 * @module
 */
import { ceilDivide, floorDivide } from '../instant.js'
import type { IntervalNs } from '../interval.js'

/** A value that moves on a straight line from `from` at `fromNs` to `to` at `toNs`. */
export interface Line {
  readonly fromNs: bigint
  readonly toNs: bigint
  readonly from: bigint
  readonly to: bigint
}

/** Two lines that enclose a value. */
export interface Band {
  readonly fromNs: bigint
  readonly toNs: bigint
  readonly from: IntervalNs
  readonly to: IntervalNs
}

/** The line at `atNs`, rounded down; its nearer end outside. */
export function lineDown(line: Line, atNs: bigint): bigint {
  if (atNs <= line.fromNs) return line.from
  if (atNs >= line.toNs) return line.to
  return line.from + floorDivide((line.to - line.from) * (atNs - line.fromNs), line.toNs - line.fromNs)
}

/** The line at `atNs`, rounded up; its nearer end outside. */
export function lineUp(line: Line, atNs: bigint): bigint {
  return -lineDown({ ...line, from: -line.from, to: -line.to }, atNs)
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
