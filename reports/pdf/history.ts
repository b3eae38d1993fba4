/**
 * The life of the auditor in the period: starts, stops, versions, configurations, notes, and the boots of the computer.
 * @module
 */
import type { Report, ReportResult } from '../types.js'
import { grouped, more, mostRows, type Pause, toSecond } from './cells.js'
import { titleOf } from './sections.js'
import type { Sheet } from './sheet.js'
import { type Cell, type ColumnSpec, drawTable } from './table.js'

const columns: readonly ColumnSpec[] = [
  { title: 'Record', width: 44 },
  { title: 'Clock showed', width: 92 },
  { title: 'Event', width: 52 },
  { title: 'What happened', width: 150 },
  { title: 'Version, configuration', width: 161 },
]

/** Draws the section. */
export async function drawHistory(sheet: Sheet, { result }: Report, pause: Pause): Promise<void> {
  if (result.history.length === 0) {
    sheet.heading(titleOf('history'), 30)
    sheet.paragraph('The records of this period tell of no start, stop or change of the configuration.')
  } else {
    const rows = result.history
      .slice(0, mostRows)
      .map((entry): Cell[] => [
        String(entry.seq),
        toSecond(entry.wall),
        { strong: entry.event },
        entry.words,
        [
          ...(entry.version === null ? [] : [`${entry.version}, node ${entry.node ?? '?'}, ${entry.os ?? '?'}`]),
          ...(entry.configurationDigest === null ? [] : [`configuration ${entry.configurationDigest.slice(0, 16)}`]),
        ],
      ])
    await drawTable(sheet, columns, rows, { pause, heading: titleOf('history') })
    more(sheet, result.history.length, 'event', 'the JSON inside this file')
  }
  await drawBoots(sheet, result, pause)
}

async function drawBoots(sheet: Sheet, { boots }: ReportResult, pause: Pause): Promise<void> {
  if (boots.length === 0) return
  sheet.subheading('Boots of the computer', 50)
  const own: readonly ColumnSpec[] = [
    { title: 'Boot id', width: 180 },
    { title: 'Records', width: 110 },
    { title: 'Clock showed, first', width: 105 },
    { title: 'Clock showed, last', width: 105 },
  ]
  const rows = boots
    .slice(0, mostRows)
    .map((boot): Cell[] => [
      boot.id,
      `${grouped(boot.firstSeq)} to ${grouped(boot.lastSeq)}`,
      toSecond(boot.from),
      toSecond(boot.to),
    ])
  await drawTable(sheet, own, rows, { pause })
  more(sheet, boots.length, 'boot', 'the JSON inside this file')
}
