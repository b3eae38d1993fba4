/**
 * The register of gaps, and the list of all intervals that are not PROVEN.
 * @module
 */
import type { GapDocument } from '../document.js'
import type { Report } from '../types.js'
import { causeWords, decimalsOf, percent, reach, size, span } from '../words.js'
import { between, more, mostRows, type Pause, sides } from './cells.js'
import { titleOf } from './sections.js'
import type { Sheet } from './sheet.js'
import { type Cell, type ColumnSpec, drawTable, note } from './table.js'

const columns: readonly ColumnSpec[] = [
  { title: 'No.', width: 24 },
  { title: 'Record', width: 40 },
  { title: 'From, to (UTC)', width: 116 },
  { title: 'Length', width: 84, align: 'right' },
  { title: 'Cause', width: 146 },
  { title: 'Bound before, across, after', width: 90 },
]

/** The gap register. */
export async function drawGaps(sheet: Sheet, { result, gaps }: Report, pause: Pause): Promise<void> {
  if (result.gaps.length === 0) {
    sheet.heading(titleOf('gaps'), 30)
    sheet.paragraph('No gap was recorded in this period.')
    return
  }
  const decimals = decimalsOf(gaps.map((gap) => gap.toNs - gap.fromNs))
  const rows = result.gaps.slice(0, mostRows).map((gap, index): Cell[] => {
    const entry = gaps[index]!
    return [
      { strong: String(index + 1) },
      String(gap.seq),
      between(gap.from, gap.to),
      span(entry.toNs - entry.fromNs, decimals),
      [
        { strong: gap.cause },
        `${causeWords[gap.cause]}${gap.estimated ? '; ends estimated' : ''}; ${breaksWords[gap.breaks]}`,
      ],
      reaches(gap),
    ]
  })
  await drawTable(sheet, columns, rows, { pause, heading: titleOf('gaps'), tail: 26 })
  more(sheet, result.gaps.length, 'gap', 'gaps.csv inside this file')
  note(
    sheet,
    'Before, across, after: how far from UTC the clock may have been. What is carried across comes from the samples on both sides and from ' +
      'clocks that ran on; it moves no verdict. A gap is never filled in.',
  )
}

const breaksWords = {
  mono: 'no bound is carried across',
  wall: 'the clock was not watched',
  none: 'the evidence goes on',
} as const

function reaches({ before, carried, after }: GapDocument): Cell {
  const words = (bound: GapDocument['before']) => (bound ? size(reach(bound)) : '\u2013')
  return [words(before), words(carried), words(after)]
}

function recordsOf({ fromSeq, toSeq }: { readonly fromSeq: number; readonly toSeq: number }): string {
  return toSeq === 0 ? 'no records' : `records ${fromSeq} to ${toSeq}`
}

/** All intervals but the PROVEN ones. */
export async function drawIntervals(sheet: Sheet, { result, stretches, period }: Report, pause: Pause): Promise<void> {
  const all = result.intervals.flatMap((interval, index) =>
    interval.verdict === 'PROVEN' ? [] : [{ interval, stretch: stretches[index]! }],
  )
  sheet.subheading('Intervals that are not PROVEN', 60)
  if (all.length === 0) {
    sheet.paragraph('Every instant of the period is PROVEN.')
    return
  }
  const own: readonly ColumnSpec[] = [
    { title: 'Verdict', width: 90 },
    { title: 'From, to (UTC)', width: 116 },
    { title: 'Length', width: 90, align: 'right' },
    { title: 'Worst bound of the error', width: 104 },
    { title: 'Cause', width: 100 },
  ]
  const whole = period.toNs - period.fromNs
  const decimals = decimalsOf(all.map(({ stretch }) => stretch.toNs - stretch.fromNs))
  const rows = all.slice(0, mostRows).map(({ interval, stretch }): Cell[] => {
    const lengthNs = stretch.toNs - stretch.fromNs
    return [
      [{ strong: interval.verdict }, recordsOf(interval)],
      between(interval.from, interval.to),
      [span(lengthNs, decimals), percent(lengthNs, whole, 'up')],
      interval.worst ? sides(interval.worst) : 'no bound',
      interval.cause ? [interval.cause, causeWords[interval.cause]] : '\u2013',
    ]
  })
  await drawTable(sheet, own, rows, { pause })
  more(sheet, all.length, 'interval', 'intervals.csv inside this file')
}
