/**
 * D between records: the straight line from the D of one record to that of the next, widened by the chord that the witness
 * measured, so that slews and small steps between two records are inside.
 * @module
 */
import { type IntervalNs, meet } from '../interval.js'
import { type Band, bandPart } from './rational.js'
import type { Run, Runs } from './runs.js'
import type { Fact, Witnessed } from './types.js'

/** D over a stretch of A within one run. */
export interface Link extends Band {
  readonly witness: Witnessed
  /** The records between which it runs. */
  readonly fromSeq: number
  readonly toSeq: number
}

/**
 * The links between the facts with indexes `first` to `end` (exclusive), in order, by run. A link that leads out of that
 * range is part of the answer: reading begins at the record before and ends at the record after.
 */
export function linksOf(cut: Runs, first: number, end: number): Map<Run, Link[]> {
  const { facts } = cut
  let from = first > 0 ? first : 0
  while (from > 0 && !isNode(facts[from])) from--
  const result = new Map<Run, Link[]>()
  const push = (run: Run | undefined, link: Link): void => {
    if (!run || link.fromNs >= link.toNs) return
    const links = result.get(run)
    if (links) links.push(link)
    else result.set(run, [link])
  }
  let node: { readonly fact: Fact; readonly d: IntervalNs; readonly index: number } | null = null
  for (let i = from; i < facts.length; i++) {
    const fact = facts[i]
    if (!fact || fact.kind === 'damage') continue
    if (node === null || unlinked(cut, node.index, i)) node = { fact, d: fact.d, index: i }
    else if (fact.looks > 0) {
      between(cut, node, i, fact, push)
      node = { fact, d: fact.aNs === node.fact.aNs ? (meet(node.d, fact.d) ?? fact.d) : fact.d, index: i }
    }
    if (i >= end && (isNode(fact) || cut.cut[i] === 1)) break
  }
  return result
}

function isNode(fact: Fact | undefined): boolean {
  return fact !== undefined && fact.kind !== 'damage' && (fact.looks > 0 || fact.kind === 'open')
}

/** Whether the line of D is cut anywhere between two facts. */
function unlinked(cut: Runs, from: number, to: number): boolean {
  for (let i = from + 1; i <= to; i++) if (cut.cut[i] === 1) return true
  return false
}

/** The links from a node to the next fact: one, or two around a gap in which A stood still. */
function between(
  { runs, runOf }: Runs,
  node: { readonly fact: Fact; readonly d: IntervalNs; readonly index: number },
  i: number,
  fact: Fact,
  push: (run: Run | undefined, link: Link) => void,
): void {
  const old = runs[runOf[node.index] ?? -1]
  const run = runs[runOf[i] ?? -1]
  if (!old || !run || old.boot !== run.boot) return
  const link = linkOf(node.fact, node.d, fact)
  if (old === run) {
    push(run, link)
    return
  }
  if (old.endNs > link.fromNs) push(old, { ...link, ...bandPart(link, link.fromNs, old.endNs) })
  if (run.startNs < link.toNs) push(run, { ...link, ...bandPart(link, run.startNs, link.toNs) })
}

/**
 * The line of D between two facts, with its chord. The chord holds at every look; between two looks D stays between its
 * values there, while the line moves on by at most its slope times the widest silence.
 */
function linkOf(last: Fact, from: IntervalNs, fact: Fact): Link {
  const { d: to, chord, widestSilenceNs, aNs } = fact
  const lengthNs = aNs - last.aNs
  const low = magnitude(to.lowNs - from.lowNs)
  const high = magnitude(to.highNs - from.highNs)
  const most = low > high ? low : high
  const moved = lengthNs > 0n && widestSilenceNs < lengthNs ? (most * widestSilenceNs + lengthNs - 1n) / lengthNs : most
  const lowNs = chord.lowNs - moved
  const highNs = chord.highNs + moved
  const start = new Ends(from.lowNs + lowNs, from.highNs + highNs)
  const end = new Ends(to.lowNs + lowNs, to.highNs + highNs)
  return new Line(last.aNs, aNs, start, end, witnessed(fact), last.seq, fact.seq)
}

/*
 * Links are what a block has most of. Literals of one place in the code that happen to live through two collections make V8 put all
 * further ones into the old space, where only a long pause frees them; it does not do so with classes.
 */

class Ends implements IntervalNs {
  readonly lowNs: bigint
  readonly highNs: bigint
  constructor(lowNs: bigint, highNs: bigint) {
    this.lowNs = lowNs
    this.highNs = highNs
  }
}

class Line implements Link {
  readonly fromNs: bigint
  readonly toNs: bigint
  readonly from: IntervalNs
  readonly to: IntervalNs
  readonly witness: Witnessed
  readonly fromSeq: number
  readonly toSeq: number
  constructor(
    fromNs: bigint,
    toNs: bigint,
    from: IntervalNs,
    to: IntervalNs,
    witness: Witnessed,
    fromSeq: number,
    toSeq: number,
  ) {
    this.fromNs = fromNs
    this.toNs = toNs
    this.from = from
    this.to = to
    this.witness = witness
    this.fromSeq = fromSeq
    this.toSeq = toSeq
  }
}

/**
 * With a notice of the kernel no step goes unnoticed. A notice that only a small change explains hides what else happened
 * in that look.
 */
function witnessed({ notice, small }: Fact): Witnessed {
  return notice === 'none' || (notice === 'seen' && small === 0) ? 'complete' : 'looks'
}

function magnitude(ns: bigint): bigint {
  return ns < 0n ? -ns : ns
}
