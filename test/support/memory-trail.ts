/**
 * A trail in memory, for tests that verify it many thousand times.
 * @module
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Line } from '../../lib/trail/lines.js'
import { isOpen, tryLine } from '../../lib/trail/place.js'
import { orderSegments } from '../../lib/trail/segments.js'
import type { Surveyed } from '../../lib/trail/survey.js'
import type { TrailSource } from '../../lib/trail/trail-source.js'
import { allFiles } from './trail-folder.js'

/** Every file of a trail folder by its path. */
export function filesOf(folder: string): Map<string, Buffer> {
  const paths = allFiles(folder).filter((path) => !path.startsWith('lock'))
  return new Map(paths.map((path) => [path, readFileSync(join(folder, path))]))
}

/** Gives the files as a folder would. No `open` in them supersedes anything. */
export function memorySource(files: ReadonlyMap<string, Buffer>): TrailSource {
  const bytes = (path: string): Buffer => files.get(path) ?? Buffer.alloc(0)
  return {
    seals: async () => [...files.keys()].filter((path) => path.startsWith('seals/')),
    size: async (path) => bytes(path).length,
    read: async (path) => files.get(path) ?? null,
    lines: async function* ({ path }) {
      yield [...lines(bytes(path))]
    },
    survey: async () => {
      const { segments, doubles, foreign } = orderSegments(
        [...files.keys()].filter((path) => !path.startsWith('seals/')),
      )
      const surveyed = segments.map((segment): Surveyed => {
        const [first] = lines(bytes(segment.path))
        const placed = first?.whole ? tryLine(first.bytes, segment.number, 0) : null
        const head = placed && typeof placed === 'object' && isOpen(placed.record) ? placed.record : null
        return { ...segment, head, order: head?.segment ?? segment.number, endsAt: null }
      })
      surveyed.sort((a, b) => a.order - b.order)
      if (doubles.length > 0) throw new Error('two segments of one number')
      return { segments: surveyed, doubles: [], foreign }
    },
  }
}

function* lines(bytes: Buffer): Generator<Line> {
  let start = 0
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    yield { offset: start, bytes: bytes.subarray(start, end), whole: true }
    start = end + 1
  }
  if (start < bytes.length) yield { offset: start, bytes: bytes.subarray(start), whole: false }
}
