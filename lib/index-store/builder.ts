/**
 * Follows a trail from a known record on, and cuts what it reads into blocks: complete ones become rows, the rest stays facts.
 * @module
 */
import { FactReader } from '../evidence/facts.js'
import { outlineOf } from '../evidence/outline.js'
import { blockOfSeq, type Fact } from '../evidence/types.js'
import { sha256 } from '../trail/hash.js'
import { isPlaced, readTrail } from '../trail/read.js'
import type { Surveyed } from '../trail/survey.js'
import type { Placed } from '../trail/types.js'
import { encodeFacts } from './codec.js'
import type { Row } from './database.js'
import { type Mark, macOf, type Origin, type Span, writeOrigin } from './origin.js'
import { encodeOutline } from './outline-codec.js'
import { SpanDigests } from './spans.js'

export interface BuildOptions {
  readonly folder: string
  readonly segments: readonly Surveyed[]
  /** Binds rows to their trail. */
  readonly trail: string
  readonly key: Buffer
  /** The last record that is indexed, and its block; `null`: from the beginning. */
  readonly from: Mark | null
  /** Gets complete blocks as they come. */
  readonly store: (rows: readonly Row[]) => void
  /** How many bytes were read. */
  readonly onProgress?: ((bytes: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** What stands behind the last complete block. */
export interface Rest {
  readonly lastSeq: number
  readonly facts: readonly Fact[]
}

/** A place in the trail, behind a record. */
interface Place {
  readonly order: number
  readonly offset: number
}

/** Rows are stored so many at a time. */
const batch = 64

/**
 * @returns `null` where the trail does not stand as `from` says: then the index is worth nothing
 * @throws {TrailReadError} where the trail cannot be read
 */
export async function follow(options: BuildOptions): Promise<Rest | null> {
  const { folder, from, signal, onProgress } = options
  const cutter = new Cutter(options)
  const reader = new FactReader()
  const start = from ? { fromSegment: from.order, fromOffset: from.offset } : {}
  let first = from !== null
  let bytes = 0
  for await (const items of readTrail(folder, { ...start, ...(signal ? { signal } : {}) })) {
    for (const item of items) {
      const facts = reader.next(item)
      if (first && from) {
        // The last record that is indexed is read once more: it must be what it was.
        if (!isPlaced(item) || item.hash !== from.hash || item.record.seq !== from.seq) return null
        first = false
        continue
      }
      // A record of a block that is stored already was broken when that was cut: the block was cut short.
      if (isPlaced(item) && from && blockOfSeq(item.record.seq) <= blockOfSeq(from.seq)) return null
      if (isPlaced(item)) await cutter.add(markOf(item), facts)
      bytes += item.length
    }
    onProgress?.(bytes)
  }
  if (first) return null
  return cutter.end(reader.end())
}

/** Cuts facts into blocks, and stores the complete ones as rows. */
export class Cutter {
  readonly #options: BuildOptions
  readonly #digests: SpanDigests
  #block: number
  #facts: Fact[] = []
  #begin: Place
  #last: Mark | null = null
  #rows: Row[] = []

  constructor(options: BuildOptions) {
    const { from, segments } = options
    this.#options = options
    this.#digests = new SpanDigests(options.folder)
    this.#block = from ? blockOfSeq(from.seq) + 1 : 0
    this.#begin = from ? endOf(from) : { order: segments[0]?.order ?? 0, offset: 0 }
  }

  /** Takes the next record and its facts. */
  async add(mark: Mark, facts: readonly Fact[]): Promise<void> {
    for (let block = blockOfSeq(mark.seq); this.#block < block; this.#block += 1) await this.#close()
    this.#facts.push(...facts)
    this.#last = mark
  }

  end(facts: readonly Fact[]): Rest {
    if (this.#rows.length > 0) this.#options.store(this.#rows.splice(0))
    const all = [...this.#facts, ...facts]
    return { lastSeq: all.at(-1)?.seq ?? this.#options.from?.seq ?? 0, facts: all }
  }

  /** The present block is complete: a record of a later one was read. */
  async #close(): Promise<void> {
    const { trail, key, from, store } = this.#options
    const last = this.#last ?? from
    const end = this.#last ? endOf(this.#last) : this.#begin
    const origin: Origin = { spans: await this.#spans(this.#begin, end), last }
    const facts = encodeFacts(this.#facts)
    const outline = encodeOutline(outlineOf(this.#facts))
    const row = { block: this.#block, facts, digest: sha256(facts), outline, origin: writeOrigin(origin) }
    this.#rows.push({ ...row, mac: macOf(key, trail, row) })
    if (this.#rows.length >= batch) store(this.#rows.splice(0))
    this.#facts = []
    this.#begin = end
  }

  async #spans(from: Place, to: Place): Promise<Span[]> {
    const { segments } = this.#options
    const spans: Span[] = []
    for (const segment of segments) {
      const { order, path } = segment
      if (order < from.order || order > to.order) continue
      const begin = order === from.order ? from.offset : 0
      const end = order === to.order ? to.offset : null
      spans.push({ path, order, from: begin, to: end, sha256: await this.#digests.of(segment, begin, end) })
    }
    return spans
  }
}

export function markOf({ record, hash, segment, offset, length }: Placed): Mark {
  return { seq: record.seq, hash, order: segment, offset, length }
}

/** Behind a record and its newline. */
function endOf({ order, offset, length }: Mark): Place {
  return { order, offset: offset + length + 1 }
}
