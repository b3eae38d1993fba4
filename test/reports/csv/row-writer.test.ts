/** The fast writer of the long tables writes what csv-stringify writes. */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type CsvForm, csvText, type Row, RowWriter } from '../../../reports/csv/index.js'

const columns = [
  { name: 'text', kind: 'text' },
  { name: 'integer', kind: 'integer' },
  { name: 'instant', kind: 'instant' },
  { name: 'flag', kind: 'flag' },
] as const

const hostile = fc.constantFrom(
  '',
  ' ',
  '=1+1',
  '+1',
  '1e5',
  '"',
  'a,b',
  'a\nb',
  'a\rb',
  '\r\n',
  ' x',
  'x ',
  'a\u202eb',
  '\u001b[31m',
  "'",
  '\t=1',
)
const text = fc.oneof(hostile, fc.string(), fc.string({ unit: 'binary' }))
const integer = fc.oneof(fc.maxSafeInteger(), fc.bigInt(), fc.bigInt().map(String), fc.constant(null))
const instant = fc.oneof(fc.constant('2026-03-03T14:02:00.000000000Z'), fc.constant(null))
const row: fc.Arbitrary<Row> = fc.tuple(fc.oneof(text, fc.constant(null)), integer, instant, fc.boolean())

test.each(['evidence', 'spreadsheet'] as const)('in the form %s', async (form: CsvForm) => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 20 }), async (rows) => {
      let wanted = ''
      for await (const chunk of csvText(columns, rows, form)) wanted += chunk
      const writer = new RowWriter(columns, form)
      expect(writer.header() + rows.map((one) => writer.row(one)).join('')).toBe(wanted)
    }),
  )
})
