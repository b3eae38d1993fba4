/**
 * How the trail's files looked when all rows were last found to fit them. Files that look the same are not hashed again when
 * an index is opened.
 * @module
 */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Surveyed } from '../trail/survey.js'
import type { IndexDatabase } from './database.js'
import { macOf, type Origin, sameMac, signed } from './origin.js'
import { SpanDigests } from './spans.js'

/** Size, times and identity of each file: what changes when its bytes do. By path. */
export type Look = Readonly<Record<string, string>>

/** @throws the system's error where a file is gone */
export async function lookOf(trail: string, segments: readonly Surveyed[]): Promise<Look> {
  const looks = await Promise.all(
    segments.map(async ({ path, endsAt }) => {
      const { size, mtimeNs, ctimeNs, ino } = await stat(join(trail, path), { bigint: true })
      return [path, [size, mtimeNs, ctimeNs, ino, endsAt].join(' ')] as const
    }),
  )
  return Object.fromEntries(looks)
}

/** The bytes of all files. */
export function sizeOf(files: Look): number {
  return Object.values(files).reduce((sum, look) => sum + Number.parseInt(look, 10), 0)
}

/** The marks as they are kept: signed, for this trail. */
export function writeMarks(key: Buffer, identity: string, files: Look): string {
  const text = JSON.stringify(files)
  return JSON.stringify({ text, mac: signed(key, identity, 'marks', text) })
}

/** @returns no look at all for what {@link writeMarks} did not write */
function readMarks(key: Buffer, identity: string, kept: string | null): Look {
  try {
    const { text, mac } = JSON.parse(kept ?? '') as { text: string; mac: string }
    return sameMac(signed(key, identity, 'marks', text), mac) ? (JSON.parse(text) as Look) : {}
  } catch {
    return {}
  }
}

/** Whose index is held against what. */
export interface Held {
  readonly database: IndexDatabase
  readonly key: Buffer
  readonly trail: string
  /** The trail's real path. */
  readonly identity: string
  readonly segments: readonly Surveyed[]
}

/** Whether every known block still stands in the trail's bytes, and its last row is ours. */
export async function fits(
  { database, key, trail, identity, segments }: Held,
  known: readonly Origin[],
  files: Look,
): Promise<boolean> {
  const row = database.outlines()[known.length - 1]
  if (!row || !sameMac(macOf(key, identity, row), row.mac)) return false
  const marks = readMarks(key, identity, database.marks())
  const digests = new SpanDigests(trail)
  const byOrder = new Map(segments.map((segment) => [segment.order, segment]))
  for (const { spans } of known) {
    for (const { order, path, from, to, sha256 } of spans) {
      if (marks[path] !== undefined && marks[path] === files[path]) continue
      const segment = byOrder.get(order)
      if (!segment || sha256 === '' || (await digests.of(segment, from, to)) !== sha256) return false
    }
  }
  return true
}
