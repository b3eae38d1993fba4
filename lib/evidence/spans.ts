/**
 * What is known of one run between two instants of A: spans in which every edge is one straight line.
 *
 * error = UTC - wall = M - D - (TAI - UTC). The edges of M are those of the forward and of the backward cone, whichever
 * excludes more; they cross at instants that are solved for. A span begins wherever an edge bends or a reason changes.
 * @module
 */
import type { Support } from '../consensus/types.js'
import { floorDivide } from '../instant.js'
import { type IntervalNs, subtract } from '../interval.js'
import { backwardAt, type Edges, forwardAt, type Known, type Segment, weaker } from './cones.js'
import type { Link } from './links.js'
import { type RunModel, sampleBefore } from './model.js'
import { bandAt } from './rational.js'
import type { Lack, Witnessed } from './types.js'

/** A stretch of A. Values at both ends, straight lines between. */
export interface Span {
  readonly fromNs: bigint
  readonly toNs: bigint
  readonly bound: Ends | null
  readonly forward: Ends | null
  readonly lack: Lack | null
  readonly forwardLack: Lack | null
  readonly support: Support | null
  readonly witness: Witnessed
  /** seq of the records that it rests on. */
  readonly seqs: readonly number[]
}

export interface Ends {
  readonly from: IntervalNs
  readonly to: IntervalNs
}

const noSample: Lack = { verdict: 'UNMONITORED', cause: 'no-sample' }
const noReference: Lack = { verdict: 'UNMONITORED', cause: 'no-reference' }
const tooFar: Lack = { verdict: 'UNMONITORED', cause: 'too-far-from-sample' }
const selfReference: Lack = { verdict: 'INDETERMINATE', cause: 'self-reference' }
/** Where holes meet, the one that excuses least counts; but sleep explains why nobody looked. */
function rank({ verdict, cause }: Lack): number {
  if (verdict === 'UNMONITORED') return cause === 'starved' ? 1 : 3
  return verdict === 'OFF' ? 2 : 0
}
const unwatched: Lack = { verdict: 'UNMONITORED', cause: 'auditor-down' }

/**
 * The spans of a run between two instants of A, in order and without holes.
 * @param longestGapNs further than this from every sample that has a bound nothing is monitored
 */
export function spansOf(model: RunModel, fromNs: bigint, toNs: bigint, longestGapNs: bigint): Span[] {
  if (fromNs >= toNs) return []
  const walk = new Walk(model, longestGapNs)
  const cuts = cutsOf(model, fromNs, toNs, longestGapNs)
  const spans: Span[] = []
  for (let i = 0; i + 1 < cuts.length; i++) walk.between(cuts[i] ?? fromNs, cuts[i + 1] ?? toNs, spans)
  return spans
}

/** Every instant at which an edge may bend or a reason may change. */
function cutsOf(model: RunModel, fromNs: bigint, toNs: bigint, gapNs: bigint): bigint[] {
  const found = [fromNs, toNs]
  const cut = (ns: bigint): void => {
    if (ns > fromNs && ns < toNs) found.push(ns)
  }
  const ends = (list: readonly { readonly fromNs: bigint; readonly toNs: bigint }[]): void => {
    for (const one of list) {
      cut(one.fromNs)
      cut(one.toNs)
    }
  }
  const { cones } = model
  ends(model.links)
  ends(model.holes)
  ends(cones.refuted)
  ends(cones.segments)
  for (const { samples } of cones.segments) {
    for (const [i, { atNs }] of samples.entries()) {
      cut(atNs)
      const next = samples[i + 1]
      if (i === 0) cut(atNs - gapNs)
      if (next && next.atNs - atNs <= 2n * gapNs) continue
      cut(atNs + gapNs)
      if (next) cut(next.atNs - gapNs)
    }
  }
  for (const { atNs } of model.self) {
    cut(atNs - gapNs)
    cut(atNs + gapNs)
  }
  for (const [i, known] of cones.known.entries()) {
    cut(known.fromNs)
    const farNs = known.atNs + gapNs
    const next = cones.known[i + 1]
    if (known.edges && !(next && next.fromNs <= farNs)) cut(farNs)
  }
  for (const ns of [...cones.line.bends, ...model.leap.bends]) cut(ns)
  found.sort((a, b) => (a < b ? -1 : Number(a > b)))
  return found.filter((ns, i) => ns !== found[i - 1])
}

/** Goes along a run from cut to cut. */
class Walk {
  readonly #model: RunModel
  readonly #gapNs: bigint
  #link = 0
  #known = -1
  #segment = 0

  constructor(model: RunModel, gapNs: bigint) {
    this.#model = model
    this.#gapNs = gapNs
  }

  /** Adds the spans between two neighbouring cuts. */
  between(fromNs: bigint, toNs: bigint, spans: Span[]): void {
    const { cones, links } = this.#model
    const { known, segments } = cones
    while (this.#link < links.length && (links[this.#link]?.toNs ?? toNs) <= fromNs) this.#link++
    while ((known[this.#known + 1]?.fromNs ?? toNs) <= fromNs) this.#known++
    while (this.#segment < segments.length && (segments[this.#segment]?.toNs ?? toNs) <= fromNs) this.#segment++
    const ahead = links[this.#link]
    const link = ahead && ahead.fromNs <= fromNs ? ahead : null
    const next = segments[this.#segment]
    const segment = next && next.fromNs <= fromNs ? next : null
    const then = known[this.#known] ?? null
    const blind = this.#blind(fromNs, link)
    const refuted = blind && blind.verdict !== 'INDETERMINATE' ? null : this.#refuted(fromNs)
    const lack = refuted ?? blind ?? this.#unsampled(fromNs, segment)
    const past = this.#forward(fromNs, toNs, link, blind, then)
    for (const part of lack === null && segment ? this.#split(segment, fromNs, toNs) : [nothing(fromNs, toNs)]) {
      spans.push(this.#span(part, link, lack, past))
    }
  }

  /** Why D, or the leap second, is not known here. */
  #blind(aNs: bigint, link: Link | null): Lack | null {
    const { holes, leap } = this.#model
    let worst: Lack | null = null
    for (const { fromNs, toNs, lack } of holes) {
      if (fromNs <= aNs && aNs < toNs && (worst === null || rank(lack) > rank(worst))) worst = lack
    }
    if (worst !== null || link === null) return worst ?? unwatched
    return leap.doubts.find((doubt) => doubt.fromNs <= aNs && aNs < doubt.toNs)?.lack ?? null
  }

  #refuted(aNs: bigint): Lack | null {
    return this.#model.cones.refuted.find((one) => one.fromNs <= aNs && aNs < one.toNs)?.lack ?? null
  }

  /** Why M is not known here. */
  #unsampled(aNs: bigint, segment: Segment | null): Lack | null {
    const gapNs = this.#gapNs
    if (segment) {
      const i = sampleBefore(segment, aNs)
      const [before, after] = [segment.samples[i], segment.samples[i + 1]]
      if ((before && aNs < before.atNs + gapNs) || (after && aNs >= after.atNs - gapNs)) return null
    }
    const { self, run } = this.#model
    if (self.some(({ atNs }) => aNs < atNs + gapNs && aNs >= atNs - gapNs)) return selfReference
    if (segment) return tooFar
    return run.samples.length > 0 ? noReference : noSample
  }

  /** The bound as it was known then, between two cuts. */
  #forward(fromNs: bigint, toNs: bigint, link: Link | null, blind: Lack | null, known: Known | null): Past {
    const edges = known?.edges
    if (blind || !link) return { fromNs, toNs, bound: null, lack: blind ?? unwatched }
    if (!known || !edges) return { fromNs, toNs, bound: null, lack: known?.lack ?? noSample }
    if (fromNs >= known.atNs + this.#gapNs) return { fromNs, toNs, bound: null, lack: tooFar }
    const { line } = this.#model.cones
    const at = (aNs: bigint): IntervalNs => forwardAt(edges, line.at(aNs))
    return { fromNs, toNs, bound: this.#error(fromNs, toNs, link, at), lack: null }
  }

  /** UTC - wall at both ends, from M at both ends. */
  #error(fromNs: bigint, toNs: bigint, link: Link, m: (aNs: bigint) => IntervalNs): Ends {
    const tai = this.#model.leap.over(fromNs, toNs)
    const at = (aNs: bigint): IntervalNs => {
      const error = subtract(m(aNs), bandAt(link, aNs))
      return { lowNs: error.lowNs - tai.highNs, highNs: error.highNs - tai.lowNs }
    }
    return { from: at(fromNs), to: at(toNs) }
  }

  /** The parts between two cuts in which one and the same cone gives the low edge, and one the high edge. */
  #split(segment: Segment, fromNs: bigint, toNs: bigint): Part[] {
    const i = sampleBefore(segment, fromNs)
    const [past, future] = [segment.forward[i], segment.backward[i + 1]]
    if (!past || !future) return [{ fromNs, toNs, low: past ?? null, high: past ?? null, future: future ?? null }]
    const { line } = this.#model.cones
    // The forward cone's edge is the tighter one as long as rho is at most half the distance of both.
    const low = line.last(floorDivide(past.low.k - future.low.k, 2n), fromNs, toNs) ?? fromNs
    const high = line.last(floorDivide(future.high.k - past.high.k, 2n), fromNs, toNs) ?? fromNs
    const marks = low < high ? [fromNs, low, high, toNs] : [fromNs, high, low, toNs]
    const parts: Part[] = []
    for (const [k, to] of marks.entries()) {
      const from = marks[k - 1] ?? to
      if (from < to) {
        parts.push({ fromNs: from, toNs: to, low: to <= low ? past : null, high: to <= high ? past : null, future })
      }
    }
    return parts
  }

  #span({ fromNs, toNs, low, high, future }: Part, link: Link | null, lack: Lack | null, past: Past): Span {
    const { line } = this.#model.cones
    const records = link ? [link.fromSeq, link.toSeq] : []
    const [lowEdges, highEdges] = [low ?? future, high ?? future]
    const forward = past.bound && {
      from: bandAt({ ...past, ...past.bound }, fromNs),
      to: bandAt({ ...past, ...past.bound }, toNs),
    }
    const common = { fromNs, toNs, forward, forwardLack: past.lack, witness: link?.witness ?? 'looks' }
    if (lack || !link || !lowEdges || !highEdges) {
      return { ...common, bound: null, lack: lack ?? noSample, support: null, seqs: records }
    }
    const m = (aNs: bigint): IntervalNs => {
      const rho = line.at(aNs)
      const lows = low ? forwardAt(low, rho) : backwardAt(lowEdges, rho)
      const highs = low === high ? lows : high ? forwardAt(high, rho) : backwardAt(highEdges, rho)
      return { lowNs: lows.lowNs, highNs: highs.highNs }
    }
    return {
      ...common,
      bound: this.#error(fromNs, toNs, link, m),
      lack: null,
      support: weaker(lowEdges.low.support, highEdges.high.support),
      seqs: [...records, lowEdges.low.seq, highEdges.high.seq],
    }
  }
}

/** A stretch in which the low edge comes from the forward cone `low`, else from `future`; the high edge likewise. */
interface Part {
  readonly fromNs: bigint
  readonly toNs: bigint
  readonly low: Edges | null
  readonly high: Edges | null
  readonly future: Edges | null
}

function nothing(fromNs: bigint, toNs: bigint): Part {
  return { fromNs, toNs, low: null, high: null, future: null }
}

/** What was known then, between two cuts. */
interface Past {
  readonly fromNs: bigint
  readonly toNs: bigint
  readonly bound: Ends | null
  readonly lack: Lack | null
}
