/**
 * Lines for ink: name, signature, date and place, side by side for each who signs.
 * @module
 */
import { faint, soft } from './pattern.js'
import type { Sheet } from './sheet.js'

const labels = ['Name', 'Signature', 'Date', 'Place'] as const
const first = 34
const apart = 28

/** Points that the lines take. */
export const signersHeight = first + apart * labels.length + 4

/** Draws the lines at the cursor, on one page. */
export function drawSigners(sheet: Sheet, titles: readonly [string, string]): void {
  sheet.ensure(signersHeight)
  const half = (sheet.width - 24) / 2
  for (const [index, title] of titles.entries()) {
    const x = sheet.left + index * (half + 24)
    sheet.tags.open('Div')
    sheet.line(title, x, sheet.y, { face: 'bold', size: 9, width: half })
    for (const [row, label] of labels.entries()) {
      const y = sheet.y + first + row * apart
      sheet.paint((doc) => {
        doc.lineWidth(0.6).moveTo(x, y)
        doc.lineTo(x + half, y).stroke(faint)
      })
      sheet.line(label, x, y + 2, { size: 7, color: soft })
    }
    sheet.tags.close()
  }
  sheet.y += signersHeight
}
