/**
 * Where facts come from without an index: given ones, or a trail read from its files.
 * @module
 */
import { readTrail } from '../trail/read.js'
import { FactReader } from './facts.js'
import { blockOfSeq, type Fact, type FactSource } from './types.js'

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

/** Where reading a block begins: at its first record. */
interface Start {
  readonly segment: number
  readonly offset: number
  /** The record before it, and what is broken between both. */
  readonly last: Fact | null
  readonly hash: string | null
  readonly why: string | null
}

/** Blocks are read this many at a time: most readers go from block to block. */
const readAhead = 16

/**
 * The facts of a trail, read from its files as they stand now. The trail is read once from end to end, to find where each
 * block begins; blocks are then read again when they are asked for, so that memory stays small.
 * @throws {TrailReadError} where the folder or a file cannot be read
 */
export async function trailSource(folder: string, signal?: AbortSignal): Promise<FactSource> {
  const starts: Start[] = []
  let last: Fact | null = null
  let hash: string | null = null
  const reader = new FactReader()
  for await (const items of readTrail(folder, signal ? { signal } : {})) {
    for (const item of items) {
      const [first, second] = reader.next(item)
      const fact: Fact | undefined = second ?? first
      if (!first || !fact || !('record' in item)) continue
      const why = first.kind === 'damage' ? first.why : null
      starts[blockOfSeq(fact.seq)] ??= { segment: item.segment, offset: item.offset, last, hash, why }
      last = fact
      hash = item.hash
    }
  }
  const lastSeq = last?.seq ?? 0
  const kept = new Map<number, Fact[]>()
  return {
    lastSeq,
    block: async (index) => {
      const start = starts[index]
      if (!start) return []
      if (!kept.has(index)) {
        kept.clear()
        for (const [block, facts] of await readBlocks(folder, index, start, lastSeq, signal)) kept.set(block, facts)
      }
      return kept.get(index) ?? []
    },
  }
}

async function readBlocks(
  folder: string,
  index: number,
  { segment, offset, last, hash, why }: Start,
  lastSeq: number,
  signal: AbortSignal | undefined,
): Promise<Map<number, Fact[]>> {
  const reader = new FactReader(last, hash, why)
  const found = new Map<number, Fact[]>()
  const add = (fact: Fact): boolean => {
    const block = blockOfSeq(fact.seq)
    if (fact.seq > lastSeq || block >= index + readAhead) return false
    const facts = found.get(block)
    if (facts) facts.push(fact)
    else found.set(block, [fact])
    return true
  }
  const from = { fromSegment: segment, fromOffset: offset }
  for await (const items of readTrail(folder, signal ? { ...from, signal } : from)) {
    for (const item of items) {
      for (const fact of reader.next(item)) if (!add(fact)) return found
    }
  }
  for (const fact of reader.end()) add(fact)
  return found
}
