/**
 * What time it is by the evidence of a trail: a UTC that has surely passed, whatever the wall clock shows. Each sample tells UTC by
 * its own bound; between samples the steady clock carries it on, slowed by as much as it may err.
 * @module
 */
import type { Fact } from '../evidence/types.js'

/** UTC (ns since the Unix epoch) that has surely passed. */
export interface Known {
  /** At the newest sample with a bound. */
  readonly sampleNs: bigint
  /** At the newest record. */
  readonly nowNs: bigint
}

type Sample = Extract<Fact, { kind: 'sample' }>

/** How many samples are heard: of five, two may lie without anybody being misled. */
const heard = 5

/** Listens to the facts of a trail in their order. */
export class TrailTime {
  /** UTC of the first sample with a bound; `null`: there is none yet. */
  firstNs: bigint | null = null
  #recent: Sample[] = []
  #last: Fact | null = null
  /** What was known before the steady clock broke off. */
  #before: Known | null = null

  hear(fact: Fact): void {
    if (this.#breaks(fact)) {
      this.#before = this.known()
      this.#recent = []
    }
    this.#last = fact
    if (fact.kind !== 'sample' || fact.m === null) return
    this.firstNs ??= lowNs(fact)
    this.#recent = [...this.#recent.slice(1 - heard), fact]
  }

  /** Time does not run backwards: without a sample since a break, what was known before it still has passed. */
  known(): Known | null {
    const newest = this.#recent.at(-1)
    if (!newest) return this.#before && { sampleNs: this.#before.nowNs, nowNs: this.#before.nowNs }
    const lastNs = this.#last && this.#last.aNs > newest.atNs ? this.#last.aNs : newest.atNs
    return { sampleNs: this.#at(newest.atNs), nowNs: this.#at(lastNs) }
  }

  /** The median of what the heard samples say of an instant of the steady clock; of an even number the lower one. */
  #at(aNs: bigint): bigint {
    const told = this.#recent.map((sample) => carried(sample, aNs)).sort((a, b) => (a < b ? -1 : Number(a > b)))
    return told[(told.length - 1) >> 1] as bigint
  }

  #breaks(fact: Fact): boolean {
    if (fact.kind === 'damage') return true
    const last = this.#last
    if (last === null) return false
    return last.boot !== fact.boot || last.clock !== fact.clock || (fact.kind === 'gap' && fact.breaks === 'mono')
  }
}

/** The least UTC that a sample allows at its own instant: A + M - (TAI - UTC). */
function lowNs({ atNs, m, taiUtc }: Sample): bigint {
  return atNs + (m?.lowNs ?? 0n) - BigInt(taiUtc) * 1_000_000_000n
}

/** The same later (or a little earlier) on the steady clock. */
function carried(sample: Sample, aNs: bigint): bigint {
  const passed = aNs - sample.atNs
  const doubt = (passed < 0n ? -passed : passed) * sample.ratePpb
  return lowNs(sample) + passed - (doubt + 999_999_999n) / 1_000_000_000n
}
