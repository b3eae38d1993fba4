/**
 * The segments of a trail folder in their order, and what else lies there.
 * @module
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { TrailReadError } from '../errors.js'
import { parseSegmentPath, type SegmentPath } from './paths.js'

export interface SegmentList {
  /** In order of their numbers; of a number that was found more than once, the first by path. */
  readonly segments: readonly SegmentPath[]
  /** Further files of a number that {@link segments} already has. */
  readonly doubles: readonly SegmentPath[]
  /** Paths that are none of a trail's. */
  readonly foreign: readonly string[]
}

const own = /^(?:seals|quarantine|inbox|keys|live\.json|lock|lock\..*|\..*)$/
const years = /^\d{4}$/
const months = /^\d{2}$/

/**
 * Lists the segments below a trail folder.
 * @throws {TrailReadError} where the folder cannot be read
 */
export async function listSegments(folder: string): Promise<SegmentList> {
  const paths: string[] = []
  for (const year of await top(folder)) {
    if (!years.test(year)) {
      paths.push(year)
      continue
    }
    for (const month of await names(join(folder, year))) {
      if (!months.test(month)) paths.push(`${year}/${month}`)
      else for (const name of await names(join(folder, year, month))) paths.push(`${year}/${month}/${name}`)
    }
  }
  return orderSegments(paths)
}

/** Sorts out the paths below a trail folder: segments by number, doubles, strangers. */
export function orderSegments(paths: readonly string[]): SegmentList {
  const found: SegmentPath[] = []
  const foreign: string[] = []
  for (const path of [...paths].sort()) {
    const segment = parseSegmentPath(path)
    if (segment) found.push(segment)
    else if (!own.test(path)) foreign.push(path)
  }
  found.sort((a, b) => a.number - b.number)
  const segments: SegmentPath[] = []
  const doubles: SegmentPath[] = []
  for (const segment of found) {
    // A whole file goes before the pruned one of its number (its path sorts first): then the pruning is unfinished.
    if (segments.at(-1)?.number !== segment.number) segments.push(segment)
    else if (!segment.pruned) doubles.push(segment)
  }
  return { segments, doubles, foreign }
}

/** Names in the trail folder itself, which must be there. */
async function top(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    const why = code === 'ENOENT' ? 'there is no such folder' : `it cannot be read (${code})`
    throw new TrailReadError(`no trail at ${folder}: ${why}; give the folder of a trail with --trail`, { cause })
  }
}

/** Names in a folder below; none where it is a file or went away meanwhile. */
async function names(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    if (code === 'ENOTDIR' || code === 'ENOENT') return []
    throw new TrailReadError(`${folder} cannot be read (${code}); give the reader access to the whole trail`, { cause })
  }
}
