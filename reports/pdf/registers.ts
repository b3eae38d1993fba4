/**
 * The lists of a report: references, clock changes, gaps, intervals that are not PROVEN. Each row carries the numbers that
 * CSV and JSON carry, to the nanosecond.
 * @module
 */
import { roles } from '../../lib/ntp/types.js'
import { nanoseconds } from '../seconds.js'
import type { Report } from '../types.js'
import {
  causeWords,
  count,
  decimalsOf,
  moved,
  percent,
  plainInstant,
  short,
  side,
  signed,
  size,
  span,
} from '../words.js'
import type { Sheet } from './sheet.js'
import { type Cell, type ColumnSpec, drawTable, note } from './table.js'

/** More rows than this are left to the CSV, and the page says how many. */
export const mostRows = 1500

export type Pause = () => Promise<void>

/** What the references said and how often they were heard. */
export async function drawReferences(sheet: Sheet, { result }: Report, pause: Pause): Promise<void> {
  const heading = '1  References'
  const columns: readonly ColumnSpec[] = [
    { title: 'Reference', width: 130 },
    { title: 'Answers', width: 92 },
    { title: 'Stratum', width: 40 },
    { title: 'Offset', width: 100, align: 'right' },
    { title: 'Delay', width: 66, align: 'right' },
    { title: 'Root distance', width: 71.28, align: 'right' },
  ]
  const rows: Cell[][] = []
  for (const role of roles) {
    const reference = result.references[role]
    if (!reference) continue
    const claim = [reference.operator, reference.traceableTo].filter((text) => text !== null).join(', ')
    const errors = Object.entries(reference.errors).map(([code, times]) => `${code} ${times}`)
    rows.push([
      [{ strong: role }, ...reference.servers, ...reference.addresses, ...(claim ? [`claims ${claim}`] : [])],
      [
        `${reference.answered} of ${reference.asked}`,
        ...(reference.refused > 0 ? [`${reference.refused} refused`] : []),
        ...(reference.self > 0 ? [`${reference.self} from own addresses`] : []),
        ...(reference.dissented > 0
          ? [{ strong: `dissented ${reference.dissented} ${reference.dissented === 1 ? 'time' : 'times'}` }]
          : ['never dissented']),
        ...errors,
      ],
      reference.stratum.join(', ') || '\u2013',
      spread(reference.offset, signed),
      spread(reference.delay, size),
      spread(reference.rootDistance, size),
    ])
  }
  if (rows.length === 0) {
    sheet.heading(heading, 30)
    sheet.paragraph('No reference was asked in this period.')
    return
  }
  await drawTable(sheet, columns, rows, { pause, heading, tail: 34 })
  note(
    sheet,
    'Three values each: least, median, most. Offset = reference minus this computer; + means the clock is slow, \u2212 that ' +
      'it is fast. "Dissented": the answer misses what the other references agree on; it takes no part in ' +
      'the bound. Nothing here is authenticated.',
  )
}

function spread(
  values: { readonly least: number; readonly median: number; readonly most: number } | null,
  write: (ns: bigint) => string,
): Cell {
  if (!values) return '\u2013'
  return [write(nanoseconds(values.least)), write(nanoseconds(values.median)), write(nanoseconds(values.most))]
}

/** The change register. */
export async function drawChanges(sheet: Sheet, { result, stretches }: Report, pause: Pause): Promise<void> {
  const heading = '3  Changes of the clock'
  if (result.clockChanges.length === 0) {
    const { witnessReport, witnessPeriod } = result.method
    const watched = stretches.some(({ verdict }) => verdict !== 'UNMONITORED' && verdict !== 'OFF')
    sheet.heading(heading, 30)
    sheet.paragraph(
      watched
        ? `While it was monitored, no change of the clock of ${short(nanoseconds(witnessReport))} or more was observed ` +
            `(one look every ${short(nanoseconds(witnessPeriod))}).`
        : 'The clock was not monitored at any instant of this period: whether it was changed is not known.',
    )
    return
  }
  const columns: readonly ColumnSpec[] = [
    { title: 'No.', width: 22 },
    { title: 'Record', width: 38 },
    { title: 'Seen between (UTC)', width: 115 },
    { title: 'Clock showed before, after', width: 115 },
    { title: 'Movement', width: 114 },
    { title: 'Error found by sample', width: 95.28 },
  ]
  const rows = result.clockChanges
    .slice(0, mostRows)
    .map((change, index): Cell[] => [
      String(index + 1),
      String(change.seq),
      [plainInstant(change.earliest), plainInstant(change.latest)],
      [plainInstant(change.wallBefore), plainInstant(change.wallAfter)],
      [
        { strong: moved(change) },
        `${signed(nanoseconds(change.size.low))} to`,
        signed(nanoseconds(change.size.high)),
        `${change.class}; by: ${change.by}`,
      ],
      change.error
        ? [...(change.sample === null ? [] : [`sample ${change.sample}`]), ...sides(change.error)]
        : 'no sample with a bound',
    ])
  await drawTable(sheet, columns, rows, { pause, heading, tail: 42 })
  more(sheet, result.clockChanges.length, 'change', 'changes')
  note(
    sheet,
    'Numbers as in the plots. The change lies between the two instants; of a step, no error is stated between them. ' +
      'Movement: + is forward. "By" is a hint, never a claim about a person. ' +
      (result.clockChanges.some((change) => change.class === 'slew')
        ? 'A slew is listed when the clock has left the line it ran on by the amount reported: its movement is what had ' +
          'come together by then, not where it ended. Bounds follow all of it.'
        : ''),
  )
}

/** The gap register. */
export async function drawGaps(sheet: Sheet, { result, gaps }: Report, pause: Pause): Promise<void> {
  const heading = '4  Gaps'
  if (result.gaps.length === 0) {
    sheet.heading(heading, 30)
    sheet.paragraph('No gap was recorded in this period.')
    return
  }
  const columns: readonly ColumnSpec[] = [
    { title: 'No.', width: 24 },
    { title: 'Record', width: 42 },
    { title: 'From, to (UTC)', width: 124 },
    { title: 'Length', width: 96, align: 'right' },
    { title: 'Cause', width: 213.28 },
  ]
  const decimals = decimalsOf(gaps.map((gap) => gap.toNs - gap.fromNs))
  const rows = result.gaps.slice(0, mostRows).map((gap, index): Cell[] => {
    const entry = gaps[index]!
    return [
      String(index + 1),
      String(gap.seq),
      [plainInstant(gap.from), plainInstant(gap.to)],
      span(entry.toNs - entry.fromNs, decimals),
      [
        { strong: gap.cause },
        `${causeWords[gap.cause]}${gap.estimated ? '; ends estimated' : ''}; ${breaksWords[gap.breaks]}`,
      ],
    ]
  })
  await drawTable(sheet, columns, rows, { pause, heading })
  more(sheet, result.gaps.length, 'gap', 'gaps')
}

const breaksWords = {
  mono: 'no bound is carried across',
  wall: 'the clock was not watched',
  none: 'the evidence goes on',
} as const

/** All intervals but the PROVEN ones. */
export async function drawIntervals(sheet: Sheet, { result, stretches, period }: Report, pause: Pause): Promise<void> {
  const heading = '5  Intervals that are not PROVEN'
  const all = result.intervals.flatMap((interval, index) =>
    interval.verdict === 'PROVEN' ? [] : [{ interval, stretch: stretches[index]! }],
  )
  if (all.length === 0) {
    sheet.heading(heading, 30)
    sheet.paragraph('Every instant of the period is PROVEN.')
    return
  }
  const columns: readonly ColumnSpec[] = [
    { title: 'Verdict', width: 90 },
    { title: 'From, to (UTC)', width: 115 },
    { title: 'Length', width: 90, align: 'right' },
    { title: 'Worst bound of the error', width: 104 },
    { title: 'Cause', width: 100.28 },
  ]
  const whole = period.toNs - period.fromNs
  const decimals = decimalsOf(all.map(({ stretch }) => stretch.toNs - stretch.fromNs))
  const rows = all.slice(0, mostRows).map(({ interval, stretch }): Cell[] => {
    const lengthNs = stretch.toNs - stretch.fromNs
    return [
      [{ strong: interval.verdict }, `records ${interval.fromSeq} to ${interval.toSeq}`],
      [plainInstant(interval.from), plainInstant(interval.to)],
      [span(lengthNs, decimals), percent(lengthNs, whole, 'up')],
      interval.worst ? sides(interval.worst) : 'no bound',
      interval.cause ? [interval.cause, causeWords[interval.cause]] : '\u2013',
    ]
  })
  await drawTable(sheet, columns, rows, { pause, heading })
  more(sheet, all.length, 'interval', 'intervals')
}

/** A bound on two lines: `6.000000 ms fast`, `to 9.000000 ms slow`. */
function sides(bound: { readonly low: number; readonly high: number }): string[] {
  return [side(nanoseconds(bound.low)), `to ${side(nanoseconds(bound.high))}`]
}

export function more(sheet: Sheet, total: number, word: string, csv: string): void {
  if (total <= mostRows) return
  sheet.paragraph(
    `${count(total - mostRows, `further ${word}`)}: see the file of ${csv} (CSV), which lists all of them.`,
    {
      face: 'bold',
    },
  )
}
