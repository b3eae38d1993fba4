/**
 * The bound over time, small enough for a page: the period cut into columns, each with the least and the largest value that
 * the bound takes inside it. No spike is dropped, however narrow; a column without a bound stays empty.
 * @module
 */
import type { Piece } from '../lib/evidence/types.js'

/** One column of the plot, in seconds of error (positive = slow); `null` where the column holds no bound at all. */
export type Column = { readonly low: number; readonly high: number } | null

export interface Series {
  readonly fromNs: bigint
  readonly toNs: bigint
  readonly columns: readonly Column[]
}

/** About two columns a point of a page's width. */
const defaultColumns = 960

/** Collects pieces in any order; each costs as many steps as it covers columns. */
export class SeriesBuilder {
  readonly #fromNs: bigint
  readonly #toNs: bigint
  readonly #low: Float64Array
  readonly #high: Float64Array

  constructor(fromNs: bigint, toNs: bigint, columns = defaultColumns) {
    this.#fromNs = fromNs
    this.#toNs = toNs
    this.#low = new Float64Array(columns).fill(Number.POSITIVE_INFINITY)
    this.#high = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY)
  }

  add(piece: Pick<Piece, 'fromNs' | 'toNs' | 'bound'>): void {
    const { bound } = piece
    if (!bound) return
    const columns = this.#low.length
    const width = Number(this.#toNs - this.#fromNs) / columns
    const start = Number(piece.fromNs - this.#fromNs) / width
    const end = Number(piece.toNs - this.#fromNs) / width
    if (end < 0 || start > columns) return
    const lows = [Number(bound.from.lowNs) / 1e9, Number(bound.to.lowNs) / 1e9] as const
    const highs = [Number(bound.from.highNs) / 1e9, Number(bound.to.highNs) / 1e9] as const
    const at = (edge: readonly [number, number], x: number) =>
      end > start ? edge[0] + ((edge[1] - edge[0]) * (x - start)) / (end - start) : edge[0]
    const first = Math.min(columns - 1, Math.max(0, Math.floor(start)))
    const last = Math.min(columns - 1, Math.max(first, Math.ceil(end) - 1))
    for (let column = first; column <= last; column += 1) {
      const a = Math.max(start, column)
      const b = Math.min(end, column + 1)
      this.#widen(column, at(lows, a), at(highs, a))
      this.#widen(column, at(lows, b), at(highs, b))
    }
    if (end === start) this.#widen(first, lows[1], highs[1])
  }

  #widen(column: number, low: number, high: number): void {
    this.#low[column] = Math.min(this.#low[column]!, low)
    this.#high[column] = Math.max(this.#high[column]!, high)
  }

  build(): Series {
    const columns: Column[] = []
    for (let index = 0; index < this.#low.length; index += 1) {
      const low = this.#low[index]!
      columns.push(low === Number.POSITIVE_INFINITY ? null : { low, high: this.#high[index]! })
    }
    return { fromNs: this.#fromNs, toNs: this.#toNs, columns }
  }
}
