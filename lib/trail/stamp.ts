/**
 * The audit clock in a record: it is no field of its own, but the one of the recorded clocks that `d` speaks of.
 * @module
 */
import { parseInstant } from '../instant.js'
import { decodeInterval } from './encode.js'
import type { StoredStamp } from './types.js'

/**
 * A at a record's look (ns): of the raw, monotonic and boot clock the one that lies nearest to wall - D; where two are as
 * near, the first in this order.
 */
export function auditNs(stamp: StoredStamp): bigint {
  const d = decodeInterval(stamp.d)
  const target = parseInstant(stamp.wall) - ((d.lowNs + d.highNs) >> 1n)
  const candidates = [stamp.rawNs, stamp.monoNs, stamp.bootNs].filter((ns) => ns !== null).map(BigInt)
  return candidates.reduce((best, ns) => (distance(ns, target) < distance(best, target) ? ns : best))
}

function distance(a: bigint, b: bigint): bigint {
  return a > b ? a - b : b - a
}
