/**
 * The register of breaches, with the counts that rules on self-reporting ask for.
 * @module
 */
import type { CounterWindow } from '../document.js'
import { nanoseconds } from '../seconds.js'
import type { Report, ReportResult } from '../types.js'
import { count, rough, side, size, span } from '../words.js'
import { between, grouped, more, mostRows, type Pause, reviewCell, reviewColumn, sides, toSecond } from './cells.js'
import { drawFields, type Field } from './fields.js'
import { titleOf } from './sections.js'
import type { Sheet } from './sheet.js'
import { type Cell, type ColumnSpec, drawTable, note } from './table.js'

const columns: readonly ColumnSpec[] = [
  { title: 'No.', width: 24 },
  { title: 'Began, ended, each between (UTC)', width: 116 },
  { title: 'Outside for', width: 86 },
  { title: 'Worst bound, estimate', width: 118 },
  { title: 'Cause', width: 92 },
  reviewColumn,
]

const causeWords: Readonly<Record<string, string>> = {
  drift: 'drifted out of the tolerance',
  unwatched: 'nobody was watching',
  before: 'began before the period',
}

/** Draws the section. */
export async function drawBreaches(sheet: Sheet, { result }: Report, pause: Pause): Promise<void> {
  if (result.breaches.length === 0) {
    sheet.heading(titleOf('breaches'), 60)
    sheet.paragraph(
      result.provenWorst
        ? 'At no instant did the evidence place the clock outside the tolerance.'
        : 'At no instant did the evidence place the clock outside the tolerance; at none did it prove it inside.',
    )
  } else {
    const rows = result.breaches
      .slice(0, mostRows)
      .map((breach): Cell[] => [
        { strong: String(breach.no) },
        [
          ...between(breach.start.earliest, breach.start.latest),
          ...(breach.open.start ? ['or before the period'] : []),
          ...between(breach.end.earliest, breach.end.latest),
          ...(breach.open.end ? ['or after the period'] : []),
        ],
        ['at least', span(nanoseconds(breach.duration.least)), 'at most', span(nanoseconds(breach.duration.most))],
        [...sides(breach.worst), toSecond(breach.worst.at), `estimate ${side(nanoseconds(breach.estimate))}`],
        [
          { strong: breach.cause },
          ...(causeWords[breach.cause] ? [causeWords[breach.cause]!] : []),
          ...(breach.changes.length > 0 ? [`change ${breach.changes.slice(0, 4).join(', ')}`] : []),
          ...(breach.sample === null ? [] : [`sample ${breach.sample}`]),
        ],
        reviewCell,
      ])
    await drawTable(sheet, columns, rows, { pause, heading: titleOf('breaches'), tail: 26 })
    more(sheet, result.breaches.length, 'breach', 'breaches.csv inside this file')
    note(
      sheet,
      'A breach begins after the last PROVEN instant and ends before the next; between the two instants given, the evidence does not ' +
        'tell when. The estimate is the middle of the worst bound.',
    )
  }
  drawCounters(sheet, result)
}

function drawCounters(sheet: Sheet, { counters, warning }: ReportResult): void {
  sheet.subheading('Counts for self-reports', 50)
  const fields: Field[] = [
    ['Breaches in the period', grouped(counters.breaches)],
    ['Most within 24 hours', windowWords(counters.most24h.breaches, 'breach', 'breaches')],
    ['Samples outside', grouped(counters.samplesOutside)],
    ['Most within 24 hours', windowWords(counters.most24h.samples, 'sample', 'samples')],
  ]
  if (counters.worst) {
    fields.push([
      'Furthest from UTC',
      `certainly ${size(nanoseconds(counters.worst.least))}, at most ${size(nanoseconds(counters.worst.most))}`,
    ])
  }
  for (const threshold of counters.thresholds) {
    const value = threshold.unit === 's' ? size(nanoseconds(threshold.value)) : grouped(threshold.value)
    fields.push([
      threshold.reached ? 'REACHED' : 'Not reached',
      `${threshold.words} (here: ${value})`,
      threshold.reached ? { face: 'bold' } : {},
    ])
  }
  if (warning) {
    fields.push([
      'Warning threshold',
      `\u00b1${size(nanoseconds(warning.threshold))}: the bound reached beyond it for ${rough(nanoseconds(warning.seconds))}` +
        (warning.first ? `, first at ${toSecond(warning.first)} UTC` : ''),
    ])
  }
  drawFields(sheet, fields, { indent: 112, size: 8 })
  sheet.y += 4
}

function windowWords(window: CounterWindow | null, one: string, many: string): string {
  if (!window) return 'none'
  return `${count(window.count, one, many)}, from ${toSecond(window.from)} to ${toSecond(window.to)} UTC`
}
