/**
 * Records on paper, word for word in mono type: broken only where a line of the page ends, and where room runs out the page says how
 * much is missing and where it stands whole.
 * @module
 */
import type { ExcerptLine } from '../excerpt.js'
import { soft } from './pattern.js'
import type { Sheet } from './sheet.js'

interface Setting {
  readonly size: number
  readonly leading: number
}

/** From the largest to the least that is still read with ease. */
const settings: readonly Setting[] = [
  { size: 6.4, leading: 7.8 },
  { size: 5.6, leading: 6.8 },
  { size: 5, leading: 6 },
]
const head = 9
/**
 * Draws records within `room` points at the cursor: each whole while there is room, the longest cut first. Where there is no room at all,
 * their hashes stand alone.
 */
export function drawLines(sheet: Sheet, records: readonly ExcerptLine[], room: number, file = 'records.ndjson'): void {
  if (records.length === 0) return
  const most = Math.max(1, Math.floor((room - head) / head))
  const shown = records.length <= most ? records : records.slice(0, most - 1)
  const free = room - 4 - (shown.length + Number(shown.length < records.length)) * head
  const { size, leading, wrapped } = setIn(sheet, shown, free)
  const limit = limitOf(
    wrapped.map(({ length }) => length),
    Math.floor(free / leading),
  )
  for (const [index, record] of shown.entries()) {
    sheet.line(`Record ${record.seq}, ${record.type}; leaf hash ${record.hash}`, sheet.left, sheet.y, {
      size: 6.3,
      color: soft,
      width: sheet.width,
    })
    sheet.y += head
    drawLine(sheet, wrapped[index]!, { size, leading, limit, file })
  }
  if (shown.length < records.length) {
    const rest = records.slice(shown.length).map(({ seq }) => seq)
    const words = `further records ${rest.join(', ')}: ${file} inside this file`
    sheet.line(words, sheet.left, sheet.y, { size: 6.5, face: 'bold', width: sheet.width })
    sheet.y += head
  }
  sheet.y += 4
}

/** The largest type in which all records are whole; else the least. */
function setIn(
  sheet: Sheet,
  records: readonly ExcerptLine[],
  free: number,
): Setting & { readonly wrapped: string[][] } {
  const laid = settings.map((setting) => {
    const wrapped = records.map(({ text }) => sheet.wrap(text, sheet.width, { face: 'mono', size: setting.size }))
    return { ...setting, wrapped, height: wrapped.reduce((sum, { length }) => sum + length * setting.leading, 0) }
  })
  return laid.find(({ height }) => height <= free) ?? laid.at(-1)!
}

/** The most lines that each record may have so that all together have `free`. */
function limitOf(lengths: readonly number[], free: number): number {
  let limit = Math.max(...lengths)
  while (limit > 0 && lengths.reduce((sum, length) => sum + Math.min(length, limit), 0) > free) limit -= 1
  return limit
}

function drawLine(
  sheet: Sheet,
  lines: readonly string[],
  { size, leading, limit, file }: Setting & { readonly limit: number; readonly file: string },
): void {
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
  const words = `\u2026 +${missing} characters: whole in ${file} inside this file`
  sheet.line(words, sheet.left, sheet.y, { size: 5.5, face: 'bold' })
  sheet.y += leading
}
