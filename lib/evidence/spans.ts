/**
 * What is known of one run between two instants of A: spans in which every edge is one straight line.
 *
 * error = UTC - wall = M - D - (TAI - UTC). The edges of M are those of the forward and of the backward cone, whichever
 * excludes more; they cross at instants that are solved for. A span begins wherever an edge bends or a reason changes.
 * @module
 */
import type { Support } from '../consensus/types.js'
import { ceilDivide, floorDivide } from '../instant.js'
import type { IntervalNs } from '../interval.js'
import { type Known, type Segment, weaker } from './cones.js'
import { cutsOf } from './cuts.js'
import { scale } from './drift-line.js'
import type { Link } from './links.js'
import { type RunModel, sampleBefore } from './model.js'
import { bandAt } from './rational.js'
import type { Edges, Lack, Witnessed } from './types.js'

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
  /** Where there is a bound: the samples it comes from, and the middle of M at both ends. */
  readonly middle: { readonly segment: Segment; readonly from: bigint; readonly to: bigint } | null
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
  const spans: Span[] = []
  walkSpans(model, fromNs, toNs, longestGapNs, (span) => spans.push(span))
  return spans
}

/** {@link spansOf}, one after the other: who keeps none spares the collector all of them. */
export function walkSpans(
  model: RunModel,
  fromNs: bigint,
  toNs: bigint,
  longestGapNs: bigint,
  take: (span: Span) => void,
): void {
  if (fromNs >= toNs) return
  const walk = new Walk(model, longestGapNs)
  const cuts = cutsOf(model, fromNs, toNs, longestGapNs)
  for (let i = 0; i + 1 < cuts.length; i++) walk.between(cuts[i] ?? fromNs, cuts[i + 1] ?? toNs, take)
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

  /** Gives the spans between two neighbouring cuts. */
  between(fromNs: bigint, toNs: bigint, take: (span: Span) => void): void {
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
    const thenLack = blind ?? this.#unknownThen(fromNs, then)
    const past: Past = { edges: thenLack ? null : (then?.edges ?? null), lack: thenLack }
    const hindsight: Hindsight = { segment, link, lack }
    if (lack !== null || !segment || !link) {
      take(this.#span(fromNs, toNs, hindsight, null, null, past))
      return
    }
    this.#split(segment, fromNs, toNs, (from, to, low, high) => {
      take(this.#span(from, to, hindsight, low, high, past))
    })
  }

  /** Why D, or the leap second, is not known here. */
  #blind(aNs: bigint, link: Link | null): Lack | null {
    const { holes, leap } = this.#model
    let worst: Lack | null = null
    for (const { fromNs, toNs, lack } of holes) {
      if (fromNs <= aNs && aNs < toNs && (worst === null || rank(lack) > rank(worst))) worst = lack
    }
    if (worst !== null || link === null) return worst ?? unwatched
    if (leap.doubts.length === 0) return null
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

  #unknownThen(aNs: bigint, known: Known | null): Lack | null {
    if (known === null) return noSample
    if (known.edges === null) return known.lack
    return aNs >= known.atNs + this.#gapNs ? tooFar : null
  }

  /** The parts between two cuts in which one and the same cone gives the low edge, and one the high edge. */
  #split(segment: Segment, fromNs: bigint, toNs: bigint, part: TakePart): void {
    const i = sampleBefore(segment, fromNs)
    const [past, future] = [segment.forward[i], segment.backward[i + 1]]
    if (!past || !future) {
      const only = past ? ahead(past) : future ? back(future) : null
      if (only) part(fromNs, toNs, only, only)
      return
    }
    const { line } = this.#model.cones
    // The forward cone's edge is the tighter one as long as rho is at most half the distance of both.
    const low = line.last(floorDivide(past.low.k - future.low.k, 2n), fromNs, toNs) ?? fromNs
    const high = line.last(floorDivide(future.high.k - past.high.k, 2n), fromNs, toNs) ?? fromNs
    const first = low < high ? low : high
    const second = low < high ? high : low
    const one = (from: bigint, to: bigint): void => {
      if (from < to) part(from, to, to <= low ? ahead(past) : back(future), to <= high ? ahead(past) : back(future))
    }
    one(fromNs, first)
    one(first, second)
    one(second, toNs)
  }

  #span(
    fromNs: bigint,
    toNs: bigint,
    { segment, link, lack }: Hindsight,
    low: Side | null,
    high: Side | null,
    past: Past,
  ): Span {
    const { line } = this.#model.cones
    const tai = this.#model.leap.over(fromNs, toNs)
    const rhoFrom = line.at(fromNs)
    const rhoTo = line.at(toNs)
    let dFrom = nothing
    let dTo = nothing
    let forward: Ends | null = null
    if (link) {
      dFrom = bandAt(link, fromNs)
      dTo = bandAt(link, toNs)
      if (past.edges) {
        const { low: l, high: h } = past.edges
        forward = {
          from: errorOf(lowOf(l.k - rhoFrom), highOf(h.k + rhoFrom), dFrom, tai),
          to: errorOf(lowOf(l.k - rhoTo), highOf(h.k + rhoTo), dTo, tai),
        }
      }
    }
    const forwardLack = forward ? null : (past.lack ?? noSample)
    const witness = link?.witness ?? 'looks'
    if (lack || !link || !low || !high || !segment) {
      const seqs = link ? [link.fromSeq, link.toSeq] : []
      const common = { bound: null, lack: lack ?? noSample, support: null, middle: null }
      return { fromNs, toNs, ...common, forward, forwardLack, witness, seqs }
    }
    const lowFrom = lowOf(low.edges.low.k + low.sign * rhoFrom)
    const lowTo = lowOf(low.edges.low.k + low.sign * rhoTo)
    const highFrom = highOf(high.edges.high.k - high.sign * rhoFrom)
    const highTo = highOf(high.edges.high.k - high.sign * rhoTo)
    return {
      fromNs,
      toNs,
      bound: { from: errorOf(lowFrom, highFrom, dFrom, tai), to: errorOf(lowTo, highTo, dTo, tai) },
      forward,
      lack: null,
      forwardLack,
      support: weaker(low.edges.low.support, high.edges.high.support),
      witness,
      seqs: [link.fromSeq, link.toSeq, low.edges.low.seq, high.edges.high.seq],
      middle: { segment, from: (lowFrom + highFrom) >> 1n, to: (lowTo + highTo) >> 1n },
    }
  }
}

/** What is known between two cuts, but for the edges. */
interface Hindsight {
  readonly segment: Segment | null
  readonly link: Link | null
  readonly lack: Lack | null
}

/** What was known then. */
interface Past {
  readonly edges: Edges | null
  readonly lack: Lack | null
}

/** The cone that gives an edge: a forward cone's low edge falls with rho, a backward cone's rises. */
interface Side {
  readonly edges: Edges
  readonly sign: -1n | 1n
}
type TakePart = (fromNs: bigint, toNs: bigint, low: Side, high: Side) => void

function ahead(edges: Edges): Side {
  return { edges, sign: -1n }
}

function back(edges: Edges): Side {
  return { edges, sign: 1n }
}

const nothing: IntervalNs = { lowNs: 0n, highNs: 0n }

/** An edge of M from billionths of a nanosecond, rounded outwards. */
function lowOf(scaled: bigint): bigint {
  return floorDivide(scaled, scale)
}

function highOf(scaled: bigint): bigint {
  return ceilDivide(scaled, scale)
}

/** UTC - wall from the edges of M, D and TAI - UTC. */
function errorOf(lowNs: bigint, highNs: bigint, d: IntervalNs, tai: IntervalNs): IntervalNs {
  return { lowNs: lowNs - d.highNs - tai.highNs, highNs: highNs - d.lowNs - tai.lowNs }
}
