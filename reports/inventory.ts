/**
 * One walk over the records that a report rests on, or over what was counted in whole files of them before: what is counted, which record is the first and the last, which lie in a
 * file of another day, and how far into each file the evidence reaches.
 * @module
 */
import type { Notebook } from '../lib/index-store/index.js'
import { parseInstant } from '../lib/instant.js'
import type { Placed, VerifyResult } from '../lib/trail/types.js'
import type { SegmentListener } from '../lib/trail/verify.js'
import { Dates, type Labels, type Misdated } from './dates.js'
import { closedBy, DigestBuilder, SegmentDigest } from './digest.js'
import { type FileEnd, type Material, reach, SampleClock, type SeqRange } from './material.js'
import type { Closed } from './seals.js'
import type { Tallies } from './tallies.js'
import type { ReportResult } from './types.js'

type Ends = Pick<ReportResult['integrity'], 'firstSeq' | 'lastSeq' | 'firstHash' | 'lastHash' | 'misdated'>

export interface Inventory {
  readonly ends: Ends
  /** Per segment, of the records in the range. */
  readonly files: ReadonlyMap<number, FileEnd>
  /** The `close` records up to `asOf`, as far back as the walk went. */
  readonly closes: readonly Closed[]
}

export interface InventoryOptions {
  /** The records that the period's evidence rests on. */
  readonly used: SeqRange
  /** The last record to list. */
  readonly asOf: number
  /** What counts the records. */
  readonly tallies: Tallies
  /** Digests of whole segments as they were verified just now or before, and where it is kept what was counted in them. */
  readonly digests?: VerifyResult['digests']
  readonly notebook?: Notebook | undefined
}

export async function takeInventory(material: Material, options: InventoryOptions): Promise<Inventory> {
  const { used, asOf, digests, notebook } = options
  const walk = new InventoryWalk(material, options)
  let next = material.firstOf(used)
  for (const { order, firstSeq, nextSeq } of notebook && material.trusted ? material.wholeIn(used) : []) {
    const sha256 = digests?.get(order)?.sha256
    if (!notebook || sha256 === undefined) continue
    if (next < firstSeq) await walk.records({ firstSeq: next, lastSeq: firstSeq - 1 })
    const known = SegmentDigest.recall(notebook, order, sha256)
    walk.digest(order, known ?? (await digestOf(material, { firstSeq, lastSeq: nextSeq - 1 }, order, sha256, notebook)))
    next = nextSeq
  }
  if (next <= asOf) await walk.records({ firstSeq: next, lastSeq: asOf })
  return walk.finish()
}

/** Reads the records of a whole segment of a verified trail. */
async function digestOf(
  material: Material,
  range: SeqRange,
  order: number,
  sha256: string,
  notebook: Notebook,
): Promise<SegmentDigest> {
  const builder = new DigestBuilder(material.labels())
  for await (const batch of material.records(range)) for (const placed of batch) builder.add(placed)
  const digest = builder.finish(sha256)
  digest.keep(notebook, order)
  return digest
}

/**
 * Makes the digests of the segments of a range while they are verified, so that their records need not be read again. None is believed
 * where the verification finds damage.
 */
export function listenFor(
  material: Material,
  range: SeqRange,
  notebook: Notebook,
): (segment: number) => SegmentListener | null {
  const wanted = new Set(material.wholeIn(range).map(({ order }) => order))
  const labels = material.labels()
  return (order) => {
    if (!wanted.has(order) || SegmentDigest.isKept(notebook, order)) return null
    const builder = new DigestBuilder(labels)
    return {
      record: (placed) => builder.add(placed),
      end: (sha256) => builder.finish(sha256).keep(notebook, order),
    }
  }
}

/** A record at the beginning or the end of something; its hash is worked out when it is asked for. */
interface Edge {
  readonly seq: number
  hash(): string
}

class InventoryWalk {
  readonly #material: Material
  readonly #used: SeqRange
  readonly #tallies: Tallies
  readonly #clock = new SampleClock()
  readonly #dates: Dates
  readonly #labels: Labels
  readonly #files = new Map<number, Mutable<FileEnd>>()
  readonly #closes: Closed[] = []
  readonly #misdated: Misdated[] = []
  /** Hashing the last record of each file is enough; which one that is, the next file tells. */
  #ending: { readonly segment: number; readonly placed: Placed } | null = null
  #first: Edge | null = null
  #last: Edge | null = null

  constructor(material: Material, { used, tallies }: InventoryOptions) {
    this.#material = material
    this.#used = used
    this.#tallies = tallies
    this.#labels = material.labels()
    this.#dates = new Dates(this.#labels)
  }

  /** Counts records one by one. */
  async records(range: SeqRange): Promise<void> {
    for await (const batch of this.#material.records(range)) for (const placed of batch) this.#record(placed)
    this.#misdated.push(...this.#dates.misdated.splice(0))
  }

  /** Counts a whole segment, all records of which count. */
  digest(segment: number, digest: SegmentDigest): void {
    this.#end()
    const { end } = digest
    this.#files.set(segment, { ...end })
    this.#first ??= { seq: end.firstSeq, hash: () => end.firstHash }
    this.#last = { seq: end.lastSeq, hash: () => end.lastHash }
    this.#misdated.push(...digest.misdated)
    this.#closes.push(...digest.closes(this.#labels.get(segment)?.label ?? ''))
    digest.tell(this.#tallies, this.#clock)
  }

  finish(): Inventory {
    this.#end()
    const [first, last] = [this.#first, this.#last]
    const ends = {
      firstSeq: first?.seq ?? 0,
      lastSeq: last?.seq ?? 0,
      firstHash: first?.hash() ?? '',
      lastHash: last?.hash() ?? '',
      misdated: this.#misdated,
    }
    return { ends, files: this.#files, closes: this.#closes }
  }

  #record(placed: Placed): void {
    const { record, segment } = placed
    const within = record.seq <= this.#used.lastSeq
    if (within) {
      const known = this.#files.get(segment)
      if (known) reach(known, placed)
      else {
        this.#end()
        this.#files.set(segment, begin(placed))
      }
      this.#ending = { segment, placed }
    }
    const counts = record.seq >= this.#used.firstSeq
    if (counts) {
      const edge = { seq: record.seq, hash: () => placed.hash }
      this.#first ??= edge
      this.#last = edge
      this.#dates.see(placed)
    }
    this.#closes.push(...closedBy(record, this.#labels.get(segment)?.label ?? ''))
    const utcNs = record.type === 'sample' ? this.#clock.utcNs(record, parseInstant(record.wall)) : null
    // The head of the first segment says what was in force when the period began.
    if (counts || record.type === 'open') this.#tallies.record(record, utcNs, counts && within)
  }

  #end(): void {
    const ending = this.#ending
    this.#ending = null
    const end = ending && this.#files.get(ending.segment)
    if (ending && end) end.lastHash = ending.placed.hash
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

function begin(placed: Placed): Mutable<FileEnd> {
  const { seq } = placed.record
  const end = { bytes: 0, records: 0, firstSeq: seq, firstHash: placed.hash, lastSeq: seq, lastHash: '' }
  reach(end, placed)
  return end
}
