/**
 * A clock source of Node's own means: the wall clock by node:wasi or by the millisecond edge, held against `hrtime`.
 *
 * On Linux hrtime is CLOCK_MONOTONIC: a time daemon steers it together with the wall clock, so that only sets show, and it
 * stops in suspend, which `/proc/uptime` tells to 10 ms. On macOS and Windows hrtime runs on its own crystal and through sleep.
 * @module
 */
import { hull, type IntervalNs, meet, point, subtract, width } from '../interval.js'
import { readBootId } from './boot.js'
import { type Bracket, extent, narrowest, slewedDifference, steppedDifference } from './bracket.js'
import { takeEdge } from './edge.js'
import { dateNs, hrtimeNs } from './hrtime.js'
import type { ClockReading, ClockSource } from './types.js'
import { openUptime, type Uptime } from './uptime.js'
import { openWasiClock, wasiSpanNs } from './wasi.js'

/** Brackets that are narrow enough end the search; a busy computer gets more tries. An edge costs up to a millisecond each. */
const effort = {
  wasi: { least: 5, most: 20, enoughNs: 3_000n },
  edge: { least: 1, most: 3, enoughNs: 20_000n },
} as const
/** The uptime's own 10 ms, and a little for the reading. Two such that meet are within what `acrossRestart` allows. */
const enoughUptimeNs = 12_000_000n

/** What a portable source is made of. */
export interface PortableParts {
  readonly name: 'wasi' | 'edge'
  readonly hrtimeNs: () => bigint
  /** The wall clock: of `wasi` in microseconds, of `edge` in milliseconds, both as nanoseconds. */
  readonly wallNs: () => bigint
  /** Linux has one, and needs it. */
  readonly uptime: Uptime | null
  readonly bootId: string
}

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
  const uptime = platform === 'linux' ? openUptime() : null
  if (wasi === null) return portableSource({ name: 'edge', hrtimeNs, wallNs: dateNs, uptime, bootId })
  return portableSource({ name: 'wasi', hrtimeNs, wallNs: wasi, uptime, bootId })
}

/** A source over the given clocks. */
export function portableSource({ name, hrtimeNs, wallNs, uptime, bootId }: PortableParts): ClockSource {
  const linux = uptime !== null
  const plain = (): Bracket => {
    const beforeNs = hrtimeNs()
    const wall = wallNs()
    return { beforeNs, wallNs: wall, afterNs: hrtimeNs(), spanNs: wasiSpanNs }
  }
  const bracket = name === 'edge' ? () => takeEdge(wallNs, hrtimeNs) : plain
  const take = (): Bracket => narrowest(bracket, extent, effort[name])

  /** The wall clock between two readings of the uptime; again if the computer slept in between. */
  function read(): ClockReading {
    let asleep = linux ? readAsleep(uptime, hrtimeNs) : point(0n)
    let best = take()
    if (linux) {
      for (let after = readAsleep(uptime, hrtimeNs); ; after = readAsleep(uptime, hrtimeNs)) {
        const same = meet(asleep, after) !== null
        // A sleep too short to tell apart lies in both: the move of the wall clock is then never without its sleep.
        asleep = same ? hull(asleep, after) : after
        if (same) break
        best = take()
      }
    }
    const aNs = best.afterNs
    const d = linux ? steppedDifference(best) : slewedDifference(best)
    const bootNs = aNs + asleep.lowNs
    return { aNs, wallNs: best.wallNs, d, line: d, asleep, monoNs: aNs, bootNs, rawNs: null, kernelTaiNs: null }
  }

  return {
    name,
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

/** boot - mono, about now. Tried again where a stop in between made it wide. */
function readAsleep(uptime: Uptime, hrtimeNs: () => bigint): IntervalNs {
  for (let tries = 0; ; tries++) {
    const beforeNs = hrtimeNs()
    const boot = uptime.read()
    const asleep = subtract(boot, { lowNs: beforeNs, highNs: hrtimeNs() + 1n })
    if (tries === 9 || width(asleep) <= enoughUptimeNs) return asleep
  }
}
