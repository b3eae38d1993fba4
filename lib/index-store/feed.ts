/**
 * Fills an index that holds nothing from records that somebody else reads: a trail that is verified need not be read a second time.
 * @module
 */
import { FactReader } from '../evidence/facts.js'
import type { Fact } from '../evidence/types.js'
import type { Placed } from '../trail/types.js'
import type { SegmentListener } from '../trail/verify.js'
import { type BuildOptions, Cutter, markOf } from './builder.js'
import type { Mark } from './origin.js'

/** A record that was heard of, and what the index keeps of it. */
interface Heard {
  readonly mark: Mark
  readonly facts: readonly Fact[]
}

/**
 * Listens to the closed segments of a trail from the first one on, one behind the other. With the first that is missing or holds
 * anything that is no record in its place it stops: whoever follows the trail goes on from there.
 */
export class IndexFeed {
  readonly #cutter: Cutter
  readonly #orders: readonly number[]
  readonly #reader = new FactReader()
  #last: Mark | null = null
  /** How many segments were heard to their ends; negative: no more are. */
  #heard = 0

  constructor(options: Pick<BuildOptions, 'folder' | 'segments' | 'trail' | 'key' | 'store'>) {
    this.#cutter = new Cutter({ ...options, from: null })
    this.#orders = options.segments.map(({ order }) => order)
  }

  /** @returns `null` where the segment is not the next one */
  listen(segment: number): SegmentListener | null {
    const next = this.#heard
    this.#heard = -1
    if (next < 0 || segment !== this.#orders[next]) return null
    const heard: Heard[] = []
    let inOrder = true
    return {
      record: (placed) => {
        inOrder &&= this.#follows(placed)
        if (inOrder) heard.push({ mark: markOf(placed), facts: this.#reader.next(placed) })
      },
      end: async () => {
        if (!inOrder) return
        for (const { mark, facts } of heard) await this.#cutter.add(mark, facts)
        this.#heard = next + 1
      },
    }
  }

  /** Stores what is complete. */
  close(): void {
    this.#cutter.end([])
  }

  /** Whether a record stands behind the last one as the chain has it. */
  #follows(placed: Placed): boolean {
    const { seq, prev } = placed.record
    const follows = seq === (this.#last?.seq ?? 0) + 1 && prev === (this.#last?.hash ?? '')
    this.#last = markOf(placed)
    return follows
  }
}
