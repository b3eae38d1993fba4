/**
 * What is drawn beside the bound: the offsets of each reference, the middle of each sample's bound, and D, the clock less the audit
 * clock; the period cut into columns, each with the least and the largest value in it, so that no spike is dropped.
 * @module
 */
import type { Role } from '../lib/ntp/types.js'
import { roles } from '../lib/ntp/types.js'
import type { Column } from './series.js'
import { Values } from './values.js'

export interface Plots {
  readonly fromNs: bigint
  readonly toNs: bigint
  /** Seconds, positive = the clock is slow; `null` where no sample lies in the column. */
  readonly samples: readonly Column[]
  readonly references: { readonly [role in Role]?: readonly Column[] }
  /**
   * Seconds that the clock ran ahead of a clock of the crystal's own mean rate in that boot, from 0 at the boot's first sample: steps
   * and slews show as such. `null` where no sample lies in the column.
   */
  readonly d: readonly Column[]
  /** Parts per million by which the audit clock was fast of UTC (TAI) in each boot, and behind each suspend, by its first and last sample. */
  readonly rates: readonly { readonly boot: string; readonly ppm: number }[]
}

/** About two columns a point of a page's width. */
const columns = 960

/** A look at D with a sample: UTC, the audit clock, and the middles of D and of M. Nanoseconds. */
export interface DPoint {
  readonly boot: string
  readonly utcNs: bigint
  readonly aNs: bigint
  readonly dNs: bigint
  /** The middle of M = TAI - A; `null` without a bound. */
  readonly mNs: bigint | null
}

interface BootTrace {
  readonly boot: string
  readonly utc: Values
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
  readonly #samples = new Columns()
  readonly #references = new Map<Role, Columns>()
  readonly #boots: BootTrace[] = []
  #broken = false

  constructor(fromNs: bigint, toNs: bigint) {
    this.#fromNs = fromNs
    this.#toNs = toNs
    this.#width = Number(toNs - fromNs) / columns
  }

  sample(utcNs: bigint, offsetNs: bigint): void {
    this.#samples.add(this.#column(utcNs), Number(offsetNs) / 1e9)
  }

  reference(role: Role, utcNs: bigint, offsetNs: bigint): void {
    let own = this.#references.get(role)
    if (!own) {
      own = new Columns()
      this.#references.set(role, own)
    }
    own.add(this.#column(utcNs), Number(offsetNs) / 1e9)
  }

  /** A ended or stood still, as in a suspend: what comes is measured from a new beginning. */
  breakOff(): void {
    this.#broken = true
  }

  look({ boot, utcNs, aNs, dNs, mNs }: DPoint): void {
    let trace = this.#boots.at(-1)
    if (trace?.boot !== boot || this.#broken) {
      this.#broken = false
      trace = { boot, utc: new Values(), a: new Values(), d: new Values(), first: null, last: null }
      this.#boots.push(trace)
    }
    trace.utc.add(utcNs)
    trace.a.add(aNs)
    trace.d.add(dNs)
    if (mNs === null) return
    trace.last = { aNs, mNs }
    trace.first ??= trace.last
  }

  build(): Plots {
    const d = new Columns()
    const rates: Plots['rates'][number][] = []
    for (const { boot, utc, a, d: trace, first, last } of this.#boots) {
      const lengthNs = first && last ? last.aNs - first.aNs : 0n
      const movedNs = first && last ? last.mNs - first.mNs : 0n
      for (let i = 0; i < trace.count; i += 1) {
        const line = lengthNs > 0n ? (movedNs * (a.at(i) - a.at(0))) / lengthNs : 0n
        d.add(this.#column(utc.at(i)), Number(trace.at(i) - trace.at(0) - line) / 1e9)
      }
      if (lengthNs > 0n) rates.push({ boot, ppm: (-Number(movedNs) / Number(lengthNs)) * 1e6 })
    }
    const references: { [role in Role]?: readonly Column[] } = {}
    for (const role of roles) {
      const own = this.#references.get(role)
      if (own) references[role] = own.list()
    }
    return { fromNs: this.#fromNs, toNs: this.#toNs, samples: this.#samples.list(), references, d: d.list(), rates }
  }

  #column(utcNs: bigint): number {
    return Math.min(columns - 1, Math.max(0, Math.floor(Number(utcNs - this.#fromNs) / this.#width)))
  }
}

class Columns {
  readonly #low = new Float64Array(columns).fill(Number.POSITIVE_INFINITY)
  readonly #high = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY)

  add(column: number, value: number): void {
    if (value < this.#low[column]!) this.#low[column] = value
    if (value > this.#high[column]!) this.#high[column] = value
  }

  list(): Column[] {
    return Array.from(this.#low, (low, index) =>
      low === Number.POSITIVE_INFINITY ? null : { low, high: this.#high[index]! },
    )
  }
}
