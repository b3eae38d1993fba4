/**
 * The compliance report as PDF: PDF/A-3b, fonts embedded, the result embedded as JSON, the same bytes for the same report.
 * @module
 */
import PDFDocument from 'pdfkit'
import { parseInstant } from '../../lib/instant.js'
import { toJson } from '../json.js'
import { safeName } from '../name.js'
import type { Report } from '../types.js'
import { drawMethod, drawSignatures } from './closing.js'
import { fontPath } from './fonts.js'
import { drawIntegrity } from './integrity.js'
import { drawPlots } from './plots.js'
import { drawChanges, drawGaps, drawIntervals, drawReferences } from './registers.js'
import { Sheet } from './sheet.js'
import { integritySentence } from './statement.js'
import { drawTitle, drawVerdict } from './summary.js'

export interface PdfOptions {
  /** Called between parts of the page; may throw to stop. */
  readonly pause: () => Promise<void>
}

/** Draws the report and returns the file's bytes. */
export async function drawPdf(report: Report, { pause }: PdfOptions): Promise<Buffer> {
  const { result } = report
  // The instant that the pages are about, not the one at which they were drawn: two drawings give the same bytes.
  const dated = new Date(Number(parseInstant(result.to) / 1_000_000n))
  const options = {
    size: 'A4',
    margin: 0,
    pdfVersion: '1.7',
    subset: 'PDF/A-3b',
    font: fontPath('regular'),
    bufferPages: true,
    lang: 'en',
    displayTitle: true,
    info: {
      // These go into the XMP packet unescaped: only characters that XML leaves alone.
      Title: `Clock audit report ${result.id} ${safeName(result.host)} ${report.period.stem}`,
      Subject: `Profile ${safeName(result.profile)}, as of record ${result.asOf}`,
      Keywords: `report ${result.id}`,
      Creator: result.tool,
      Producer: result.tool,
      CreationDate: dated,
      ModDate: dated,
    },
  } as const
  await pause()
  const doc = new PDFDocument(options as PDFKit.PDFDocumentOptions)
  const bytes = collect(doc)
  const attachment = {
    name: 'result.json',
    type: 'application/json',
    description: 'The result of this report as data',
    relationship: 'Source',
    creationDate: dated,
    modifiedDate: dated,
  }
  doc.file(Buffer.from(toJson(result)) as unknown as Parameters<typeof doc.file>[0], attachment)
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
  await pause()
  await drawReferences(sheet, report, pause)
  await pause()
  drawPlots(sheet, report)
  await pause()
  await drawChanges(sheet, report, pause)
  await drawGaps(sheet, report, pause)
  await drawIntervals(sheet, report, pause)
  drawMethod(sheet, report)
  await pause()
  await drawIntegrity(sheet, report, pause)
  drawSignatures(sheet, report)
  sheet.finish()
  await pause()
  doc.end()
  return bytes
}

function collect(doc: PDFKit.PDFDocument): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    doc.on('data', (chunk: Buffer) => chunks.push(chunk))
    doc.on('end', () => resolve(Buffer.concat(chunks)))
    doc.on('error', reject)
  })
}
