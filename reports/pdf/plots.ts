/**
 * The section of plots: as many scales as the period needs, one legend for all.
 * @module
 */
import type { Report } from '../types.js'
import { count } from '../words.js'
import type { Pause } from './cells.js'
import { axisRoom } from './frame.js'
import { drawMeasured } from './measured.js'
import { bandFill, bandLine, fillVerdict, ink, soft, toleranceLine } from './pattern.js'
import { beyond, choosePanels, drawPanel, isHairline } from './plot.js'
import { refer, titleOf } from './sections.js'
import type { Sheet } from './sheet.js'
import { note } from './table.js'

/** By the number of panels: up to three share a page. */
const panelHeights = [220, 172, 140] as const
/** Points that a panel takes beside its height. */
const panelRoom = 58

/** Draws the section. */
export async function drawPlots(sheet: Sheet, report: Report, pause: Pause): Promise<void> {
  const { result, series } = report
  const panels = choosePanels(series.columns, result.tolerance)
  const usual = panelHeights[panels.length - 1] ?? 140
  // Rather a lower plot than a page that is half empty.
  const left = sheet.bottom - sheet.y - 47 - panelRoom
  const height = left >= 0.65 * usual && left < usual ? left : usual
  const known = series.columns.some((column) => column !== null)
  sheet.heading(titleOf('plots'), known ? height + panelRoom : 30)
  if (!known) sheet.paragraph('There is no bound at any instant of this period: no band can be drawn.')
  else {
    let clipped = false
    for (const panel of panels) {
      sheet.ensure(height + panelRoom)
      clipped = drawPanel(sheet, report, panel, height) || clipped
      await pause()
    }
    drawLegend(sheet, report, clipped)
    note(
      sheet,
      `The band holds every value that the error can have had. Each of its ${count(series.columns.length, 'column')} runs from the ` +
        'least to the largest value inside it: no excursion is dropped, however short. Where nothing is known the band is ' +
        `interrupted, never bridged. Scales are linear.${hairlines(report)}`,
    )
  }
  await drawMeasured(sheet, report, pause)
}

/** What the plots leave out. */
function hairlines(report: Report): string {
  const thin = report.stretches.filter((stretch) => stretch.worst === null && isHairline(report, stretch))
  if (thin.length === 0) return ''
  return ` ${count(thin.length, 'stretch', 'stretches')} without a bound, thinner than a line, are not drawn: ${refer('gaps')} lists them.`
}

/** What the signs of the plots mean. */
function drawLegend(sheet: Sheet, report: Report, clipped: boolean): void {
  const { doc } = sheet
  type Entry = readonly [words: string, draw: (x: number, y: number) => void]
  const band: Entry = [
    'bound of the error',
    (x, y) => doc.rect(x, y, 17, 9).lineWidth(0.5).fillAndStroke(bandFill, bandLine),
  ]
  const outside: Entry = ['all of it beyond this scale', (x, y) => doc.rect(x, y, 17, 9).fill(beyond)]
  const tolerance: Entry = [
    'tolerance',
    (x, y) => {
      doc
        .lineWidth(1)
        .dash(5, { space: 3 })
        .moveTo(x, y + 4.5)
      doc.lineTo(x + 17, y + 4.5).stroke(toleranceLine)
    },
  ]
  const change: Entry = [
    'change of the clock, by number',
    (x, y) => {
      doc.lineWidth(0.8).moveTo(x + 8, y)
      doc.lineTo(x + 8, y + 9).stroke(ink)
    },
  ]
  const dark = (['INDETERMINATE', 'UNMONITORED', 'OFF'] as const)
    .filter((verdict) => report.stretches.some((stretch) => stretch.verdict === verdict && stretch.worst === null))
    .map(
      (verdict): Entry => [`${verdict}, no bound`, (x, y) => fillVerdict(doc, verdict, { x, y, width: 17, height: 9 })],
    )
  const entries = [
    band,
    ...(clipped ? [outside] : []),
    tolerance,
    ...(report.changes.length > 0 ? [change] : []),
    ...dark,
  ]
  drawEntries(sheet, entries)
}

/** Draws the entries of a legend in as many rows as they need. */
export function drawEntries(
  sheet: Sheet,
  entries: readonly (readonly [words: string, draw: (x: number, y: number) => void])[],
): void {
  const start = sheet.left + axisRoom
  let x = start
  let row = 0
  const placed = entries.map(([words, draw]) => {
    const width = 22 + sheet.measure(words, { size: 7 })
    if (x > start && x + width > sheet.right) {
      x = start
      row += 1
    }
    const place = { words, draw, x, row }
    x += width + 14
    return place
  })
  sheet.figure(`Legend: ${entries.map(([words]) => words).join('; ')}`, 13 * (row + 1) + 2, () => {
    const top = sheet.y
    for (const entry of placed) {
      const y = top + 13 * entry.row
      sheet.paint(() => entry.draw(entry.x, y))
      sheet.line(entry.words, entry.x + 22, y, { size: 7, color: soft })
    }
  })
}
