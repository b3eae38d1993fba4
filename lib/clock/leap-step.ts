/**
 * Tells a leap second from a set of the clock by one second.
 * @module
 */

import { floorDivide } from '../instant.js'
import { contains, type IntervalNs } from '../interval.js'
import type { ClockReading } from './types.js'

const second = 1_000_000_000n
const day = 86_400n * second

type Shown = Pick<ClockReading, 'wallNs' | 'kernelTaiNs'>

/**
 * Whether a step between two looks is a leap second: the step is exactly one second, wall midnight UTC lies between the looks, and
 * either the kernel moved TAI - wall the other way (a person who sets the clock leaves it as it was) or the leap was announced.
 *
 * The kernel inserts by setting wall back from 00:00:00 to 23:59:59, and deletes by setting it forward from 23:59:59 to 00:00:00;
 * it acts at its next tick, some milliseconds late, which a second of leeway covers.
 *
 * @param announced whether a leap at this midnight (ns since the Unix epoch) is known from the table or from references
 */
export function isLeap(
  before: Shown,
  after: Shown,
  size: IntervalNs,
  announced: (midnightNs: bigint) => boolean = () => false,
): boolean {
  for (const inserted of [second, -second]) {
    if (!contains(size, -inserted)) continue
    // On the line before the step, the step came at midnight (insert) or a second before it (delete).
    const [lead, latest] = inserted > 0n ? [second, 0n] : [0n, -second]
    const midnightNs = floorDivide(after.wallNs + lead, day) * day
    if (before.wallNs > midnightNs + latest + second) continue
    const { kernelTaiNs: taiBefore } = before
    const { kernelTaiNs: taiAfter } = after
    if (taiBefore !== null && taiAfter !== null && taiAfter - taiBefore === inserted) return true
    if (announced(midnightNs)) return true
  }
  return false
}
