/**
 * Faces of the page: each file is opened once, and words that are too long part where people would part them.
 * @module
 */
import { expect, test } from '@jest/globals'
import PDFDocument from 'pdfkit'
import { fontPath } from '../../../reports/pdf/fonts.js'
import { Sheet } from '../../../reports/pdf/sheet.js'

/** How many fonts pdfkit has opened; it counts them under this name. */
interface Counted {
  readonly _fontCount: number
}

function sheet(): { readonly page: Sheet; readonly opened: () => number } {
  const options = { size: 'A4', margin: 0, font: fontPath('regular'), bufferPages: true }
  const doc = new PDFDocument(options as PDFKit.PDFDocumentOptions)
  const page = new Sheet(doc, { title: 'T', host: 'H', right: 'R', footer: 'F', simulation: false })
  return { page, opened: () => (doc as unknown as Counted)._fontCount }
}

test('opens each of the four fonts once, however often the face changes', () => {
  const { page, opened } = sheet()
  expect(opened()).toBe(4)
  for (let round = 0; round < 20; round += 1) {
    for (const face of ['regular', 'bold', 'mono', 'wide'] as const) page.line(`line ${round}`, 50, 50, { face })
  }
  expect(opened()).toBe(4)
})

test('parts a long file name behind a separator, a long word without one where it must, and loses no character', () => {
  const { page } = sheet()
  const name = 'SIMULATION-demo-pc_2026-03-03_day_custom_readings.csv'
  const lines = page.wrap(name, 138, { size: 6.2 })
  expect(lines).toEqual(['SIMULATION-demo-pc_2026-03-03_day_custom_', 'readings.csv'])
  const word = 'x'.repeat(300)
  const parts = page.wrap(word, 130)
  expect(parts.join('')).toBe(word)
  for (const part of parts) expect(page.measure(part)).toBeLessThanOrEqual(130)
})
