/**
 * What pruning left of the first segments of a trail, and the tree that goes on behind them (docs/trail-format.md, Pruning).
 * @module
 */
import { TrailDamagedError } from '../errors.js'
import { decodeFrontier } from './frontier.js'
import { segmentLines } from './lines.js'
import { Frontier } from './merkle.js'
import { frontierPath } from './paths.js'
import { tryLine } from './place.js'
import { survey } from './survey.js'
import { folderSource } from './trail-source.js'
import type { CloseBody, OpenBody, Placed, TrailRecord } from './types.js'

/** A `close` that was kept. */
export interface KeptClose {
  readonly placed: Placed
  readonly record: TrailRecord & CloseBody
  /** Label day of its segment. */
  readonly label: string
  /** The audit path of its leaf in the tree that it closes, from the leaf upwards. */
  readonly proof: readonly string[]
}

export interface Kept {
  /** `open` records, which nothing proves. */
  readonly opens: readonly (TrailRecord & OpenBody)[]
  readonly closes: readonly KeptClose[]
  /** The tree of all records that were taken away; of size 0 where none were. */
  readonly tree: Frontier
}

/**
 * Reads what pruning left.
 * @throws {TrailDamagedError} where a line or a file is missing or none; whether the trees are those under the seals is not asked here
 * @throws {TrailReadError} where the folder or a file cannot be read
 */
export async function readKept(folder: string, signal?: AbortSignal): Promise<Kept> {
  const opens: (TrailRecord & OpenBody)[] = []
  const closes: KeptClose[] = []
  const source = folderSource(folder)
  let tree = new Frontier()
  for (const segment of (await survey(folder, 0, signal)).segments) {
    if (!segment.pruned) continue
    let label = ''
    for await (const lines of segmentLines(folder, segment, { signal })) {
      for (const { offset, bytes, whole } of lines) {
        const placed = whole ? tryLine(bytes, segment.order, offset) : 'the line does not end: it was cut off'
        if (typeof placed === 'string') throw damaged(segment.path, placed)
        const { record } = placed
        if (record.type === 'open') {
          label = record.label
          opens.push(record)
        }
        if (record.type !== 'close' || record.nextKey === '') continue
        const path = frontierPath(label, record.epoch)
        const before = read(path, (await source.read(path))?.toString('latin1') ?? null, record.seq - 1)
        // The last leaf's siblings on the way up are the complete parts of the tree before it.
        closes.push({ placed, record, label, proof: before.state().reverse() })
        before.push(placed.hash)
        tree = before
      }
    }
  }
  return { opens, closes, tree }
}

function read(path: string, text: string | null, size: number): Frontier {
  if (text === null) throw damaged(path, 'what was pruned cannot be tested without this file')
  try {
    return decodeFrontier(text, size)
  } catch (error) {
    throw damaged(path, (error as Error).message)
  }
}

function damaged(path: string, why: string): TrailDamagedError {
  return new TrailDamagedError(`${path}: ${why}; run "ntp-auditor verify"`)
}
