/**
 * Cones of M = TAI - A over one run: every sample bounds M at its instant and, widened by the drift bound, before and after.
 * Forward cones are intersected on and on, backward cones likewise; samples that contradict each other cut the run.
 *
 * An edge is kept as a number k that does not change along the run. With rho(a) of {@link DriftLine}, in billionths:
 *
 *     forward   low = k - rho(a)    high = k + rho(a)
 *     backward  low = k + rho(a)    high = k - rho(a)
 *
 * so the intersection of many cones is the largest k of their low edges and the smallest of their high ones, exactly.
 * @module
 */
import type { Support } from '../consensus/types.js'
import { ceilDivide, floorDivide } from '../instant.js'
import type { IntervalNs } from '../interval.js'
import { DriftLine, scale } from './drift-line.js'
import type { Run, SampleFact } from './runs.js'
import type { Edge, Edges, Lack } from './types.js'

/** Samples of which no two contradict each other, and the stretch of A in which their cones hold. */
export interface Segment {
  readonly fromNs: bigint
  readonly toNs: bigint
  readonly samples: readonly SampleFact[]
  /** Edges of the forward cone from sample i on, and of the backward cone up to sample i. */
  readonly forward: readonly Edges[]
  readonly backward: readonly Edges[]
}

/** A stretch in which samples contradict each other. */
export interface Refuted {
  readonly fromNs: bigint
  readonly toNs: bigint
  readonly lack: Lack
  readonly seq: number
}

/** The forward cone as it was known from an instant of A on. */
export interface Known {
  readonly fromNs: bigint
  readonly edges: Edges | null
  /** Instant of the last sample that has a bound. */
  readonly atNs: bigint
  readonly lack: Lack
}

export interface Cones {
  readonly line: DriftLine
  readonly segments: readonly Segment[]
  readonly refuted: readonly Refuted[]
  readonly known: readonly Known[]
}

const strength: Readonly<Record<Support, number>> = { single: 0, paired: 1, voted: 2 }

/** The weaker of two supports. */
export function weaker(a: Support, b: Support): Support {
  return strength[a] <= strength[b] ? a : b
}

/** Whether a sample bounds M. */
export function isBounded(sample: SampleFact): sample is SampleFact & { m: IntervalNs; support: Support } {
  return sample.m !== null && sample.support !== null && sample.state !== 'conflict' && sample.state !== 'none'
}

/** M at an instant by a forward cone, rounded outwards. */
export function forwardAt(edges: Edges, rho: bigint): IntervalNs {
  return { lowNs: floorDivide(edges.low.k - rho, scale), highNs: ceilDivide(edges.high.k + rho, scale) }
}

/** M at an instant by a backward cone, rounded outwards. */
export function backwardAt(edges: Edges, rho: bigint): IntervalNs {
  return { lowNs: floorDivide(edges.low.k + rho, scale), highNs: ceilDivide(edges.high.k - rho, scale) }
}

/** Of two edges the one that excludes more; of equals the better supported, then the earlier. */
function tighter(a: Edge, b: Edge, low: boolean): Edge {
  if (a.k !== b.k) return a.k > b.k === low ? a : b
  return strength[b.support] > strength[a.support] ? b : a
}

/** The intersection of two cones of one direction. */
export function both(a: Edges, b: Edges): Edges {
  return { low: tighter(a.low, b.low, true), high: tighter(a.high, b.high, false) }
}

/** Draws the cones of a run. */
export function conesOf(run: Run): Cones {
  const line = new DriftLine(run.rates, run.startNs)
  return new Fold(run, line).fold()
}

class Fold {
  readonly #run: Run
  readonly #line: DriftLine
  readonly #segments: Segment[] = []
  readonly #refuted: Refuted[] = []
  readonly #known: Known[] = []
  #samples: SampleFact[] = []
  #edges: Edges[] = []
  /** Where the domain of the segment that is being filled begins. */
  #fromNs: bigint
  /** From where on a conflict is unresolved, and by which record. */
  #conflict: { readonly fromNs: bigint; readonly seq: number } | null = null

  constructor(run: Run, line: DriftLine) {
    this.#run = run
    this.#line = line
    this.#fromNs = run.startNs
  }

  fold(): Cones {
    for (const sample of this.#run.samples) {
      if (sample.state === 'conflict') this.#disagree(sample)
      else if (isBounded(sample) && !(this.#conflict && sample.support === 'single')) this.#agree(sample)
    }
    const { endNs } = this.#run
    if (this.#conflict) this.#refute(this.#conflict.fromNs, endNs, 'conflict', this.#conflict.seq)
    else this.#close(endNs)
    return { line: this.#line, segments: this.#segments, refuted: this.#refuted, known: this.#known }
  }

  /** From the sample before to the next on which references agree: no bound. One reference alone settles no conflict. */
  #disagree(sample: SampleFact): void {
    this.#learn(sample, null, { verdict: 'INDETERMINATE', cause: 'conflict' })
    if (this.#conflict) return
    const fromNs = this.#samples.at(-1)?.atNs ?? this.#fromNs
    this.#close(fromNs)
    this.#conflict = { fromNs, seq: sample.seq }
  }

  #agree(sample: SampleFact & { m: IntervalNs; support: Support }): void {
    const { atNs } = sample
    if (this.#conflict) {
      this.#refute(this.#conflict.fromNs, atNs, 'conflict', this.#conflict.seq)
      this.#conflict = null
      this.#fromNs = atNs
    }
    const rho = this.#line.at(atNs)
    const own = edgesOf(sample, rho)
    const last = this.#edges.at(-1)
    const met = last ? both(last, own) : own
    if (met.low.k - rho <= met.high.k + rho) {
      this.#push(sample, met)
      return
    }
    // The forward cone is empty here: the drift bound is refuted since the latest sample that this one contradicts.
    const cut = this.#contradicted(own, rho)
    const fromNs = this.#samples[cut]?.atNs ?? this.#fromNs
    this.#samples.length = cut + 1
    this.#edges.length = cut + 1
    this.#close(fromNs)
    this.#refute(fromNs, atNs, 'drift-bound-exceeded', sample.seq)
    this.#fromNs = atNs
    this.#push(sample, own)
  }

  #push(sample: SampleFact, edges: Edges): void {
    this.#samples.push(sample)
    this.#edges.push(edges)
    this.#learn(sample, edges, { verdict: 'UNMONITORED', cause: 'no-sample' })
  }

  /** Index of the latest sample whose own interval, widened to this one, misses it. */
  #contradicted(own: Edges, rho: bigint): number {
    for (let i = this.#samples.length - 1; i > 0; i--) {
      const sample = this.#samples[i]
      if (!sample || !isBounded(sample)) continue
      const earlier = edgesOf(sample, this.#line.at(sample.atNs))
      if (earlier.low.k - rho > own.high.k + rho || earlier.high.k + rho < own.low.k - rho) return i
    }
    return 0
  }

  #learn(sample: SampleFact, edges: Edges | null, lack: Lack): void {
    const own = sample.aNs > sample.atNs ? sample.aNs : sample.atNs
    const before = this.#known.at(-1)?.fromNs ?? own
    const fromNs = own > before ? own : before
    this.#known.push({ fromNs, edges, atNs: sample.atNs, lack })
  }

  #refute(fromNs: bigint, toNs: bigint, cause: 'conflict' | 'drift-bound-exceeded', seq: number): void {
    if (fromNs < toNs) this.#refuted.push({ fromNs, toNs, lack: { verdict: 'INDETERMINATE', cause }, seq })
  }

  /** Ends the segment that is being filled. */
  #close(toNs: bigint): void {
    const samples = this.#samples
    if (samples.length > 0) {
      this.#segments.push({
        fromNs: this.#fromNs,
        toNs,
        samples,
        forward: this.#edges,
        backward: this.#backward(samples),
      })
    }
    this.#samples = []
    this.#edges = []
    this.#fromNs = toNs
  }

  #backward(samples: readonly SampleFact[]): Edges[] {
    const result: Edges[] = new Array(samples.length)
    let last: Edges | null = null
    for (let i = samples.length - 1; i >= 0; i--) {
      const sample = samples[i]
      if (!sample || !isBounded(sample)) continue
      const own = edgesOf(sample, -this.#line.at(sample.atNs))
      last = last ? both(own, last) : own
      result[i] = last
    }
    return result
  }
}

/** A sample's own cone; with -rho, its backward cone. */
export function edgesOf(sample: SampleFact & { m: IntervalNs; support: Support }, rho: bigint): Edges {
  const { m, seq, support } = sample
  return { low: { k: m.lowNs * scale + rho, seq, support }, high: { k: m.highNs * scale - rho, seq, support } }
}
