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
import { outlineOf } from './outline.js'
import { Recent } from './recent.js'
import { isCalmWindow, startOf } from './thin.js'
import type { Fact, FactSource, Outline } from './types.js'
import { blockSize } from './types.js'

export interface Window {
  readonly block: number
  /** Facts of all blocks of the window, in order. */
  readonly facts: readonly Fact[]
  /** Indexes in {@link facts}: block b's own are those from `first` to `end` (exclusive). */
  readonly first: number
  readonly end: number
  /** Whether records that can hardly matter were left out of {@link facts}. */
  readonly thinned: boolean
  /** The blocks that the window reaches over, and whether it ends with the trail: it will see more when the trail has grown. */
  readonly reach: Reach
}

/** First and last block of a window. */
export interface Reach {
  readonly from: number
  readonly to: number
  readonly live: boolean
}

/** Records on both sides of a block that are never left out: the line of D is drawn through them. */
export const margin = 64

const hour = 3_600_000_000_000n
const reachNs = 6n * hour
const mostNs = 168n * hour
/** Blocks of a new boot that are searched for its first sample. */
const bootBlocks = 4
/** How many blocks' facts, and how many outlines, stay in memory. */
const mostFacts = 2
const mostOutlines = 4096

interface Drawn {
  readonly index: number
  readonly outline: Outline
}

interface Reached {
  readonly before: readonly Drawn[]
  readonly own: Drawn
  readonly after: readonly Drawn[]
  readonly live: boolean
}

/** Reads blocks from a source and keeps the last few. */
export class Blocks {
  readonly #source: FactSource
  readonly #outlines = new Outlines()
  readonly #facts = new Recent<readonly Fact[]>(mostFacts)
  readonly count: number

  constructor(source: FactSource) {
    this.#source = source
    this.count = Math.ceil(source.lastSeq / blockSize)
  }

  /** The outline of a block: the one that its source keeps, else drawn from its facts. */
  outline(index: number): Promise<Outline> {
    return this.#outlines.get(index, async () => {
      if (index < 0 || index >= this.count) return outlineOf([])
      return (await this.#source.outline?.(index)) ?? outlineOf(await this.facts(index))
    })
  }

  /** All facts of a block. */
  facts(index: number): Promise<readonly Fact[]> {
    return this.#facts.get(index, async () => (index < 0 || index >= this.count ? [] : this.#source.block(index)))
  }

  /** Forgets facts, not outlines. */
  release(): void {
    this.#facts.clear()
  }

  /** Some facts of a block, by their indexes in it. */
  async #some(index: number, from: number, end: number): Promise<readonly Fact[]> {
    if (from >= end) return []
    if (this.#source.part && !this.#facts.has(index)) return this.#source.part(index, from, end)
    return (await this.facts(index)).slice(from, end)
  }

  /**
   * The window of a block.
   * @param thin whether what can hardly matter may be left out: who takes such a window tests that it did not matter
   */
  async window(block: number, thin = true): Promise<Window> {
    const reached = await this.#reach(block)
    const { before, own, after, live } = reached
    const reach: Reach = { from: before[0]?.index ?? block, to: after.at(-1)?.index ?? block, live }
    const all = [...before, own, ...after]
    const thinned = thin && isThinnable(all, own)
    const lists: (readonly Fact[])[] = []
    for (const [i, { index, outline }] of all.entries()) {
      const whole = !thinned || index === block || !outline.calm
      lists.push(whole ? await this.facts(index) : await this.#thin(all, i, block))
    }
    const first = lists.slice(0, before.length).reduce((sum, facts) => sum + facts.length, 0)
    const end = first + (lists[before.length]?.length ?? 0)
    return { block, facts: lists.flat(), first, end, thinned, reach }
  }

  /** What can matter of a calm block: its outline says it, and the records beside blocks that are taken whole. */
  async #thin(all: readonly Drawn[], i: number, block: number): Promise<readonly Fact[]> {
    const { index, outline } = all[i] as Drawn
    const { count, kept } = outline
    const isWhole = (one: Drawn | undefined): boolean =>
      one !== undefined && (one.index === block || one.outline.calm === null)
    const head = isWhole(all[i - 1]) ? Math.min(count, margin) : 0
    const tail = isWhole(all[i + 1]) ? Math.max(head, count - margin) : count
    const [left, right] = [await this.#some(index, 0, head), await this.#some(index, tail, count)]
    const [from, to] = [left.at(-1)?.seq ?? 0, right[0]?.seq ?? Number.POSITIVE_INFINITY]
    return [...left, ...kept.filter(({ seq }) => seq > from && seq < to), ...right]
  }

  /** How far the window of a block reaches. */
  async reach(block: number): Promise<Reach> {
    const { before, after, live } = await this.#reach(block)
    return { from: before[0]?.index ?? block, to: after.at(-1)?.index ?? block, live }
  }

  /** Whether nothing happens in the window of a block that breaks a clock or contradicts a sample. */
  async isCalm(block: number): Promise<boolean> {
    const { before, own, after } = await this.#reach(block)
    return isCalmWindow([...before, own, ...after].map(({ outline }) => outline))
  }

  /** UTC of the first record of a block whose window is calm, as its labels give it; `null` for others. */
  async calmStart(block: number): Promise<bigint | null> {
    const { before, own, after } = await this.#reach(block)
    const [past, future] = [before.map(({ outline }) => outline), after.map(({ outline }) => outline)]
    return isCalmWindow([...past, own.outline, ...future]) ? startOf(past, own.outline, future) : null
  }

  async #reach(block: number): Promise<Reached> {
    const outline = await this.outline(block)
    const own = { index: block, outline }
    return { own, before: await this.#before(block, outline), ...(await this.#after(block, outline)) }
  }

  async #before(block: number, { first }: Outline): Promise<Drawn[]> {
    const found: Drawn[] = []
    let bounded = false
    for (let k = block - 1; k >= 0 && first !== null; k--) {
      const outline = await this.outline(k)
      found.unshift({ index: k, outline })
      bounded ||= outline.bounded
      if (outline.first === null) continue
      const awayNs = first.bootNs - outline.first.bootNs
      if (outline.first.boot !== first.boot || awayNs >= mostNs || (awayNs >= reachNs && bounded)) break
    }
    return found
  }

  async #after(block: number, { last }: Outline): Promise<{ after: Drawn[]; live: boolean }> {
    const found: Drawn[] = []
    let bounded = false
    let others = 0
    for (let k = block + 1; k < this.count; k++) {
      const outline = await this.outline(k)
      found.push({ index: k, outline })
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

/**
 * Whether calm blocks around a block may be thinned: every block follows the one before without a hole, under one and the same
 * rate. Whether something contradicts, or reaches back into what was left out, shows only in the window itself.
 */
function isThinnable(all: readonly Drawn[], own: Drawn): boolean {
  if (!all.some((one) => one !== own && one.outline.calm)) return false
  let rate: bigint | null = null
  for (const [i, { outline }] of all.entries()) {
    const before = all[i - 1]?.outline
    if (!outline.first || (before && outline.first.seq !== (before.last?.seq ?? -1) + 1)) return false
    for (const ratePpb of outline.rates) {
      rate ??= ratePpb
      if (ratePpb !== rate) return false
    }
  }
  return true
}

/** Outlines of a trail, the last ones that were asked for: enough of them that nearly always all of it are kept. */
class Outlines {
  readonly #kept = new Map<number, Promise<Outline>>()

  get(index: number, find: () => Promise<Outline>): Promise<Outline> {
    const kept = this.#kept.get(index)
    if (kept !== undefined) return kept
    const found = find()
    this.#kept.set(index, found)
    found.catch(() => this.#kept.delete(index))
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= mostOutlines) break
      this.#kept.delete(oldest)
    }
    return found
  }
}
