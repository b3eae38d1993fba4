/**
 * What is drawn beside the bound: offsets and delays of each reference, by how much two of them differ, the middle of each sample's
 * bound, and D, the clock less the audit clock; the period cut into columns, each with the least and the largest value in it, so that
 * no spike is dropped. And the rate of the audit clock, from sample to sample.
 * @module
 */
import type { Role } from '../lib/ntp/types.js'
import { roles } from '../lib/ntp/types.js'
import type { GapBody, SampleBody } from '../lib/trail/types.js'
import { areApart, differenceOf, pairs } from './columns.js'
import { CrystalBuilder, type Rate } from './crystal.js'
import { columnCount, Extremes, PairExtremes } from './extremes.js'
import type { Run } from './runs.js'
import type { Column } from './series.js'
import { Values } from './values.js'

export interface Plots {
  readonly fromNs: bigint
  readonly toNs: bigint
  /** Seconds, positive = the clock is slow; `null` where no sample lies in the column. */
  readonly samples: readonly Column[]
  readonly references: { readonly [role in Role]?: readonly Column[] }
  /** Round trips, in seconds. */
  readonly delays: { readonly [role in Role]?: readonly Column[] }
  readonly differences: readonly PairColumns[]
  /** The rate of the audit clock between samples of one run. */
  readonly crystal: readonly Rate[]
  /**
   * Seconds that the clock ran ahead of a clock of the crystal's own mean rate in that boot, from 0 at the boot's first sample: steps
   * and slews show as such. `null` where no sample lies in the column.
   */
  readonly d: readonly Column[]
  /** Parts per million by which the audit clock was fast of UTC (TAI) in each boot, and behind each suspend, by its first and last sample. */
  readonly rates: readonly { readonly boot: string; readonly ppm: number }[]
}

/** Two references in the same samples, by the middles of M, which the clock cannot move. */
export interface PairColumns {
  readonly a: Role
  readonly b: Role
  /** The first less the second, in seconds. */
  readonly columns: readonly Column[]
  /** Indexes of the columns in which their intervals somewhere do not meet. */
  readonly apart: readonly number[]
}

/** A look at D with a sample: UTC, the audit clock, and the middles of D and of M. Nanoseconds. */
export interface DPoint {
  readonly boot: string
  readonly utcNs: bigint
  readonly aNs: bigint
  readonly dNs: bigint
  /** The middle of M = TAI - A; `null` without a bound. */
  readonly mNs: bigint | null
  /** No less than half the width of M. */
  readonly halfNs: bigint
}

interface BootTrace {
  readonly boot: string
  /** A and the middle of D at its first sample. */
  readonly aNs: bigint
  readonly dNs: bigint
  /** Of each sample its column, and A and D less those of the first. */
  readonly column: Values
  readonly a: Values
  readonly d: Values
  /** Its first and last sample with a bound. */
  first: { readonly aNs: bigint; readonly mNs: bigint } | null
  last: { readonly aNs: bigint; readonly mNs: bigint } | null
}

/** Collects values in any order of time; D in order of seq. */
export class PlotsBuilder {
  readonly #fromNs: bigint
  readonly #width: number
  readonly #toNs: bigint
  readonly #samples = new Extremes()
  readonly #references = new Map<Role, { readonly offsets: Extremes; readonly delays: Extremes }>()
  readonly #pairs: (PairExtremes | null)[] = pairs.map(() => null)
  readonly #crystal: CrystalBuilder
  readonly #boots: BootTrace[] = []
  #broken = false

  constructor(fromNs: bigint, toNs: bigint) {
    this.#fromNs = fromNs
    this.#toNs = toNs
    this.#width = Number(toNs - fromNs) / columnCount
    this.#crystal = new CrystalBuilder(fromNs, toNs)
  }

  sample(utcNs: bigint, offsetNs: bigint): void {
    this.#samples.add(this.#column(utcNs), Number(offsetNs) / 1e9)
  }

  /** What the references answered. */
  readings({ readings }: SampleBody, utcNs: bigint): void {
    const column = this.#column(utcNs)
    for (const role of roles) {
      const reading = readings[role]
      if (!reading?.ok) continue
      const { offsets, delays } = this.#reference(role)
      offsets.add(column, Number(reading.offsetNs) / 1e9)
      delays.add(column, Number(reading.delayNs) / 1e9)
    }
    for (const [n, [one, other]] of pairs.entries()) {
      const [a, b] = [readings[one], readings[other]]
      if (a?.ok && b?.ok) this.#pair(n).add(column, Number(differenceOf(a, b)) / 1e9, areApart(a, b))
    }
  }

  #reference(role: Role): { readonly offsets: Extremes; readonly delays: Extremes } {
    const known = this.#references.get(role)
    if (known) return known
    const made = { offsets: new Extremes(), delays: new Extremes() }
    this.#references.set(role, made)
    return made
  }

  #pair(n: number): PairExtremes {
    this.#pairs[n] ??= new PairExtremes()
    return this.#pairs[n]
  }

  /** An auditor started, whose audit clock may be another, or records are missing. */
  restart(): void {
    this.#crystal.end()
  }

  /** Where A ended or stood still, as in a suspend, what comes is measured from a new beginning. */
  gap(boot: string, body: GapBody): void {
    if (body.breaks === 'mono') this.#broken = true
    this.#crystal.gap(boot, body)
  }

  look({ boot, utcNs, aNs, dNs, mNs, halfNs }: DPoint): void {
    const trace = this.#trace(boot, aNs, dNs)
    trace.column.addNumber(this.#column(utcNs))
    trace.a.add(aNs - trace.aNs)
    trace.d.add(dNs - trace.dNs)
    if (mNs === null) return
    trace.last = { aNs, mNs }
    trace.first ??= trace.last
    this.#crystal.sample({ boot, utcNs, aNs, mNs, halfNs })
  }

  /** Samples without their records; what {@link readings}, {@link look} and {@link sample} make of them. */
  run(run: Run): void {
    const { columns, shape, from, to } = run
    const { base } = columns
    const [startNs, endNs] = [base.atNs + BigInt(columns.atNs[from]!), base.atNs + BigInt(columns.atNs[to - 1]!)]
    const trace = this.#trace(shape.boot, startNs, base.dNs + BigInt(columns.dNs[from]!))
    const [a0, d0] = [base.atNs - trace.aNs, base.dNs - trace.dNs]
    const places = new Int32Array(to - from)
    for (let i = from; i < to; i += 1) {
      const column = this.#columnIn(run, i)
      places[i - from] = column
      this.#samples.add(column, run.middleNs(i) / 1e9)
      addFrom(trace.a, a0, columns.atNs[i]!)
      addFrom(trace.d, d0, columns.dNs[i]!)
    }
    trace.column.addAll(places, 0, places.length)
    trace.first ??= { aNs: startNs, mNs: base.mNs + BigInt(columns.mNs[from]!) }
    trace.last = { aNs: endNs, mNs: base.mNs + BigInt(columns.mNs[to - 1]!) }
    this.#crystal.run(run)
    for (const role of roles) {
      if (!shape.roles[role]) continue
      const [{ offsets, delays }, { offsetNs, delayNs }] = [this.#reference(role), columns.roles[role]]
      for (let i = from; i < to; i += 1) {
        offsets.add(places[i - from]!, offsetNs[i]! / 1e9)
        delays.add(places[i - from]!, delayNs[i]! / 1e9)
      }
    }
    for (const [n, [one, other]] of pairs.entries()) {
      if (!shape.roles[one] || !shape.roles[other]) continue
      const [pair, differences] = [this.#pair(n), columns.differences[n]!]
      for (let i = from; i < to; i += 1) {
        pair.add(places[i - from]!, differences[i]! / 1e9, (columns.disjoint[i]! & (1 << n)) !== 0)
      }
    }
  }

  #trace(boot: string, aNs: bigint, dNs: bigint): BootTrace {
    const open = this.#boots.at(-1)
    if (open?.boot === boot && !this.#broken) return open
    this.#broken = false
    const empty = { column: new Values(), a: new Values(), d: new Values(), first: null, last: null }
    const trace: BootTrace = { boot, aNs, dNs, ...empty }
    this.#boots.push(trace)
    return trace
  }

  build(): Plots {
    const d = new Extremes()
    const rates: Plots['rates'][number][] = []
    for (const { boot, column, a, d: trace, first, last } of this.#boots) {
      const lengthNs = first && last ? Number(last.aNs - first.aNs) : 0
      const movedNs = first && last ? Number(last.mNs - first.mNs) : 0
      for (let i = 0; i < trace.count; i += 1) {
        const line = lengthNs > 0 ? movedNs * (a.numberAt(i) / lengthNs) : 0
        d.add(column.numberAt(i), (trace.numberAt(i) - line) / 1e9)
      }
      if (lengthNs > 0) rates.push({ boot, ppm: (-movedNs / lengthNs) * 1e6 })
    }
    const references: { [role in Role]?: readonly Column[] } = {}
    const delays: { [role in Role]?: readonly Column[] } = {}
    for (const role of roles) {
      const own = this.#references.get(role)
      if (!own) continue
      references[role] = own.offsets.list()
      delays[role] = own.delays.list()
    }
    const differences = pairs.flatMap(([a, b], n) => {
      const own = this.#pairs[n]
      return own ? [{ a, b, columns: own.values.list(), apart: own.apart() }] : []
    })
    const measured = { samples: this.#samples.list(), references, delays, differences, crystal: this.#crystal.build() }
    return { fromNs: this.#fromNs, toNs: this.#toNs, ...measured, d: d.list(), rates }
  }

  #column(utcNs: bigint): number {
    return within(Math.floor(Number(utcNs - this.#fromNs) / this.#width))
  }

  /** The column of a sample of a run: reckoned in doubles, unless it lies so near the edge of one that their rounding could tell. */
  #columnIn(run: Run, i: number): number {
    const place = (Number(run.originNs - this.#fromNs) + run.since(i)) / this.#width
    const column = Math.floor(place)
    const inside = place - column
    return inside < edge || inside > 1 - edge ? this.#column(run.utcNs(i)) : within(column)
  }
}

/** A share of a column: wider than the rounding of an instant in a thousand years. */
const edge = 1e-6

function within(column: number): number {
  return Math.min(columnCount - 1, Math.max(0, column))
}

/** Adds `base + more`, exactly. */
function addFrom(values: Values, base: bigint, more: number): void {
  if (base <= mostBase && base >= -mostBase) values.addNumber(Number(base) + more)
  else values.add(base + BigInt(more))
}

/** Sums of this and of what a run's columns hold are exact in doubles. */
const mostBase = 2n ** 52n
