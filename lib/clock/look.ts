/**
 * A look as the witness keeps it: a reading, its notice, and between which two instants of A the wall clock was read.
 * @module
 */
import type { IntervalNs } from '../interval.js'
import type { ClockReading, Notice } from './types.js'

export interface Look {
  readonly reading: ClockReading
  readonly notice: Notice
  /** The wall clock was read at `fromNs <= A <= aNs`: what happened after this look happened after `fromNs`. */
  readonly fromNs: bigint
  readonly aNs: bigint
}

/** Of `d = [wall - A after, wall + span - A before]` the upper end gives back the instant before the wall reading, or earlier. */
export function toLook(reading: ClockReading, notice: Notice): Look {
  const beforeNs = reading.wallNs - reading.d.highNs
  return { reading, notice, fromNs: beforeNs < reading.aNs ? beforeNs : reading.aNs, aNs: reading.aNs }
}

/** How long nobody looked between an earlier look and this one. */
export function silenceSince(before: Look, look: Look): bigint {
  const { skipped } = look.reading
  return skipped && skipped.looks > 0 ? skipped.widestNs : look.aNs - before.fromNs
}

/** The one that was taken first. */
export function earlier(a: Look, b: Look): Look {
  return a.aNs < b.aNs ? a : b
}

/** Whether `line` is D itself (every source but the native one). */
export function lineIsD({ line, d }: ClockReading): boolean {
  return sameInterval(line, d)
}

function sameInterval(a: IntervalNs, b: IntervalNs): boolean {
  return a.lowNs === b.lowNs && a.highNs === b.highNs
}
