/**
 * The step test: looks at a quantity that stands still (or drifts no faster than a known rate) until somebody steps it.
 *
 * Each look gives an interval that contains the true value. Two intervals of which one, widened by the rate times the time
 * between, misses the other prove a step between them. There is no threshold, and a wide interval can raise no alarm.
 * @module
 */

import { floorDivide } from '../instant.js'
import type { IntervalNs } from '../interval.js'
import type { Look } from './look.js'

interface Entry {
  readonly look: Look
  /** The end of its interval, brought to A = 0 at the rate that makes it weakest. */
  readonly keyNs: bigint
}

/** More are never needed to find a step, only to date it tightly. */
const longest = 64

/**
 * Finds steps, and for each the last look that certainly came before it. Only looks that no later look outdoes are kept: one with a
 * lower `low` than a later one can prove nothing that the later does not prove more tightly.
 */
export class StepTest {
  readonly #pick: (look: Look) => IntervalNs
  readonly #ratePpb: bigint
  /** Falling from first to last: what a later, lower interval would miss. */
  #lows: Entry[] = []
  /** The same upside down: `-high`. */
  #highs: Entry[] = []

  /**
   * @param pick the quantity of a look
   * @param ratePpb how fast it may drift by itself (parts per billion of A); 0 for a step function
   */
  constructor(pick: (look: Look) => IntervalNs, ratePpb: bigint, first: Look) {
    this.#pick = pick
    this.#ratePpb = ratePpb
    this.restart(first)
  }

  /**
   * Adds a look.
   * @returns the last earlier look that it excludes, so that the quantity was stepped between the two; the test then starts
   * afresh at this look. `null` where nothing is proven.
   */
  add(look: Look): Look | null {
    const { lowNs, highNs } = this.#pick(look)
    const driftNs = floorDivide(this.#ratePpb * look.aNs, 1_000_000_000n) + 1n
    const slack = this.#ratePpb === 0n ? 0n : driftNs
    const fell = lastAbove(this.#lows, highNs + slack)
    const rose = lastAbove(this.#highs, -lowNs + slack)
    const before = fell !== null && rose !== null ? (fell.aNs > rose.aNs ? fell : rose) : (fell ?? rose)
    if (before !== null) this.restart(look)
    else this.#push(look)
    return before
  }

  /** Forgets everything before this look. */
  restart(look: Look): void {
    this.#lows = []
    this.#highs = []
    this.#push(look)
  }

  #push(look: Look): void {
    const { lowNs, highNs } = this.#pick(look)
    const driftNs = floorDivide(this.#ratePpb * look.fromNs, 1_000_000_000n)
    push(this.#lows, { look, keyNs: lowNs + driftNs })
    push(this.#highs, { look, keyNs: -highNs + driftNs })
  }
}

function push(entries: Entry[], entry: Entry): void {
  while ((entries.at(-1)?.keyNs ?? entry.keyNs + 1n) <= entry.keyNs) entries.pop()
  entries.push(entry)
  // The first is what proves; one in between only dates. Without it a step is dated earlier, never later.
  if (entries.length > longest) entries.splice(1, 1)
}

function lastAbove(entries: readonly Entry[], boundNs: bigint): Look | null {
  return entries.findLast(({ keyNs }) => keyNs > boundNs)?.look ?? null
}
