/**
 * The rows of a table as JSON, one object a line, for `--format json`: the same names and the same values as in the CSV. Whole numbers
 * beyond 2^53 would be rounded by many readers: digits that came as text, and big ones, stay text.
 * @module
 */
import type { Row } from './csv/table.js'

/** Writes the rows of one table. */
export class LineWriter {
  readonly #keys: readonly string[]

  constructor(columns: readonly { readonly name: string }[]) {
    this.#keys = columns.map(({ name }) => JSON.stringify(name))
  }

  row(row: Row): string {
    const fields = row.map((value, i) => {
      const text = typeof value === 'bigint' ? `"${value}"` : JSON.stringify(value)
      return `${this.#keys[i]}:${text}`
    })
    return `{${fields.join(',')}}\n`
  }
}
