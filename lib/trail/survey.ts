/**
 * The segments of a trail in the order in which they were written, as their first records tell, and how far each counts.
 * @module
 */
import { segmentLines } from './lines.js'
import type { SegmentPath } from './paths.js'
import { isOpen, tryLine } from './place.js'
import { listSegments } from './segments.js'
import type { OpenBody, TrailRecord } from './types.js'

export interface Surveyed extends SegmentPath {
  /** The number that its first record gives it, else the one of its name: what {@link Placed.segment} holds. */
  readonly order: number
  /** Its first record where that is an `open`. */
  readonly head: (TrailRecord & OpenBody) | null
  /** Bytes from here on were never acknowledged: a later `open` says so (`supersedes`). `null`: all of it counts. */
  readonly endsAt: number | null
}

export interface Survey {
  readonly segments: readonly Surveyed[]
  /** Files that claim the place of one of {@link segments}. */
  readonly doubles: readonly Surveyed[]
  readonly foreign: readonly string[]
}

/**
 * Lists the segments and reads the first line of each.
 * @param fromNumber segments of lower numbers are left out
 * @throws {TrailReadError} where the folder or a segment cannot be read
 */
export async function survey(folder: string, fromNumber = 0, signal?: AbortSignal): Promise<Survey> {
  const listed = await listSegments(folder)
  const all: Surveyed[] = []
  for (const path of [...listed.segments, ...listed.doubles]) {
    if (path.number < fromNumber) continue
    signal?.throwIfAborted()
    const head = await readHead(folder, path)
    if (head === 'gone') continue
    all.push({ ...path, head, order: head?.segment ?? path.number, endsAt: null })
  }
  all.sort(
    (a, b) =>
      a.order - b.order ||
      Number(a.number !== a.order) - Number(b.number !== b.order) ||
      (a.path < b.path ? -1 : Number(a.path > b.path)),
  )
  const segments: Surveyed[] = []
  const doubles: Surveyed[] = []
  for (const one of all) (segments.at(-1)?.order === one.order ? doubles : segments).push(one)
  return { segments: supersede(segments), doubles, foreign: listed.foreign }
}

/** The first record, where it is an `open`; `gone` where the file went away meanwhile (its writer may do that). */
async function readHead(folder: string, segment: SegmentPath): Promise<Surveyed['head'] | 'gone'> {
  try {
    for await (const lines of segmentLines(folder, segment, { chunk: 16 * 1024 })) {
      const first = lines[0]
      const placed = first?.whole ? tryLine(first.bytes, segment.number, 0) : null
      return placed !== null && typeof placed === 'object' && isOpen(placed.record) ? placed.record : null
    }
    return null
  } catch (error) {
    if (((error as Error).cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return 'gone'
    throw error
  }
}

/** An `open` that supersedes a place voids everything from there up to its own segment. */
function supersede(segments: readonly Surveyed[]): Surveyed[] {
  const result = [...segments]
  for (const [index, later] of segments.entries()) {
    const cut = later.head?.supersedes
    if (!cut) continue
    for (let i = index - 1; i >= 0; i--) {
      const earlier = result[i]
      if (!earlier || earlier.order < cut.segment) break
      const offset = earlier.order === cut.segment ? cut.offset : 0
      if (earlier.endsAt === null || earlier.endsAt > offset) result[i] = { ...earlier, endsAt: offset }
    }
  }
  return result
}
