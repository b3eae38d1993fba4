/**
 * Tables that run over pages: rows stay whole, the header is repeated, a cell that would fill the page is cut and says so.
 * @module
 */
import type { Face } from './fonts.js'
import { faint, ink, pale, soft } from './pattern.js'
import type { Sheet } from './sheet.js'

export interface ColumnSpec {
  readonly title: string
  /** Share of the table's width: widths are scaled so that together they fill it. */
  readonly width: number
  readonly align?: 'left' | 'right'
  readonly face?: Face
}

/** Lines of a cell; each is wrapped. */
export type Cell = CellLine | readonly CellLine[]
export type CellLine = string | { readonly strong: string }

export interface TableOptions {
  readonly size?: number
  /** Stands above the table, and on the page of its first row. */
  readonly heading?: string
  /** Called between rows now and then: lets the host's event loop run, and may throw to stop. */
  readonly pause?: () => Promise<void>
  /** Points that belong below the last row: it is not torn from them. */
  readonly tail?: number
  /** Points; default the width of the sheet. */
  readonly width?: number
}

const padding = 3
/** Free beside a column that is set to the right, so that it does not touch the next. */
const gutter = 7
const mostLines = 12

interface Laid {
  readonly lines: readonly { readonly text: string; readonly face: Face; readonly size: number }[]
}

/** Draws a table at the cursor: tagged, its header repeated on every page (there as an artifact: it is said once). */
export async function drawTable(
  sheet: Sheet,
  specs: readonly ColumnSpec[],
  rows: readonly (readonly Cell[])[],
  options: TableOptions = {},
): Promise<void> {
  const size = options.size ?? 7.2
  const leading = size * 1.34
  const { tags } = sheet
  const wide = options.width ?? sheet.width
  const scale = wide / specs.reduce((sum, { width }) => sum + width, 0)
  const columns = specs.map((column) => ({ ...column, width: column.width * scale }))
  const header = columns.map((column) => layCell(sheet, column.title, { ...column, face: 'bold' }, size))
  const headerHeight = heightOf(header, leading)
  const line = (weight: number, color: string) =>
    sheet.paint((doc) => {
      doc.lineWidth(weight).moveTo(sheet.left, sheet.y)
      doc.lineTo(sheet.left + wide, sheet.y).stroke(color)
    })
  const drawHeader = (tag: 'TH' | null) => {
    sheet.paint((doc) => doc.rect(sheet.left, sheet.y, wide, headerHeight).fill(pale))
    drawRow(sheet, columns, header, leading, tag)
    sheet.y += headerHeight
    line(0.8, ink)
  }
  for (const [index, row] of rows.entries()) {
    const laid = columns.map((column, place) => layCell(sheet, row[place] ?? '', column, size))
    const height = heightOf(laid, leading)
    const room = height + (index === rows.length - 1 ? (options.tail ?? 0) : 0)
    if (index === 0) {
      if (options.heading) sheet.heading(options.heading, headerHeight + room + 4)
      else sheet.ensure(headerHeight + room + 4)
      tags.open('Table')
      tags.group('THead', () => tags.group('TR', () => drawHeader('TH')))
      tags.open('TBody')
    }
    if (sheet.y + room > sheet.bottom) {
      sheet.page()
      tags.artifact(() => drawHeader(null), 'Pagination')
    }
    tags.group('TR', () => drawRow(sheet, columns, laid, leading, 'TD'))
    sheet.y += height
    line(0.4, faint)
    if (index % 50 === 49) await options.pause?.()
  }
  if (rows.length > 0) {
    tags.close()
    tags.close()
  }
  sheet.y += 6
}

function layCell(sheet: Sheet, cell: Cell, column: ColumnSpec, size: number): Laid {
  const lines: { text: string; face: Face; size: number }[] = []
  const room = roomOf(column)
  const parts: readonly CellLine[] = typeof cell === 'string' || 'strong' in cell ? [cell] : cell
  for (const part of parts) {
    const face = typeof part === 'string' ? (column.face ?? 'regular') : 'bold'
    const text = typeof part === 'string' ? part : part.strong
    // A number is set smaller rather than broken, as far as it can still be read.
    const scale = Math.max(0.7, Math.min(1, (0.99 * room) / sheet.longestNumber(text, { face, size })))
    const style = { face, size: size * scale }
    for (const line of sheet.wrap(text, room, style)) lines.push({ text: line, ...style })
  }
  if (lines.length <= mostLines) return { lines }
  const hidden = lines.slice(mostLines - 1).reduce((sum, line) => sum + line.text.length, 0)
  const rest = { text: `\u2026 +${hidden} characters (see JSON)`, face: 'bold', size } as const
  return { lines: [...lines.slice(0, mostLines - 1), rest] }
}

function roomOf({ width, align }: ColumnSpec): number {
  return width - 2 * padding - (align === 'right' ? gutter : 0)
}

function heightOf(cells: readonly Laid[], leading: number): number {
  return Math.max(...cells.map((cell) => cell.lines.length)) * leading + 2 * padding - 1
}

function drawRow(
  sheet: Sheet,
  columns: readonly ColumnSpec[],
  cells: readonly Laid[],
  leading: number,
  tag: 'TH' | 'TD' | null,
): void {
  let x = sheet.left
  for (const [place, column] of columns.entries()) {
    const draw = () => {
      let y = sheet.y + padding
      for (const { text, face, size } of cells[place]?.lines ?? []) {
        sheet.line(text, x + padding, y, { face, size, width: roomOf(column) + 0.5, align: column.align ?? 'left' })
        y += leading
      }
    }
    if (tag === null) draw()
    else sheet.tags.mark(tag, draw, tag === 'TH' ? { scope: 'Column' } : {})
    x += column.width
  }
}

/** A note under a table or plot. */
export function note(sheet: Sheet, text: string): void {
  sheet.paragraph(text, { size: 7, color: soft, gap: 5 })
}
