/**
 * What a report needs of the trail besides its evidence: the segments that a period touches, their digests, the `open` records
 * that govern it, and its records one by one.
 * @module
 */
import { createHash } from 'node:crypto'
import { parseInstant } from '../lib/instant.js'
import { middle } from '../lib/interval.js'
import { decodeInterval } from '../lib/trail/encode.js'
import { type Line, segmentBytes, segmentLines } from '../lib/trail/lines.js'
import { isPlaced, readTrail } from '../lib/trail/read.js'
import { type Surveyed, survey } from '../lib/trail/survey.js'
import type { Placed, VerifyResult } from '../lib/trail/types.js'
import type { SampleRecord } from './csv/samples.js'
import type { Labels } from './dates.js'
import { PlainPlaced, parseLine } from './plain.js'
import { type Subject, SubjectBuilder } from './subject.js'
import type { ReportResult } from './types.js'

/** Records in order of seq; both ends belong to it. */
export interface SeqRange {
  readonly firstSeq: number
  readonly lastSeq: number
}

/** How far records reach into a file: bytes from its start, how many records stand there, the first and the last of them. */
export interface FileEnd {
  readonly bytes: number
  readonly records: number
  readonly firstSeq: number
  readonly lastSeq: number
  readonly firstHash: string
  readonly lastHash: string
}

/** Reaches on to the end of the next record of a file. */
export function reach(end: { -readonly [K in keyof FileEnd]: FileEnd[K] }, { record, offset, length }: Placed): void {
  end.bytes = offset + length + 1
  end.records += 1
  end.lastSeq = record.seq
}

/** The samples of a period: records of a range. */
export interface Wanted extends SeqRange {
  /** Whole seconds since 1970 of UTC that lie in the period: from (inclusive) and to (exclusive). */
  readonly fromSeconds: number
  readonly toSeconds: number
}

/** Whoever takes samples one by one, in order. */
export interface SampleSink {
  /**
   * Shown a line of a verified trail before it is parsed.
   * @returns whether it is a wanted sample with a bound and was taken; else it comes as a record, if it is one
   */
  line?(line: Buffer, wanted: Wanted): boolean
  /** Takes a sample that was parsed. */
  record(record: SampleRecord): void
}

const pieceBytes = 1024 * 1024
/** How far a wall clock may be wrong, and the file still be found by it at once. */
const aroundNs = 86_400_000_000_000n
/** Stands in the canonical text of every sample (and may stand in others'). */
const sampleMark = '"type":"sample"'

/** A trail's segments, read for one report. */
export class Material {
  readonly #folder: string
  readonly #segments: readonly Surveyed[]
  readonly #signal: AbortSignal | undefined
  #trusted = false

  private constructor(folder: string, segments: readonly Surveyed[], signal: AbortSignal | undefined) {
    this.#folder = folder
    this.#segments = segments
    this.#signal = signal
  }

  /** @throws {TrailReadError} where the folder or a segment cannot be read */
  static async open(folder: string, signal?: AbortSignal): Promise<Material> {
    const { segments } = await survey(folder, 0, signal)
    return new Material(folder, segments, signal)
  }

  /**
   * Whom the records of a range are about.
   * @returns `null` for a trail without an `open` record
   */
  subject(range: SeqRange): Subject | null {
    const builder = new SubjectBuilder()
    for (const { head } of this.#segments) {
      if (head && head.seq <= Math.max(range.lastSeq, 1)) builder.open(head, head.seq <= range.firstSeq)
    }
    return builder.build()
  }

  /** Whom the newest record is about. */
  newest(): Subject | null {
    return this.subject({ firstSeq: Number.MAX_SAFE_INTEGER, lastSeq: Number.MAX_SAFE_INTEGER })
  }

  /** Leaf hash of the first record; `''` where there is none. */
  async firstHash(): Promise<string> {
    for await (const batch of this.records({ firstSeq: 1, lastSeq: Number.MAX_SAFE_INTEGER })) {
      const first = batch[0]
      if (first) return first.hash
    }
    return ''
  }

  /**
   * The records from the first to the last file that may belong to a period of UTC, by what the wall clock showed at both ends of each. A
   * clock that was a year off for a while leaves none of them out.
   */
  around(fromNs: bigint, toNs: bigint): SeqRange {
    const heads = this.#segments.flatMap(({ head }) =>
      head ? [{ seq: head.seq, wallNs: parseInstant(head.wall) }] : [],
    )
    const range = { firstSeq: Number.MAX_SAFE_INTEGER, lastSeq: 0 }
    for (const [i, { seq, wallNs }] of heads.entries()) {
      const next = heads[i + 1]
      const [low, high] = next && next.wallNs < wallNs ? [next.wallNs, wallNs] : [wallNs, next?.wallNs ?? toNs]
      if (low >= toNs + aroundNs || high <= fromNs - aroundNs) continue
      range.firstSeq = Math.min(range.firstSeq, seq)
      range.lastSeq = next ? next.seq - 1 : Number.MAX_SAFE_INTEGER
    }
    return range
  }

  /** Whether the trail was verified ({@link trust}). */
  get trusted(): boolean {
    return this.#trusted
  }

  /** The whole segments that lie inside a range of records, if nothing is damaged, with the seq of their first record. */
  wholeIn({
    firstSeq,
    lastSeq,
  }: SeqRange): { readonly order: number; readonly firstSeq: number; readonly nextSeq: number }[] {
    return this.#segments.flatMap(({ order, head, endsAt }, i) => {
      const next = this.#segments[i + 1]?.head
      if (!head || !next || endsAt !== null || head.seq < firstSeq || next.seq - 1 > lastSeq) return []
      return [{ order, firstSeq: head.seq, nextSeq: next.seq }]
    })
  }

  /**
   * To be called when the verification has found every line canonical and in its place: then records are read again without checking
   * all of that once more.
   */
  trust(): void {
    this.#trusted = true
  }

  /** The records of a range, in order. Stretches that are no records are passed over: the verification names them. */
  async *records(range: SeqRange): AsyncGenerator<Placed[]> {
    if (this.#trusted) {
      yield* this.#plain(range)
      return
    }
    const from = this.#touched(range)[0]
    if (!from) return
    const options = { fromSegment: from.order, ...(this.#signal ? { signal: this.#signal } : {}) }
    for await (const items of readTrail(this.#folder, options)) {
      const placed = items.filter(isPlaced).filter(({ record }) => record.seq >= range.firstSeq)
      const end = placed.findIndex(({ record }) => record.seq > range.lastSeq)
      if (end >= 0) {
        yield placed.slice(0, end)
        return
      }
      yield placed
    }
  }

  /** Hands the samples of {@link records} to a sink; stops after every batch. */
  async *samples(wanted: Wanted, sink: SampleSink): AsyncGenerator<void> {
    if (!this.#trusted) {
      for await (const batch of this.records(wanted)) {
        for (const { record } of batch) if (record.type === 'sample') sink.record(record)
        yield
      }
      return
    }
    for await (const { lines, order } of this.#lines(wanted)) {
      for (const { offset, bytes } of lines) {
        if (sink.line?.(bytes, wanted) || !bytes.includes(sampleMark)) continue
        const record = parseLine(bytes, order, offset)
        if (record.seq > wanted.lastSeq) return
        if (record.type === 'sample' && record.seq >= wanted.firstSeq) sink.record(record)
      }
      yield
    }
  }

  /** Records of a verified trail: parsed, and hashed only where somebody asks. */
  async *#plain(range: SeqRange): AsyncGenerator<Placed[]> {
    for await (const { lines, order } of this.#lines(range)) {
      const batch: Placed[] = []
      for (const { offset, bytes } of lines) {
        const placed = new PlainPlaced(bytes, order, offset)
        if (placed.record.seq > range.lastSeq) {
          yield batch
          return
        }
        if (placed.record.seq >= range.firstSeq) batch.push(placed)
      }
      yield batch
    }
  }

  /** The lines that count of the segments that a range touches, in batches of one segment. */
  async *#lines(range: SeqRange): AsyncGenerator<{ readonly lines: readonly Line[]; readonly order: number }> {
    for (const segment of this.#touched(range)) {
      const end = segment.endsAt ?? Number.POSITIVE_INFINITY
      for await (const lines of segmentLines(this.#folder, segment, { signal: this.#signal })) {
        const stop = lines.findIndex(({ offset, whole }) => !whole || offset >= end)
        yield { lines: stop < 0 ? lines : lines.slice(0, stop), order: segment.order }
      }
    }
  }

  /**
   * The segments of a range, each up to its last record in it, with the SHA-256 of these bytes.
   * @param ends how far the records reach into each segment, by its number
   * @param known digests of whole segments, where the verification has them
   */
  async files(
    range: SeqRange,
    ends: ReadonlyMap<number, FileEnd>,
    known: VerifyResult['digests'],
  ): Promise<ReportResult['integrity']['files']> {
    const files: ReportResult['integrity']['files'][number][] = []
    for (const segment of this.#touched(range)) {
      const end = ends.get(segment.order)
      // A file that was compressed since holds the same records: its name of then stays.
      const path = segment.path.replace(/\.gz$/, '')
      if (!end) continue
      const whole = known?.get(segment.order)
      const sha256 = whole?.bytes === end.bytes ? whole.sha256 : await this.#digest(segment, end.bytes)
      files.push({ path, ...end, sha256 })
    }
    return files
  }

  /** Whether a file of the trail holds records up to a seq; also for one that holds none at all. */
  isUsed(path: string, asOf: number): boolean {
    const segment = this.#segments.find((one) => one.path === path)
    return segment ? (segment.head?.seq ?? 0) <= asOf : false
  }

  /** Labels of the segments' days, by segment number. */
  labels(): Labels {
    return new Map(
      this.#segments.flatMap(({ order, head }) => (head ? [[order, { label: head.label, zone: head.zone }]] : [])),
    )
  }

  #touched({ firstSeq, lastSeq }: SeqRange): readonly Surveyed[] {
    return this.#segments.filter(({ head }, index) => {
      const first = head?.seq ?? 1
      const next = this.#segments[index + 1]?.head?.seq ?? Number.POSITIVE_INFINITY
      return first <= lastSeq && next > firstSeq
    })
  }

  /** The first seq of the segment in which a range begins. */
  firstOf(range: SeqRange): number {
    return this.#touched(range)[0]?.head?.seq ?? 1
  }

  async #digest(segment: Surveyed, bytes: number): Promise<string> {
    const hash = createHash('sha256')
    for (let offset = 0; offset < bytes; offset += pieceBytes) {
      hash.update(await segmentBytes(this.#folder, segment, offset, Math.min(pieceBytes, bytes - offset)))
    }
    return hash.digest('hex')
  }
}

/** UTC of samples, in order: by their own bound, else by the last one before in the same boot, else by the wall clock. */
export class SampleClock {
  #line: { readonly boot: string; readonly ns: bigint } | null = null

  /** Goes on from a sample with this bound of M (its middle). */
  set(boot: string, mNs: bigint, taiUtc: number): void {
    this.#line = { boot, ns: mNs - BigInt(taiUtc) * 1_000_000_000n }
  }

  utcNs(record: SampleRecord, wallNs: bigint): bigint {
    const { m } = record.consensus
    if (m) {
      const ns = middle(decodeInterval(m)) - BigInt(record.taiUtc) * 1_000_000_000n
      this.#line = { boot: record.bootId, ns }
    }
    const line = this.#line
    return line?.boot === record.bootId ? BigInt(record.atNs) + line.ns : wallNs
  }
}
