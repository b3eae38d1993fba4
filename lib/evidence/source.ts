/**
 * Where facts come from without an index: given ones, or a trail read from its files.
 * @module
 */
import { readTrail } from '../trail/read.js'
import { FactReader } from './facts.js'
import { blockSize, type Fact, type FactSource } from './types.js'

/** Number of the block that holds a seq. */
export function blockOfSeq(seq: number): number {
  return Math.floor((seq - 1) / blockSize)
}

/** Facts held in memory, in order of seq. */
export function memorySource(facts: readonly Fact[]): FactSource {
  const blocks: Fact[][] = []
  for (const fact of facts) {
    const index = blockOfSeq(fact.seq)
    const block = blocks[index]
    if (block) block.push(fact)
    else blocks[index] = [fact]
  }
  return { lastSeq: facts.at(-1)?.seq ?? 0, block: async (index) => blocks[index] ?? [] }
}

/** Where reading a block begins. */
interface Start {
  readonly segment: number
  readonly offset: number
  /** The record before it. */
  readonly last: Fact | null
}

/**
 * The facts of a trail, read from its files as they stand now. The trail is read once from end to end, to find where each
 * block begins; blocks are then read again when they are asked for, so that memory stays small.
 * @throws {TrailReadError} where the folder or a file cannot be read
 */
export async function trailSource(folder: string, signal?: AbortSignal): Promise<FactSource> {
  const starts: Start[] = []
  let lastSeq = 0
  let last: Fact | null = null
  const reader = new FactReader()
  for await (const items of readTrail(folder, signal ? { signal } : {})) {
    for (const item of items) {
      const facts = reader.next(item)
      const fact = facts.at(-1)
      if (!fact || !('record' in item)) continue
      starts[blockOfSeq(fact.seq)] ??= { segment: item.segment, offset: item.offset, last }
      last = fact
      lastSeq = fact.seq
    }
  }
  return {
    lastSeq,
    block: async (index) => {
      const start = starts[index]
      return start ? readBlock(folder, index, start, lastSeq, signal) : []
    },
  }
}

async function readBlock(
  folder: string,
  index: number,
  start: Start,
  lastSeq: number,
  signal: AbortSignal | undefined,
): Promise<Fact[]> {
  const reader = new FactReader(start.last)
  const found: Fact[] = []
  const from = { fromSegment: start.segment, fromOffset: start.offset }
  for await (const items of readTrail(folder, signal ? { ...from, signal } : from)) {
    for (const item of items) {
      for (const fact of reader.next(item)) {
        if (fact.seq > lastSeq || blockOfSeq(fact.seq) > index) return found
        found.push(fact)
      }
    }
  }
  return [...found, ...reader.end()]
}
