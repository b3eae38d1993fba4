/**
 * Cuts facts into runs, stretches over which A ran on without a break, and lists the holes in them: stretches in which D is
 * unknown (gaps that break `wall`, restarts within one boot) or in motion (clock changes).
 * @module
 */
import type { Fact, Lack } from './types.js'

export type SampleFact = Extract<Fact, { kind: 'sample' }>
export type GapFact = Extract<Fact, { kind: 'gap' }>
export type ChangeFact = Extract<Fact, { kind: 'clock-change' }>

/** What lies between two runs. */
export interface Break {
  /** seq of the record that tells. */
  readonly seq: number
  readonly lack: Lack
  /** Where another boot follows in good order: boot time of the record behind it, else `null`. */
  readonly bootNs: bigint | null
}

/** A stretch over which A ran on. Cones live inside one run. */
export interface Run {
  readonly boot: string
  readonly startNs: bigint
  endNs: bigint
  /** The break before it; `null` where the facts begin with it. */
  readonly break: Break | null
  /** The first record in it. */
  readonly first: Fact
  readonly samples: SampleFact[]
  /** By how much M can have moved. */
  readonly rates: RateMark[]
}

/** The rate (parts per billion) that a record at this instant of A states; between two records the larger one holds. */
export interface RateMark {
  aNs: bigint
  readonly ratePpb: bigint
}

/** A stretch of A with no bound whatever the cones say. */
export interface Hole {
  readonly boot: string
  readonly fromNs: bigint
  readonly toNs: bigint
  readonly lack: Lack
  readonly seq: number
}

export interface Runs {
  readonly facts: readonly Fact[]
  readonly runs: readonly Run[]
  readonly holes: readonly Hole[]
  /** Index of the run of each fact; -1 for a damage before all records. */
  readonly runOf: Int32Array
  /** Whether the line of D is cut before this fact: nobody watched between it and the one before. */
  readonly cut: Uint8Array
}

/**
 * Cuts facts into runs.
 * @param thinned whether records that cannot matter were left out: then a jump of seq is no loss
 */
export function cutRuns(facts: readonly Fact[], thinned = false): Runs {
  return new Cutter(facts, thinned).cut()
}

class Cutter {
  readonly #facts: readonly Fact[]
  readonly #thinned: boolean
  readonly #runs: Run[] = []
  readonly #holes: Hole[] = []
  readonly #runOf: Int32Array
  readonly #cut: Uint8Array

  constructor(facts: readonly Fact[], thinned: boolean) {
    this.#facts = facts
    this.#thinned = thinned
    this.#runOf = new Int32Array(facts.length).fill(-1)
    this.#cut = new Uint8Array(facts.length)
  }

  cut(): Runs {
    let last: Fact | null = null
    let damaged = false
    const facts = this.#facts
    for (let i = 0; i < facts.length; i += 1) {
      const fact = facts[i] as Fact
      if (fact.kind === 'damage') {
        damaged = last !== null
        this.#runOf[i] = this.#runs.length - 1
        continue
      }
      this.#place(i, fact, last, damaged)
      this.#runOf[i] = this.#runs.length - 1
      this.#hole(i, fact, last)
      this.#rate(fact)
      const run = this.#runs.at(-1)
      if (run && fact.aNs > run.endNs) run.endNs = fact.aNs
      last = fact
      damaged = false
    }
    this.#assignSamples()
    return { facts: this.#facts, runs: this.#runs, holes: this.#holes, runOf: this.#runOf, cut: this.#cut }
  }

  /** Begins a new run where A did not run on from the fact before. */
  #place(i: number, fact: Fact, last: Fact | null, damaged: boolean): void {
    const run = this.#runs.at(-1)
    if (last === null || !run) {
      this.#begin(fact, fact.aNs, null)
      return
    }
    const jump = fact.seq !== last.seq + 1
    const lack = breakBetween(last, fact, damaged || (jump && !this.#thinned))
    if (jump) this.#cut[i] = 1
    if (lack !== null) {
      this.#cut[i] = 1
      const bootNs =
        fact.kind === 'open' && fact.boot !== last.boot && lack.cause === 'auditor-down' ? fact.bootNs : null
      this.#begin(fact, fact.aNs, { seq: fact.seq, lack, bootNs })
    } else if (fact.kind === 'gap' && fact.breaks === 'mono') this.#breakMono(i, fact, last, run)
  }

  /** A gap in which A ended or stood still; across boots the `open` before it has told already. */
  #breakMono(i: number, gap: GapFact, last: Fact, run: Run): void {
    if (gap.fromNs === null && run.break !== null && (gap.toNs ?? gap.aNs) <= run.first.aNs) return
    const endNs = larger(run.startNs, smaller(gap.fromNs ?? last.aNs, gap.aNs))
    const startNs = smaller(larger(gap.toNs ?? gap.aNs, endNs), gap.aNs)
    // Records behind the gap that were written before it, such as the `open` of a restart, belong to the new run.
    let first: Fact = gap
    let restarted = false
    let from = i
    while (from > 0 && this.#runOf[from - 1] === this.#runs.length - 1) {
      const earlier = this.#facts[from - 1]
      if (!earlier || earlier.aNs <= endNs || earlier.aNs < startNs || earlier.kind === 'damage') break
      first = earlier
      restarted ||= earlier.kind === 'open' && earlier.reason === 'start'
      from--
    }
    run.endNs = endNs
    while ((run.rates.at(-1)?.aNs ?? endNs) > endNs) run.rates.pop()
    this.#begin(first, startNs, {
      seq: gap.seq,
      lack: restarted ? lackOf('auditor-down') : lackOf(gap.cause),
      bootNs: null,
    })
    for (let k = from; k < i; k++) {
      const fact = this.#facts[k]
      this.#runOf[k] = this.#runs.length - 1
      if (fact) this.#rate(fact)
    }
  }

  #begin(first: Fact, startNs: bigint, before: Break | null): void {
    const rates: RateMark[] = []
    this.#runs.push({ boot: first.boot, startNs, endNs: startNs, break: before, first, samples: [], rates })
  }

  #hole(i: number, fact: Fact, last: Fact | null): void {
    const { boot, seq } = fact
    const add = (fromNs: bigint, toNs: bigint, lack: Lack): void => {
      if (fromNs < toNs) this.#holes.push({ boot, fromNs, toNs, lack, seq })
    }
    if (fact.kind === 'clock-change' && fact.class !== 'slew' && fact.class !== 'leap') {
      add(fact.earliestNs, fact.latestNs, { verdict: 'INDETERMINATE', cause: 'clock-change' })
    } else if (
      fact.kind === 'gap' &&
      (fact.breaks === 'wall' || (fact.breaks === 'none' && fact.cause === 'suspend'))
    ) {
      const startNs = this.#runs.at(-1)?.startNs ?? fact.aNs
      add(fact.fromNs ?? startNs, fact.toNs ?? fact.aNs, lackOf(fact.cause))
    } else if (fact.kind === 'open' && last !== null && last.boot === boot && this.#unwatched(i, fact.reason)) {
      this.#cut[i] = 1
      add(last.aNs, fact.aNs, lackOf(fact.reason === 'start' ? 'auditor-down' : 'worker-died'))
    }
  }

  /**
   * Whether nobody watched before this `open`. After the restart of a worker the gap record beside it tells which worker
   * it was; without one the worst is assumed.
   */
  #unwatched(i: number, reason: string): boolean {
    if (reason !== 'restart') return reason === 'start'
    for (const next of this.#facts.slice(i + 1, i + 6)) {
      if (next.kind === 'gap' && next.cause === 'worker-died') return next.breaks !== 'none'
      if (next.kind === 'sample' || next.kind === 'clock-change' || next.kind === 'open') break
    }
    return true
  }

  #rate(fact: Fact): void {
    if (fact.kind !== 'open' && fact.kind !== 'sample') return
    const rates = this.#runs.at(-1)?.rates ?? []
    const { ratePpb, aNs } = fact
    const [before, last] = [rates.at(-2), rates.at(-1)]
    if (last && before && last.ratePpb === ratePpb && before.ratePpb === ratePpb) last.aNs = aNs
    else rates.push({ aNs, ratePpb })
  }

  /** A sample belongs to the run in which its instant lies, which need not be the one it was recorded in. */
  #assignSamples(): void {
    for (let i = 0; i < this.#facts.length; i += 1) {
      const fact = this.#facts[i]
      if (fact?.kind !== 'sample') continue
      for (let k = this.#runOf[i] ?? -1; k >= 0; k--) {
        const run = this.#runs[k]
        if (!run || run.boot !== fact.boot) break
        if (fact.atNs > run.endNs) break
        if (fact.atNs < run.startNs) continue
        run.samples.push(fact)
        break
      }
    }
    const order = (a: SampleFact, b: SampleFact): number =>
      Number(a.atNs > b.atNs) - Number(a.atNs < b.atNs) || a.seq - b.seq
    for (const run of this.#runs) run.samples.sort(order)
  }
}

/** Why A did not run on between two records, as far as their stamps tell; `null` where it did. */
function breakBetween(last: Fact, fact: Fact, damaged: boolean): Lack | null {
  if (damaged) return lackOf('trail-damaged')
  const restarts = fact.kind === 'open' && (fact.reason === 'start' || fact.reason === 'restart')
  if (fact.boot !== last.boot) return lackOf(fact.kind === 'open' ? 'auditor-down' : 'trail-damaged')
  return (restarts && fact.clock !== last.clock) || fact.aNs < last.aNs ? lackOf('auditor-down') : null
}

function lackOf(cause: GapFact['cause']): Lack {
  return { verdict: cause === 'suspend' ? 'OFF' : 'UNMONITORED', cause }
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
