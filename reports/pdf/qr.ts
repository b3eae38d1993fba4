/**
 * QR codes as dark rectangles: each run of dark modules in a row is one, so that no hairline of white parts two modules when a
 * page is turned into dots.
 * @module
 */
import { encode } from 'uqr'
import { ink } from './pattern.js'
import type { Sheet } from './sheet.js'

/** Dark modules of a row, side by side. */
export interface Run {
  readonly row: number
  readonly from: number
  readonly length: number
}

export interface QrCode {
  /** Modules on a side, without the white margin. */
  readonly modules: number
  readonly runs: readonly Run[]
}

/** ISO/IEC 18004: a code of the largest version holds so many bytes at level Q. */
const mostBytes = 1663
/** 45 mm, measured to be read from paper at 100 dpi and more. */
const usualPoints = (45 / 25.4) * 72
/** A module is never smaller than 0.6 mm. */
const leastModule = (0.6 / 25.4) * 72
/** ISO/IEC 18004 section 6.3.8: four modules of white on each side. */
export const quietModules = 4

/**
 * Encodes a text with error correction Q: a quarter of the code may be lost.
 * @returns `null` where the text is too long for any code
 */
export function encodeQr(text: string): QrCode | null {
  if (Buffer.byteLength(text) > mostBytes) return null
  const { data, size } = encode(text, { ecc: 'Q', border: 0 })
  const runs: Run[] = []
  for (const [row, cells] of data.entries()) {
    for (let from = 0; from < size; from += 1) {
      if (!cells[from]) continue
      let length = 1
      while (cells[from + length]) length += 1
      runs.push({ row, from, length })
      from += length
    }
  }
  return { modules: size, runs }
}

/** Side of the printed code, in points, without its white margin. */
export function qrSide({ modules }: QrCode): number {
  return Math.max(usualPoints, modules * leastModule)
}

/** Draws a code with its upper left corner at a place; white must surround it. */
export function drawQr(sheet: Sheet, code: QrCode, x: number, y: number): void {
  const module = qrSide(code) / code.modules
  sheet.paint((doc) => {
    for (const { row, from, length } of code.runs)
      doc.rect(x + from * module, y + row * module, length * module, module)
    doc.fill('#000000')
    doc.strokeColor(ink)
  })
}
