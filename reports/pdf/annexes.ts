/**
 * The annexes: the records of the worst breach word for word, and the columns of the lists inside the file.
 * @module
 */
import { breachColumns, changeColumns, dayColumns, gapColumns, intervalColumns } from '../csv/index.js'
import { worstBreach } from '../excerpt.js'
import type { Report } from '../types.js'
import type { Pause } from './cells.js'
import { drawLines } from './lines.js'
import { refer, titleOf } from './sections.js'
import type { Sheet } from './sheet.js'

/** Records of the worst breach. Nothing where there was none. */
export function drawExcerpt(sheet: Sheet, { result, excerpt = [] }: Report): void {
  const worst = worstBreach(result.breaches)
  if (!worst || excerpt.length === 0) return
  const lines = excerpt.reduce(
    (sum, { text }) => sum + sheet.wrap(text, sheet.width, { face: 'mono', size: 5 }).length,
    0,
  )
  const needed = 6 * lines + 9 * excerpt.length + 10
  const most = sheet.bottom - sheet.top - 80
  // Together on a page; cut only where a whole page is too small.
  sheet.heading(titleOf('excerpt'), Math.min(needed + 30, most))
  sheet.paragraph(
    `Breach ${worst.no} of ${refer('breaches')}: the lines of the trail as they stand there, each with its leaf hash. They lie inside this file as ` +
      'excerpt.ndjson.',
  )
  drawLines(sheet, excerpt, Math.min(needed, sheet.bottom - sheet.y), 'excerpt.ndjson')
}

/** What the columns of the lists mean. */
export async function drawColumns(sheet: Sheet, _report: Report, pause: Pause): Promise<void> {
  const lists: readonly (readonly [
    string,
    readonly { readonly name: string; readonly kind: string; readonly words: string }[],
  ])[] = [
    ['days.csv', dayColumns],
    ['intervals.csv', intervalColumns],
    ['changes.csv', changeColumns],
    ['breaches.csv', breachColumns],
    ['gaps.csv', gapColumns],
  ]
  sheet.heading(titleOf('columns'), 90)
  sheet.paragraph(
    'Inside this file lie result.json, all of the result, and these lists as CSV (RFC 4180, UTF-8). Whole nanoseconds; instants ISO 8601. ' +
      `Samples and readings lie beside this file; ${refer('integrity')} names them with their digests. docs/csv.md describes all of them.`,
    { size: 8 },
  )
  for (const [name, columns] of lists) {
    const words = columns.map((column) => `${column.name} (${column.kind}): ${column.words.replaceAll('`', '')}`)
    sheet.subheading(name, 30)
    sheet.paragraph(words.join('  \u00b7  '), { size: 7.2 })
    await pause()
  }
}
