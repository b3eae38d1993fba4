/**
 * Room for long reports: pdfkit keeps each operator of a page by itself until the file ends, tens of megabytes of them. A page that is full
 * becomes one piece.
 * @module
 */
import type { Doc } from './pattern.js'

/** Joins what was drawn on the present page; more may follow. */
export function press(doc: Doc): void {
  const { content } = doc.page as unknown as { readonly content?: { buffer?: unknown } }
  if (!content || !Array.isArray(content.buffer)) {
    throw new TypeError('this version of pdfkit keeps pages elsewhere; install the pinned version')
  }
  content.buffer = [Buffer.concat(content.buffer as Uint8Array[])]
}
