/**
 * Room for long reports: of what pdfkit keeps until the file ends, each operator of a page by itself, each word with the places of its
 * letters, tens of megabytes are needed no more when a page is full.
 * @module
 */
import type { Doc } from './pattern.js'

interface Held {
  readonly page: { readonly content?: { buffer?: unknown } }
  readonly _fontFamilies?: Readonly<Record<string, { layoutCache?: object }>>
}

/** More words than any page repeats: most of the others are numbers that never come again. */
const mostWords = 4000

/** Joins what was drawn on the present page, to which more may be added, and forgets words where they are too many. */
export function press(doc: Doc): void {
  const { page, _fontFamilies: fonts } = doc as unknown as Held
  const { content } = page
  if (!content || !Array.isArray(content.buffer) || !fonts) {
    throw new TypeError('this version of pdfkit keeps pages elsewhere; install the pinned version')
  }
  content.buffer = [Buffer.concat(content.buffer as Uint8Array[])]
  for (const font of Object.values(fonts)) {
    if (font.layoutCache && Object.keys(font.layoutCache).length > mostWords) font.layoutCache = Object.create(null)
  }
}

/** Collects the pieces of a file, thousands of which are some letters long. */
export class Pieces {
  #few: Buffer[] = []
  readonly #joined: Buffer[] = []

  add(piece: Buffer): void {
    this.#few.push(piece)
    if (this.#few.length >= 1024) this.#joined.push(Buffer.concat(this.#few.splice(0)))
  }

  all(): Buffer {
    return Buffer.concat([...this.#joined, ...this.#few])
  }
}
