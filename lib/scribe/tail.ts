/**
 * Finds the end of a trail: its last record, and what stands behind it that is none.
 * @module
 */
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { SegmentPath } from '../trail/paths.js'
import { isOpen, tryLine } from '../trail/place.js'
import { orderSegments } from '../trail/segments.js'
import type { OpenBody, Placed } from '../trail/types.js'
import type { Files } from './files.js'

/** Bytes at the end of a segment that do not follow from what stands before. */
export interface BadEnd {
  readonly segment: SegmentPath
  readonly offset: number
  readonly bytes: Buffer
  /** `torn`: no record behind it, it can be cut; `damaged`: records follow, it must stay as it is. */
  readonly finding: 'torn' | 'damaged'
}

export interface FoundEnd {
  /** The last record of the trail; `null` for a trail without any. */
  readonly last: Placed | null
  /** The `open` that governs it. */
  readonly open: OpenBody | null
  /** From the newest segment backwards. */
  readonly bad: readonly BadEnd[]
  /** The number for the next segment. */
  readonly next: number
}

/** More than this is not read of a single segment at its end. */
const window = 64 * 1024 * 1024

/** Looks for the end of the trail, from the newest segment backwards, as far as need be. */
export function findEnd(folder: string, files: Files): FoundEnd {
  const { segments, doubles } = orderSegments(listPaths(folder, files))
  const bad: BadEnd[] = []
  let last: Placed | null = null
  let open: OpenBody | null = null
  for (let i = segments.length - 1; i >= 0 && open === null; i--) {
    const segment = segments[i]
    if (!segment) continue
    const bytes = readSegment(folder, segment, files)
    const examined = examine(bytes, segment.number)
    open = examined.open
    if (last !== null) continue
    last = examined.last
    // A compressed segment was closed long ago: what is wrong in it is no unfinished write.
    if (examined.bad) bad.push({ segment, ...examined.bad, ...(segment.compressed ? { finding: 'damaged' } : {}) })
    else if (examined.last === null) bad.push({ segment, offset: 0, bytes: Buffer.alloc(0), finding: 'torn' })
  }
  const next = Math.max(0, ...segments.map(({ number }) => number), ...doubles.map(({ number }) => number)) + 1
  return { last, open, bad, next }
}

interface Examined {
  readonly last: Placed | null
  readonly open: OpenBody | null
  readonly bad: { readonly offset: number; readonly bytes: Buffer; readonly finding: 'torn' | 'damaged' } | null
}

/** Reads a segment from its beginning up to the first line that does not follow from the one before. */
function examine(bytes: Buffer, number: number): Examined {
  let last: Placed | null = null
  let later: Placed | null = null
  let open: OpenBody | null = null
  let firstBad = -1
  let start = beginning(bytes)
  while (start < bytes.length) {
    const newline = bytes.indexOf(10, start)
    const end = newline < 0 ? bytes.length : newline
    const placed = newline < 0 ? 'cut' : tryLine(bytes.subarray(start, end), number, start)
    const record = typeof placed === 'string' ? null : placed
    const follows: boolean =
      record !== null &&
      (last === null || (record.record.seq === last.record.seq + 1 && record.record.prev === last.hash))
    if (firstBad < 0 && follows) last = record
    else {
      if (firstBad < 0) firstBad = start
      if (record !== null && (later === null || record.record.seq > later.record.seq)) later = record
    }
    if (record !== null && open === null && isOpen(record.record)) open = record.record
    start = end + 1
  }
  if (open === null && beginning(bytes) > 0) {
    const first = tryLine(bytes.subarray(0, bytes.indexOf(10)), number, 0)
    if (typeof first !== 'string' && isOpen(first.record)) open = first.record
  }
  if (firstBad < 0) return { last, open, bad: null }
  const finding = later === null ? 'torn' : 'damaged'
  const end = later !== null && (last === null || later.record.seq > last.record.seq) ? later : last
  return { last: end, open, bad: { offset: firstBad, bytes: bytes.subarray(firstBad), finding } }
}

/** Where to begin in a segment too large to be read from end to end: at a line. */
function beginning(bytes: Buffer): number {
  return bytes.length <= window ? 0 : bytes.indexOf(10, bytes.length - window) + 1
}

function readSegment(folder: string, segment: SegmentPath, files: Files): Buffer {
  const bytes = files.readAll(join(folder, segment.path))
  if (!segment.compressed) return bytes
  try {
    return gunzipSync(bytes)
  } catch {
    return bytes
  }
}

/** Paths below the year folders of a trail. */
export function listPaths(folder: string, files: Files): string[] {
  const paths: string[] = []
  for (const year of namesIn(folder, files)) {
    if (!/^\d{4}$/.test(year)) continue
    for (const month of namesIn(join(folder, year), files)) {
      if (!/^\d{2}$/.test(month)) continue
      for (const name of namesIn(join(folder, year, month), files)) paths.push(`${year}/${month}/${name}`)
    }
  }
  return paths
}

/** Names in a folder; none where it is a file. */
export function namesIn(folder: string, files: Files): string[] {
  try {
    return files.names(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return []
    throw error
  }
}
