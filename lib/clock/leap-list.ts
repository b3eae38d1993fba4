/**
 * The text format of `leap-seconds.list` (IERS, NIST, tz database) and its checksum.
 * @module
 */
import { createHash } from 'node:crypto'

/** TAI - UTC from an instant on. */
export interface LeapEntry {
  /** Nanoseconds since the Unix epoch, UTC; a midnight. */
  readonly fromNs: bigint
  readonly taiUtc: number
}

export interface LeapList {
  readonly entries: readonly LeapEntry[]
  readonly expiresNs: bigint
}

const second = 1_000_000_000n
const day = 86_400n
/** Seconds from 1900, where NTP counts from, to 1970. */
const ntpToUnix = 2_208_988_800n

/**
 * Reads a list. Strict: a file that is cut short, edited or out of order is worse than none.
 * @returns `null` unless the SHA-1 in its `#h` line matches and the entries are midnights, one second apart in TAI - UTC
 */
export function parseLeapList(text: string): LeapList | null {
  const updated = /^#\$\s*(\d+)\s*$/m.exec(text)?.[1]
  const expires = /^#@\s*(\d+)\s*$/m.exec(text)?.[1]
  const hash = /^#h\s+((?:[0-9a-f]{1,8}\s*){5})$/im.exec(text)?.[1]
  if (updated === undefined || expires === undefined || hash === undefined) return null

  const rows = [...text.matchAll(/^\s*(\d+)\s+(\d+)\s*(?:#.*)?$/gm)].map((row) => [row[1] ?? '', row[2] ?? ''] as const)
  const digest = createHash('sha1')
    .update(updated + expires + rows.flat().join(''))
    .digest('hex')
  // Some editions print the five words without their leading zeros.
  if (
    digest !==
    hash
      .trim()
      .toLowerCase()
      .split(/\s+/)
      .map((word) => word.padStart(8, '0'))
      .join('')
  )
    return null

  const entries = rows.map(([seconds, tai]) => ({
    fromNs: (BigInt(seconds) - ntpToUnix) * second,
    taiUtc: Number(tai),
  }))
  const orderly = entries.every(({ fromNs, taiUtc }, n) => {
    const before = entries[n - 1]
    if (fromNs % (day * second) !== 0n) return false
    return before === undefined || (fromNs > before.fromNs && Math.abs(taiUtc - before.taiUtc) === 1)
  })
  return orderly && entries.length > 0 ? { entries, expiresNs: (BigInt(expires) - ntpToUnix) * second } : null
}
