/**
 * One look: a reading together with the kernel's notice, so that the notice speaks of exactly the time up to the reading.
 * @module
 */
import type { ClockReading, ClockSource, Notice } from './types.js'

export interface Observation {
  readonly reading: ClockReading
  /** Whether the clock was set between the reading of the last look and this one. */
  readonly notice: Notice
}

/**
 * Takes one look. A set that falls between asking for the notice and reading shows in the second question; the reading is then
 * taken again. Without this a step and its notice could end up in two looks, and the second would seem to hide something.
 *
 * @param carried a notice already taken since the last look (by a quick check of `source.notice()` between looks)
 */
export function observe(source: ClockSource, carried: Notice = 'none'): Observation {
  const before = source.notice()
  let notice: Notice = carried === 'seen' ? carried : before
  for (let n = 0; ; n++) {
    const reading = source.read()
    const after = source.notice()
    if (after !== 'seen') return { reading, notice }
    notice = 'seen'
    if (n === 2) return { reading, notice }
  }
}
