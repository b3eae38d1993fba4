/**
 * The wall clock to microseconds from `Date.now()` alone: wait for the millisecond to change and bracket that edge.
 * Costs half a millisecond of CPU on average, which four looks a second can afford.
 * @module
 */
import type { Bracket } from './bracket.js'

const millisecond = 1_000_000n
/** An edge comes within a millisecond; after this long the computer is too busy for the method. */
const patienceNs = 3_000_000n
/** An edge found later than this after the reading before it is none: something else may have happened to the clock meanwhile. */
const sharpNs = 20_000n

/**
 * One bracketed reading. At an edge: the millisecond `w` began between the last reading of `w - 1 ms` and the first of `w`, so
 * that the span of the wall reading is empty. This takes for granted that the clock is not set in those microseconds. Where no edge
 * can be caught so sharply (the computer is too busy), the plain bracket with its honest span of 1 ms.
 *
 * @param dateNs the wall clock in whole milliseconds, as nanoseconds
 * @param otherNs the clock to compare with (ns)
 */
export function takeEdge(dateNs: () => bigint, otherNs: () => bigint): Bracket {
  const startNs = otherNs()
  let beforeNs = startNs
  let wallNs = dateNs()
  let afterNs = otherNs()
  while (afterNs - startNs < patienceNs) {
    const nextNs = dateNs()
    const nextAfterNs = otherNs()
    const edge = nextNs === wallNs + millisecond && nextAfterNs - beforeNs < sharpNs
    if (edge) return { beforeNs, afterNs: nextAfterNs, wallNs: nextNs, spanNs: 0n }
    beforeNs = afterNs
    wallNs = nextNs
    afterNs = nextAfterNs
  }
  return { beforeNs, afterNs, wallNs, spanNs: millisecond }
}
