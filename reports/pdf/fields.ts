/**
 * Labels with values beside them: a list whose labels stand in a column of their own.
 * @module
 */
import { soft } from './pattern.js'
import type { Sheet, TextStyle } from './sheet.js'

export type Field = readonly [label: string, value: string, style?: TextStyle]

export interface FieldsOptions {
  /** Points of the column of labels. Default: 92. */
  readonly indent?: number
  readonly size?: number
  /** More lines than this are cut, and say so. Default: 4. */
  readonly mostLines?: number
  /** Where a value that was cut stands whole. */
  readonly whole?: string
}

/** Draws fields at the cursor. */
export function drawFields(sheet: Sheet, fields: readonly Field[], options: FieldsOptions = {}): void {
  const { indent = 92, size = 8.5, mostLines = 4, whole = 'in full in the JSON' } = options
  const leading = size * 1.4
  sheet.tags.group('L', () => {
    for (const [label, value, style = {}] of fields) {
      const named = { size, ...style }
      const lines = sheet.wrap(value, sheet.width - indent, named)
      const cut = lines.length > mostLines
      const shown = cut
        ? [...lines.slice(0, mostLines - 1), `${lines[mostLines - 1]?.slice(0, 40)}\u2026 (${whole})`]
        : lines
      sheet.ensure(leading * Math.min(2, shown.length))
      sheet.tags.open('LI')
      sheet.tags.mark('Lbl', () => sheet.line(label, sheet.left, sheet.y, { color: soft, size, width: indent - 6 }))
      sheet.tags.mark('LBody', () => {
        for (const line of shown) {
          sheet.ensure(leading)
          sheet.line(line, sheet.left + indent, sheet.y, named)
          sheet.y += leading
        }
      })
      sheet.tags.close()
    }
  })
}
