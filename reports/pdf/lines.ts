/**
 * Records on paper, word for word in mono type: broken only where a line of the page ends, and where room runs out the page says how
 * much is missing and where it stands whole.
 * @module
 */
import type { ExcerptLine } from '../excerpt.js'
import { soft } from './pattern.js'
import type { Sheet } from './sheet.js'

const size = 5
const leading = 6
const head = 9
/**
 * Draws records within `room` points at the cursor: each whole while there is room, the longest cut first. Where there is no room at all,
 * their hashes stand alone.
 */
export function drawLines(sheet: Sheet, records: readonly ExcerptLine[], room: number): void {
  if (records.length === 0) return
  const most = Math.max(1, Math.floor((room - head) / head))
  const shown = records.length <= most ? records : records.slice(0, most - 1)
  const wrapped = shown.map(({ text }) => sheet.wrap(text, sheet.width, { face: 'mono', size }))
  const free = Math.floor((room - 4 - (shown.length + Number(shown.length < records.length)) * head) / leading)
  const limit = limitOf(
    wrapped.map(({ length }) => length),
    free,
  )
  for (const [index, record] of shown.entries()) {
    sheet.line(`Record ${record.seq}, ${record.type}; leaf hash ${record.hash}`, sheet.left, sheet.y, {
      size: 6.3,
      color: soft,
      width: sheet.width,
    })
    sheet.y += head
    drawLine(sheet, wrapped[index]!, limit)
  }
  if (shown.length < records.length) {
    const rest = records.slice(shown.length).map(({ seq }) => seq)
    const words = `further records ${rest.join(', ')}: records.ndjson inside this file`
    sheet.line(words, sheet.left, sheet.y, { size: 6.5, face: 'bold', width: sheet.width })
    sheet.y += head
  }
  sheet.y += 4
}

/** The most lines that each record may have so that all together have `free`. */
function limitOf(lengths: readonly number[], free: number): number {
  let limit = Math.max(...lengths)
  while (limit > 0 && lengths.reduce((sum, length) => sum + Math.min(length, limit), 0) > free) limit -= 1
  return limit
}

function drawLine(sheet: Sheet, lines: readonly string[], limit: number): void {
  if (limit < 1) return
  const cut = lines.length > limit
  const shown = cut ? lines.slice(0, limit - 1) : lines
  sheet.tags.mark('Code', () => {
    for (const line of shown) {
      sheet.line(line, sheet.left, sheet.y, { face: 'mono', size })
      sheet.y += leading
    }
  })
  if (!cut) return
  const missing = lines.slice(shown.length).reduce((sum, line) => sum + line.length, 0)
  const words = `\u2026 +${missing} characters: whole in records.ndjson inside this file`
  sheet.line(words, sheet.left, sheet.y, { size: 5.5, face: 'bold' })
  sheet.y += leading
}
