/**
 * How a verdict looks: told apart by pattern as well as by tone, so that a copy in black and white says the same.
 * @module
 */
import type {} from 'pdfkit'
import type { Verdict } from '../../lib/consensus/types.js'

export type Doc = PDFKit.PDFDocument

export const ink = '#1a1a1a'
export const soft = '#5a5a5a'
export const faint = '#b8b8b8'
export const pale = '#f2f2f0'

export const bandFill = '#a9bccb'
export const bandLine = '#33536d'
export const toleranceLine = '#7d1128'

interface Look {
  readonly fill: string
  /** Lines over the fill: direction and distance in points. */
  readonly lines: readonly ('up' | 'down' | 'flat')[]
  readonly step: number
}

const looks: Readonly<Record<Verdict, Look>> = {
  PROVEN: { fill: '#cfe3d4', lines: [], step: 0 },
  VIOLATED: { fill: '#7d1128', lines: [], step: 0 },
  INDETERMINATE: { fill: '#ffffff', lines: ['up'], step: 3 },
  UNMONITORED: { fill: '#ffffff', lines: ['up', 'down'], step: 4 },
  OFF: { fill: '#ffffff', lines: ['flat'], step: 4 },
}

/** The least width (points) of a mark, so that a stretch of a moment can be seen; finer where many stand side by side. */
export function thinnest(marks: number): number {
  return marks <= 100 ? 1 : 0.3
}

/** Fills a rectangle with a verdict's pattern; with a frame where asked. */
export function fillVerdict(
  doc: Doc,
  verdict: Verdict,
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  frame = true,
): void {
  const { x, y, width, height } = box
  const look = looks[verdict]
  doc.save()
  doc.rect(x, y, width, height).fill(look.fill)
  doc.rect(x, y, width, height).clip()
  doc.lineWidth(0.6).strokeColor('#444444')
  for (const direction of look.lines) {
    if (direction === 'flat') {
      for (let at = y + look.step / 2; at < y + height; at += look.step) doc.moveTo(x, at).lineTo(x + width, at)
      continue
    }
    // Anchored to the page, so that neighbouring stretches of one verdict join without a seam.
    const first = Math.floor((x - height) / look.step) * look.step
    for (let at = first; at < x + width + height; at += look.step) {
      if (direction === 'up') doc.moveTo(at, y + height).lineTo(at + height, y)
      else doc.moveTo(at, y).lineTo(at + height, y + height)
    }
  }
  if (look.lines.length > 0) doc.stroke()
  doc.restore()
  if (frame) doc.save().lineWidth(0.6).rect(x, y, width, height).stroke(ink).restore()
}
