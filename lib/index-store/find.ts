/**
 * Finds a record among the bytes of a block.
 * @module
 */
import { tryLine } from '../trail/place.js'
import type { Placed } from '../trail/types.js'
import type { Extent } from './chunk.js'
import type { Layout } from './layout.js'

const newline = 10

/** The record with this seq in these extents, `null` where none has it. Its line is read and checked like every other. */
export async function findRecord(layout: Layout, extents: readonly Extent[], seq: number): Promise<Placed | null> {
  const mark = `"seq":${seq},`
  for (const extent of extents) {
    const bytes = await layout.read(extent)
    for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 1)) {
      const start = bytes.lastIndexOf(newline, at) + 1
      const end = bytes.indexOf(newline, at)
      if (end < 0) break
      const placed = tryLine(bytes.subarray(start, end), extent.segment, extent.offset + start)
      if (typeof placed === 'object' && placed.record.seq === seq) return placed
    }
  }
  return null
}
