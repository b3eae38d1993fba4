/**
 * TAI - UTC: the shipped table, or the system's where it is newer and sound.
 * @module
 */
import { readFileSync } from 'node:fs'
import { type LeapList, parseLeapList } from './leap-list.js'
import { shippedLeapList } from './leap-shipped.js'
import type { LeapTable } from './types.js'

/** Where Linux distributions and the BSDs keep the list. `right/UTC` is never asked: its format carries no expiry. */
export const systemLeapLists: readonly string[] = [
  '/usr/share/zoneinfo/leap-seconds.list',
  '/var/db/ntpd.leap-seconds.list',
  '/etc/ntp/leap-seconds.list',
]

/**
 * Loads the table. Of the system's lists the one that expires last is taken, if it expires after the shipped one, its checksum
 * is right, and it tells the same of the time that the shipped table covers; a list that rewrites the past is not believed.
 */
export function loadLeapTable(paths: readonly string[] = systemLeapLists): LeapTable {
  let best = shippedLeapList
  let source = 'shipped'
  for (const path of paths) {
    const list = readList(path)
    if (list !== null && list.expiresNs > best.expiresNs && agrees(list)) {
      best = list
      source = path
    }
  }
  return leapTable(best, source)
}

/** A table over a list. */
export function leapTable({ entries, expiresNs }: LeapList, source: string): LeapTable {
  const first = entries[0]
  if (first === undefined) throw new RangeError('a leap second table needs an entry')
  return {
    source,
    expiresNs,
    taiUtc: (utcNs) => (entries.findLast(({ fromNs }) => fromNs <= utcNs) ?? first).taiUtc,
    expired: (utcNs) => utcNs >= expiresNs,
    leapsBetween: (fromNs, toNs) =>
      entries.flatMap((entry, n) => {
        const before = entries[n - 1]
        if (before === undefined || entry.fromNs <= fromNs || entry.fromNs > toNs) return []
        return [{ atNs: entry.fromNs, seconds: entry.taiUtc - before.taiUtc }]
      }),
  }
}

function readList(path: string): LeapList | null {
  try {
    return parseLeapList(readFileSync(path, 'latin1'))
  } catch {
    return null
  }
}

function agrees(list: LeapList): boolean {
  const known = list.entries.filter(({ fromNs }) => fromNs < shippedLeapList.expiresNs)
  return (
    known.length === shippedLeapList.entries.length &&
    known.every(({ fromNs, taiUtc }, n) => {
      const shipped = shippedLeapList.entries[n]
      return shipped?.fromNs === fromNs && shipped.taiUtc === taiUtc
    })
  )
}
