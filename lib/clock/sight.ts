/**
 * One cheap bracketed reading of the wall clock against `process.hrtime`, for threads that only ask where the clock stands: no native
 * module, well under a microsecond.
 * @module
 */

import type { IntervalNs } from '../interval.js'
import { type Bracket, extent, narrowest, steppedDifference } from './bracket.js'
import { dateNs, hrtimeNs } from './hrtime.js'
import { openWasiClocks, wasiSpanNs } from './wasi.js'

/** A reading that was held up is worth another try. */
const effort = { least: 1, most: 4, enoughNs: 20_000n } as const
const millisecond = 1_000_000n

/** What wall showed (ns since the Unix epoch), and wall - hrtime at that instant. */
export interface WallSight {
  readonly wallNs: bigint
  readonly c: IntervalNs
}

/**
 * Gives a function that reads. Wall and hrtime come from node:wasi, which nobody fakes; where it cannot be had, from `Date.now` and
 * `process.hrtime` as they were when this library was loaded, and the reading is a millisecond wide.
 */
export function openSight(): () => WallSight {
  const wasi = openWasiClocks()
  const wallNs = wasi?.wallNs ?? dateNs
  const otherNs = wasi?.monoNs ?? hrtimeNs
  const spanNs = wasi ? wasiSpanNs : millisecond
  const enough = { ...effort, enoughNs: effort.enoughNs + spanNs }
  const take = (): Bracket => {
    const beforeNs = otherNs()
    const wall = wallNs()
    return { beforeNs, wallNs: wall, afterNs: otherNs(), spanNs }
  }
  return () => {
    const best = narrowest(take, extent, enough)
    return { wallNs: best.wallNs, c: steppedDifference(best) }
  }
}
