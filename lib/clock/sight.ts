/**
 * One cheap bracketed reading of the wall clock against `process.hrtime`, for threads that only ask where the clock stands: no native
 * module, well under a microsecond.
 * @module
 */

import type { IntervalNs } from '../interval.js'
import { steppedDifference } from './bracket.js'
import { dateNs, hrtimeNs } from './hrtime.js'
import { fakedAtLoad, openWasiClocks, wasiSpanNs } from './wasi.js'

/** A bracket wider than this was held up: worth another try, up to `tries`. */
const enoughNs = 20_000n
const tries = 4
const millisecond = 1_000_000n

/** What wall showed (ns since the Unix epoch), and wall - hrtime at that instant. */
export interface WallSight {
  readonly wallNs: bigint
  readonly c: IntervalNs
}

/**
 * Gives a function that reads. Wall comes from node:wasi, which nobody fakes, hrtime from there too where it was faked already when this
 * library was loaded. Where node:wasi cannot be had, from `Date.now` and `process.hrtime` as they were then; the reading is a millisecond
 * wide.
 */
export function openSight(): () => WallSight {
  const wasi = openWasiClocks()
  const wallNs = wasi?.wallNs ?? dateNs
  const otherNs = wasi && fakedAtLoad ? wasi.monoNs : hrtimeNs
  const spanNs = wasi ? wasiSpanNs : millisecond
  return () => {
    for (let n = 1; ; n++) {
      const beforeNs = otherNs()
      const wall = wallNs()
      const afterNs = otherNs()
      if (n === tries || afterNs - beforeNs <= enoughNs) {
        return { wallNs: wall, c: steppedDifference({ beforeNs, wallNs: wall, afterNs, spanNs }) }
      }
    }
  }
}
