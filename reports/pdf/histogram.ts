/**
 * How often which offset was measured: bars between the 1 % and the 99 % quantile and a little beyond, with the quantiles marked; what lies
 * outside is counted beside it, never left out in silence.
 * @module
 */
import { scaleLinear } from 'd3-scale'
import type { Distribution } from '../document.js'
import { nanoseconds } from '../seconds.js'
import { count, signed } from '../words.js'
import { grouped } from './cells.js'
import { bandFill, bandLine, ink, soft } from './pattern.js'
import type { Sheet } from './sheet.js'
import { rulerOf } from './ticks.js'

const height = 66
const above = 30
const below = 46
/** Points at the left that the counts take. */
const room = 26
/** Points that one histogram takes. */
export const histogramHeight = above + height + below

const marks = [
  ['1 %', 'p1'],
  ['5 %', 'p5'],
  ['50 %', 'p50'],
  ['95 %', 'p95'],
  ['99 %', 'p99'],
] as const

export interface Named {
  readonly title: string
  readonly distribution: Distribution
}

/** Draws histograms at the cursor, two side by side. */
export function drawHistograms(sheet: Sheet, all: readonly Named[]): void {
  const apart = 14
  const width = (sheet.width - apart) / 2
  for (let index = 0; index < all.length; index += 2) {
    const row = all.slice(index, index + 2)
    sheet.figure(`Histograms. ${row.map(describe).join(' ')}`, histogramHeight, () => {
      const { y } = sheet
      for (const [place, named] of row.entries()) {
        drawHistogram(sheet, named, { x: sheet.left + place * (width + apart), y, width })
      }
    })
  }
}

function describe({ title, distribution }: Named): string {
  const quantiles = marks.map(([name, key]) => `${name} ${signed(nanoseconds(distribution[key]))}`)
  return (
    `${title}: ${count(distribution.count, 'value')} from ${signed(nanoseconds(distribution.least))} to ` +
    `${signed(nanoseconds(distribution.most))}; quantiles ${quantiles.join(', ')}.`
  )
}

function drawHistogram(
  sheet: Sheet,
  { title, distribution }: Named,
  box: { readonly x: number; readonly y: number; readonly width: number },
): void {
  const { bins } = distribution
  const end = bins.from + bins.width * bins.counts.length
  const most = Math.max(1, ...bins.counts)
  const top = box.y + above
  const bottom = top + height
  const left = box.x + room
  const right = box.x + box.width - 2
  const x = scaleLinear([bins.from, end], [left, right])
  const place: Place = { x, top, bottom, left, right }
  sheet.line(title, box.x, box.y, { face: 'bold', size: 8, width: box.width })
  sheet.paint((doc) => {
    for (const [index, number] of bins.counts.entries()) {
      if (number === 0) continue
      const from = x(bins.from + index * bins.width)
      const wide = x(bins.from + (index + 1) * bins.width) - from
      // One value of thousands is still to be seen.
      const tall = Math.max(1, (height * number) / most)
      doc
        .rect(from, bottom - tall, wide, tall)
        .lineWidth(0.3)
        .fillAndStroke(bandFill, bandLine)
    }
    doc
      .lineWidth(0.8)
      .rect(left, top, right - left, height)
      .stroke(ink)
  })
  sheet.line(grouped(most), box.x, top - 2, { size: 6.5, width: room - 4, align: 'right' })
  sheet.line('0', box.x, bottom - 6, { size: 6.5, width: room - 4, align: 'right' })
  drawQuantiles(sheet, distribution, place)
  drawValues(sheet, [bins.from, end], place, box.x)
  const values = `${count(distribution.count, 'value')}, ${signed(nanoseconds(distribution.least))} to ${signed(nanoseconds(distribution.most))}`
  sheet.line(values, left, bottom + 13, { size: 6.5, color: soft, width: right - left })
  const outside = [
    ...(distribution.below > 0 ? [`${grouped(distribution.below)} below`] : []),
    ...(distribution.above > 0 ? [`${grouped(distribution.above)} above`] : []),
  ]
  if (outside.length === 0) return
  const words = `not in these bars: ${outside.join(', ')}`
  sheet.line(words, left, bottom + 22, { size: 6.5, color: soft, width: right - left })
}

interface Place {
  readonly x: (value: number) => number
  readonly top: number
  readonly bottom: number
  readonly left: number
  readonly right: number
}

/** Upright lines, each named above the frame; names that would touch are joined, of one beyond the bars an arrow tells. */
function drawQuantiles(sheet: Sheet, distribution: Distribution, { x, top, bottom, left, right }: Place): void {
  const style = { size: 6.5 }
  const clusters: { text: string; from: number; to: number }[] = []
  for (const [name, key] of marks) {
    const exact = x(distribution[key])
    const at = Math.min(right, Math.max(left, exact))
    const text = exact > right + 0.01 ? `${name} \u2192` : exact < left - 0.01 ? `\u2190 ${name}` : name
    if (text === name) {
      sheet.paint((doc) => {
        doc
          .lineWidth(key === 'p50' ? 1.1 : 0.6)
          .dash(2, { space: 1.5 })
          .moveTo(at, top - 3)
        doc.lineTo(at, bottom).stroke(ink)
      })
    }
    const last = clusters.at(-1)
    const joined = last ? `${last.text}, ${text}` : ''
    const half = (words: string) => sheet.measure(words, style) / 2
    if (last && at - last.to < half(last.text) + half(text) + 4) {
      last.text = joined
      last.to = at
    } else clusters.push({ text, from: at, to: at })
  }
  let free = left - 20
  for (const { text, from, to } of clusters) {
    const wide = sheet.measure(text, style)
    const at = Math.max(free, Math.min(right - wide, Math.max(left, (from + to - wide) / 2)))
    sheet.line(text, at, top - 12, style)
    free = at + wide + 3
  }
}

function drawValues(
  sheet: Sheet,
  domain: readonly [number, number],
  { x, bottom, left, right }: Place,
  start: number,
): void {
  const { ticks, unit, base } = rulerOf(domain, 5)
  if (base !== 0) {
    const words = `from ${signed(nanoseconds(base))} on`
    sheet.line(words, left, bottom + 31, { size: 6.5, color: soft, width: right - left })
  }
  for (const { value, label } of ticks) {
    const at = x(value)
    sheet.paint((doc) => {
      doc.lineWidth(0.6).moveTo(at, bottom)
      doc.lineTo(at, bottom + 3).stroke(ink)
    })
    const half = sheet.measure(label, { size: 7 }) / 2
    const place = Math.min(right - half, Math.max(left + half, at))
    sheet.line(label, place - half, bottom + 4, { size: 7 })
  }
  sheet.line(unit.name, start, bottom + 4, { size: 6.5, width: room - 4, align: 'right' })
}
