/**
 * UTC of instants of A: A through the middle of M where samples agree; elsewhere an estimate.
 *
 * Samples that lie can put a stretch of A days away. Of the stretches that contradict each other in order (UTC does not run
 * backwards) the chain with the most samples gives the labels; the rest, and runs without any sample, are placed between
 * their neighbours: a run by what its wall clock showed at its start, and on by A.
 * @module
 */
import { middle, width } from '../interval.js'
import type { Segment } from './cones.js'
import { hindsightAt, middleAt, type RunModel } from './model.js'

/** A stretch whose labels rest on samples. */
interface Anchor {
  readonly run: number
  readonly segment: Segment
  readonly startUtc: bigint
  readonly endUtc: bigint
  /** By how much its labels may be off. */
  readonly doubtNs: bigint
  readonly weight: number
}

/** More stretches than this that contradict each other are not weighed against each other: the smallest are left out. */
const mostAnchors = 64

export class Labels {
  /** Whether no stretch contradicts another in order: then it does not matter how many samples each has. */
  readonly inOrder: boolean
  readonly #models: readonly RunModel[]
  readonly #segments: ReadonlySet<Segment>
  /** Chosen stretches of each run, in order. */
  readonly #chosen: readonly (readonly Anchor[])[]
  /** UTC of the start of each run without a chosen stretch, and what it must not pass. */
  readonly #starts: readonly { readonly startUtc: bigint; readonly capUtc: bigint | null }[]

  constructor(models: readonly RunModel[]) {
    this.#models = models
    const anchors = anchorsOf(models)
    const chain = longestChain(anchors)
    this.inOrder = chain.length === anchors.length && anchors.length < mostAnchors
    this.#segments = new Set(chain.map(({ segment }) => segment))
    this.#chosen = models.map((_, run) => chain.filter((anchor) => anchor.run === run))
    const latest = this.#latest()
    const starts: { startUtc: bigint; capUtc: bigint | null }[] = []
    let endUtc: bigint | null = null
    for (const [i, { run }] of models.entries()) {
      const capUtc = this.#next(i)
      const wallUtc = capped(run.startNs + middle(run.first.d), latest[i] ?? null)
      const startUtc = endUtc !== null && wallUtc < endUtc ? endUtc : wallUtc
      starts.push({ startUtc, capUtc })
      const own: bigint = this.#anchored(i)
        ? this.#byM(i, run.endNs)
        : capped(startUtc + run.endNs - run.startNs, capUtc)
      endUtc = endUtc === null || own > endUtc ? own : endUtc
    }
    this.#starts = starts
  }

  /**
   * UTC of an instant of A in the run with this index (ns). Rises with A, but for the doubt of the samples and for leap
   * seconds.
   */
  at(run: number, aNs: bigint): bigint {
    return this.#label(run, aNs, 0n)
  }

  /** Whether the labels of a stretch are A through the middle of its M. */
  restsOn(segment: Segment): boolean {
    return this.#segments.has(segment)
  }

  /** UTC of the end of a stretch: the same, but before a leap second that begins there. */
  atEnd(run: number, aNs: bigint): bigint {
    return this.#label(run, aNs, 1n)
  }

  #label(run: number, aNs: bigint, before: bigint): bigint {
    if (this.#anchored(run)) return this.#byM(run, aNs, before)
    const start = this.#starts[run]
    const own = this.#models[run]?.run
    return start && own ? capped(start.startUtc + aNs - own.startNs, start.capUtc) : aNs
  }

  /** Whether labels of this stretch of A are estimates. */
  estimated(run: number, fromNs: bigint, toNs: bigint): boolean {
    const anchors = this.#chosen[run] ?? []
    return !anchors.some(({ segment }) => segment.fromNs <= fromNs && toNs <= segment.toNs)
  }

  /** Whether labels of this run rest on samples. */
  #anchored(run: number): boolean {
    return (this.#chosen[run]?.length ?? 0) > 0
  }

  /** Half the width of M at an instant: by how much its label may be off. `null` where it is an estimate. */
  doubt(run: number, aNs: bigint): bigint | null {
    const anchor = this.#chosen[run]?.find(({ segment }) => segment.fromNs <= aNs && aNs <= segment.toNs)
    const m = anchor && hindsightAt(anchor.segment, this.#models[run]!.cones, aNs)
    return m ? (width(m) + 1n) / 2n : null
  }

  /** When each run without samples began at the latest: it lasted as long as A says, and the next boot as long as it says. */
  #latest(): (bigint | null)[] {
    const latest: (bigint | null)[] = this.#models.map(() => null)
    let limit: bigint | null = null
    for (let i = this.#models.length - 1; i >= 0; i--) {
      const run = this.#models[i]?.run
      if (!run) continue
      if (this.#anchored(i)) limit = this.#byM(i, run.startNs)
      else if (limit !== null) limit -= run.endNs - run.startNs
      latest[i] = limit
      if (limit !== null) limit -= run.break?.bootNs ?? 0n
    }
    return latest
  }

  /** UTC of the next stretch behind this run whose labels rest on samples. */
  #next(run: number): bigint | null {
    for (const anchors of this.#chosen.slice(run + 1)) {
      const [first] = anchors
      if (!first) continue
      const model = this.#models[first.run]
      return model ? this.#byM(first.run, model.run.startNs) : null
    }
    return null
  }

  #byM(run: number, aNs: bigint, before = 0n): bigint {
    const model = this.#models[run]
    const anchors = this.#chosen[run] ?? []
    if (!model) return aNs
    const behind = anchors.findIndex(({ segment }) => segment.toNs >= aNs)
    const anchor = anchors[behind < 0 ? anchors.length - 1 : behind]
    const last = behind < 0 ? anchor : anchors[behind - 1]
    return aNs + this.#middle(model, anchor, last, aNs) - model.leap.at(aNs - before)
  }

  /** The middle of M: inside a chosen stretch its own, between two on the straight line, outside the nearest. */
  #middle(model: RunModel, anchor: Anchor | undefined, before: Anchor | undefined, aNs: bigint): bigint {
    if (!anchor) return 0n
    const { segment } = anchor
    const at = (one: Segment, ns: bigint): bigint => middleAt(one, model.cones, ns) ?? 0n
    if (aNs > segment.toNs) return at(segment, segment.toNs)
    if (aNs >= segment.fromNs) return at(segment, aNs)
    const to = at(segment, segment.fromNs)
    if (!before) return to
    const from = at(before.segment, before.segment.toNs)
    const length = segment.fromNs - before.segment.toNs
    return from + ((to - from) * (aNs - before.segment.toNs)) / length
  }
}

function capped(ns: bigint, cap: bigint | null): bigint {
  return cap !== null && ns > cap ? cap : ns
}

function anchorsOf(models: readonly RunModel[]): Anchor[] {
  const anchors: Anchor[] = []
  for (const [run, { cones, leap }] of models.entries()) {
    for (const segment of cones.segments) {
      const start = hindsightAt(segment, cones, segment.fromNs)
      const end = hindsightAt(segment, cones, segment.toNs)
      if (!start || !end) continue
      anchors.push({
        run,
        segment,
        startUtc: segment.fromNs + middle(start) - leap.at(segment.fromNs),
        endUtc: segment.toNs + middle(end) - leap.at(segment.toNs),
        doubtNs: width(start) > width(end) ? width(start) : width(end),
        weight: segment.samples.length,
      })
    }
  }
  if (anchors.length <= mostAnchors) return anchors
  const least = anchors.map(({ weight }) => weight).sort((a, b) => b - a)[mostAnchors - 1] ?? 0
  const heavy = anchors.filter(({ weight }) => weight > least)
  return anchors.filter((one) => one.weight > least || (one.weight === least && heavy.push(one) <= mostAnchors))
}

/** The chain of stretches in order of time that holds the most samples. */
function longestChain(anchors: readonly Anchor[]): Anchor[] {
  const best: { readonly weight: number; readonly before: number }[] = []
  for (const [i, anchor] of anchors.entries()) {
    let weight = 0
    let before = -1
    for (let k = 0; k < i; k++) {
      const earlier = anchors[k]
      const sum = best[k]?.weight ?? 0
      const follows = earlier && anchor.startUtc + anchor.doubtNs + earlier.doubtNs >= earlier.endUtc
      if (follows && sum > weight) [weight, before] = [sum, k]
    }
    best.push({ weight: weight + anchor.weight, before })
  }
  let last = -1
  for (const [i, { weight }] of best.entries()) if (weight > (best[last]?.weight ?? 0)) last = i
  const chain: Anchor[] = []
  for (let i = last; i >= 0; i = best[i]?.before ?? -1) {
    const anchor = anchors[i]
    if (anchor) chain.unshift(anchor)
  }
  return chain
}
