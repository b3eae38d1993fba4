/**
 * `columns.json`: the tables of a report described for programs, as W3C CSV on the Web metadata (tabular-metadata, 2015).
 * @module
 */
import { breachColumns, dayColumns } from './days.js'
import { readingColumns } from './readings.js'
import { changeColumns, gapColumns, intervalColumns } from './registers.js'
import { sampleColumns } from './samples.js'
import type { Column, CsvForm, Kind } from './table.js'

/** The tables in the order of docs/csv.md. */
export const tableColumns: Readonly<Record<string, readonly Pick<Column, 'name' | 'kind' | 'words'>[]>> = {
  days: dayColumns,
  intervals: intervalColumns,
  changes: changeColumns,
  breaches: breachColumns,
  gaps: gapColumns,
  samples: sampleColumns,
  readings: readingColumns,
}

const datatypes: Readonly<Record<Kind, string>> = {
  text: 'string',
  integer: 'integer',
  instant: 'dateTimeStamp',
  flag: 'boolean',
}

/**
 * The metadata of the tables of one report.
 * @param files what each table is called
 */
export function columnsJson(files: Readonly<Record<string, string>>, form: CsvForm): string {
  const tables = Object.entries(files).map(([table, url]) => ({
    url,
    tableSchema: {
      columns: (tableColumns[table] ?? []).map(({ name, kind, words }) => ({
        name,
        titles: name,
        datatype: datatypes[kind],
        'dc:description': words.replaceAll('`', ''),
      })),
    },
  }))
  const dialect = { encoding: 'utf-8', lineTerminators: ['\r\n'], header: true, doubleQuote: true, trim: false }
  const notes =
    form === 'spreadsheet' ? 'Texts are guarded for spreadsheet programs; see docs/csv.md.' : 'Exact values.'
  return `${JSON.stringify({ '@context': 'http://www.w3.org/ns/csvw', dialect, 'dc:description': notes, tables }, null, 2)}\n`
}
