import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import {
  changeColumns,
  gapColumns,
  intervalColumns,
  readingColumns,
  sampleColumns,
} from '../../../reports/csv/index.js'

const page = readFileSync(new URL('../../../../docs/csv.md', import.meta.url), 'utf8')

const tables: Readonly<
  Record<string, readonly { readonly name: string; readonly kind: string; readonly words: string }[]>
> = {
  intervals: intervalColumns,
  changes: changeColumns,
  gaps: gapColumns,
  samples: sampleColumns,
  readings: readingColumns,
}

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
    const columns = tables[name]!
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
