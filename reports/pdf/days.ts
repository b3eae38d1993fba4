/**
 * The days of the period, as a calendar and as rows, and what they roll up to: weeks, months, quarters, years.
 * @module
 */
import type { SpanRow } from '../document.js'
import { nanoseconds } from '../seconds.js'
import type { Report } from '../types.js'
import { count, percent, reach, side, size, verdicts } from '../words.js'
import { drawCalendar } from './calendar.js'
import { grouped, more, mostRows, type Pause, toSecond } from './cells.js'
import { fillVerdict } from './pattern.js'
import { drawEntries } from './plots.js'
import { refer, titleOf } from './sections.js'
import type { Sheet } from './sheet.js'
import { type Cell, type CellLine, type ColumnSpec, drawTable, note } from './table.js'

/** Draws the section. */
export async function drawDays(sheet: Sheet, { result }: Report, pause: Pause): Promise<void> {
  sheet.heading(titleOf('days'), 90)
  if (result.days.length > 1) {
    drawCalendar(sheet, result.days)
    drawKey(sheet, result.days)
  }
  const lists = [
    ['Year', 'Years', result.years],
    ['Quarter', 'Quarters', result.quarters],
    ['Month', 'Months', result.months],
    ['Week', 'Weeks', result.weeks],
    ['Day', `Days in ${result.zone}`, result.days],
  ] as const
  for (const [unit, title, rows] of lists) {
    if (rows.length === 0) continue
    sheet.subheading(title, 60)
    await drawTable(sheet, columnsOf(unit), rows.slice(0, mostRows).map(cellsOf), { pause })
    more(sheet, rows.length, unit.toLowerCase(), 'days.csv inside this file')
  }
  note(
    sheet,
    'A day is PROVEN when all of it less OFF is, VIOLATED when any of it is; else it is named by what there is more of. PROVEN % and ' +
      'Bound % (with a bound) are shares of the time less OFF, rounded down. Worst offset: the middle of a sample\u2019s bound, an estimate. ' +
      `Samples: scheduled + unscheduled, and how many of them found no bound.`,
  )
  await drawChecks(sheet, result, pause)
}

function drawKey(sheet: Sheet, days: readonly SpanRow[]): void {
  const used = verdicts.filter((verdict) => days.some((day) => day.verdict === verdict || day.seconds[verdict] > 0))
  drawEntries(
    sheet,
    used.map((verdict) => [
      verdict,
      (x: number, y: number) => fillVerdict(sheet.doc, verdict, { x, y, width: 17, height: 9 }),
    ]),
  )
}

function columnsOf(unit: string): readonly ColumnSpec[] {
  return [
    { title: unit, width: 54 },
    { title: 'Verdict', width: 72 },
    { title: 'PROVEN %', width: 54, align: 'right' },
    { title: 'Bound %', width: 48, align: 'right' },
    { title: 'Worst bound (UTC)', width: 92 },
    { title: 'Worst offset', width: 92 },
    { title: 'Samples', width: 56 },
    { title: 'Events', width: 62 },
  ]
}

function cellsOf(row: SpanRow): Cell[] {
  const { scheduled, unscheduled, failed } = row.samples
  return [
    row.label,
    row.verdict === 'PROVEN' ? row.verdict : { strong: row.verdict },
    shareOf(row.provenShare),
    shareOf(row.coverage),
    row.worst ? [size(reach(row.worst)), toSecond(row.worst.at)] : 'no bound',
    row.worstOffset ? [side(nanoseconds(row.worstOffset.offset)), `sample ${row.worstOffset.seq}`] : 'no sample',
    [`${grouped(scheduled)} + ${grouped(unscheduled)}`, ...(failed > 0 ? [`${grouped(failed)} failed`] : [])],
    eventsOf(row),
  ]
}

function eventsOf({ changes, gaps, breaches }: SpanRow): Cell {
  const lines: CellLine[] = []
  if (breaches > 0) lines.push({ strong: count(breaches, 'breach', 'breaches') })
  if (changes > 0) lines.push(count(changes, 'change'))
  if (gaps > 0) lines.push(count(gaps, 'gap'))
  return lines.length > 0 ? lines : 'none'
}

/** A share of 1 with three decimals of a percent, rounded down. */
export function shareOf(share: number): string {
  return percent(BigInt(Math.floor(share * 1e9)), 1_000_000_000n, 'down').replace(' %', '')
}

/** The checks that a rule asks for before an hour of the day. */
async function drawChecks(sheet: Sheet, result: Report['result'], pause: Pause): Promise<void> {
  const { checks } = result.policy
  if (checks.length === 0) return
  sheet.subheading('Checks before the hour that the rule names', 60)
  const rows = checks
    .slice(0, mostRows)
    .map((check): Cell[] => [
      check.day,
      toSecond(check.before),
      check.met ? 'met' : { strong: 'NOT MET' },
      check.at ? `${toSecond(check.at)}${check.sample === null ? '' : `, sample ${check.sample}`}` : 'no PROVEN sample',
    ])
  const columns = [
    { title: 'Day', width: 80 },
    { title: 'Before (UTC)', width: 120 },
    { title: 'Result', width: 80 },
    { title: 'By', width: 220 },
  ]
  await drawTable(sheet, columns, rows, { pause })
  more(sheet, checks.length, 'check', `the JSON (${refer('columns')})`)
}
