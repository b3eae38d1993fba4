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
import { isBounded } from './cones.js'
import { type Calm, calmOf, isCalmWindow } from './thin.js'
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
    const real = facts.filter((fact) => fact.kind !== 'damage')
    const bounded = facts.some((fact) => fact.kind === 'sample' && isBounded(fact))
    return { facts, first: real[0] ?? null, last: real.at(-1) ?? null, bounded, calm: calmOf(facts) }
  }

  /**
   * The window of a block.
   * @param thin whether what cannot matter may be left out
   */
  async window(block: number, thin = true): Promise<Window> {
    const own = await this.outline(block)
    const before = await this.#before(block, own)
    const { after, live } = await this.#after(block, own)
    const thinned = thin && isCalmWindow([...before, own, ...after])
    const kept = (outline: Outline, from: number, to: number): readonly Fact[] =>
      thinned
        ? outline.facts.filter(({ seq }, i) => outline.calm?.keep.has(seq) || (i >= from && i < to))
        : outline.facts
    const past = before.flatMap((outline, i) =>
      kept(
        outline,
        i === before.length - 1 ? outline.facts.length - margin : outline.facts.length,
        outline.facts.length,
      ),
    )
    const future = after.flatMap((outline, i) => kept(outline, 0, i === 0 ? margin : 0))
    const facts = [...past, ...own.facts, ...future]
    return { block, facts, first: past.length, end: past.length + own.facts.length, thinned, live }
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
