/**
 * The one text of a value: RFC 8785 canonical JSON, limited to what records hold. No floats, no `-0`, no integers beyond
 * 2^53 - 1, no lone surrogates, no `undefined`: what is refused here is what two readers could understand differently.
 * @module
 */
import { isAscii, isUtf8 } from 'node:buffer'

/** What a canonical text can say. */
export type Canonical =
  | string
  | number
  | boolean
  | null
  | readonly Canonical[]
  | { readonly [key: string]: Canonical | undefined }

/** Deeper than any record; a limit keeps a hostile line from exhausting the stack. */
const deepest = 32
const plain = /^[ !#-[\]-~]*$/
const surrogate = /\p{Cs}/u

/**
 * Writes a value as RFC 8785 canonical JSON: keys in order of their UTF-16 units, no blanks.
 * @throws {TypeError} for a value that has no canonical text (the message names the place)
 */
export function canonicalize(value: unknown): string {
  return write(value, '', 0)
}

function write(value: unknown, place: string, depth: number): string {
  if (typeof value === 'string') return writeString(value, place)
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || Object.is(value, -0))
      refuse(place, `is no whole number up to 2^53 - 1: ${value}`)
    return String(value)
  }
  if (value === null) return 'null'
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (typeof value !== 'object') refuse(place, `is of a kind that JSON cannot say: ${typeof value}`)
  if (depth >= deepest) refuse(place, `lies deeper than ${deepest} levels`)
  if (Array.isArray(value)) {
    return `[${value.map((entry, index) => write(entry, `${place}[${index}]`, depth + 1)).join(',')}]`
  }
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    refuse(place, `is no plain object: ${value.constructor?.name}`)
  }
  const entries = value as Record<string, unknown>
  let text = ''
  for (const key of Object.keys(entries).sort()) {
    const inner = place === '' ? key : `${place}.${key}`
    text += `${text === '' ? '' : ','}${writeString(key, inner)}:${write(entries[key], inner, depth + 1)}`
  }
  return `{${text}}`
}

function writeString(value: string, place: string): string {
  if (plain.test(value)) return `"${value}"`
  if (surrogate.test(value)) refuse(place, 'holds half of a surrogate pair')
  return JSON.stringify(value)
}

function refuse(place: string, why: string): never {
  throw new TypeError(`${place === '' ? 'the value' : place} ${why}`)
}

/**
 * Reads a canonical text and nothing else: writing the value again gives the same bytes. Blanks, another order of keys,
 * a key twice, another spelling of a number or of a letter, a byte order mark, bytes that are no UTF-8: all refused.
 * @param bytes one line without its newline
 * @throws {SyntaxError} where the bytes are not the canonical text of any value
 */
export function parseCanonical(bytes: Uint8Array): unknown {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const ascii = isAscii(buffer)
  if (!ascii && !isUtf8(buffer)) throw new SyntaxError('the line is not UTF-8')
  const text = buffer.toString(ascii ? 'latin1' : 'utf8')
  const value: unknown = JSON.parse(text)
  if (!isCanonical(value, text)) throw new SyntaxError('the line is not in canonical form (RFC 8785)')
  return value
}

/**
 * Whether `text` is canonical for `value = JSON.parse(text)`. Most records hold no escapes; then blanks, keys that stand twice
 * and fractions can only make the text longer than the canonical one, and its length tells. Exponents make it shorter, but
 * of round numbers only (`1e5`): those are looked up.
 */
function isCanonical(value: unknown, text: string): boolean {
  if (!text.includes('\\')) {
    const round: string[] = []
    const length = lengthOf(value, round, 0)
    if (length >= 0 && length !== text.length) return false
    // Each stands in the text as it must: then none stands there in another spelling, or the text would be longer.
    if (length >= 0 && round.length === new Set(round).size && round.every((entry) => text.includes(entry))) return true
  }
  try {
    return canonicalize(value) === text
  } catch {
    return false
  }
}

/**
 * Length of the canonical text of a value without escapes; negative where the keys did not come in order or cannot tell.
 * @param round gets `"key":number` of each number that an exponent could make shorter
 */
function lengthOf(value: unknown, round: string[], depth: number): number {
  if (typeof value === 'string') return value.length + 2
  // Numbers in records stand behind a key, where a round one can be looked up.
  if (typeof value === 'number') return unknown
  if (typeof value === 'boolean') return value ? 4 : 5
  if (value === null) return 4
  if (depth >= deepest) return unknown
  let sum = 1
  if (Array.isArray(value)) {
    for (const entry of value) sum += 1 + lengthOf(entry, round, depth + 1)
    return sum === 1 ? 2 : sum
  }
  const entries = value as Record<string, unknown>
  let last = ''
  for (const key in entries) {
    // Keys that look like an index of an array come first, wherever they stood.
    if (key <= last || (key.charCodeAt(0) < 58 && key.charCodeAt(0) > 47)) return unknown
    const entry = entries[key]
    sum += 4 + key.length
    if (typeof entry !== 'number') sum += lengthOf(entry, round, depth + 1)
    else if (!Number.isSafeInteger(entry) || Object.is(entry, -0)) return unknown
    else {
      sum += String(entry).length
      if (entry % 100 === 0 && entry !== 0) round.push(`"${key}":${entry}`)
    }
    last = key
  }
  return sum === 1 ? 2 : sum
}
/** So far below nothing that no sum of lengths comes up from it. */
const unknown = -1e15
