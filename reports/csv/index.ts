/**
 * The tables of a report as CSV, described in docs/csv.md.
 * @module
 */

export { breachColumns, breachesCsv, dayColumns, daysCsv } from './days.js'
export { LongTables } from './long-tables.js'
export { readingColumns, readingRows } from './readings.js'
export {
  changeColumns,
  changesCsv,
  gapColumns,
  gapsCsv,
  intervalColumns,
  intervalsCsv,
} from './registers.js'
export { type SampleRecord, sampleColumns, sampleRow } from './samples.js'
export { type Column, type CsvForm, csvText, type Row, RowWriter, rowOf, type Value, writeCsv } from './table.js'
