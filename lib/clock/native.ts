/**
 * The clock source of Linux with koffi: five kernel clocks in nanoseconds, and the kernel's notice of every set.
 *
 * A is CLOCK_MONOTONIC_RAW, which no daemon steers: slews of the wall clock show against it. `line` is wall - boot, which only
 * a set moves. A stops in suspend; boot - mono tells for how long.
 * @module
 */

import { ceilDivide } from '../instant.js'
import { contains, type IntervalNs } from '../interval.js'
import { readBootId } from './boot.js'
import { type Bracket, narrowest, slewedDifference, steppedDifference } from './bracket.js'
import { clockId, type Libc, openLibc } from './libc.js'
import { armNotice } from './notice.js'
import type { ClockReading, ClockSource, KernelState } from './types.js'

const second = 1_000_000_000n
/** A turn takes half a microsecond; one that took longer than this is worth another try. */
const effort = { least: 3, most: 20, enoughNs: 2_000n } as const

/** All clocks of one look; `beforeNs` and `afterNs` are A. */
interface Turn extends Bracket {
  readonly boot: IntervalNs
  readonly monoNs: bigint
  readonly lastBootNs: bigint
  readonly tai: IntervalNs
}

/** Opens the native source, or gives `null` where it cannot be had (see {@link openLibc}). */
export function openNative(libc: Libc | null = openLibc(), bootId?: string): ClockSource | null {
  if (libc === null) return null
  const notice = armNotice(libc)
  let stamping = keepStamping(libc)

  /**
   * Wall in the middle; raw and boot before and after it, so that a stop anywhere in between only widens. mono and the boot that is
   * recorded lie between the two readings of raw, so that the width of D bounds how far apart they were taken.
   */
  const turn = (): Turn => {
    const tai0 = libc.now(clockId.tai)
    const beforeNs = libc.now(clockId.monotonicRaw)
    const boot0 = libc.now(clockId.boottime)
    const wallNs = libc.now(clockId.realtime)
    const boot1 = libc.now(clockId.boottime)
    const monoNs = libc.now(clockId.monotonic)
    const afterNs = libc.now(clockId.monotonicRaw)
    const lastBootNs = libc.now(clockId.boottime)
    const tai1 = libc.now(clockId.tai)
    return {
      beforeNs,
      afterNs,
      wallNs,
      spanNs: 1n,
      boot: { lowNs: boot0, highNs: boot1 },
      monoNs,
      lastBootNs,
      tai: { lowNs: tai0, highNs: tai1 },
    }
  }

  return {
    name: 'native',
    auditClock: 'CLOCK_MONOTONIC_RAW',
    steered: false,
    coupled: true,
    resolutionNs: 1n,
    bootId: bootId ?? readBootId(),
    read: () => toReading(narrowest(turn, lasted, effort)),
    auditNs: () => libc.now(clockId.monotonicRaw),
    notice: () => notice.take(),
    onSet: (run) => notice.onSet(run),
    kernel(): KernelState | null {
      return libc.timex()
    },
    packetStamp: (descriptor) => libc.packetStamp(descriptor),
    close() {
      notice.close()
      if (stamping !== null) libc.close(stamping)
      stamping = null
    },
  }
}

/**
 * A socket that wants stamps for as long as the source is open. The kernel begins to stamp a moment after the first socket asks for it
 * and ends with the last; a port that is opened for a single exchange alone would get its answer before.
 */
function keepStamping(libc: Libc): number | null {
  const fd = libc.socket('datagram')
  if (fd !== null) libc.packetStamp(fd)
  return fd
}

/** By boot, so that a suspend in the middle of a turn makes it the longest. */
function lasted({ boot, lastBootNs }: Turn): bigint {
  return lastBootNs - boot.lowNs
}

function toReading(turn: Turn): ClockReading {
  const { wallNs, boot, monoNs } = turn
  return {
    aNs: turn.afterNs,
    wallNs,
    d: slewedDifference(turn),
    line: steppedDifference({ ...turn, beforeNs: boot.lowNs, afterNs: boot.highNs }),
    asleep: { lowNs: boot.highNs - monoNs - 1n, highNs: turn.lastBootNs - monoNs + 1n },
    monoNs,
    bootNs: boot.highNs,
    rawNs: turn.afterNs,
    kernelTaiNs: wholeSeconds({ lowNs: turn.tai.lowNs - wallNs - 1n, highNs: turn.tai.highNs - wallNs + 1n }),
  }
}

/** The kernel keeps TAI - wall in whole seconds: the one that lies in the interval, `null` where none or several do. */
function wholeSeconds(interval: IntervalNs): bigint | null {
  const first = ceilDivide(interval.lowNs, second) * second
  return contains(interval, first) && !contains(interval, first + second) ? first : null
}
