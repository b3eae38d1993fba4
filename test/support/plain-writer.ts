/**
 * Writes records as the format says, without locks and syncs: an implementation beside the scribe's, so that the one can
 * be compared with the other.
 * @module
 */
import { appendFileSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DateTime } from 'luxon'
import { canonicalize } from '../../lib/trail/canonical.js'
import { leafHash } from '../../lib/trail/hash.js'
import { segmentPath } from '../../lib/trail/paths.js'
import type { Body, OpenBody, Placed, StoredStamp, TrailRecord } from '../../lib/trail/types.js'

export class PlainWriter {
  #folder: string
  #zone: string
  #seq = 0
  #prev = ''
  #segment = 0
  #offset = 0
  #label = ''
  #open: OpenBody | null = null

  constructor(folder: string, zone: string) {
    this.#folder = folder
    this.#zone = zone
  }

  labelOf(stamp: StoredStamp): string {
    return DateTime.fromISO(stamp.wall, { zone: 'utc' }).setZone(this.#zone).toISODate() ?? ''
  }

  open(body: OpenBody, stamp: StoredStamp): Placed {
    this.#label = this.labelOf(stamp)
    this.#segment += 1
    this.#offset = 0
    this.#open = { ...body, segment: this.#segment, label: this.#label }
    return this.#write(this.#open, stamp)
  }

  append(body: Exclude<Body, OpenBody>, stamp: StoredStamp): Placed {
    if (!this.#open) throw new Error('open first')
    return this.#write(body, stamp)
  }

  close(reason: string, stamp: StoredStamp): Placed {
    const count = this.#seq + 1
    return this.append(
      { type: 'close', epoch: 1, firstSeq: 1, count, previousCheckpoint: '', nextKey: '', final: true, reason },
      stamp,
    )
  }

  #write(body: Body, stamp: StoredStamp): Placed {
    const record = { seq: this.#seq + 1, prev: this.#prev, ...stamp, ...body } as TrailRecord
    const line = Buffer.from(canonicalize(record))
    const path = join(this.#folder, segmentPath(this.#label, this.#segment))
    mkdirSync(dirname(path), { recursive: true })
    appendFileSync(path, Buffer.concat([line, Buffer.from('\n')]))
    const placed: Placed = {
      record,
      hash: leafHash(line),
      segment: this.#segment,
      offset: this.#offset,
      length: line.length,
    }
    this.#seq += 1
    this.#prev = placed.hash
    this.#offset += line.length + 1
    return placed
  }
}
