/**
 * What the cells of several tables share: bounds on two lines, spreads on three, instants, and what is said where a table is cut.
 * @module
 */
import { nanoseconds } from '../seconds.js'
import type { Bound } from '../types.js'
import { count, plainInstant, side } from '../words.js'
import type { Sheet } from './sheet.js'
import type { Cell, ColumnSpec } from './table.js'

/** More rows than this are left to the CSV, and the page says how many: who reads thousands of rows reads them with a program. */
export const mostRows = 600

/** Called between parts and rows; may throw to stop. */
export type Pause = () => Promise<void>

/** A bound on two lines: `6.000000 ms fast`, `to 9.000000 ms slow`. */
export function sides(bound: Bound): string[] {
  return [side(nanoseconds(bound.low)), `to ${side(nanoseconds(bound.high))}`]
}

/** Two instants on two lines. */
export function between(from: string, to: string): string[] {
  return [plainInstant(from), plainInstant(to)]
}

/** `2026-11-21 08:00:00`: where the whole instant stands in the JSON. */
export function toSecond(iso: string): string {
  return plainInstant(iso).slice(0, 19)
}

/** Says that rows are missing, and where they are. */
export function more(sheet: Sheet, total: number, word: string, where: string): void {
  if (total <= mostRows) return
  sheet.paragraph(`${count(total - mostRows, `further ${word}`)}: see ${where}, which lists all of them.`, {
    face: 'bold',
  })
}

/** The column that people fill in by hand. */
export const reviewColumn: ColumnSpec = { title: 'Reviewed by, comment', width: 56 }
export const reviewCell: Cell = ''

/** A whole number in groups of three. */
export function grouped(number: number): string {
  return count(number, '', '').trimEnd()
}
