/**
 * When each block of a trail was lived: UTC of its first record, so that blocks follow one another without overlap, and what
 * the wall clock showed meanwhile. Found once for a source and kept with it.
 * @module
 */
import { hull, type IntervalNs } from '../interval.js'
import { type Block, blockOf, isSound } from './block.js'
import { Recent } from './recent.js'
import type { FactSource, Memory, Outline } from './types.js'
import { Blocks } from './window.js'

/** A block that holds records. */
export interface Mark {
  readonly block: number
  /** UTC of its first record and of the first record behind it (ns). Never runs backwards. */
  readonly fromNs: bigint
  readonly toNs: bigint
  readonly wall: IntervalNs | null
  /** Whether a clock-change, a gap or a break, a sample is recorded in it. */
  readonly changes: boolean
  readonly gaps: boolean
  readonly samples: boolean
}

interface Found {
  readonly block: number
  utcNs: bigint
  readonly reliable: boolean
  wall: IntervalNs | null
  readonly changes: boolean
  readonly gaps: boolean
  readonly samples: boolean
}

/** A source with what was worked out from it. */
export class Evidence {
  static readonly #known = new WeakMap<FactSource, Evidence>()
  readonly blocks: Blocks
  readonly lastSeq: number
  readonly #version: number | undefined
  /** Where its source remembers what was worked out. */
  readonly memory: Memory | undefined
  readonly #kept = new Recent<Block>(2)
  #timeline: Promise<readonly Mark[]> | null = null

  private constructor(source: FactSource) {
    this.blocks = new Blocks(source)
    this.lastSeq = source.lastSeq
    this.#version = source.version
    this.memory = source.memory
  }

  /** What is known of a source: the same as long as it holds the same records. */
  static of(source: FactSource): Evidence {
    const known = Evidence.#known.get(source)
    if (known && known.lastSeq === source.lastSeq && known.#version === source.version) return known
    const fresh = new Evidence(source)
    Evidence.#known.set(source, fresh)
    return fresh
  }

  /** A block with all that its window tells; the last few are kept. */
  block(index: number): Promise<Block> {
    return this.#kept.get(index, () => this.#draw(index))
  }

  /**
   * What follows from a block and its window (and the blocks up to `most`) and from nothing else, as the source remembers it, else worked out.
   * @param name tells what it is
   */
  async remembered<T>(name: string, index: number, find: (block: Block) => Promise<T> | T, most = index): Promise<T> {
    const reach = await this.blocks.reach(index)
    const memory = reach.live ? undefined : this.memory
    const to = Math.max(reach.to, most)
    const key = `${name} ${index}`
    const kept = memory?.recall(key, reach.from, to)
    if (kept) return readNs(kept) as T
    const found = await find(await this.block(index))
    memory?.keep(key, reach.from, to, writeNs(found))
    return found
  }

  /**
   * Forgets the blocks that were drawn last. Whoever asks here and there keeps none: what lives from one question to the next is moved to
   * where only a long pause of the collector frees it again.
   */
  release(): void {
    this.#kept.clear()
    this.blocks.release()
  }

  /** A window in which more was left out than may be is drawn again with all of it. */
  async #draw(index: number): Promise<Block> {
    const block = blockOf(await this.blocks.window(index))
    return isSound(block) ? block : blockOf(await this.blocks.window(index, false))
  }

  /** All blocks that hold records, in order. */
  timeline(): Promise<readonly Mark[]> {
    this.#timeline ??= this.#mark().catch((error: unknown) => {
      this.#timeline = null
      throw error
    })
    return this.#timeline
  }

  async #mark(): Promise<Mark[]> {
    const found: Found[] = []
    let last: Outline | null = null
    for (let index = 0; index < this.blocks.count; index++) {
      const outline = await this.blocks.outline(index)
      if (outline.first === null) continue
      const before = found.at(-1)
      // The clock ran on to the first record behind a block.
      const { wall, firstWall, near } = outline
      if (before && firstWall) before.wall = before.wall ? hull(before.wall, firstWall) : firstWall
      const { changes, gaps, samples } = near
      const has = { changes: changes.length > 0, gaps: gaps.length > 0, samples: samples.length > 0 }
      found.push({ block: index, ...(await this.#start(index)), wall, ...has })
      last = outline
    }
    const end = found.at(-1)
    if (!last || !end) return []
    const { to, labels } = await this.block(end.block)
    return follow(found, to ? labels.at(to.run, to.aNs) : end.utcNs)
  }

  /** UTC of the first record of a block, and whether samples say so. */
  async #start(index: number): Promise<{ utcNs: bigint; reliable: boolean }> {
    const calm = await this.blocks.calmStart(index)
    if (calm !== null) return { utcNs: calm, reliable: true }
    const reach = await this.blocks.reach(index)
    const known = reach.live ? null : this.memory?.recall(`start ${index}`, reach.from, reach.to)
    const told = known ? /^(-?\d+) ([01])$/.exec(known) : null
    if (told) return { utcNs: BigInt(told[1] ?? 0), reliable: told[2] === '1' }
    const start = startIn(await this.block(index))
    if (!reach.live) {
      this.memory?.keep(`start ${index}`, reach.from, reach.to, `${start.utcNs} ${start.reliable ? 1 : 0}`)
    }
    return start
  }
}

/** Bigints are written as `"123n"`: no text of what is remembered looks like that. */
function writeNs(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) => (typeof one === 'bigint' ? `${one}n` : one))
}

const whole = /^-?\d+n$/

function readNs(text: string): unknown {
  return JSON.parse(text, (_key, one: unknown) =>
    typeof one === 'string' && whole.test(one) ? BigInt(one.slice(0, -1)) : one,
  )
}

function startIn({ from, labels }: Block): { utcNs: bigint; reliable: boolean } {
  if (!from) return { utcNs: 0n, reliable: false }
  return { utcNs: labels.at(from.run, from.aNs), reliable: !labels.estimated(from.run, from.aNs, from.aNs) }
}

/**
 * Makes the beginnings of blocks follow one another: one that rests on samples does not begin before an earlier such one,
 * and estimates lie between those.
 */
function follow(found: readonly Found[], endNs: bigint): Mark[] {
  let last: bigint | null = null
  for (const one of found) {
    if (!one.reliable) continue
    if (last !== null && one.utcNs < last) one.utcNs = last
    last = one.utcNs
  }
  let cap: bigint | null = endNs
  for (const one of found.toReversed()) {
    if (!one.reliable && cap !== null && one.utcNs > cap) one.utcNs = cap
    cap = one.utcNs
  }
  last = null
  for (const one of found) {
    if (last !== null && one.utcNs < last) one.utcNs = last
    last = one.utcNs
  }
  return found.map(({ block, utcNs, wall, changes, gaps, samples }, i) => {
    const next = found[i + 1]?.utcNs ?? endNs
    return { block, fromNs: utcNs, toNs: next > utcNs ? next : utcNs, wall, changes, gaps, samples }
  })
}

/** Index of the first mark that ends behind an instant of UTC; `marks.length` where none does. */
export function firstMark(marks: readonly Mark[], utcNs: bigint): number {
  let low = 0
  let high = marks.length
  while (low < high) {
    const half = (low + high) >> 1
    if ((marks[half]?.toNs ?? 0n) > utcNs) high = half
    else low = half + 1
  }
  return low
}
