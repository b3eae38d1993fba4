/**
 * Plain samples of one shape, one behind the other: whoever counts takes them at once.
 * @module
 */
import type { Columns, Shape } from './columns.js'

/** Samples of one shape, one behind the other. `to` does not belong to them. */
export class Run {
  readonly columns: Columns
  readonly shape: Shape
  readonly from: number
  readonly to: number
  /** UTC at which {@link since} counts from (ns). */
  readonly originNs: bigint

  constructor(columns: Columns, from: number, to: number) {
    const { shapes, shape, base } = columns
    this.columns = columns
    this.shape = shapes[shape[from]!]!
    this.from = from
    this.to = to
    this.originNs = base.atNs + base.mNs - BigInt(this.shape.taiUtc) * 1_000_000_000n
  }

  /** UTC of a sample, less {@link originNs}: exact. */
  since(i: number): number {
    return this.columns.atNs[i]! + this.columns.mNs[i]!
  }

  utcNs(i: number): bigint {
    return this.originNs + BigInt(this.since(i))
  }

  /** The middle of the error that a sample found, rounded down. */
  middleNs(i: number): number {
    return Math.floor((this.columns.lowNs[i]! + this.columns.highNs[i]!) / 2)
  }

  /** The parts of it whose samples lie from one instant up to, but not at, another. */
  *within(fromNs: bigint, toNs: bigint): Generator<Run> {
    const [low, high] = [Number(fromNs - this.originNs), Number(toNs - this.originNs)]
    let from = this.from
    for (let i = this.from; i < this.to; i += 1) {
      const since = this.since(i)
      if (since >= low && since < high) continue
      if (from < i) yield new Run(this.columns, from, i)
      from = i + 1
    }
    if (from < this.to) yield from === this.from ? this : new Run(this.columns, from, this.to)
  }
}

/** Samples of `columns` from one to before another, cut where their shape changes. */
export function* runsIn(columns: Columns, from: number, to: number): Generator<Run> {
  const { shape } = columns
  let start = from
  for (let i = from + 1; i <= to; i += 1) {
    if (i < to && shape[i] === shape[start]) continue
    if (start < i) yield new Run(columns, start, i)
    start = i
  }
}
