/**
 * Reads a trail from its files: from end to end in batches, or single records again at their places. Compressed segments
 * are read like others; bytes that are no record in its place are handed on as {@link Broken}, never as an error.
 * @module
 */
import { TrailDamagedError, TrailReadError } from '../errors.js'
import { segmentBytes, segmentLines } from './lines.js'
import { parseSegmentPath, type SegmentPath } from './paths.js'
import { placeLine, tryLine } from './place.js'
import { listSegments } from './segments.js'
import { type Surveyed, survey } from './survey.js'
import type { Broken, Placed, TrailItem } from './types.js'

export interface ReadOptions {
  /** Number of the segment to begin with, and the offset of a line in it. Default: the beginning. */
  readonly fromSegment?: number
  readonly fromOffset?: number
  readonly signal?: AbortSignal
}

/** Tells a record from a stretch that is none. */
export function isPlaced(item: TrailItem): item is Placed {
  return 'record' in item
}

/**
 * Streams a trail in the order of its segments, about a quarter megabyte at a time, so that a host's event loop goes on
 * turning. `seq` rises from item to item: a record that stands again or behind its successor comes as {@link Broken}.
 * Where a record does not follow the one before (a `seq` or a hash is wrong), a `Broken` of length 0 stands between them.
 * What stands behind the last newline of the last segment is not handed on: somebody may be writing it. What pruning
 * left of segments is passed over.
 * @throws {TrailReadError} where the folder or a file cannot be read
 */
export async function* readTrail(folder: string, options: ReadOptions = {}): AsyncGenerator<TrailItem[]> {
  const surveyed = (await survey(folder, options.fromSegment, options.signal)).segments
  const segments = surveyed.filter(({ pruned }) => !pruned)
  const chain = new Chain()
  if (options.fromSegment === undefined && segments.length === surveyed.length) chain.expect(0, '')
  for (const [index, segment] of segments.entries()) {
    const from = segment.order === options.fromSegment ? (options.fromOffset ?? 0) : 0
    const live = index === segments.length - 1 && !segment.compressed
    yield* readSegment(folder, segment, { from, live, chain, signal: options.signal })
  }
}

async function* readSegment(
  folder: string,
  segment: Surveyed,
  options: { from: number; live: boolean; chain: Chain; signal: AbortSignal | undefined },
): AsyncGenerator<TrailItem[]> {
  const end = segment.endsAt ?? Number.POSITIVE_INFINITY
  let broken = null as (Broken & { readonly unfinished: boolean }) | null
  if (options.from >= end) return
  for await (const lines of segmentLines(folder, segment, options)) {
    const items: TrailItem[] = []
    for (const { offset, bytes, whole } of lines) {
      if (offset >= end) break
      const placed: Placed | string = whole
        ? tryLine(bytes, segment.order, offset)
        : 'the line does not end: it was cut off'
      const why: string | null = typeof placed === 'string' ? placed : options.chain.refuse(placed)
      if (why !== null || typeof placed === 'string') {
        const length = bytes.length + Number(whole)
        broken = broken
          ? { ...broken, length: offset + length - broken.offset, unfinished: broken.unfinished && !whole }
          : { segment: segment.order, offset, length, why: why ?? '', unfinished: !whole }
        continue
      }
      if (broken) items.push(plain(broken))
      const jump = options.chain.follow(placed)
      if (jump !== null && !broken) items.push({ segment: segment.order, offset, length: 0, why: jump })
      broken = null
      items.push(placed)
    }
    if (items.length > 0) yield items
  }
  if (broken && !(options.live && broken.unfinished)) {
    options.chain.lose()
    yield [plain(broken)]
  }
}

function plain({ segment, offset, length, why }: Broken): Broken {
  return { segment, offset, length, why }
}

/** What the next record must remember. */
class Chain {
  #seq: number | null = null
  #hash = ''
  #lost = false

  expect(seq: number, hash: string): void {
    this.#seq = seq
    this.#hash = hash
  }

  /** A stretch before the next record was handed on as broken: its jump is explained. */
  lose(): void {
    this.#lost = true
  }

  /** Why this record cannot stand here at all. */
  refuse({ record }: Placed): string | null {
    if (this.#seq === null || record.seq > this.#seq) return null
    return `record ${record.seq} stands behind record ${this.#seq}`
  }

  /** Goes on to this record; says what is wrong between it and the one before. */
  follow({ record, hash }: Placed): string | null {
    const before = this.#seq
    const remembered = this.#hash
    const lost = this.#lost
    this.#seq = record.seq
    this.#hash = hash
    this.#lost = false
    if (before === null || lost) return null
    if (record.seq !== before + 1) return `record ${record.seq} follows record ${before}: those between are missing`
    if (record.prev !== remembered) return `record ${record.seq} remembers another record ${before}`
    return null
  }
}

/**
 * Reads one record again at its place.
 * @param segment its number, or its path below the trail folder
 * @throws {TrailReadError} where there is no such file or it cannot be read
 * @throws {TrailDamagedError} where no record stands there
 */
export async function readPlaced(
  folder: string,
  segment: number | string,
  offset: number,
  length: number,
): Promise<Placed> {
  const path = typeof segment === 'string' ? parseSegmentPath(segment) : await findSegment(folder, segment)
  if (!path) throw new TrailReadError(`${folder} has no segment ${segment}; was a file of the trail removed?`)
  const bytes = await segmentBytes(folder, path, offset, length + 1)
  const number = typeof segment === 'string' ? path.number : segment
  try {
    if (bytes.length !== length + 1 || bytes[length] !== 10) throw new SyntaxError('no line ends there')
    return placeLine(bytes.subarray(0, length), number, offset)
  } catch (cause) {
    const why = (cause as Error).message
    throw new TrailDamagedError(`${path.path}, byte ${offset}: ${why}; run "ntp-auditor verify"`, { cause })
  }
}

async function findSegment(folder: string, number: number): Promise<SegmentPath | null> {
  const { segments } = await listSegments(folder)
  const named = segments.find((segment) => segment.number === number)
  return named ?? (await survey(folder)).segments.find((segment) => segment.order === number) ?? null
}

/**
 * Finds records by their `seq`, reading only the segments that can hold them. What is not there is not in the answer.
 * @throws {TrailReadError} where the folder or a file cannot be read
 */
export async function readSeqs(
  folder: string,
  seqs: Iterable<number>,
  signal?: AbortSignal,
): Promise<Map<number, Placed>> {
  const wanted = new Set(seqs)
  const found = new Map<number, Placed>()
  const { segments } = await survey(folder, 0, signal)
  const chain = new Chain()
  for (const [index, segment] of segments.entries()) {
    if (segment.pruned) continue
    const first = segment.head?.seq ?? 1
    const next = segments[index + 1]?.head?.seq ?? Number.POSITIVE_INFINITY
    if (![...wanted].some((seq) => seq >= first && seq < next && !found.has(seq))) continue
    const live = index === segments.length - 1
    for await (const items of readSegment(folder, segment, { from: 0, live, chain, signal })) {
      for (const item of items) {
        if (isPlaced(item) && wanted.has(item.record.seq)) found.set(item.record.seq, item)
      }
    }
  }
  return found
}
