/**
 * From the kernel's receive stamp to A: when a datagram had certainly arrived.
 *
 * The kernel stamps a datagram with the wall clock as it takes it from the network; the message event may come much later, on a
 * busy computer or in a process that was stopped. Two looks enclose the stamp: `first` before sending, `second` after the event. Let
 * D = wall - A. Nobody set the clock between them, and no kernel slews it by more than an eighth, so that at the stamp, at A = t,
 *
 *     D(t) >= D(first)  - (t - first) / 8
 *     D(t) >= D(second) - (second - t) / 8
 *
 * and t = stamp - D(t) is at most what each of the two gives when solved for t, with the low end of its D: the smaller of the two.
 * @module
 */
import type { ClockReading } from '../clock/types.js'
import { ceilDivide, floorDivide } from '../instant.js'

/**
 * A (ns) at which the datagram had arrived, rounded up: never before its arrival, always before `eventNs`.
 *
 * @param stampNs the kernel's stamp (wall, ns since the Unix epoch, truncated)
 * @param first the look before sending
 * @param second the look after the event, with no set, suspend or notice between the two
 * @param eventNs A when the event was seen
 * @returns `null` where the stamp is of no use: it lies outside of what the looks enclose, or tells no more than the event
 */
export function arrivedBefore(
  stampNs: bigint,
  first: ClockReading,
  second: ClockReading,
  eventNs: bigint,
): bigint | null {
  if (stampNs < first.wallNs || stampNs > second.wallNs) return null
  const wallNs = stampNs + 1n
  const fromFirst = first.aNs + ceilDivide((wallNs - first.d.lowNs - first.aNs) * 8n, 7n)
  const fromSecond = second.aNs - floorDivide((second.aNs + second.d.lowNs - wallNs) * 8n, 9n)
  const atNs = fromFirst < fromSecond ? fromFirst : fromSecond
  return atNs < eventNs && atNs > first.aNs ? atNs : null
}
