/**
 * Tables as CSV (RFC 4180: commas, CRLF, quotes doubled, one header line), a row at a time, so that a year fits through a
 * pipe. Two forms of one content: `evidence` holds the exact values; `spreadsheet` is safe to open in a spreadsheet program.
 * @module
 */
import { pipeline, Readable, type Writable } from 'node:stream'
import { pipeline as finished } from 'node:stream/promises'
import { type Options, stringify } from 'csv-stringify'
import { printable } from '../printable.js'

/**
 * `evidence`: texts exactly as recorded. `spreadsheet`: a byte order mark; a text that a program could take for a formula or
 * a number gets an apostrophe before it; invisible and right-to-left characters are written as `\u{XXXX}`.
 */
export type CsvForm = 'evidence' | 'spreadsheet'

/** One cell. `null` is written as an empty cell; numbers are whole. */
export type Value = string | number | bigint | boolean | null

/** The cells of a row, in the order of the table's columns. */
export type Row = readonly Value[]

/** A column: its name (with its unit), what it holds, and how its cell is taken from what a row is made of. */
export interface Column<Source = never> {
  readonly name: string
  /** `integer`: whole number; `instant`: ISO 8601 with nine decimals and an offset or Z; `flag`: `true` or `false`. */
  readonly kind: 'text' | 'integer' | 'instant' | 'flag'
  /** What docs/csv.md says of it. */
  readonly words: string
  readonly of: (source: Source) => Value
}

/** The row of one source. */
export function rowOf<Source>(columns: readonly Column<Source>[], source: Source): Row {
  return columns.map((column) => column.of(source))
}

/**
 * The text of a table in chunks; ends with an error where the rows do. No row is asked for before the text is read.
 * @throws {RangeError} (while read) for a number that is not whole
 */
export async function* csvText(
  columns: readonly Pick<Column, 'name'>[],
  rows: Iterable<Row> | AsyncIterable<Row>,
  form: CsvForm,
): AsyncGenerator<string> {
  const source = Readable.from(rows, { objectMode: true })
  // What breaks the rows breaks the text: whoever reads it gets the error.
  const text = pipeline(source, stringify(settings(columns, form)), () => {})
  text.setEncoding('utf8')
  for await (const chunk of text) yield chunk as string
}

/** Writes a table to a stream no faster than it drains, and ends the stream. Rejects with what broke rows or stream. */
export async function writeCsv(
  stream: Writable,
  columns: readonly Pick<Column, 'name'>[],
  rows: Iterable<Row> | AsyncIterable<Row>,
  form: CsvForm,
): Promise<void> {
  await finished(Readable.from(rows, { objectMode: true }), stringify(settings(columns, form)), stream)
}

function settings(columns: readonly Pick<Column, 'name'>[], form: CsvForm): Options {
  return {
    header: true,
    columns: columns.map(({ name }) => name),
    record_delimiter: '\r\n',
    // With CRLF between records a lone LF or CR in a cell would pass unquoted.
    quoted_match: /[\r\n]|^\s|\s$/,
    bom: form === 'spreadsheet',
    cast: {
      boolean: (value) => (value ? 'true' : 'false'),
      bigint: (value) => value.toString(),
      number: whole,
      string: form === 'spreadsheet' ? guarded : (value) => value,
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
