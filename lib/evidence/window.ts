/**
 * Canonical windows: which records an answer about an instant rests on at most.
 *
 * Answers must depend neither on the period that was asked for nor on an index: the page of a day and the page of its month
 * show the same numbers. So the trail is cut into blocks of 512 records by seq, and everything about an instant in block b
 * (from its first record to the first record of the block behind it) is computed from the same records every time:
 *
 * - backwards to the latest block that begins at least six hours of boot time before block b and leaves a sample with a
 *   bound between them, or that begins in another boot; at most seven days;
 * - forwards to the first block that ends at least six hours of boot time behind block b with such a sample between them,
 *   or in another boot with such a sample; at most seven days; or to the end of the trail.
 *
 * At six hours a cone of 100 ppm has widened by two seconds: what lies further away shapes a bound only where next to
 * nothing is known. The last blocks of a live trail simply see less; their answers change while it grows.
 * @module
 */
import { contains, hull, type IntervalNs, point } from '../interval.js'
import { isBounded } from './cones.js'
import { type Calm, calmOf, isCalmWindow, startOf } from './thin.js'
import type { Fact, FactSource } from './types.js'
import { blockSize } from './types.js'

export interface Window {
  readonly block: number
  /** Facts of all blocks of the window, in order. */
  readonly facts: readonly Fact[]
  /** Indexes in {@link facts}: block b's own are those from `first` to `end` (exclusive). */
  readonly first: number
  readonly end: number
  /** Whether records that cannot matter were left out of {@link facts}. */
  readonly thinned: boolean
  /** Whether the window ends with the trail: it will see more when the trail has grown. */
  readonly live: boolean
}

/** Records on both sides of a block that are never left out: the line of D is drawn through them. */
export const margin = 64

const hour = 3_600_000_000_000n
const reachNs = 6n * hour
const mostNs = 168n * hour
/** Blocks of a new boot that are searched for its first sample. */
const bootBlocks = 4

/** What a window needs to know of a block. */
export interface Outline {
  readonly facts: readonly Fact[]
  /** First and last record; `null` where there is none. */
  readonly first: Fact | null
  readonly last: Fact | null
  /** Whether a sample in it has a bound. */
  readonly bounded: boolean
  readonly calm: Calm | null
  /** Of a calm block the facts that can matter to others. */
  readonly kept: readonly Fact[]
  readonly samples: readonly Fact[]
  readonly changes: readonly Fact[]
  /** Facts that tell of a stretch that was not watched. */
  readonly gaps: readonly Fact[]
  /** What the wall clock showed in it at least and at most; `null` where there is no record. */
  readonly wall: IntervalNs | null
}

/** Reads blocks from a source and keeps the last few. */
export class Blocks {
  readonly #source: FactSource
  readonly #kept = new Map<number, Promise<Outline>>()
  readonly count: number

  constructor(source: FactSource) {
    this.#source = source
    this.count = Math.ceil(source.lastSeq / blockSize)
  }

  outline(index: number): Promise<Outline> {
    const kept = this.#kept.get(index)
    if (kept !== undefined) {
      this.#kept.delete(index)
      this.#kept.set(index, kept)
      return kept
    }
    const read = this.#read(index)
    this.#kept.set(index, read)
    read.catch(() => this.#kept.delete(index))
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= 64) break
      this.#kept.delete(oldest)
    }
    return read
  }

  async #read(index: number): Promise<Outline> {
    const facts = index < 0 || index >= this.count ? [] : await this.#source.block(index)
    return outlineOf(facts)
  }

  /**
   * The window of a block.
   * @param thin whether what cannot matter may be left out
   */
  async window(block: number, thin = true): Promise<Window> {
    const { before, own, after, live } = await this.#reach(block)
    const thinned = thin && isCalmWindow([...before, own, ...after])
    const past = before.flatMap((outline, i) => {
      if (!thinned) return outline.facts
      const { kept, facts } = outline
      return i < before.length - 1 ? kept : keepWith(outline, facts.length - margin, facts.length)
    })
    const future = after.flatMap((outline, i) => {
      if (!thinned) return outline.facts
      return i > 0 ? outline.kept : keepWith(outline, 0, margin)
    })
    const facts = [...past, ...own.facts, ...future]
    return { block, facts, first: past.length, end: past.length + own.facts.length, thinned, live }
  }

  /** UTC of the first record of a block whose window is calm, as its labels give it; `null` for others. */
  async calmStart(block: number): Promise<bigint | null> {
    const { before, own, after } = await this.#reach(block)
    return isCalmWindow([...before, own, ...after]) ? startOf(before, own, after) : null
  }

  async #reach(block: number): Promise<{ before: Outline[]; own: Outline; after: Outline[]; live: boolean }> {
    const own = await this.outline(block)
    return { own, before: await this.#before(block, own), ...(await this.#after(block, own)) }
  }

  async #before(block: number, { first }: Outline): Promise<Outline[]> {
    const found: Outline[] = []
    let bounded = false
    for (let k = block - 1; k >= 0 && first !== null; k--) {
      const outline = await this.outline(k)
      found.unshift(outline)
      bounded ||= outline.bounded
      if (outline.first === null) continue
      const awayNs = first.bootNs - outline.first.bootNs
      if (outline.first.boot !== first.boot || awayNs >= mostNs || (awayNs >= reachNs && bounded)) break
    }
    return found
  }

  async #after(block: number, { last }: Outline): Promise<{ after: Outline[]; live: boolean }> {
    const found: Outline[] = []
    let bounded = false
    let others = 0
    for (let k = block + 1; k < this.count; k++) {
      const outline = await this.outline(k)
      found.push(outline)
      bounded ||= outline.bounded
      if (last === null || outline.last === null) continue
      if (outline.last.boot !== last.boot) {
        others++
        if (outline.bounded || others >= bootBlocks) return { after: found, live: false }
        continue
      }
      const awayNs = outline.last.bootNs - last.bootNs
      if (awayNs >= mostNs || (awayNs >= reachNs && bounded)) return { after: found, live: false }
    }
    return { after: found, live: true }
  }
}

/** What matters of a block, and all of it between two indexes. */
function keepWith({ facts, calm }: Outline, from: number, to: number): Fact[] {
  return facts.filter(({ seq }, i) => (i >= from && i < to) || calm?.keep.has(seq))
}

function outlineOf(facts: readonly Fact[]): Outline {
  const samples: Fact[] = []
  const changes: Fact[] = []
  const gaps: Fact[] = []
  let bounded = false
  let first: Fact | null = null
  let last: Fact | null = null
  let wall: IntervalNs | null = null
  for (const fact of facts) {
    if (isGap(fact)) gaps.push(fact)
    if (fact.kind === 'damage') continue
    first ??= fact
    last = fact
    wall = wallOf(fact, wall)
    if (fact.kind === 'clock-change') changes.push(fact)
    if (fact.kind !== 'sample') continue
    samples.push(fact)
    bounded ||= isBounded(fact)
  }
  const calm = calmOf(facts)
  const kept = calm ? facts.filter(({ seq }) => calm.keep.has(seq)) : facts
  return { facts, first, last, bounded, calm, kept, samples, changes, gaps, wall }
}

/** What the wall clock showed by a record, added to what it showed before. */
export function wallOf(fact: Fact, before: IntervalNs | null): IntervalNs {
  const plain = fact.kind !== 'clock-change' && fact.kind !== 'gap'
  if (before && plain && contains(before, fact.wallNs)) return before
  const all = before ? hull(before, point(fact.wallNs)) : point(fact.wallNs)
  if (fact.kind === 'clock-change') return hull(hull(all, point(fact.wallBeforeNs)), point(fact.wallAfterNs))
  if (fact.kind === 'gap') return hull(hull(all, point(fact.wallFromNs)), point(fact.wallToNs))
  return all
}

/** Whether a fact tells of a stretch that was not watched. Before the very first record there was nothing to watch. */
export function isGap(fact: Fact): boolean {
  if (fact.kind === 'open') return fact.seq > 1 && (fact.reason === 'start' || fact.reason === 'restart')
  return fact.kind === 'gap' || fact.kind === 'damage'
}
