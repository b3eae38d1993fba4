/**
 * Nanoseconds to the seconds of JSON documents and back: a low end never rounds up, a high end never down.
 * @module
 */
import type { IntervalNs } from '../lib/interval.js'
import type { Bound } from './types.js'

const exact = BigInt(Number.MAX_SAFE_INTEGER)

/**
 * Whole nanoseconds as seconds. Up to 104 days the number is the one whose shortest decimal text is the exact value; beyond,
 * where a double has no nanoseconds left, it lies on the side asked for.
 */
export function seconds(ns: bigint, side: 'down' | 'up' | 'near' = 'near'): number {
  const near = Number(ns) / 1e9
  if (side === 'near' || (ns <= exact && ns >= -exact)) return near
  const value = doubleNs(near)
  if (side === 'down') return value <= ns ? near : neighbour(near, -1)
  return value >= ns ? near : neighbour(near, 1)
}

/** The interval as seconds, rounded outwards. */
export function boundSeconds(interval: IntervalNs): Bound {
  return { low: seconds(interval.lowNs, 'down'), high: seconds(interval.highNs, 'up') }
}

/** The whole nanoseconds that {@link seconds} wrote: exact up to 104 days. */
export function nanoseconds(value: number): bigint {
  const text = value.toFixed(9)
  return BigInt(text.replace('.', ''))
}

/** A double of more than 2^53 ns as nanoseconds: its fraction of a second is exact, and rounded down. */
function doubleNs(value: number): bigint {
  const whole = Math.floor(value)
  return BigInt(whole) * 1_000_000_000n + BigInt(Math.floor((value - whole) * 1e9))
}

function neighbour(value: number, step: 1 | -1): number {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  const bits = view.getBigInt64(0)
  view.setBigInt64(0, bits + (value >= 0 === step > 0 ? 1n : -1n))
  return view.getFloat64(0)
}
