/**
 * The rate of the audit clock over time: a bar between each two samples, as high as the rates that they leave possible, with the drift
 * bound where it falls on the scale.
 * @module
 */
import type { Period } from '../period.js'
import type { Report } from '../types.js'
import { count } from '../words.js'
import { spreadOf } from './dots.js'
import { drawAxes, drawOutline, type Frame, frameRoom, layFrame } from './frame.js'
import { bandFill, bandLine, ink, soft, toleranceLine } from './pattern.js'
import { rateScale } from './scale.js'
import type { Sheet } from './sheet.js'

const height = 92

/** Points that the plot takes. */
export function ratesHeight(period: Period): number {
  const { above, below } = frameRoom(period)
  return above + height + below + 12
}

/** Draws the plot at the cursor; tells in words where the drift bound lies. */
export function drawRates(sheet: Sheet, report: Report): string {
  const { period, result, plots } = report
  const rates = plots.crystal
  const spread = spreadOf(rates)
  if (!spread) return ''
  const { low, high, typical } = spread
  const scale = rateScale(low, high, typical)
  const bound = result.drift?.bound ?? null
  const lines = bound === null ? [] : [-bound, bound].filter((ppm) => ppm >= scale.domain[0] && ppm <= scale.domain[1])
  const alt =
    `The rate of the audit clock: ${count(rates.length, 'bar')} between ${fixed(Math.floor(low * 1000) / 1000)} and ` +
    `${fixed(Math.ceil(high * 1000) / 1000)} ppm over ${result.period}. ${scale.words ?? 'The scale is linear.'}`
  sheet.figure(alt, ratesHeight(period), () => {
    const frame = layFrame(sheet, period, scale, height)
    const axis = 'up: the audit clock ran fast, in ppm'
    drawAxes(sheet, frame, { period, scale, title: 'The rate of the audit clock', axis })
    sheet.paint((doc) => {
      doc.lineWidth(0.8).dash(5, { space: 3 })
      for (const ppm of lines) {
        doc.moveTo(frame.left, frame.y(ppm))
        doc.lineTo(frame.right, frame.y(ppm)).stroke(toleranceLine)
      }
    })
    for (const rate of rates) drawBar(sheet, rate, frame)
    drawOutline(sheet, frame)
    if (scale.words) {
      sheet.line(scale.words, frame.left, frame.bottom + frameRoom(period).below, { size: 7, color: soft })
    }
  })
  if (bound === null) return ''
  const named = `The drift bound is \u00b1${fixed(bound)} ppm`
  if (lines.length === 0) return `${named}: it lies beyond this scale.`
  return `${named}: ${lines.length === 2 ? 'the dashed lines' : 'the dashed line; its other end lies beyond this scale'}.`
}

/** The estimate is the middle of a bar. */
function drawBar(sheet: Sheet, { fromNs, toNs, low, high }: Report['plots']['crystal'][number], frame: Frame): void {
  const [left, right] = [frame.x(fromNs), frame.x(toNs)]
  const [top, bottom] = [frame.y(high), frame.y(low)]
  const middle = frame.y((low + high) / 2)
  const inset = Math.min(0.4, (right - left) / 4)
  sheet.paint((doc) => {
    doc
      .lineWidth(0.4)
      .rect(left + inset, top, right - left - 2 * inset, Math.max(0.5, bottom - top))
      .fillAndStroke(bandFill, bandLine)
    doc.lineWidth(1.3).moveTo(left + inset, middle)
    doc.lineTo(right - inset, middle).stroke(ink)
  })
}

function fixed(ppm: number): string {
  return ppm.toFixed(3).replace('-', '\u2212')
}
