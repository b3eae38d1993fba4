/**
 * Lines of a verified trail, parsed without being checked again.
 * @module
 */
import { TrailReadError } from '../lib/errors.js'
import { leafHash } from '../lib/trail/hash.js'
import type { Placed, TrailRecord } from '../lib/trail/types.js'

/** @throws {TrailReadError} where a line of a verified trail is no record any more */
export function parseLine(bytes: Buffer, segment: number, offset: number): TrailRecord {
  try {
    return JSON.parse(bytes.toString('utf8')) as TrailRecord
  } catch (cause) {
    const message = `segment ${segment} was changed while it was read, at byte ${offset}; make the report again`
    throw new TrailReadError(message, { cause })
  }
}

/** A record of a verified trail. */
export class PlainPlaced implements Placed {
  readonly record: TrailRecord
  readonly segment: number
  readonly offset: number
  readonly length: number
  readonly #bytes: Buffer

  constructor(bytes: Buffer, segment: number, offset: number) {
    this.#bytes = bytes
    this.segment = segment
    this.offset = offset
    this.length = bytes.length
    this.record = parseLine(bytes, segment, offset)
  }

  get hash(): string {
    return leafHash(this.#bytes)
  }
}
