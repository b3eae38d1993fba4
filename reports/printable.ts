/**
 * Text as it can be shown truthfully: what would be invisible, or would turn a line around, is written as `\u{XXXX}`, so
 * that nothing in evidence is lost or hidden between data and eyes.
 * @module
 */

/** Controls, format characters, separators, surrogates, private use, and blanks that are no plain space. */
const unseen = /[\p{C}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0\u2800]|(?![ ])\p{Zs}/u
/** Letters that run from right to left: a line that mixes them is drawn in another order than it is stored. */
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u

/** `\u{202E}` for one code point. */
function escapeOf(codePoint: number): string {
  return `\\u{${codePoint.toString(16).toUpperCase().padStart(4, '0')}}`
}

/**
 * The text with every character visible, in the order of storage. A combining mark without a base of its own is escaped, too.
 * @param has whether what shows the text has a glyph for a code point
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
