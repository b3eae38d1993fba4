/**
 * Reads a trail's records again from a place on, to have its tree and its chain of keys: in order, once, in the calling thread.
 * A leaf is what the next record remembers, so tree and chain can never say different things; a single lost line does not
 * stop the tree.
 * @module
 */
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { longestLine } from '../trail/lines.js'
import { Frontier } from '../trail/merkle.js'
import type { SegmentPath } from '../trail/paths.js'
import { isOpen, tryLine } from '../trail/place.js'
import { orderSegments } from '../trail/segments.js'
import type { CloseBody, OpenBody, Placed, PruneBody, RekeyBody, StoredStamp, TrailRecord } from '../trail/types.js'
import type { Files } from './files.js'
import { listPaths } from './tail.js'

/** Where a scan begins: behind `size` records whose tree is known. */
export interface ScanStart {
  readonly size: number
  readonly frontier: readonly string[]
}

/** A `close` that ended an epoch. */
export interface FoundClose {
  readonly record: TrailRecord & CloseBody
  readonly hash: string
  /** Label day of its segment. */
  readonly label: string
  /** Root of the tree up to it; `null` where leaves are missing before it. */
  readonly root: string | null
  /** The complete parts of the tree up to it, and of the tree before it. */
  readonly state: readonly string[]
  readonly before: readonly string[]
  /** Number of its segment, and whether it is the last record of that. */
  readonly segment: number
  readonly ends: boolean
}

export interface Scan {
  /** The tree over all records up to the last; `null` where leaves are missing. */
  readonly frontier: Frontier | null
  /** The first `seq` of which the leaf cannot be known; `null`: none. */
  readonly missing: number | null
  /** The first record that is lost, or is not the one that its successor remembers; `null`: none. */
  readonly flaw: number | null
  readonly closes: readonly FoundClose[]
  readonly rekeys: readonly (TrailRecord & RekeyBody)[]
  readonly prunes: readonly (TrailRecord & PruneBody)[]
  /** The clocks of the first record that was read behind each of them, by seq. */
  readonly stamps: ReadonlyMap<number, StoredStamp>
  /** seq and hash of the last record; 0 and '' where none was read. */
  readonly seq: number
  readonly hash: string
}

/**
 * Reads all records behind `start.size`.
 * @param until the last record that counts: what lies behind it is not read
 * @throws the system's error where a segment cannot be read
 */
export function scanTrail(folder: string, files: Files, start: ScanStart, until: number): Scan {
  const tree = new Leaves(start)
  for (const { placed, label } of recordsFrom(folder, files, start.size + 1)) {
    if (placed.record.seq > until) break
    tree.take(placed, label)
  }
  return tree.end()
}

class Leaves {
  #frontier: Frontier | null
  #missing: number | null = null
  #flaw: number | null = null
  #last: { placed: Placed; label: string } | null = null
  #seq: number
  readonly #closes: FoundClose[] = []
  readonly #rekeys: (TrailRecord & RekeyBody)[] = []
  readonly #prunes: (TrailRecord & PruneBody)[] = []
  readonly #stamps = new Map<number, StoredStamp>()

  constructor({ size, frontier }: ScanStart) {
    this.#frontier = Frontier.from(size, frontier)
    this.#seq = size
  }

  take(placed: Placed, label: string): void {
    const { record } = placed
    if (record.seq <= this.#seq) return
    const hole = record.seq - this.#seq - 1
    if (hole > 0) this.#flaw ??= this.#seq + 1
    else if (this.#last && this.#last.placed.hash !== record.prev) this.#flaw ??= this.#seq
    this.#settle(hole === 0 ? record.prev : null, placed.segment)
    if (hole === 1) this.#push(record.prev)
    else if (hole > 1) {
      this.#frontier = null
      this.#missing ??= this.#seq + 1
    }
    const follows = this.#closes.at(-1)?.record.seq === this.#seq
    if (this.#stamps.size === 0 || follows) this.#stamps.set(record.seq, record)
    this.#seq = record.seq
    this.#last = { placed, label }
    if (record.type === 'rekey') this.#rekeys.push(record)
    if (record.type === 'prune') this.#prunes.push(record)
  }

  end(): Scan {
    const hash = this.#last?.placed.hash ?? ''
    this.#settle(null, null)
    return {
      frontier: this.#frontier,
      missing: this.#missing,
      flaw: this.#flaw,
      closes: this.#closes,
      rekeys: this.#rekeys,
      prunes: this.#prunes,
      stamps: this.#stamps,
      seq: this.#seq,
      hash,
    }
  }

  /**
   * The last record is a leaf.
   * @param remembered its hash as the next record has it, where that follows
   * @param next number of the segment of the next record; `null`: there is none
   */
  #settle(remembered: string | null, next: number | null): void {
    if (!this.#last) return
    const { placed, label } = this.#last
    const { record, segment } = placed
    const hash = remembered ?? placed.hash
    this.#last = null
    if (record.type !== 'close' || record.nextKey === '') {
      this.#push(hash)
      return
    }
    const before = this.#frontier?.state() ?? []
    this.#push(hash)
    const root = this.#frontier?.root() ?? null
    const state = this.#frontier?.state() ?? []
    this.#closes.push({ record, hash, label, root, state, before, segment, ends: next !== null && next !== segment })
  }

  #push(leaf: string): void {
    this.#frontier?.push(leaf)
  }
}

interface Head {
  readonly segment: SegmentPath
  readonly open: (TrailRecord & OpenBody) | null
}

/** Records in the order of their segments, from the segment on that can hold `seq`; what is void or no record is passed over. */
export function* recordsFrom(
  folder: string,
  files: Files,
  seq: number,
): Generator<{ readonly placed: Placed; readonly label: string }> {
  const { segments } = orderSegments(listPaths(folder, files))
  const heads: Head[] = []
  for (const segment of [...segments].reverse()) {
    const open = readHead(folder, files, segment)
    heads.unshift({ segment, open })
    if (open !== null && open.seq <= seq) break
  }
  for (const [index, { segment }] of heads.entries()) {
    const ends = endOf(
      segment.number,
      heads.slice(index + 1).map(({ open }) => open),
    )
    for (const { bytes, offset } of linesOf(folder, files, segment)) {
      if (offset >= ends) break
      const placed = tryLine(bytes, segment.number, offset)
      if (typeof placed !== 'string' && placed.record.seq >= seq) yield { placed, label: segment.label }
    }
  }
}

/** The first record of a trail; `null` where there is none, or it is lost. @throws the system's error */
export function firstOpen(folder: string, files: Files): (TrailRecord & OpenBody) | null {
  const [first] = orderSegments(listPaths(folder, files)).segments
  const open = first ? readHead(folder, files, first) : null
  return open?.seq === 1 ? open : null
}

/** From which byte on a segment is void, as a later `open` says. */
function endOf(number: number, later: readonly ((TrailRecord & OpenBody) | null)[]): number {
  let end = Number.POSITIVE_INFINITY
  for (const open of later) {
    const cut = open?.supersedes
    if (!cut || cut.segment > number) continue
    end = Math.min(end, cut.segment === number ? cut.offset : 0)
  }
  return end
}

/** The first record of a segment where that is an `open`. */
export function readHead(folder: string, files: Files, segment: SegmentPath): Head['open'] {
  for (const { bytes } of linesOf(folder, files, segment, 64 * 1024)) {
    const placed = tryLine(bytes, segment.number, 0)
    return typeof placed !== 'string' && isOpen(placed.record) ? placed.record : null
  }
  return null
}

/** Whole lines of a segment. */
export function* linesOf(
  folder: string,
  files: Files,
  segment: SegmentPath,
  chunk = 1024 * 1024,
): Generator<{ readonly bytes: Buffer; readonly offset: number }> {
  let rest: Buffer = Buffer.alloc(0)
  let offset = 0
  for (const bytes of chunksOf(folder, files, segment, chunk)) {
    const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    let start = 0
    for (let end = all.indexOf(10, rest.length); end >= 0; end = all.indexOf(10, start)) {
      yield { bytes: all.subarray(start, end), offset: offset + start }
      start = end + 1
    }
    if (all.length - start > longestLine) start = all.length
    rest = all.subarray(start)
    offset += start
  }
}

function* chunksOf(folder: string, files: Files, segment: SegmentPath, chunk: number): Generator<Buffer> {
  const path = join(folder, segment.path)
  if (segment.compressed) {
    const bytes = files.readAll(path)
    try {
      yield gunzipSync(bytes)
    } catch {
      // Damaged: none of its records can be had; the hole that they leave is told.
    }
    return
  }
  const descriptor = files.open(path, 'r')
  try {
    for (let position = 0; ; ) {
      const buffer = Buffer.allocUnsafe(chunk)
      const count = files.read(descriptor, buffer, position)
      if (count === 0) return
      position += count
      yield buffer.subarray(0, count)
    }
  } finally {
    files.close(descriptor)
  }
}
