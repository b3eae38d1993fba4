/**
 * A chunk: the facts of one canonical block of 512 records, bound to the bytes of the trail from which they were taken.
 * @module
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** Bytes of one segment. */
export interface Extent {
  /** Number of the segment. */
  readonly segment: number
  readonly offset: number
  readonly length: number
  /** SHA-256 of those bytes, hex. */
  readonly sha256: string
}

/** Where a chunk comes from. Extents follow one another: a block begins behind the last record of the block before. */
export interface Origin {
  readonly block: number
  readonly extents: readonly Extent[]
  /** seq and leaf hash (hex) of its last record. */
  readonly lastSeq: number
  readonly lastHash: string
}

/** A chunk as it is kept. */
export interface Chunk extends Origin {
  /** By `encodeFacts`. */
  readonly facts: Uint8Array
}

/** A chunk as a row of the index. */
export interface Row {
  readonly block: number
  readonly origin: string
  readonly facts: Uint8Array
  readonly digest: Uint8Array
  readonly mac: Uint8Array
}

export function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

/** Writes a chunk as a row under a key. */
export function toRow({ block, extents, lastSeq, lastHash, facts }: Chunk, key: Uint8Array, format: number): Row {
  const origin = JSON.stringify({ extents, lastSeq, lastHash })
  const digest = sha256(facts)
  return { block, origin, facts, digest, mac: macOf(block, origin, digest, key, format) }
}

/** Reads where a row says it comes from; `null` where the row was not written by us as it stands. */
export function originOf(
  row: Pick<Row, 'block' | 'origin' | 'digest' | 'mac'>,
  key: Uint8Array,
  format: number,
): Origin | null {
  if (!isBytes(row.digest) || !isBytes(row.mac) || typeof row.origin !== 'string') return null
  const mac = macOf(row.block, row.origin, row.digest, key, format)
  if (row.mac.length !== mac.length || !timingSafeEqual(row.mac, mac)) return null
  const { extents, lastSeq, lastHash } = JSON.parse(row.origin) as Omit<Origin, 'block'>
  return { block: row.block, extents, lastSeq, lastHash }
}

function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value)
}

function macOf(block: number, origin: string, digest: Uint8Array, key: Uint8Array, format: number): Buffer {
  return createHmac('sha256', key).update(`ntp-auditor index ${format}\n${block}\n${origin}\n`).update(digest).digest()
}
