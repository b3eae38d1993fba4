/**
 * How honest the drift bound is: the rates that the samples do not exclude, held against it.
 * @module
 */
import { nanoseconds } from '../seconds.js'
import type { ReportResult } from '../types.js'
import { rough } from '../words.js'
import { type Pause, toSecond } from './cells.js'
import type { Sheet } from './sheet.js'
import { type Cell, type ColumnSpec, drawTable } from './table.js'

const columns: readonly ColumnSpec[] = [
  { title: 'Boot', width: 150 },
  { title: 'From (UTC)', width: 100 },
  { title: 'To (UTC)', width: 100 },
  { title: 'Observed between', width: 90 },
  { title: 'Margin', width: 60, align: 'right' },
]

/** Draws the part; nothing where no rate was observed. */
export async function drawHonesty(sheet: Sheet, { drift }: ReportResult, pause: Pause): Promise<void> {
  if (!drift) return
  sheet.subheading('The drift bound against the rates observed', 60)
  const refuted =
    drift.refuted > 0
      ? `Samples refuted it over ${rough(nanoseconds(drift.refuted))}: these stretches are INDETERMINATE.`
      : 'No sample refuted it.'
  sheet.paragraph(`The bound is ${fixed(drift.bound)} ppm. ${refuted}`)
  const rows = drift.observed.map((each): Cell[] => [
    each.boot,
    toSecond(each.from),
    toSecond(each.to),
    `${fixed(each.low)} and ${fixed(each.high)} ppm`,
    each.margin < 0 ? { strong: `${fixed(each.margin)} ppm` } : `${fixed(each.margin)} ppm`,
  ])
  await drawTable(sheet, columns, rows, { pause })
  if (drift.advice.length > 0) sheet.bullets(drift.advice)
}

function fixed(ppm: number): string {
  return ppm.toFixed(3).replace('-', '\u2212')
}
