/**
 * The error budget: of what the distance between clock and reference is made up.
 * @module
 */
import { nanoseconds } from '../seconds.js'
import type { Report } from '../types.js'
import { size } from '../words.js'
import { grouped, type Pause } from './cells.js'
import { titleOf } from './sections.js'
import type { Sheet } from './sheet.js'
import { type Cell, type ColumnSpec, drawTable, note } from './table.js'

const columns: readonly ColumnSpec[] = [
  { title: 'Term', width: 200 },
  { title: 'Values', width: 44, align: 'right' },
  { title: 'Median', width: 64, align: 'right' },
  { title: '95 %', width: 64, align: 'right' },
  { title: '99 %', width: 64, align: 'right' },
  { title: 'Worst', width: 64, align: 'right' },
]

/** Draws the section. */
export async function drawBudget(sheet: Sheet, { result }: Report, pause: Pause): Promise<void> {
  if (result.errorBudget.length === 0) {
    sheet.heading(titleOf('budget'), 30)
    sheet.paragraph('No reference answered in this period: there is nothing to sum up.')
    return
  }
  const value = (seconds: number) => size(nanoseconds(seconds))
  const rows = result.errorBudget.map((term): Cell[] => {
    const whole = term.term === 'root-distance'
    const cell = (text: string): Cell => (whole ? { strong: text } : text)
    return [
      cell(term.words),
      cell(grouped(term.count)),
      ...[term.median, term.p95, term.p99, term.worst].map((seconds) => cell(value(seconds))),
    ]
  })
  await drawTable(sheet, columns, rows, { pause, heading: titleOf('budget'), tail: 36 })
  note(
    sheet,
    'Over all usable answers of the period, each quantile for itself: quantiles of terms do not add up to those of their sum. Half the delay ' +
      'covers every asymmetry of the path; root delay and root dispersion are the word of the server.',
  )
}
