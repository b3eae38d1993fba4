/**
 * Tables as CSV (RFC 4180: commas, CRLF, quotes doubled, one header line), a row at a time, so that a year fits through a
 * pipe. Two forms of one content: `evidence` holds the exact values; `spreadsheet` is safe to open in a spreadsheet program.
 * @module
 */
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Options, stringify } from 'csv-stringify/sync'
import { printable } from '../printable.js'

/**
 * `evidence`: texts exactly as recorded. `spreadsheet`: a byte order mark; a text that a program could take for a formula or
 * a number gets an apostrophe before it; invisible and right-to-left characters are written as `\u{XXXX}`.
 */
export type CsvForm = 'evidence' | 'spreadsheet'

/** One cell. `null` is written as an empty cell; numbers are whole. Of an `integer` column also digits as text. */
export type Value = string | number | bigint | boolean | null

/** The cells of a row, in the order of the table's columns. */
export type Row = readonly Value[]

export type Kind = 'text' | 'integer' | 'instant' | 'flag'

/** A column: its name (with its unit), what it holds, and how its cell is taken from what a row is made of. */
export interface Column<Source = never> {
  readonly name: string
  /** `integer`: whole number; `instant`: ISO 8601 with nine decimals and an offset or Z; `flag`: `true` or `false`. */
  readonly kind: Kind
  /** What docs/csv.md says of it. */
  readonly words: string
  readonly of: (source: Source) => Value
}

/** The columns of a table, without where its cells come from. */
export type Columns = readonly { readonly name: string; readonly kind?: Kind }[]

/** The row of one source. */
export function rowOf<Source>(columns: readonly Column<Source>[], source: Source): Row {
  const row = new Array<Value>(columns.length)
  for (let i = 0; i < columns.length; i += 1) row[i] = columns[i]!.of(source)
  return row
}

/**
 * Writes rows one by one, each with its line end: what csv-stringify writes, ten times as fast, for the tables that have a line for each
 * sample of a year. A test holds every text of it against csv-stringify's.
 */
export class RowWriter {
  readonly #exact: readonly boolean[]
  readonly #columns: Columns
  readonly #spreadsheet: boolean

  constructor(columns: Columns, form: CsvForm) {
    this.#columns = columns
    this.#exact = columns.map(({ kind }) => kind === 'integer' || kind === 'instant')
    this.#spreadsheet = form === 'spreadsheet'
  }

  /** The header line, behind a byte order mark where the form has one. */
  header(): string {
    return `${this.#spreadsheet ? '\ufeff' : ''}${this.#columns.map(({ name }) => name).join(',')}\r\n`
  }

  /** @throws {RangeError} for a number that is not whole */
  row(row: Row): string {
    let line = ''
    for (let i = 0; i < row.length; i += 1) {
      if (i > 0) line += ','
      line += this.cell(i, row[i] ?? null)
    }
    return `${line}\r\n`
  }

  /**
   * The cell of a column, by its index.
   * @throws {RangeError} for a number that is not whole
   */
  cell(index: number, value: Value): string {
    if (value === null) return ''
    if (typeof value === 'string') return this.#exact[index] ? value : this.#text(value)
    return typeof value === 'number' ? whole(value) : String(value)
  }

  #text(text: string): string {
    const shown = this.#spreadsheet ? guarded(text) : text
    return needsQuotes.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown
  }
}

/** With CRLF between records a lone LF or CR in a cell would pass unquoted; blanks at an end would be lost by many readers. */
const needsQuotes = /[",\r\n]|^\s|\s$/

/** Rows that are put into text at a time. */
const batch = 256

/**
 * The text of a table in chunks; ends with an error where the rows do. No row is asked for before the text is read.
 * @throws {RangeError} (while read) for a number that is not whole
 */
export async function* csvText(
  columns: Columns,
  rows: Iterable<Row> | AsyncIterable<Row>,
  form: CsvForm,
): AsyncGenerator<string> {
  const settings = settingsOf(columns, form)
  yield new RowWriter(columns, form).header()
  let waiting: Row[] = []
  for await (const row of rows) {
    waiting.push(row)
    if (waiting.length < batch) continue
    yield stringify(waiting as Row[], settings)
    waiting = []
  }
  if (waiting.length > 0) yield stringify(waiting, settings)
}

/** Writes a table to a stream no faster than it drains, and ends the stream. Rejects with what broke rows or stream. */
export async function writeCsv(
  stream: Writable,
  columns: Columns,
  rows: Iterable<Row> | AsyncIterable<Row>,
  form: CsvForm,
): Promise<void> {
  await pipeline(Readable.from(csvText(columns, rows, form), { highWaterMark: 1 }), stream)
}

function settingsOf(columns: Columns, form: CsvForm): Options {
  const exact = columns.map(({ kind }) => kind === 'integer' || kind === 'instant')
  return {
    record_delimiter: '\r\n',
    quoted_match: needsQuotes,
    cast: {
      boolean: (value) => (value ? 'true' : 'false'),
      bigint: (value) => value.toString(),
      number: whole,
      string: (value, { index }) => (form === 'spreadsheet' && !exact[index] ? guarded(value) : value),
    },
  }
}

function whole(value: number): string {
  if (!Number.isSafeInteger(value)) throw new RangeError(`a CSV cell holds whole numbers up to 2^53 - 1, got ${value}`)
  return String(value)
}

/** What a spreadsheet program takes for a formula, also behind blanks; in half and in full width. */
const formula = /^[\s']*[=+\-@|%\uff0b\uff0d\uff1d\uff20]/
const numeric = /^\s*\d+([.,]\d*)?(e[+-]?\d+)?\s*$/i

function guarded(text: string): string {
  const shown = printable(text, () => true)
  return formula.test(text) || formula.test(shown) || numeric.test(shown) ? `'${shown}` : shown
}
