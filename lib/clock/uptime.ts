/**
 * Linux's CLOCK_BOOTTIME without native code, in steps of 10 ms: what tells a suspend from a set of the clock.
 * @module
 */
import { closeSync, openSync, readSync } from 'node:fs'
import { uptime } from 'node:os'
import type { IntervalNs } from '../interval.js'

/** How wide boot - mono may be in a portable reading: two readings of 10 ms steps and some time to read them. */
export const coarseUptimeNs = 25_000_000n

/** Reads the time since boot, suspends included: the true value lies in the interval. */
export interface Uptime {
  read(): IntervalNs
  close(): void
}

/**
 * `/proc/uptime`, hundredths of a second, truncated by the kernel. It is kept open: one `pread` a look. Where it cannot be
 * opened, `os.uptime()` with the whole second that some systems give.
 */
export function openUptime(path = '/proc/uptime'): Uptime {
  const buffer = Buffer.alloc(64)
  let fd: number | null = null
  try {
    fd = openSync(path, 'r')
    parse(buffer.toString('latin1', 0, readSync(fd, buffer, 0, buffer.length, 0)))
  } catch {
    if (fd !== null) closeSync(fd)
    fd = null
  }
  return {
    read() {
      if (fd !== null) {
        try {
          const lowNs = parse(buffer.toString('latin1', 0, readSync(fd, buffer, 0, buffer.length, 0)))
          return { lowNs, highNs: lowNs + 10_000_000n }
        } catch {
          // Falls through to what libuv knows.
        }
      }
      const lowNs = BigInt(Math.floor(uptime())) * 1_000_000_000n
      return { lowNs, highNs: lowNs + 1_000_000_000n }
    },
    close() {
      if (fd !== null) closeSync(fd)
      fd = null
    },
  }
}

function parse(text: string): bigint {
  const match = /^(\d+)\.(\d\d) /.exec(text)
  if (match === null) throw new Error('no uptime')
  return BigInt(match[1] ?? '') * 1_000_000_000n + BigInt(match[2] ?? '') * 10_000_000n
}
