/**
 * The faces of the page and what they can show. Text that a face lacks, and every character that would be invisible or turn
 * the line around, is written as `\u{XXXX}`: nothing in evidence is lost or hidden between data and paper.
 * @module
 */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

export type Face = 'regular' | 'bold' | 'mono' | 'wide'

const files: Readonly<Record<Face, string>> = {
  regular: 'DejaVuSansCondensed.ttf',
  bold: 'DejaVuSansCondensed-Bold.ttf',
  mono: 'DejaVuSansMono.ttf',
  wide: 'DejaVuSans-Bold.ttf',
}

/** Absolute path of a face's file. */
export function fontPath(face: Face): string {
  const manifest = createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')
  return join(dirname(manifest), 'ttf', files[face])
}

/** The part of fontkit's font that pdfkit keeps behind `doc.font()`. */
interface Glyphs {
  hasGlyphForCodePoint(codePoint: number): boolean
}

/** @throws {TypeError} where pdfkit keeps its fonts elsewhere: a version that was not tested */
export function glyphsOf(document: unknown): Glyphs {
  const held = (document as { readonly _font?: { readonly font?: Partial<Glyphs> } })._font?.font
  if (typeof held?.hasGlyphForCodePoint !== 'function') {
    throw new TypeError('this version of pdfkit does not tell which characters a font has; install the pinned version')
  }
  return held as Glyphs
}

/** Controls, format characters, separators, surrogates, private use, and combining marks without a base of their own. */
const unseen = /[\p{C}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0\u2800]|(?![ ])\p{Zs}/u
/** Letters that run from right to left: a line that mixes them is drawn in another order than it is stored. */
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u

/** `\u{202E}` for one code point. */
function escapeOf(codePoint: number): string {
  return `\\u{${codePoint.toString(16).toUpperCase().padStart(4, '0')}}`
}

/**
 * The text as it can be shown truthfully: every character visible, in the order of storage.
 * @param has whether the face has a glyph for a code point
 */
export function printable(text: string, has: (codePoint: number) => boolean): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text
  let shown = ''
  let base = false
  for (const character of text) {
    const codePoint = character.codePointAt(0)!
    const mark = /\p{M}/u.test(character)
    const plain: boolean = !unseen.test(character) && !rightToLeft.test(character) && has(codePoint) && (!mark || base)
    shown += plain ? character : escapeOf(codePoint)
    base = plain && !mark && character !== ' '
  }
  return shown
}
