/**
 * A signed text on paper, twice: word for word in mono type, and as a QR code that a scanner turns back into the same bytes.
 * What has been printed cannot be taken back by whoever gets hold of the computer.
 * @module
 */
import { faint, soft } from './pattern.js'
import { drawQr, encodeQr, type QrCode, qrSide, quietModules } from './qr.js'
import type { Sheet, TextStyle } from './sheet.js'

export interface PaperSeal {
  /** A signed checkpoint, or another text that is to be read back, with its line ends. */
  readonly text: string
  /** What the code is, for those who do not see it: `the signed checkpoint above`. */
  readonly what: string
  /** What stands beside the code: what it is good for, what to type. */
  readonly words: readonly (string | { readonly code: string })[]
  /** Lines of fine print in mono type below the words: a proof path. */
  readonly fine?: readonly string[]
}

const largest = 8
const least = 4.6
const padding = 6
/** Between text and code. */
const gap = 4

/** Points that {@link drawSeal} takes. */
export function sealHeight(sheet: Sheet, seal: PaperSeal): number {
  const laid = layText(sheet, seal.text)
  const code = encodeQr(seal.text)
  const box = laid.lines.length * laid.leading + 2 * padding + gap
  if (!code) return box + 14
  const words = layWords(sheet, seal, leftOf(sheet, code))
  return box + Math.max(codeHeight(code), quietOf(code) + words.reduce((sum, { leading }) => sum + leading, 0))
}

/** Draws the seal at the cursor; on one page. */
export function drawSeal(sheet: Sheet, seal: PaperSeal): void {
  const { lines, size, leading } = layText(sheet, seal.text)
  const code = encodeQr(seal.text)
  sheet.ensure(sealHeight(sheet, seal))
  const top = sheet.y
  const height = lines.length * leading + 2 * padding
  sheet.paint((doc) => doc.lineWidth(0.6).rect(sheet.left, top, sheet.width, height).stroke(faint))
  sheet.tags.mark('Code', () => {
    for (const [index, line] of lines.entries()) {
      sheet.line(line, sheet.left + padding, top + padding + index * leading, { face: 'mono', size })
    }
  })
  sheet.y = top + height + gap
  if (!code) {
    sheet.paragraph('The text is too long for a QR code; type or scan it from above.', { size: 7.5, color: soft })
    return
  }
  const { y } = sheet
  const quiet = quietOf(code)
  sheet.figure(`QR code of ${seal.what}; its text stands above.`, codeHeight(code), () => {
    drawQr(sheet, code, sheet.left + quiet, y + quiet)
  })
  const below = sheet.y
  const left = leftOf(sheet, code)
  sheet.y = y + quiet
  for (const { text, style, leading } of layWords(sheet, seal, left)) {
    if (text !== '') sheet.tags.mark(style.face ? 'Code' : 'P', () => sheet.line(text, left, sheet.y, style))
    sheet.y += leading
  }
  sheet.y = Math.max(below, sheet.y)
}

interface WordLine {
  readonly text: string
  readonly style: TextStyle
  readonly leading: number
}

/** What stands beside the code, line by line. */
function layWords(sheet: Sheet, { words, fine = [] }: PaperSeal, left: number): WordLine[] {
  const lines: WordLine[] = []
  const add = (text: string, style: TextStyle, leading: number) => {
    for (const line of sheet.wrap(text, sheet.right - left, style)) lines.push({ text: line, style, leading })
  }
  for (const each of words) {
    if (typeof each === 'string') add(each, { size: 8 }, 11)
    else add(each.code, { face: 'mono', size: 7.2 }, 11)
    lines.push({ text: '', style: {}, leading: 3 })
  }
  for (const line of fine) add(line, { face: 'mono', size: 5.4 }, 6.8)
  return lines
}

function quietOf(code: QrCode): number {
  return (quietModules * qrSide(code)) / code.modules
}

function leftOf(sheet: Sheet, code: QrCode): number {
  return sheet.left + qrSide(code) + 2 * quietOf(code) + 8
}

function codeHeight(code: QrCode): number {
  const side = qrSide(code)
  return side + (2 * quietModules * side) / code.modules
}

/** The lines of the text as they are printed: whole where they can be, else broken with a sign that they go on. */
function layText(sheet: Sheet, text: string): { lines: string[]; size: number; leading: number } {
  const room = sheet.width - 2 * padding
  const stored = text.replace(/\n$/, '').split('\n')
  const widest = Math.max(...stored.map((line) => sheet.measure(line.slice(0, 400), { face: 'mono', size: largest })))
  const size = Math.max(least, Math.min(largest, (largest * room) / widest))
  const lines = stored.flatMap((line) => {
    if (sheet.measure(line.slice(0, 400), { face: 'mono', size }) <= room && line.length <= 400) return [line]
    const parts = sheet.wrap(line, room - 10, { face: 'mono', size })
    return parts.map((part, index) => (index === 0 ? part : `\u21b3${part}`))
  })
  return { lines, size, leading: size * 1.4 }
}
