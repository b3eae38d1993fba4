/**
 * The faces of the page, and which characters each of them has.
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
