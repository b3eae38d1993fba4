/**
 * What a report counts of one segment of a trail, without reading it again: its plain samples as columns, everything remarkable word for
 * word. It follows from the segment's bytes alone, is kept under their SHA-256, and tells a tally exactly what the records would.
 * @module
 */

import type { Notebook } from '../lib/index-store/index.js'
import { parseInstant } from '../lib/instant.js'
import type { Placed, TrailRecord } from '../lib/trail/types.js'
import { ColumnsBuilder, type Packed, readColumns } from './columns.js'
import { Dates, type Labels, type Misdated } from './dates.js'
import type { Boot } from './history.js'
import { type FileEnd, reach, type SampleClock } from './material.js'
import type { Closed } from './seals.js'
import type { Tallies } from './tallies.js'

/** A record of the segment, and how many plain samples stand before it. */
type Remarkable = readonly [number, TrailRecord]

interface Kept {
  readonly version: 2
  readonly sha256: string
  readonly end: FileEnd
  readonly boots: readonly Boot[]
  readonly misdated: readonly Misdated[]
  readonly remarkable: readonly Remarkable[]
  readonly columns: Packed
}

/** The columns of plain samples lie behind the rest, as they are in memory; before it stands how long it is. */
const headBytes = 4

/** What a whole segment says. */
export class SegmentDigest {
  readonly #kept: Kept
  readonly #bytes: Uint8Array

  /** @param bytes the columns of plain samples */
  constructor(kept: Kept, bytes: Uint8Array) {
    this.#kept = kept
    this.#bytes = bytes
  }

  /** @param sha256 of the segment's plain bytes, as they were verified */
  static recall(notebook: Notebook, segment: number, sha256: string): SegmentDigest | null {
    const note = notebook.recall(nameOf(segment))
    if (note === null) return null
    const end = headBytes + note.readUInt32LE(0)
    const kept = JSON.parse(note.toString('utf8', headBytes, end)) as Kept
    return kept.version === 2 && kept.sha256 === sha256 ? new SegmentDigest(kept, note.subarray(end)) : null
  }

  /** Whether there is a digest of a segment, of whatever bytes it may be. */
  static isKept(notebook: Notebook, segment: number): boolean {
    return notebook.recall(nameOf(segment)) !== null
  }

  keep(notebook: Notebook, segment: number): void {
    const rest = Buffer.from(JSON.stringify(this.#kept))
    const head = Buffer.alloc(headBytes)
    head.writeUInt32LE(rest.length, 0)
    notebook.keep(nameOf(segment), Buffer.concat([head, rest, this.#bytes]))
  }

  get end(): FileEnd {
    return this.#kept.end
  }

  get misdated(): readonly Misdated[] {
    return this.#kept.misdated
  }

  closes(label: string): Closed[] {
    return this.#kept.remarkable.flatMap(([, record]) => closedBy(record, label))
  }

  /** Tells a tally of all records, of which all count. */
  tell(tallies: Tallies, clock: SampleClock): void {
    const { boots, remarkable, columns } = this.#kept
    for (const boot of boots) tallies.history.boot(boot)
    const plain = readColumns(columns, this.#bytes)
    let at = 0
    const upTo = (end: number): void => {
      if (end === at) return
      tallies.plain(plain, at, end)
      const { boot, taiUtc } = plain.shapes[plain.shape[end - 1]!]!
      clock.set(boot, plain.base.mNs + BigInt(plain.mNs[end - 1]!), taiUtc)
      at = end
    }
    for (const [before, record] of remarkable) {
      upTo(before)
      tallies.remarkable(record, record.type === 'sample' ? clock.utcNs(record, parseInstant(record.wall)) : null)
    }
    upTo(plain.count)
  }
}

/** Makes the digest of a segment while its records pass. */
export class DigestBuilder {
  readonly #boots: { -readonly [K in keyof Boot]: Boot[K] }[] = []
  readonly #remarkable: Remarkable[] = []
  readonly #columns = new ColumnsBuilder()
  readonly #dates: Dates
  readonly #end = { bytes: 0, records: 0, firstSeq: 0, firstHash: '', lastSeq: 0, lastHash: '' }
  #last: Placed | null = null

  /** @param labels of the trail's segments */
  constructor(labels: Labels) {
    this.#dates = new Dates(labels)
  }

  add(placed: Placed): void {
    const { record } = placed
    const { seq, wall, bootId } = record
    const last = this.#boots.at(-1)
    if (last?.id === bootId) Object.assign(last, { lastSeq: seq, to: wall })
    else this.#boots.push({ id: bootId, firstSeq: seq, lastSeq: seq, from: wall, to: wall })
    this.#dates.see(placed)
    if (this.#last === null) Object.assign(this.#end, { firstSeq: seq, firstHash: placed.hash })
    this.#last = placed
    reach(this.#end, placed)
    if (record.type === 'heartbeat') return
    if (record.type === 'sample' && this.#columns.add(record)) return
    this.#remarkable.push([this.#columns.count, record])
  }

  /** @param sha256 of the segment's plain bytes, as they were verified */
  finish(sha256: string): SegmentDigest {
    const { packed, bytes } = this.#columns.finish()
    const kept: Kept = {
      ...{ version: 2, sha256, end: { ...this.#end, lastHash: this.#last?.hash ?? '' }, boots: this.#boots },
      ...{ misdated: this.#dates.misdated, remarkable: this.#remarkable },
      columns: packed,
    }
    return new SegmentDigest(kept, bytes)
  }
}

/** The seal that a record demands. */
export function closedBy(record: TrailRecord, label: string): Closed[] {
  return record.type === 'close' && record.nextKey !== '' ? [{ seq: record.seq, epoch: record.epoch, label }] : []
}

function nameOf(segment: number): string {
  return `counts of segment ${segment}`
}
