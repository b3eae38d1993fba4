import { expect, jest, test } from '@jest/globals'
import type { SpanRow } from '../../../reports/document.js'
import type { Report } from '../../../reports/types.js'
import { needs } from '../../support/tools.js'
import { makeDay } from '../fixture.js'
import { restlessDay } from '../variants.js'
import { draw, overlaps, pagesOf, wordsOf } from './reading.js'

jest.setTimeout(120_000)

/** A year of days like the restless one's, every seventh of another verdict. */
function restlessYear(): Report {
  const report = restlessDay()
  const [day] = report.result.days as readonly [SpanRow]
  const others = ['PROVEN', 'INDETERMINATE', 'UNMONITORED', 'OFF'] as const
  const row = (index: number): SpanRow => {
    const label = new Date(Date.UTC(2026, 0, 1 + index)).toISOString().slice(0, 10)
    return { ...day, label, verdict: index % 7 === 0 ? 'VIOLATED' : others[Math.floor(index / 3) % 4]! }
  }
  const days = Array.from({ length: 365 }, (_, index) => row(index))
  const months = Array.from(
    { length: 12 },
    (_, index): SpanRow => ({ ...day, label: days[index * 30]!.label.slice(0, 7) }),
  )
  return { ...report, result: { ...report.result, days, months } }
}

needs('pdftotext')('a year with 500 changes lists each of its days, in less than 10 MB', async () => {
  const bytes = await draw(restlessYear())
  expect(bytes.length).toBeLessThan(10_000_000)
  const text = pagesOf(bytes).join('\n')
  for (const { label } of restlessYear().result.days) expect(text).toContain(label)
  expect(overlaps(wordsOf(bytes))).toEqual([])
})

test('a report that changes by one day is another file with another /ID', async () => {
  const id = (bytes: Buffer) => /\/ID \[<([0-9a-f]{32})>/.exec(bytes.toString('latin1'))?.[1]
  const { report } = makeDay()
  const days = report.result.days.with(0, { ...report.result.days[0]!, changes: 77 })
  const other = { ...report, result: { ...report.result, days } }
  expect(id(await draw(other))).not.toBe(id(await draw(report)))
})
