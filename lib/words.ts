/**
 * Quantities in the words that people read: how long, slow or fast, forward or back; and text from outside made harmless.
 * @module
 */

/** Nanoseconds as `1.234567 ms` below a second, else `180.000000000 s`; always exact, without a sign. */
export function sizeText(ns: bigint): string {
  const value = ns < 0n ? -ns : ns
  const [unit, digits, name] = value < 1_000_000_000n ? [1_000_000n, 6, 'ms'] : [1_000_000_000n, 9, 's']
  return `${value / (unit as bigint)}.${(value % (unit as bigint)).toString().padStart(digits as number, '0')} ${name}`
}

/** An offset or error (reference minus local) in words: `1.5 ms slow` is positive. */
export function sideText(ns: bigint): string {
  if (ns === 0n) return 'exact'
  return `${sizeText(ns)} ${ns > 0n ? 'slow' : 'fast'}`
}

/** A move of the wall clock: positive is forward. */
export function moveText(ns: bigint): string {
  if (ns === 0n) return 'unmoved'
  return `${sizeText(ns)} ${ns > 0n ? 'forward' : 'back'}`
}

/**
 * Text from outside (names, messages, notes) made harmless: control and format characters, which could move the cursor or turn
 * the writing direction, are shown as `\u{1b}`.
 */
export function harmless(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`)
}

/** Text that was made {@link harmless}, with every character that a 7-bit printer lacks shown as `\u{e9}`. */
export function plain(text: string): string {
  return text.replace(/[^\x20-\x7e\n]/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`)
}
