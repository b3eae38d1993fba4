/**
 * The annexes: the records of the worst breach word for word, and the columns of the lists inside the file.
 * @module
 */
import { changeColumns, gapColumns, intervalColumns } from '../csv/index.js'
import { worstBreach } from '../excerpt.js'
import type { Report } from '../types.js'
import type { Pause } from './cells.js'
import { drawLines } from './lines.js'
import { refer, titleOf } from './sections.js'
import type { Sheet } from './sheet.js'
import { type Cell, drawTable, note } from './table.js'

/** Records of the worst breach. Nothing where there was none. */
export function drawExcerpt(sheet: Sheet, { result, excerpt = [] }: Report): void {
  const worst = worstBreach(result.breaches)
  if (!worst || excerpt.length === 0) return
  sheet.heading(titleOf('excerpt'), 120)
  sheet.paragraph(
    `Breach ${worst.no} of ${refer('breaches')}: the lines of the trail as they stand there, each with its leaf hash. They lie inside this file as ` +
      'excerpt.ndjson.',
  )
  const needed = excerpt.reduce(
    (sum, { text }) => sum + 9 + 6 * sheet.wrap(text, sheet.width, { face: 'mono', size: 5 }).length,
    10,
  )
  // On this page if they fit, else on one of their own, cut only where even that is too small.
  if (needed > sheet.bottom - sheet.y) sheet.page()
  drawLines(sheet, excerpt, Math.min(needed, sheet.bottom - sheet.y), 'excerpt.ndjson')
}

/** What the columns of the lists mean. */
export async function drawColumns(sheet: Sheet, _report: Report, pause: Pause): Promise<void> {
  const lists: readonly (readonly [
    string,
    readonly { readonly name: string; readonly kind: string; readonly words: string }[],
  ])[] = [
    ['intervals.csv', intervalColumns],
    ['changes.csv', changeColumns],
    ['gaps.csv', gapColumns],
  ]
  sheet.heading(titleOf('columns'), 90)
  sheet.paragraph(
    'Inside this file lie result.json, all of the result, and these lists as CSV (RFC 4180, UTF-8). Whole nanoseconds; instants ISO 8601. ' +
      `Samples and readings lie beside this file; ${refer('integrity')} names them with their digests.`,
    { size: 8 },
  )
  const columns = [
    { title: 'List', width: 64 },
    { title: 'Column', width: 96 },
    { title: 'Kind', width: 40 },
    { title: 'What it holds', width: 300 },
  ]
  const rows = lists.flatMap(([name, own]) =>
    own.map((column, index): Cell[] => [
      index === 0 ? { strong: name } : '',
      column.name,
      column.kind,
      column.words.replaceAll('`', ''),
    ]),
  )
  await drawTable(sheet, columns, rows, { pause, size: 6.4 })
  note(sheet, 'docs/csv.md describes all lists; columns.json beside them says the same for programs.')
}
