/**
 * Which records a report rests on: all up to the first usable sample that lies well behind the period. So a finished period gives the
 * same report however long the trail has grown since; and any part of a trail from its beginning proves only what is so.
 *
 * What comes later could narrow a bound at the very end of the period by a little; it cannot widen one, and is left out.
 * @module
 */
import { isBounded } from '../lib/evidence/cones.js'
import { blockSize, type Fact, type FactSource } from '../lib/evidence/types.js'
import { type IntervalNs, middle } from '../lib/interval.js'

type Sample = Extract<Fact, { kind: 'sample' }>

export interface Extent {
  /** seq of the last record to use. */
  readonly asOf: number
  /** seq of the last sample with a bound in or before the period; `null`: there is none. Settings that held then govern. */
  readonly lastInside: number | null
  /** Whether a usable sample closes the period: then the report stays what it is when the trail grows. */
  readonly closed: boolean
}

/** How far behind a period the sample that closes it lies: one that comes later moves the bound inside by next to nothing. */
const marginNs = 300_000_000_000n

/** Finds the extent of a period that ends at `toNs` (UTC). */
export async function extentOf(source: FactSource, toNs: bigint): Promise<Extent> {
  const limitNs = toNs + marginNs
  const search = new Search(source)
  const from = await search.lastBlockBefore(limitNs)
  const around = [...(await search.samples(from)), ...(await search.samples(from + 1))]
  const before = around[split(around, limitNs) - 1]
  const closing = await search.firstFrom(before ? before.seq + 1 : 0, from, limitNs)
  return {
    asOf: closing?.seq ?? source.lastSeq,
    lastInside: await search.lastBefore(toNs),
    closed: closing !== null,
  }
}

/**
 * The place in a list of samples that best parts those before an instant from those at it or later: fewest stand on the wrong side.
 * One sample that lies about the day moves nothing.
 */
function split(samples: readonly Sample[], limitNs: bigint): number {
  const early = samples.map((sample) => middle(utcOf(sample)) < limitNs)
  let wrong = early.filter(Boolean).length
  let best = { place: 0, wrong }
  for (const [i, isEarly] of early.entries()) {
    wrong += isEarly ? -1 : 1
    if (wrong < best.wrong) best = { place: i + 1, wrong }
  }
  return best.place
}

/** Looks for samples by the UTC that each of them tells by itself. */
class Search {
  readonly #source: FactSource
  readonly #count: number

  constructor(source: FactSource) {
    this.#source = source
    this.#count = Math.ceil(source.lastSeq / blockSize)
  }

  /**
   * The last block of which most samples lie before an instant, found by halving: samples of a reference that lies now and then
   * mislead nobody. -1: none.
   */
  async lastBlockBefore(limitNs: bigint): Promise<number> {
    let low = 0
    let high = this.#count
    while (low < high) {
      const half = (low + high) >> 1
      const { at, utcNs } = await this.#typical(half, high)
      if (utcNs !== null && utcNs < limitNs) low = at + 1
      else high = half
    }
    return low - 1
  }

  /** seq of the last sample before an instant. */
  async lastBefore(limitNs: bigint): Promise<number | null> {
    const block = await this.lastBlockBefore(limitNs)
    for (let index = block; index >= 0; index -= 1) {
      const around = [...(await this.samples(index)), ...(await this.samples(index + 1))]
      const place = split(around, limitNs)
      if (place > 0) return around[place - 1]?.seq ?? null
    }
    const first = await this.samples(0)
    return first[split(first, limitNs) - 1]?.seq ?? null
  }

  /** From a record on (which is not before `block`), the first sample that certainly lies at an instant or later. */
  async firstFrom(seq: number, block: number, limitNs: bigint): Promise<Sample | null> {
    for (let index = Math.max(block, 0); index < this.#count; index += 1) {
      const found = (await this.samples(index)).find((one) => one.seq >= seq && utcOf(one).lowNs >= limitNs)
      if (found) return found
    }
    return null
  }

  /** The median UTC of the first block from `index` on (before `end`) that has samples. */
  async #typical(index: number, end: number): Promise<{ at: number; utcNs: bigint | null }> {
    for (let at = index; at < end; at += 1) {
      const all = (await this.samples(at)).map((sample) => middle(utcOf(sample))).sort((a, b) => (a < b ? -1 : 1))
      const utcNs = all[all.length >> 1]
      if (utcNs !== undefined) return { at, utcNs }
    }
    return { at: index, utcNs: null }
  }

  /** Of a block those that have a bound. */
  async samples(index: number): Promise<(Sample & { readonly m: IntervalNs })[]> {
    if (index < 0 || index >= this.#count) return []
    return (await this.#source.block(index)).filter((fact) => fact.kind === 'sample').filter(isBounded)
  }
}

/** UTC of a sample by its own bound: A + M - (TAI - UTC). */
function utcOf({ atNs, m, taiUtc }: Sample): IntervalNs {
  const shiftNs = atNs - BigInt(taiUtc) * 1_000_000_000n
  return m ? { lowNs: m.lowNs + shiftNs, highNs: m.highNs + shiftNs } : { lowNs: shiftNs, highNs: shiftNs }
}
