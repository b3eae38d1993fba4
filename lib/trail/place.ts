/**
 * One line, taken for a record in its place or refused with the reason.
 * @module
 */
import { parseCanonical } from './canonical.js'
import { leafHash } from './hash.js'
import { checkRecord } from './record.js'
import type { Placed, TrailRecord } from './types.js'

/**
 * Reads a line as a record. Says nothing of its neighbours: who reads on compares `seq` and `prev`.
 * @param bytes the line without its newline
 * @throws {SyntaxError | TypeError} where the bytes are no record; the message says why
 */
export function placeLine(bytes: Uint8Array, segment: number, offset: number): Placed {
  const record = checkRecord(parseCanonical(bytes))
  return { record, hash: leafHash(bytes), segment, offset, length: bytes.length }
}

/** {@link placeLine}, with the reason instead of an error. */
export function tryLine(bytes: Uint8Array, segment: number, offset: number): Placed | string {
  try {
    return placeLine(bytes, segment, offset)
  } catch (error) {
    if (bytes.length > 0 && bytes.every((byte) => byte === 0)) return 'the bytes are zero'
    return (error as Error).message
  }
}

/** Whether a record is an `open`. */
export function isOpen(record: TrailRecord): record is TrailRecord & { type: 'open' } {
  return record.type === 'open'
}
