/**
 * Values over time that were measured one by one: each column shows the least and the largest in it as an upright mark. Nothing is
 * drawn between two columns, so that no gap is bridged.
 * @module
 */
import type { Period } from '../period.js'
import type { Column } from '../series.js'
import type { Report } from '../types.js'
import { count } from '../words.js'
import { drawAxes, drawOutline, type Frame, frameRoom, layFrame } from './frame.js'
import { drawChanges } from './marks.js'
import { bandLine, ink, soft, toleranceLine } from './pattern.js'
import { chooseScale, sizeOf, type ValueScale } from './scale.js'
import type { Sheet } from './sheet.js'

export interface DotPanel {
  readonly title: string
  readonly axis: string
  readonly columns: readonly Column[]
  readonly height: number
  /** Whether clock changes are marked, and gaps drawn. */
  readonly changes: boolean
  /** Seconds; drawn as dashed lines where they fall on the scale. */
  readonly lines?: readonly number[]
  /** Indexes of columns that are marked above the frame; instead of {@link changes}. */
  readonly marked?: readonly number[]
  /** A scale that holds all values; else the panel's own. */
  readonly scale?: ValueScale
  /** Whether instants are named below it; default: yes. */
  readonly times?: boolean
}

export interface Spread {
  readonly low: number
  readonly high: number
  /** The size that 90 % of the columns do not exceed. */
  readonly typical: number
  readonly used: number
}

/** The least and the largest value, and what is typical. `null` without a value. */
export function spreadOf(columns: readonly Column[]): Spread | null {
  const reaches: number[] = []
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const column of columns) {
    if (!column) continue
    low = Math.min(low, column.low)
    high = Math.max(high, column.high)
    reaches.push(Math.max(Math.abs(column.low), Math.abs(column.high)))
  }
  if (reaches.length === 0) return null
  reaches.sort((a, b) => a - b)
  return { low, high, typical: reaches[Math.floor((reaches.length - 1) * 0.9)]!, used: reaches.length }
}

/** Points that a panel takes. */
export function dotHeight(period: Period, panel: DotPanel): number {
  const { above, below } = frameRoom(period, panel.times)
  return above + panel.height + below + (panel.times === false && !wordsOf(panel) ? 0 : 12)
}

function scaleOf({ scale, columns, height }: DotPanel): ValueScale | null {
  if (scale) return scale
  const spread = spreadOf(columns)
  return spread && chooseScale(spread.low, spread.high, spread.typical, ticksOf({ height }))
}

/** What a panel says of its scale: of one that it shares, the last says it. */
function wordsOf(panel: DotPanel): string | null {
  if (panel.scale && panel.times === false) return null
  return scaleOf(panel)?.words ?? null
}

/** Draws a panel at the cursor; one without values says so. */
export function drawDots(sheet: Sheet, report: Report, panel: DotPanel): void {
  const spread = spreadOf(panel.columns)
  const scale = scaleOf(panel)
  if (!spread || !scale) {
    sheet.paragraph(`${panel.title}: no value in this period.`, { size: 8 })
    return
  }
  const alt =
    `${panel.title}: values from ${sizeText(spread.low)} to ${sizeText(spread.high)} over ${report.result.period}, in ` +
    `${count(spread.used, 'column')} of ${panel.columns.length}. ${scale.words ?? 'The scale is linear.'}${markedWords(panel)}`
  const height = dotHeight(report.period, panel)
  sheet.figure(alt, height, () => {
    const frame = layFrame(sheet, report.period, scale, panel.height)
    const axis = axisWords(panel.axis, scale)
    drawAxes(sheet, frame, { period: report.period, scale, title: panel.title, axis, times: panel.times ?? true })
    drawLines(sheet, panel.lines ?? [], scale, frame)
    const width = (frame.right - frame.left) / panel.columns.length
    const least = leastMark(spread.used)
    const shown = Math.max(Math.min(least, 3 * width, 2.4), 0.9, width)
    sheet.paint((doc) => {
      for (const [index, column] of panel.columns.entries()) {
        if (!column) continue
        const top = frame.y(column.high)
        const tall = frame.y(column.low) - top
        const y = tall < least ? top - (least - tall) / 2 : top
        doc.rect(frame.left + (index + 0.5) * width - shown / 2, y, shown, Math.max(least, tall))
      }
      doc.fill(bandLine)
    })
    drawMarked(sheet, panel, frame)
    if (panel.changes) drawChanges(sheet, report, frame)
    drawOutline(sheet, frame)
    const words = wordsOf(panel)
    const { below } = frameRoom(report.period, panel.times)
    if (words) sheet.line(words, frame.left, frame.bottom + below, { size: 7, color: soft })
  })
}

/** About how many values the axis of a panel has room for. */
export function ticksOf({ height }: Pick<DotPanel, 'height'>): number {
  return height < 80 ? 4 : 7
}

/** The least height of a mark in points: a few must be seen, many must not run into one another. */
function leastMark(marks: number): number {
  if (marks <= 150) return 2.4
  return marks <= 400 ? 1.8 : 1.3
}

function axisWords(axis: string, { unit }: ValueScale): string {
  return unit === '' ? axis : `${axis}, in ${unit}`
}

function sizeText(seconds: number): string {
  return `${seconds < 0 ? '\u2212' : ''}${sizeOf(Math.abs(seconds))}`
}

function drawLines(sheet: Sheet, values: readonly number[], { domain }: ValueScale, frame: Frame): void {
  sheet.paint((doc) => {
    doc.lineWidth(0.8).dash(5, { space: 3 })
    for (const value of values) {
      if (value < domain[0] || value > domain[1]) continue
      doc.moveTo(frame.left, frame.y(value))
      doc.lineTo(frame.right, frame.y(value)).stroke(toleranceLine)
    }
  })
}

/** Wide enough to be seen, however narrow a column is. */
function drawMarked(sheet: Sheet, { marked = [], columns }: DotPanel, frame: Frame): void {
  const width = (frame.right - frame.left) / columns.length
  const shown = Math.max(width, 1.2)
  sheet.paint((doc) => {
    for (const index of marked) doc.rect(frame.left + (index + 0.5) * width - shown / 2, frame.top - 4.5, shown, 3.5)
    if (marked.length > 0) doc.fill(ink)
  })
}

function markedWords({ marked }: DotPanel): string {
  if (marked === undefined) return ''
  return marked.length === 0 ? ' No column is marked.' : ` ${count(marked.length, 'column')} marked above it.`
}
