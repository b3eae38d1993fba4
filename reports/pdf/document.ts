/**
 * The compliance report as PDF: PDF/A-3a and PDF/UA-1, fonts embedded, the result and its lists inside as files, the same bytes
 * for the same report.
 * @module
 */
import { createHash } from 'node:crypto'
import { parseInstant } from '../../lib/instant.js'
import type { Paper, Report } from '../types.js'
import { drawColumns, drawExcerpt } from './annexes.js'
import { type Attachment, openArchive } from './archive.js'
import { attachmentsOf } from './attachments.js'
import { drawBreaches } from './breaches.js'
import { drawBudget } from './budget.js'
import type { Pause } from './cells.js'
import { drawChanges } from './changes.js'
import { drawClosing } from './closing.js'
import { drawDays } from './days.js'
import { drawGaps, drawIntervals } from './gaps.js'
import { drawHistory } from './history.js'
import { drawIntegrity } from './integrity.js'
import { drawLimits } from './limits.js'
import { drawPlots } from './plots.js'
import { drawReferences } from './references.js'
import { drawScope } from './scope.js'
import { Sheet } from './sheet.js'
import { integritySentence } from './statement.js'
import { drawTitle, drawVerdict } from './summary.js'

export interface PdfOptions {
  /** Called between parts of the page; may throw to stop. */
  readonly pause: () => Promise<void>
  /** Default: A4. */
  readonly paper?: Paper | undefined
}

type Part = (sheet: Sheet, report: Report, pause: Pause) => void | Promise<void>

/** What follows the first page, in order. */
const parts: readonly Part[] = [
  drawScope,
  drawBudget,
  drawDays,
  drawPlots,
  drawChanges,
  drawBreaches,
  drawGaps,
  drawIntervals,
  drawReferences,
  drawHistory,
  drawIntegrity,
  drawLimits,
  drawClosing,
  drawColumns,
  drawExcerpt,
]

/** Draws the report and returns the file's bytes. */
export async function drawPdf(report: Report, { pause, paper = 'a4' }: PdfOptions): Promise<Buffer> {
  const { result } = report
  // The instant that the pages are about, not the one at which they were drawn: two drawings give the same bytes.
  const dated = new Date(Number(parseInstant(result.to) / 1_000_000n))
  await pause()
  const attachments = await attachmentsOf(report)
  const { doc, end } = openArchive({
    title: `Clock audit report ${result.id}: ${result.host}, ${report.period.stem}`,
    subject: `Profile ${result.profile}, as of record ${result.asOf}`,
    digest: `report ${result.id}, content ${digestOf(attachments, paper)}`,
    tool: result.tool,
    dated,
    paper,
    attachments,
  })
  const sheet = new Sheet(doc, {
    title: 'Clock audit report',
    host: result.host,
    right: `${result.period.length > 40 ? 'period' : result.period}  \u00b7  report ${result.id}`,
    footer: `As of record ${result.asOf}  \u00b7  profile ${result.profile}  \u00b7  ${result.tool}`,
    simulation: result.simulation,
  })
  await pause()
  drawTitle(sheet, report)
  await pause()
  drawVerdict(sheet, report)
  sheet.paragraph(integritySentence(result), { face: 'bold', size: 8.5 })
  for (const draw of parts) {
    await pause()
    await draw(sheet, report, pause)
  }
  sheet.finish()
  await pause()
  return end()
}

/** SHA-256 of what the pages are made from: two files of one /ID hold the same. */
function digestOf(attachments: readonly Attachment[], paper: Paper): string {
  const hash = createHash('sha256').update(paper)
  for (const { name, bytes } of attachments) hash.update(`\n${name} ${bytes.length}\n`).update(bytes)
  return hash.digest('hex')
}
