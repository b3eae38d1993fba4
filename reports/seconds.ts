/**
 * Nanoseconds to the seconds of JSON documents and back: a low end never rounds up, a high end never down.
 * @module
 */
import type { IntervalNs } from '../lib/interval.js'
import type { Bound } from './types.js'

/** 2^23 s (97 days): up to here doubles lie closer together than whole nanoseconds. */
const exact = 8_388_608_000_000_000n

/**
 * Whole nanoseconds as seconds. Up to 97 days the number is the one whose shortest decimal text is the exact value; beyond,
 * where a double has no nanoseconds left, it lies on the side asked for.
 */
export function seconds(ns: bigint, side: 'down' | 'up' | 'near' = 'near'): number {
  const near = Number(ns) / 1e9
  if (side === 'near' || (ns <= exact && ns >= -exact)) return near
  // Beyond 2^23 a double is a whole number of 2^-29 s: compared as whole numbers, without rounding.
  const there = BigInt(near * 2 ** 29) * 1_000_000_000n
  const wanted = ns << 29n
  if (side === 'down') return there <= wanted ? near : neighbour(near, -1)
  return there >= wanted ? near : neighbour(near, 1)
}

/** The interval as seconds, rounded outwards. */
export function boundSeconds(interval: IntervalNs): Bound {
  return { low: seconds(interval.lowNs, 'down'), high: seconds(interval.highNs, 'up') }
}

/** The whole nanoseconds that {@link seconds} wrote: exact up to 97 days. */
export function nanoseconds(value: number): bigint {
  const text = value.toFixed(9)
  return BigInt(text.replace('.', ''))
}

function neighbour(value: number, step: 1 | -1): number {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  const bits = view.getBigInt64(0)
  view.setBigInt64(0, bits + (value >= 0 === step > 0 ? 1n : -1n))
  return view.getFloat64(0)
}
