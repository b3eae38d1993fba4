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

/** Brackets narrower than this are good enough; a busy computer gets more tries. */
const enoughNs = 3_000n
const enoughEdgeNs = 20_000n

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
  const take =
    name === 'edge'
      ? () => narrowest(() => takeEdge(wallNs, hrtimeNs), 1, 3, enoughEdgeNs)
      : () => narrowest(plain, 5, 20, enoughNs)
  let lastAsleep: IntervalNs | null = null

  function read(): ClockReading {
    let best = take()
    let asleep = point(0n)
    if (linux) {
      asleep = readAsleep(uptime, hrtimeNs)
      // Back from a suspend between the two: the wall reading must be as new as this.
      if (lastAsleep !== null && meet(lastAsleep, asleep) === null) best = take()
      lastAsleep = asleep
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

/** boot - mono, about now. Tried again where a stop in between made it wider than a record may claim (see `acrossRestart`). */
function readAsleep(uptime: Uptime, hrtimeNs: () => bigint): IntervalNs {
  for (let tries = 0; ; tries++) {
    const beforeNs = hrtimeNs()
    const boot = uptime.read()
    const asleep = subtract(boot, { lowNs: beforeNs, highNs: hrtimeNs() + 1n })
    if (tries === 9 || width(asleep) <= coarseUptimeNs) return asleep
  }
}
