/**
 * A clock source of Node's own means: the wall clock by node:wasi or by the millisecond edge, held against `hrtime`.
 *
 * On Linux hrtime is CLOCK_MONOTONIC: a time daemon steers it together with the wall clock, so that only sets show, and it
 * stops in suspend, which `/proc/uptime` tells to 10 ms. On macOS and Windows hrtime runs on its own crystal and through sleep.
 * @module
 */
import { type IntervalNs, meet, point, subtract, width } from '../interval.js'
import { readBootId } from './boot.js'
import { type Bracket, narrowest, slewedDifference, steppedDifference } from './bracket.js'
import { takeEdge } from './edge.js'
import { dateNs, hrtimeNs } from './hrtime.js'
import type { ClockReading, ClockSource } from './types.js'
import { coarseUptimeNs, openUptime, type Uptime } from './uptime.js'
import { openWasiClock, wasiSpanNs } from './wasi.js'

/** Brackets narrower than this (beyond the resolution) are good enough; a busy computer gets more tries. */
const enoughNs = 3_000n
const none: IntervalNs = point(0n)

/**
 * Opens the portable source.
 * @param prefer `wasi` (default) falls back to `edge` where node:wasi cannot be had
 */
export function openPortable(
  prefer: 'wasi' | 'edge' = 'wasi',
  platform: NodeJS.Platform = process.platform,
  bootId = readBootId(platform),
): ClockSource {
  const wasi = prefer === 'wasi' ? openWasiClock() : null
  const linux = platform === 'linux'
  const uptime = linux ? openUptime() : null
  const bracket = (): Bracket =>
    wasi === null ? narrowest(edgeBracket, 1, 3, 20_000n) : narrowest(() => wasiBracket(wasi), 5, 20, enoughNs)
  let lastAsleep: IntervalNs | null = null

  function read(): ClockReading {
    let best = bracket()
    let asleep = none
    if (uptime !== null) {
      asleep = readAsleep(uptime)
      // Back from a suspend between the two: the wall reading must be as new as this.
      if (lastAsleep !== null && meet(lastAsleep, asleep) === null) best = bracket()
      lastAsleep = asleep
    }
    const aNs = best.afterNs
    const d = linux ? steppedDifference(best) : slewedDifference(best)
    const bootNs = aNs + asleep.lowNs
    return { aNs, wallNs: best.wallNs, d, line: d, asleep, monoNs: aNs, bootNs, rawNs: null, kernelTaiNs: null }
  }

  return {
    name: wasi === null ? 'edge' : 'wasi',
    auditClock: 'hrtime',
    steered: linux,
    coupled: linux,
    // An edge is sharper than a microsecond; a reading that missed its edge says so by the width of its `d`.
    resolutionNs: wasiSpanNs,
    bootId,
    read,
    auditNs: hrtimeNs,
    notice: () => 'absent',
    close: () => uptime?.close(),
  }
}

function wasiBracket(wallNs: () => bigint): Bracket {
  const beforeNs = hrtimeNs()
  const wall = wallNs()
  return { beforeNs, wallNs: wall, afterNs: hrtimeNs(), spanNs: wasiSpanNs }
}

function edgeBracket(): Bracket {
  return takeEdge(dateNs, hrtimeNs)
}

/** boot - mono, about now. Tried again where a stop in between made it wider than a record may claim (see `acrossRestart`). */
function readAsleep(uptime: Uptime): IntervalNs {
  for (let tries = 0; ; tries++) {
    const beforeNs = hrtimeNs()
    const boot = uptime.read()
    const asleep = subtract(boot, { lowNs: beforeNs, highNs: hrtimeNs() + 1n })
    if (tries === 9 || width(asleep) <= coarseUptimeNs) return asleep
  }
}
