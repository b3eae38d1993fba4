/**
 * The rows of a table as JSON, one object a line, for `--format json`: the same names and the same values as in the CSV. Whole numbers
 * beyond 2^53 would be rounded by many readers: digits that came as text, and big ones, stay text.
 * @module
 */
import { readingColumns, readingRows } from './csv/readings.js'
import { type SampleRecord, sampleColumns, sampleRow } from './csv/samples.js'
import type { Row } from './csv/table.js'
import type { ZonedWriter } from './moment.js'

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

/** Samples and readings, in one walk over the records. */
export class LongLines {
  readonly #zone: ZonedWriter
  readonly #simulation: boolean
  readonly #samples = new LineWriter(sampleColumns)
  readonly #readings = new LineWriter(readingColumns)
  #written = ['', ''] as [string, string]

  constructor(zone: ZonedWriter, simulation: boolean) {
    this.#zone = zone
    this.#simulation = simulation
  }

  record(record: SampleRecord): void {
    this.#written[0] += this.#samples.row(sampleRow(record, this.#zone, this.#simulation))
    for (const row of readingRows(record, this.#zone, this.#simulation)) this.#written[1] += this.#readings.row(row)
  }

  /** What was written since the last {@link clear}. */
  written(): readonly [string, string] {
    return this.#written
  }

  clear(): void {
    this.#written = ['', '']
  }
}
