/**
 * How fast the audit clock ran over time: the mean rate between samples that lie some way apart, as an interval that holds it if the
 * samples' bounds hold UTC. Nothing is told across a gap, a start of the auditor, records that are missing, or two boots.
 * @module
 */
import type { GapBody } from '../lib/trail/types.js'
import type { Run } from './runs.js'

/** Between two samples (UTC): parts per million by which the audit clock was fast. */
export interface Rate {
  readonly fromNs: bigint
  readonly toNs: bigint
  readonly low: number
  readonly high: number
}

/** A sample: UTC, A, and the interval of M by its middle and no less than half its width. Nanoseconds. */
export interface Knot {
  readonly boot: string
  readonly utcNs: bigint
  readonly aNs: bigint
  readonly mNs: bigint
  readonly halfNs: bigint
}

/** About six points of a page's width. */
const parts = 80n
/** Over less than an hour the width of the bounds says more than the crystal. */
const leastNs = 3_600_000_000_000n

/** Collects samples in order of seq; samples whose A goes back say nothing. */
export class CrystalBuilder {
  readonly #baselineNs: bigint
  readonly #rates: (Rate & { readonly endANs: bigint })[] = []
  /** Where the present baseline began, and the last sample. */
  #start: Knot | null = null
  #last: Knot | null = null
  /** How many rates were told before the present run of A. */
  #before = 0

  constructor(fromNs: bigint, toNs: bigint) {
    const part = (toNs - fromNs) / parts
    this.#baselineNs = part > leastNs ? part : leastNs
  }

  sample(knot: Knot): void {
    const last = this.#last
    if (last && last.boot !== knot.boot) this.end()
    else if (last && knot.aNs <= last.aNs) return
    this.#last = knot
    this.#start ??= knot
    if (knot.aNs - this.#start.aNs < this.#baselineNs) return
    this.#tell(this.#start, knot)
    this.#start = knot
  }

  /** What {@link sample} makes of each of them. */
  run(run: Run): void {
    const { columns, shape, to } = run
    const { atNs, base } = columns
    let from = run.from
    if (this.#start?.boot !== shape.boot) this.sample(knotOf(run, from++))
    const since = (knot: Knot | null, moreNs = 0n) => Number((knot?.aNs ?? 0n) + moreNs - base.atNs)
    // Where these leave what doubles hold, they lie so far from all samples of the run that no comparison errs.
    let lastNs = since(this.#last)
    let dueNs = since(this.#start, this.#baselineNs)
    let left = -1
    for (let i = from; i < to; i += 1) {
      const at = atNs[i]!
      if (at <= lastNs) continue
      lastNs = at
      left = i
      if (at < dueNs) continue
      this.sample(knotOf(run, i))
      left = -1
      dueNs = since(this.#start, this.#baselineNs)
    }
    if (left >= 0) this.sample(knotOf(run, left))
  }

  gap(boot: string, { fromNs, breaks }: GapBody): void {
    const last = this.#last
    const late = breaks === 'mono' && fromNs !== null && last?.boot === boot && last.aNs > BigInt(fromNs)
    if (!late) {
      this.end()
      return
    }
    // A sample behind the gap that was recorded before it.
    const lacks = (rate: { readonly endANs: bigint } | undefined) => rate !== undefined && rate.endANs > BigInt(fromNs)
    while (this.#rates.length > this.#before && lacks(this.#rates.at(-1))) this.#rates.pop()
    this.#forget()
  }

  /** What comes is another run. */
  end(): void {
    const [start, last] = [this.#start, this.#last]
    // Of a rest that is too short the bounds leave anything possible.
    if (start && last && 2n * (last.aNs - start.aNs) >= this.#baselineNs) this.#tell(start, last)
    this.#forget()
  }

  build(): Rate[] {
    this.end()
    return this.#rates.map(({ fromNs, toNs, low, high }) => ({ fromNs, toNs, low, high }))
  }

  #forget(): void {
    this.#start = null
    this.#last = null
    this.#before = this.#rates.length
  }

  #tell(start: Knot, end: Knot): void {
    const elapsedNs = Number(end.aNs - start.aNs)
    const gainedNs = start.mNs - end.mNs
    const eitherNs = start.halfNs + end.halfNs
    const ppm = (ns: bigint) => (Number(ns) / elapsedNs) * 1e6
    const [low, high] = [ppm(gainedNs - eitherNs), ppm(gainedNs + eitherNs)]
    this.#rates.push({ fromNs: start.utcNs, toNs: end.utcNs, low, high, endANs: end.aNs })
  }
}

/**
 * No less than half the width of M, by that of the error: the error is M less D, so that its interval is never the narrower one. The
 * middles are rounded down.
 */
export function halfOf({ lowNs, highNs }: { readonly lowNs: bigint; readonly highNs: bigint }): bigint {
  return (highNs - lowNs) / 2n + 1n
}

function knotOf(run: Run, i: number): Knot {
  const { columns, shape } = run
  const { base, atNs, mNs, lowNs, highNs } = columns
  return {
    boot: shape.boot,
    utcNs: run.utcNs(i),
    aNs: base.atNs + BigInt(atNs[i]!),
    mNs: base.mNs + BigInt(mNs[i]!),
    halfNs: halfOf({ lowNs: BigInt(lowNs[i]!), highNs: BigInt(highNs[i]!) }),
  }
}
