/**
 * How fast the audit clock ran, by the samples themselves: differences of M over long stretches of A. The drift bound is an
 * assumption; this holds it against what was observed, so that a page can say how much room was left.
 * @module
 */
import { ceilDivide, floorDivide, formatInstant } from '../instant.js'
import type { IntervalNs } from '../interval.js'
import type { Block } from './block.js'
import { isBounded } from './cones.js'
import { Evidence, firstMark } from './timeline.js'
import type { Fact, FactSource, Period } from './types.js'

/** What a stretch of A gained on TAI, in parts per billion, rounded outwards. Positive: the crystal runs fast. */
export interface RatePpb {
  readonly lowPpb: bigint
  readonly highPpb: bigint
}

/** The average over one baseline: from one sample to another in one run. */
export interface Baseline {
  readonly fromSeq: number
  readonly toSeq: number
  readonly elapsedNs: bigint
  readonly rate: RatePpb
}

/** What was observed in one run of A: a boot, or a part of one between two breaks. */
export interface RunDrift {
  readonly boot: string
  /** Whether a daemon steers A: then the rate is that of crystal and daemon together. */
  readonly steered: boolean
  /** By how much M was assumed to move at most: drift bound, plus slew bound where A is steered. */
  readonly boundPpb: bigint
  /** The first and the last sample with a bound, over all of the run. */
  readonly whole: Baseline
  /** The baselines of about a day in which A ran slowest and fastest (by the middle of the rate). */
  readonly slowest: Baseline
  readonly fastest: Baseline
  /** The bound less the largest rate that no baseline excludes: negative where a baseline may lie beyond the bound. */
  readonly marginPpb: bigint
  /** Whether some baseline lies beyond the bound for certain. */
  readonly exceeded: boolean
}

const billion = 1_000_000_000n
/** Baselines are cut where they reach this length: shorter ones say less, longer ones hide a warm afternoon. */
const baselineNs = 86_400n * billion
/** Shorter runs tell nothing of a crystal. */
const leastNs = 3_600n * billion

interface Point {
  readonly seq: number
  readonly atNs: bigint
  readonly m: IntervalNs
}

/** The rate between two samples of one run. */
export function rateBetween(from: Point, to: Point): RatePpb {
  const elapsedNs = to.atNs - from.atNs
  return {
    lowPpb: floorDivide((from.m.lowNs - to.m.highNs) * billion, elapsedNs),
    highPpb: ceilDivide((from.m.highNs - to.m.lowNs) * billion, elapsedNs),
  }
}

/** Collects facts in order of seq. Facts that say nothing of A may be left out. */
export class DriftWatch {
  readonly #found: RunDrift[] = []
  #steered = false
  #run: { readonly boot: string; readonly first: Point; start: Point; last: Point; boundPpb: bigint } | null = null
  #baselines: Baseline[] = []
  #last: { readonly boot: string; readonly aNs: bigint; readonly clock: Fact['clock'] } | null = null

  add(fact: Fact): void {
    const last = this.#last
    const other = last !== null && (fact.boot !== last.boot || fact.clock !== last.clock || fact.aNs < last.aNs)
    if (other || fact.kind === 'damage') this.#end()
    if (fact.kind === 'open') this.#steered = fact.steered
    this.#last = fact
    if (fact.kind === 'gap' && fact.breaks === 'mono') {
      // A sample behind the gap that was recorded before it belongs to the next run.
      if (fact.fromNs !== null && this.#run && this.#run.last.atNs > fact.fromNs) this.#forget()
      else this.#end()
      return
    }
    if (fact.kind !== 'sample' || !isBounded(fact)) return
    const point: Point = { seq: fact.seq, atNs: fact.atNs, m: fact.m }
    const run = this.#run
    if (run === null) {
      this.#run = { boot: fact.boot, first: point, start: point, last: point, boundPpb: fact.ratePpb }
      return
    }
    if (point.atNs <= run.last.atNs) return
    run.last = point
    if (fact.ratePpb > run.boundPpb) run.boundPpb = fact.ratePpb
    if (point.atNs - run.start.atNs < baselineNs) return
    this.#baselines.push(baselineOf(run.start, point))
    run.start = point
  }

  /** What was observed, run by run; runs of less than an hour say nothing. */
  finish(): RunDrift[] {
    this.#end()
    return this.#found
  }

  #forget(): void {
    this.#run = null
    this.#baselines = []
  }

  #end(): void {
    const run = this.#run
    if (run && run.last.atNs - run.first.atNs >= leastNs) {
      const whole = baselineOf(run.first, run.last)
      const all = this.#baselines.length > 0 ? this.#baselines : [whole]
      const bySpeed = all.toSorted((a, b) => Number(doubled(a) - doubled(b)))
      const farthest = all.reduce((most, { rate }) => larger(most, farthestOf(rate)), farthestOf(whole.rate))
      this.#found.push({
        boot: run.boot,
        steered: this.#steered,
        boundPpb: run.boundPpb,
        whole,
        slowest: bySpeed[0] ?? whole,
        fastest: bySpeed.at(-1) ?? whole,
        marginPpb: run.boundPpb - farthest,
        exceeded: [whole, ...all].some(({ rate }) => rate.lowPpb > run.boundPpb || rate.highPpb < -run.boundPpb),
      })
    }
    this.#forget()
  }
}

function baselineOf(from: Point, to: Point): Baseline {
  return { fromSeq: from.seq, toSeq: to.seq, elapsedNs: to.atNs - from.atNs, rate: rateBetween(from, to) }
}

/** Twice the middle of a rate. */
function doubled({ rate }: Baseline): bigint {
  return rate.lowPpb + rate.highPpb
}

function farthestOf({ lowPpb, highPpb }: RatePpb): bigint {
  return larger(-lowPpb, highPpb)
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

/** What was observed in a period, run by run. Of calm blocks only their first and last samples are read. */
export async function drifts(source: FactSource, period: Pick<Period, 'fromNs' | 'toNs'>): Promise<RunDrift[]> {
  const evidence = Evidence.of(source)
  const marks = await evidence.timeline()
  const watch = new DriftWatch()
  for (let i = firstMark(marks, period.fromNs); i < marks.length; i += 1) {
    const mark = marks[i]
    if (!mark || mark.fromNs >= period.toNs) break
    const { calm, kept } = await evidence.blocks.outline(mark.block)
    for (const fact of calm ? kept : await evidence.blocks.facts(mark.block)) watch.add(fact)
  }
  return watch.finish()
}

/** A rate in parts per million, for a JSON document: low rounded down, high up, to the nearest part per billion. */
interface PpmEnds {
  readonly low: number
  readonly high: number
}

/** {@link RunDrift} as a document: parts per million, seconds. */
export interface DriftDocument {
  readonly boot: string
  readonly steered: boolean
  readonly bound: number
  readonly margin: number
  readonly exceeded: boolean
  readonly elapsed: number
  readonly rate: PpmEnds
  readonly slowest: PpmEnds
  readonly fastest: PpmEnds
  readonly fromSeq: number
  readonly toSeq: number
}

export function driftDocument(run: RunDrift): DriftDocument {
  const { boot, steered, exceeded, whole, slowest, fastest } = run
  return {
    boot,
    steered,
    bound: Number(run.boundPpb) / 1000,
    margin: Number(run.marginPpb) / 1000,
    exceeded,
    elapsed: Number(whole.elapsedNs) / 1e9,
    rate: ppm(whole.rate),
    slowest: ppm(slowest.rate),
    fastest: ppm(fastest.rate),
    fromSeq: whole.fromSeq,
    toSeq: whole.toSeq,
  }
}

function ppm({ lowPpb, highPpb }: RatePpb): PpmEnds {
  return { low: Number(lowPpb) / 1000, high: Number(highPpb) / 1000 }
}

/** A stretch over which the samples refute the drift bound. */
export interface RefutedStretch {
  /** UTC, estimated where the samples contradict each other. */
  readonly fromNs: bigint
  readonly toNs: bigint
  /** The sample that contradicts an earlier one. */
  readonly seq: number
}

/** The stretches of a period over which samples refute the drift bound, in order of time. */
export async function refutedStretches(
  source: FactSource,
  period: Pick<Period, 'fromNs' | 'toNs'>,
): Promise<RefutedStretch[]> {
  const evidence = Evidence.of(source)
  const marks = await evidence.timeline()
  const found = new Map<number, RefutedStretch>()
  for (let i = firstMark(marks, period.fromNs); i < marks.length; i += 1) {
    const mark = marks[i]
    if (!mark || mark.fromNs >= period.toNs) break
    if (await evidence.blocks.isCalm(mark.block)) continue
    for (const entry of await evidence.remembered('refuted', mark.block, refutedIn)) {
      if (entry.toNs > period.fromNs && entry.fromNs < period.toNs) found.set(entry.seq, entry)
    }
  }
  return [...found.values()]
}

function refutedIn({ models, labels, parts }: Block): RefutedStretch[] {
  const found: RefutedStretch[] = []
  for (const part of parts) {
    if (part.kind !== 'run') continue
    for (const one of models[part.run]?.cones.refuted ?? []) {
      if (one.lack.cause !== 'drift-bound-exceeded' || one.toNs <= part.fromNs || one.toNs > part.toNs) continue
      found.push({ fromNs: labels.at(part.run, one.fromNs), toNs: labels.at(part.run, one.toNs), seq: one.seq })
    }
  }
  return found
}

/** What a refuted stretch says in words. */
export function refutedText({ fromNs, toNs, seq }: RefutedStretch): string {
  return `from ${formatInstant(fromNs)} to ${formatInstant(toNs)} sample ${seq} contradicts an earlier one under the drift bound: the crystal erred more, or a reference lied`
}
