/**
 * The frame of a plot over time: grid, ticks of UTC and of the local zone, ticks of values, and the outline. All of it is drawn
 * inside a figure.
 * @module
 */
import { scaleUtc } from 'd3-scale'
import type { Period } from '../period.js'
import { ink, soft } from './pattern.js'
import type { ValueScale } from './scale.js'
import type { Sheet } from './sheet.js'
import { instantTicks } from './ticks.js'

/** Where a plot lies on the page (points), and how instants and values fall on it. */
export interface Frame {
  readonly x: (ns: bigint) => number
  readonly y: (seconds: number) => number
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

const grid = '#dcdcdc'
/** Points at the left that the labels of values take. */
export const axisRoom = 46

/** Points that a frame takes above and below itself: its title and, where they are named, its ticks of time. */
export function frameRoom(period: Period, times = true): { readonly above: number; readonly below: number } {
  return { above: 22, below: times ? (period.zone === 'UTC' ? 16 : 25) : 5 }
}

/** Lays a frame of `height` points below the cursor, with its title above. */
export function layFrame(sheet: Sheet, period: Period, scale: ValueScale, height: number): Frame {
  const left = sheet.left + axisRoom
  const right = sheet.right - 2
  const top = sheet.y + frameRoom(period).above
  const bottom = top + height
  const x = scaleUtc([new Date(ms(period.fromNs)), new Date(ms(period.toNs))], [left, right])
  return { x: (ns) => x(new Date(ms(ns))), y: (value) => scale.place(value, bottom, top), left, right, top, bottom }
}

export function ms(ns: bigint): number {
  return Number(ns) / 1e6
}

/** Title, grid and ticks. */
export function drawAxes(
  sheet: Sheet,
  frame: Frame,
  {
    period,
    scale,
    title,
    axis,
    times = true,
  }: {
    readonly period: Period
    readonly scale: ValueScale
    readonly title: string
    readonly axis: string
    /** Whether the ticks of time are named below. */
    readonly times?: boolean
  },
): void {
  const { left, right, top } = frame
  const axisWidth = sheet.measure(axis, { size: 7 })
  sheet.line(title, sheet.left, top - 22, { face: 'bold', size: 8.5, width: sheet.width - axisWidth - 12 })
  sheet.line(axis, sheet.left, top - 21, { size: 7, color: soft, width: sheet.width, align: 'right' })
  sheet.paint((doc) => {
    doc.lineWidth(0.4)
    for (const { value } of scale.ticks) {
      const y = frame.y(value)
      doc.moveTo(left, y)
      doc.lineTo(right, y).stroke(value === 0 ? '#707070' : grid)
    }
  })
  for (const { value, label } of scale.ticks) {
    sheet.line(label, sheet.left, frame.y(value) - 4.5, { size: 7, width: axisRoom - 5, align: 'right' })
  }
  drawTimes(sheet, period, frame, times)
}

function drawTimes(sheet: Sheet, period: Period, { x: at, left, right, top, bottom }: Frame, times: boolean): void {
  const ticks = instantTicks(period)
  sheet.paint((doc) => {
    for (const tick of ticks) {
      const x = at(tick.ns)
      doc.lineWidth(0.4).moveTo(x, top)
      doc.lineTo(x, bottom).stroke(grid)
      doc.lineWidth(0.6).moveTo(x, bottom)
      doc.lineTo(x, bottom + 3).stroke(ink)
    }
  })
  if (!times) return
  let free = Number.NEGATIVE_INFINITY
  for (const tick of ticks) {
    const half = sheet.measure(tick.utc, { size: 7 }) / 2
    // A label at the edge moves inwards, never over the margin.
    const x = Math.min(right + 2 - half, Math.max(left - 8 + half, at(tick.ns)))
    if (x - half < free) continue
    free = x + half + 4
    sheet.line(tick.utc, x - half, bottom + 4, { size: 7 })
    if (tick.local === null) continue
    const wide = sheet.measure(tick.local, { size: 7 }) / 2
    sheet.line(tick.local, Math.min(right + 2 - wide, Math.max(left - 8 + wide, at(tick.ns))) - wide, bottom + 13, {
      size: 7,
      color: soft,
    })
  }
  sheet.line('UTC', sheet.left, bottom + 4, { size: 7, width: 30 })
  if (period.zone !== 'UTC') sheet.line('local', sheet.left, bottom + 13, { size: 7, color: soft, width: 30 })
}

/** The outline, drawn last. */
export function drawOutline(sheet: Sheet, { left, right, top, bottom }: Frame): void {
  sheet.paint((doc) =>
    doc
      .lineWidth(0.8)
      .rect(left, top, right - left, bottom - top)
      .stroke(ink),
  )
}
