/**
 * The least and the largest value in each column of a plot, so that no spike is dropped; a column without a value stays empty.
 * @module
 */
import type { Column } from './series.js'

/** About two columns a point of a page's width. */
export const columnCount = 960

export class Extremes {
  readonly #low = new Float64Array(columnCount).fill(Number.POSITIVE_INFINITY)
  readonly #high = new Float64Array(columnCount).fill(Number.NEGATIVE_INFINITY)

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

/** Of two references, by how much they differ, and where they contradict each other. */
export class PairExtremes {
  readonly values = new Extremes()
  readonly #apart = new Uint8Array(columnCount)

  add(column: number, value: number, apart: boolean): void {
    this.values.add(column, value)
    if (apart) this.#apart[column] = 1
  }

  /** The columns in which some answers of the two did not meet. */
  apart(): number[] {
    return Array.from(this.#apart.keys()).filter((column) => this.#apart[column] === 1)
  }
}
