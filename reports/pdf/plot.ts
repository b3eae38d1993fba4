/**
 * The bound over time as a band: what the clock's error may have been at every instant, with the tolerance, the changes and
 * the stretches of which nothing is known. Linear scales only; where the period does not fit one scale, there are several.
 * @module
 */
import { area } from 'd3-shape'
import type { Stretch } from '../../lib/evidence/types.js'
import type { Column } from '../series.js'
import type { Report } from '../types.js'
import { count, reach, short, size } from '../words.js'
import { drawAxes, drawOutline, type Frame, frameRoom, layFrame } from './frame.js'
import { drawChanges } from './marks.js'
import { bandFill, bandLine, fillVerdict, ink, soft, toleranceLine } from './pattern.js'
import { linearScale, type ValueScale } from './scale.js'
import type { Sheet } from './sheet.js'

export interface Panel {
  readonly title: string
  /** Seconds of error. */
  readonly domain: readonly [number, number]
}

/**
 * The scales that a period needs: always one on which the tolerance can be judged, cut off at three tolerances; the whole
 * range where something lies beyond; a close-up where the bound is small beside the tolerance.
 */
export function choosePanels(columns: readonly Column[], tolerance: number): readonly Panel[] {
  let low = 0
  let high = 0
  for (const column of columns) {
    if (!column) continue
    low = Math.min(low, column.low)
    high = Math.max(high, column.high)
  }
  const most = Math.max(-low, high)
  const cut = Math.min(3 * tolerance, Math.max(1.3 * tolerance, 1.08 * most))
  const panels: Panel[] = [{ title: 'Against the tolerance', domain: [-cut, cut] }]
  if (most > cut) {
    const pad = 0.06 * (high - low)
    panels.push({ title: 'Whole range', domain: [low - pad, high + pad] })
  }
  const calm = quietReach(columns, cut)
  if (calm > 0 && calm < tolerance / 4) {
    panels.push({ title: 'Close-up of the bound', domain: [-1.15 * calm, 1.15 * calm] })
  }
  return panels
}

/** The largest reach among the columns that stay inside the first panel. */
function quietReach(columns: readonly Column[], cut: number): number {
  let most = 0
  for (const column of columns) {
    if (!column) continue
    const reach = Math.max(-column.low, column.high)
    if (reach <= cut) most = Math.max(most, reach)
  }
  return most
}

/** The ground of columns whose whole bound lies beyond a scale. */
export const beyond = '#e3d3d6'

/** Draws one panel of `height` points at the cursor; tells whether some of the bound lies beyond its scale. */
export function drawPanel(sheet: Sheet, report: Report, panel: Panel, height: number): boolean {
  const { series, period } = report
  const scale = linearScale(panel.domain)
  const { above, below } = frameRoom(period)
  const clipped = series.columns.some((column) => column && leaves(column, panel))
  const remark = clipped ? 10 : 0
  sheet.figure(describe(report, panel, scale), above + height + below + remark, () => {
    const frame = layFrame(sheet, period, scale, height)
    const axis = `error in ${scale.unit}; up: the clock is slow, down: it is fast`
    drawAxes(sheet, frame, { period, scale, title: panel.title, axis })
    drawBeyond(sheet, series.columns, panel, frame)
    drawTolerance(sheet, report, panel, frame)
    sheet.paint((doc) => {
      doc.rect(frame.left, frame.top, frame.right - frame.left, height).clip()
      drawBand(sheet, series.columns, frame)
      drawUnknown(sheet, report, frame)
    })
    drawClipped(sheet, series.columns, panel, frame)
    drawChanges(sheet, report, frame)
    drawOutline(sheet, frame)
    if (!clipped) return
    const words = 'Heavy marks at the edge: the bound leaves this scale there; see "Whole range".'
    sheet.line(words, frame.left, frame.bottom + below, { size: 7, color: soft })
  })
  sheet.y += 8
  return clipped
}

function leaves({ low, high }: { readonly low: number; readonly high: number }, { domain }: Panel): boolean {
  return high > domain[1] || low < domain[0]
}

/** The panel in words. */
function describe(
  { result, toleranceNs, changes, stretches }: Report,
  { title, domain }: Panel,
  scale: ValueScale,
): string {
  const edge = (value: number) => (value / (scale.unit === 'ms' ? 1e-3 : 1)).toFixed(3)
  const unit = scale.unit === 'ms' ? 'ms' : 's'
  const dark = stretches.filter(({ worst }) => worst === null).length
  return (
    `${title}: the bound of the error of the clock over ${result.period}, on a linear scale from ${edge(domain[0])} to ` +
    `${edge(domain[1])} ${unit}. Tolerance \u00b1${short(toleranceNs)}. ` +
    `${result.worst ? `The widest bound reaches ${size(reach(result.worst.bound))}. ` : ''}` +
    `${count(changes.length, 'change')} of the clock, ${count(dark, 'stretch', 'stretches')} without a bound.`
  )
}

function drawTolerance(sheet: Sheet, report: Report, panel: Panel, frame: Frame): void {
  const tolerance = Number(report.toleranceNs) / 1e9
  const { doc } = sheet
  for (const value of [-tolerance, tolerance]) {
    if (value < panel.domain[0] || value > panel.domain[1]) continue
    const y = frame.y(value)
    doc
      .save()
      .lineWidth(1)
      .dash(5, { space: 3 })
      .moveTo(frame.left, y)
      .lineTo(frame.right, y)
      .stroke(toleranceLine)
      .restore()
    const high = value > 0
    // Where both lines lie close together (whole range), one label says it.
    const close = Math.abs(frame.y(-value) - y) < 14
    if (high && close) continue
    const words = `${close ? '\u00b1' : high ? '+' : '\u2212'}tolerance`
    const above = high || y + 11 > frame.bottom
    sheet.line(words, frame.right - 60, above ? y - 10 : y + 2, {
      size: 6.5,
      color: toleranceLine,
      width: 57,
      align: 'right',
    })
  }
}

/** Marks whole columns beyond the scale, from top to bottom: an empty place would look like a quiet clock. */
function drawBeyond(sheet: Sheet, columns: readonly Column[], { domain }: Panel, frame: Frame): void {
  const width = (frame.right - frame.left) / columns.length
  for (const [index, column] of columns.entries()) {
    if (!column || (column.low <= domain[1] && column.high >= domain[0])) continue
    const x = frame.left + index * width
    const height = frame.bottom - frame.top
    sheet.doc
      .save()
      .rect(x, frame.top, width + 0.2, height)
      .fill(beyond)
      .restore()
  }
}

/** The band: per run of columns with a bound one closed shape, stepping from column to column; never over a hole. */
function drawBand(sheet: Sheet, columns: readonly Column[], frame: Frame): void {
  const { doc } = sheet
  const width = (frame.right - frame.left) / columns.length
  interface Point {
    readonly x: number
    readonly low: number
    readonly high: number
  }
  const shape = area<Point>()
    .x((point) => point.x)
    .y0((point) => frame.y(point.low))
    .y1((point) => frame.y(point.high))
    .digits(2)
  let run: Point[] = []
  const flush = () => {
    const path = run.length > 0 ? shape(run) : null
    // On a scale of minutes a bound of milliseconds is a hair: its edge is drawn heavier, so that it is not overlooked.
    const tallest = Math.max(...run.map((point) => frame.y(point.low) - frame.y(point.high)))
    if (path)
      doc
        .save()
        .path(path)
        .lineWidth(tallest < 2 ? 2 : 0.5)
        .fillAndStroke(bandFill, bandLine)
        .restore()
    run = []
  }
  for (const [index, column] of columns.entries()) {
    if (!column) {
      flush()
      continue
    }
    const x = frame.left + index * width
    run.push({ x, ...column }, { x: x + width, ...column })
  }
  flush()
}

/** Stretches without a bound: hatched over white from top to bottom, so that the band is never seen to run across. */
function drawUnknown(sheet: Sheet, report: Report, frame: Frame): void {
  for (const stretch of report.stretches) {
    if (stretch.worst !== null || isHairline(report, stretch)) continue
    const from = frame.x(stretch.fromNs)
    const width = Math.max(1, frame.x(stretch.toNs) - from)
    const height = frame.bottom - frame.top
    fillVerdict(sheet.doc, stretch.verdict, { x: from, y: frame.top, width, height }, false)
  }
}

/** Whether a stretch is left out of the plots: thinner than a line, and one of so many that all of them would hide the band. */
export function isHairline({ period, stretches }: Report, { fromNs, toNs }: Stretch): boolean {
  return stretches.length > 100 && Number(toNs - fromNs) / Number(period.toNs - period.fromNs) < 1 / 1500
}

/** Marks columns whose bound leaves the scale; returns how many. */
function drawClipped(sheet: Sheet, columns: readonly Column[], panel: Panel, frame: Frame): number {
  const { doc } = sheet
  const width = (frame.right - frame.left) / columns.length
  let clipped = 0
  doc.save().lineWidth(3)
  for (const [index, column] of columns.entries()) {
    if (!column) continue
    const x = frame.left + index * width
    const above = column.high > panel.domain[1]
    const below = column.low < panel.domain[0]
    if (above || below) clipped += 1
    if (above)
      doc
        .moveTo(x - 0.1, frame.top)
        .lineTo(x + width + 0.1, frame.top)
        .stroke(ink)
    if (below)
      doc
        .moveTo(x - 0.1, frame.bottom)
        .lineTo(x + width + 0.1, frame.bottom)
        .stroke(ink)
  }
  doc.restore()
  return clipped
}
