import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { hostColumns } from '../../../reports/csv/hosts.js'
import { columnsJson, tableColumns } from '../../../reports/csv/schema.js'

const page = readFileSync(new URL('../../../../docs/csv.md', import.meta.url), 'utf8')

const tables = { ...tableColumns, hosts: hostColumns }

/** The rows of one table of the page. */
function documented(name: string): string[][] {
  const section = page.split(`\n## ${name}.csv\n`)[1]?.split('\n## ')[0] ?? ''
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.slice(2, -2).split(' | '))
}

describe('docs/csv.md', () => {
  test.each(Object.keys(tables))('describes every column of %s.csv, in order', (name) => {
    const columns = tables[name as keyof typeof tables]!
    expect(documented(name)).toEqual(columns.map(({ name, kind, words }) => [`\`${name}\``, kind, words]))
    expect(new Set(columns.map((column) => column.name)).size).toBe(columns.length)
  })

  test('names units where a column has one', () => {
    for (const column of Object.values(tables).flat()) {
      if (column.kind !== 'integer') expect(column.name).not.toMatch(/_(ns|s|ppb)$/)
      if (/nanosecond/.test(column.words)) expect(column.name).toMatch(/_ns$/)
    }
  })
})

describe('columns.json', () => {
  test('describes every column of every table with its kind, for programs', () => {
    const made = JSON.parse(columnsJson({ gaps: 'x_gaps.csv', days: 'x_days.csv' }, 'evidence')) as {
      '@context': string
      tables: { url: string; tableSchema: { columns: { name: string; datatype: string }[] } }[]
    }
    expect(made['@context']).toBe('http://www.w3.org/ns/csvw')
    expect(made.tables.map(({ url }) => url)).toEqual(['x_gaps.csv', 'x_days.csv'])
    const gaps = made.tables[0]?.tableSchema.columns ?? []
    expect(gaps.map(({ name }) => name)).toEqual(tableColumns.gaps?.map(({ name }) => name))
    expect(gaps.find(({ name }) => name === 'length_ns')?.datatype).toBe('integer')
    expect(gaps.find(({ name }) => name === 'from_utc')?.datatype).toBe('dateTimeStamp')
    expect(gaps.find(({ name }) => name === 'simulation')?.datatype).toBe('boolean')
  })
})
