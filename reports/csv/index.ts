/**
 * The tables of a report as CSV: five files, described in docs/csv.md.
 * @module
 */
export { readingColumns, readingRows } from './readings.js'
export { changeColumns, changesCsv, gapColumns, gapsCsv, intervalColumns, intervalsCsv } from './registers.js'
export { type SampleRecord, sampleColumns, sampleRow } from './samples.js'
export { type Column, type CsvForm, csvText, type Row, type Value, writeCsv } from './table.js'
