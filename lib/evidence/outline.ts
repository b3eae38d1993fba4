/**
 * What others need to know of a block without looking at its records: where it begins and ends, what of it can matter to a
 * bound elsewhere, and its samples, changes and gaps at both ends.
 * @module
 */
import { contains, hull, type IntervalNs, point } from '../interval.js'
import { isBounded } from './cones.js'
import { calmOf } from './thin.js'
import type { Fact, Near, NearKind, Outline, Stamp } from './types.js'

/** Draws the outline of a block's facts. */
export function outlineOf(facts: readonly Fact[]): Outline {
  const near = { samples: new Nearest(), changes: new Nearest(), gaps: new Nearest() }
  const rates = new Set<bigint>()
  let bounded = false
  let first: Fact | null = null
  let last: Fact | null = null
  let wall: IntervalNs | null = null
  for (const fact of facts) {
    if (isGap(fact)) near.gaps.add(fact)
    if (fact.kind === 'damage') continue
    first ??= fact
    last = fact
    wall = wallOf(fact, wall)
    if (fact.kind === 'open' || fact.kind === 'sample') rates.add(fact.ratePpb)
    if (fact.kind === 'clock-change') near.changes.add(fact)
    if (fact.kind !== 'sample') continue
    near.samples.add(fact)
    bounded ||= isBounded(fact)
  }
  const calm = calmOf(facts)
  return {
    count: facts.length,
    first: first && stampOf(first),
    last: last && stampOf(last),
    bounded,
    rates: [...rates],
    calm,
    kept: calm ? facts.filter(({ seq }) => calm.keep.has(seq)) : [],
    near: { samples: near.samples.list(), changes: near.changes.list(), gaps: near.gaps.list() },
    firstWall: first && wallOf(first, null),
    wall,
  }
}

function stampOf({ seq, boot, aNs, bootNs, wallNs }: Fact): Stamp {
  return { seq, boot, aNs, bootNs, wallNs }
}

/** Collects the first and the last of each boot. */
class Nearest {
  readonly #ends: { first: Near; last: Near }[] = []

  add(fact: Fact): void {
    const one: Near = { seq: fact.seq, boot: fact.boot, atNs: atOf(fact), bootNs: fact.bootNs }
    const open = this.#ends.at(-1)
    if (open?.last.boot === one.boot) {
      if (one.atNs >= open.last.atNs) open.last = one
      if (one.atNs < open.first.atNs) open.first = one
    } else this.#ends.push({ first: one, last: one })
  }

  list(): Near[] {
    return this.#ends.flatMap(({ first, last }) => (first === last ? [first] : [first, last]))
  }
}

/** The instant of A that a fact speaks of. */
export function atOf(fact: Fact): bigint {
  return fact.kind === 'sample' ? fact.atNs : fact.aNs
}

/** Of which kind a fact is, to who asks for the nearest one. */
export function isOf(kind: NearKind, fact: Fact): boolean {
  if (kind === 'gaps') return isGap(fact)
  return fact.kind === (kind === 'samples' ? 'sample' : 'clock-change')
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
