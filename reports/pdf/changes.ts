/**
 * The register of clock changes: what moved the clock, by how much, what was known before and after, and what came of it.
 * @module
 */
import type { ChangeDocument } from '../document.js'
import { nanoseconds } from '../seconds.js'
import type { Report } from '../types.js'
import { moved, rough, short, signed } from '../words.js'
import { between, more, mostRows, type Pause, reviewCell, reviewColumn, sides, toSecond } from './cells.js'
import { titleOf } from './sections.js'
import type { Sheet } from './sheet.js'
import { type Cell, type CellLine, type ColumnSpec, drawTable, note } from './table.js'

const columns: readonly ColumnSpec[] = [
  { title: 'No. Record', width: 36 },
  { title: 'Seen between (UTC)', width: 116 },
  { title: 'Clock showed before, after; sample', width: 116 },
  { title: 'Movement', width: 88 },
  { title: 'Error before, after', width: 88 },
  reviewColumn,
]

const seenWords = { divergence: 'seen by the clocks parting', 'kernel-notice': 'announced by the kernel' } as const

/** Draws the section. */
export async function drawChanges(sheet: Sheet, { result, stretches }: Report, pause: Pause): Promise<void> {
  if (result.clockChanges.length === 0) {
    const { witnessReport, witnessPeriod } = result.method
    const watched = stretches.some(({ verdict }) => verdict !== 'UNMONITORED' && verdict !== 'OFF')
    sheet.heading(titleOf('changes'), 30)
    sheet.paragraph(
      watched
        ? `While it was monitored, no change of the clock of ${short(nanoseconds(witnessReport))} or more was observed ` +
            `(one look every ${short(nanoseconds(witnessPeriod))}).`
        : 'The clock was not monitored at any instant of this period: whether it was changed is not known.',
    )
    return
  }
  const rows = result.clockChanges
    .slice(0, mostRows)
    .map((change, index): Cell[] => [
      [{ strong: String(index + 1) }, String(change.seq)],
      [...between(change.earliest, change.latest), ...(change.seen ? [seenWords[change.seen]] : [])],
      [...between(change.wallBefore, change.wallAfter), ...sampleOf(change)],
      [
        { strong: moved(change) },
        `${signed(nanoseconds(change.size.low))} to`,
        signed(nanoseconds(change.size.high)),
        `${change.class}; by: ${change.by}`,
      ],
      aftermath(change),
      reviewCell,
    ])
  await drawTable(sheet, columns, rows, { pause, heading: titleOf('changes'), tail: 42 })
  more(sheet, result.clockChanges.length, 'change', 'changes.csv inside this file')
  note(
    sheet,
    'Numbers as in the plots. The change lies between the two instants; of a step, no error is stated between them. ' +
      'Movement: + is forward. "By" is a hint, never a claim about a person. ' +
      (result.clockChanges.some((change) => change.class === 'slew')
        ? 'A slew is listed when the clock has left the line it ran on by the amount reported: its movement is what had ' +
          'come together by then, not where it ended. Bounds follow all of it.'
        : ''),
  )
  await drawTold(sheet, result.clockChanges, pause)
}

/** The bounds on both sides. */
function aftermath({ before, after }: ChangeDocument): Cell {
  return [
    ...(before ? sides(before) : ['before: no bound']),
    ...(after ? ['then', ...sides(after)] : ['after: no bound']),
  ]
}

/** The sample that the change caused, what it found, and how soon. */
function sampleOf({ sample, error, unscheduled }: ChangeDocument): CellLine[] {
  if (sample === null && !error) return ['no sample with a bound']
  const later = unscheduled?.latency ?? null
  const head = `sample ${sample ?? '?'}${later === null ? '' : `, ${rough(nanoseconds(later))} later`}`
  return [head, ...(error ? sides(error) : ['no bound']), ...(unscheduled ? [{ strong: unscheduled.verdict }] : [])]
}

/** What people and other logs say of the changes: second hand. */
async function drawTold(sheet: Sheet, changes: readonly ChangeDocument[], pause: Pause): Promise<void> {
  const rows = changes.flatMap((change, index): Cell[][] => [
    ...change.notes.map((each): Cell[] => [
      String(index + 1),
      String(each.seq),
      [`note by ${each.by || 'nobody named'}`, toSecond(each.wall)],
      each.text,
    ]),
    ...change.attributions.map((each): Cell[] => [
      String(index + 1),
      String(each.seq),
      [`log ${each.source}`, ...(each.at ? [toSecond(each.at)] : [])],
      [each.event, each.eventId, each.account, each.program].filter((part) => part !== null && part !== '').join(', '),
    ]),
  ])
  if (rows.length === 0) return
  sheet.subheading('What people and other logs say of these changes', 60)
  const told: readonly ColumnSpec[] = [
    { title: 'Change', width: 40 },
    { title: 'Record', width: 44 },
    { title: 'From', width: 120 },
    { title: 'What it says', width: 296 },
  ]
  await drawTable(sheet, told, rows.slice(0, mostRows), { pause, tail: 14 })
  note(sheet, 'Second hand: no bound rests on it.')
}
