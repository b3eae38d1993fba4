/**
 * Reads a trail block by block, and binds a block to the bytes it was taken from.
 * @module
 */
import { FactReader } from '../evidence/facts.js'
import { blockOfSeq, blockSize, type Fact } from '../evidence/types.js'
import { leafHash } from '../trail/hash.js'
import { isPlaced, readTrail } from '../trail/read.js'
import type { Placed } from '../trail/types.js'
import { type Chunk, type Extent, sha256 } from './chunk.js'
import { encodeFacts } from './codec.js'
import type { Layout, Position } from './layout.js'

/** Where reading begins, and what stands before it. */
export interface Start {
  readonly at: Position
  readonly last: Fact | null
  /** Leaf hash of the record before. */
  readonly hash: string | null
}

/** A block as it was read. */
export interface Built {
  readonly block: number
  /** From behind the last record of the block before to behind its own last record. */
  readonly from: Position
  readonly to: Position
  readonly facts: readonly Fact[]
  readonly places: readonly Placed[]
  /** Whether no record can be added to it any more. */
  readonly whole: boolean
  /** Damage behind its last record, with no record behind that. */
  readonly trailing: readonly Fact[]
}

/**
 * The blocks of a trail from a position on.
 * @param onRead called with the bytes and records that were read further
 */
export async function* blocksFrom(
  folder: string,
  { at, last, hash }: Start,
  options: { readonly signal?: AbortSignal | undefined; onRead?(bytes: number, records: number): void },
): AsyncGenerator<Built> {
  const { signal, onRead } = options
  const reader = new FactReader(last, hash)
  const place = last ? { fromSegment: at.segment, fromOffset: at.offset } : {}
  let from = at
  let block = -1
  let facts: Fact[] = []
  let places: Placed[] = []
  const built = (whole: boolean, trailing: Fact[]): Built => {
    const end = places.at(-1)
    const to = end ? { segment: end.segment, offset: end.offset + end.length + 1 } : from
    const result = { block, from, to, facts, places, whole, trailing }
    from = to
    facts = []
    places = []
    return result
  }
  for await (const items of readTrail(folder, signal ? { ...place, signal } : place)) {
    let [bytes, records] = [0, 0]
    for (const item of items) {
      bytes += item.length
      const next = reader.next(item)
      const fact = next.at(-1)
      if (!fact || !isPlaced(item)) continue
      records++
      if (places.length > 0 && blockOfSeq(fact.seq) !== block) yield built(true, [])
      block = blockOfSeq(fact.seq)
      facts.push(...next)
      places.push(item)
    }
    onRead?.(bytes, records)
  }
  const seq = places.at(-1)?.record.seq ?? 0
  if (places.length > 0) yield built(seq % blockSize === 0, reader.end())
}

/**
 * Binds a block to its bytes.
 * @returns `null` where the trail does not hold any more what was read: it changes under the reader
 */
export async function chunkOf(layout: Layout, built: Built): Promise<Chunk | null> {
  const tiles = layout.between(built.from, built.to)
  if (!tiles) return null
  const extents: Extent[] = []
  const unseen = new Set(built.places)
  for (const tile of tiles) {
    const bytes = await layout.read(tile)
    if (bytes.length !== tile.length) return null
    for (const placed of unseen) {
      const start = placed.offset - tile.offset
      if (placed.segment !== tile.segment || start < 0) continue
      if (leafHash(bytes.subarray(start, start + placed.length)) !== placed.hash) return null
      unseen.delete(placed)
    }
    extents.push({ ...tile, sha256: sha256(bytes).toString('hex') })
  }
  if (unseen.size > 0) return null
  const last = built.places.at(-1)
  if (!last) return null
  const { hash: lastHash, record } = last
  return { block: built.block, extents, lastSeq: record.seq, lastHash, facts: encodeFacts(built.facts) }
}
