/**
 * Canonical texts with holes: what lines of one form have in common, byte by byte, and where the measured values stand in them.
 *
 * The canonical form (RFC 8785) leaves a record one text only, so two records that differ in measured values alone differ in these bytes
 * alone. A template is learnt from a record that was parsed; a line that fits it needs no parsing: it is the text of the same
 * record with other values in the holes. A hole takes digits, hexadecimal digits or an instant in their only spelling, never a quote
 * or a backslash, so no value can pass for another piece of the record. Whatever does not fit is for the general reader.
 * @module
 */

/** A measured value, or an object that has templates of its own. */
export interface Hole {
  /** Keys from the top, separated by dots: `consensus.m.lowNs`. */
  readonly path: string
  readonly kind: keyof typeof kinds
  /** How long a value of kind `hex` is. */
  readonly digits: number
}

/** `slot`: an object with templates of its own; it is not matched here. */
const kinds = { whole: 0, count: 1, hex: 2, wall: 3, slot: 4 } as const

/** What stands before a hole, and the hole; behind the last stands the rest alone. */
export type Part = { readonly text: string; readonly hole: Hole | null }

/** Decimal strings of nanoseconds (keys that end in `Ns`). At most 24 digits, so that their seconds are exact numbers. */
const whole = /^(?:0|-?[1-9]\d{0,23})$/
const mostDigits = 24
/** Numbers: at most 15 digits, below 2^53. */
const counts = new Set(['seq', 'looks', 'count', 'trigger'])
const mostCount = 15
const hexes = new Set(['prev', 't1', 't2', 't3', 't4', 'referenceTime', 'rootDelay', 'rootDispersion'])
const hexDigits = /^[0-9a-f]+$/
const wallForm = '0000-00-00T00:00:00.000000000Z'

/** What kind of hole a leaf of a record is; `null`: its value belongs to the form. */
function kindOf(key: string, value: unknown): Hole['kind'] | null {
  if (typeof value === 'number') {
    return counts.has(key) && Number.isSafeInteger(value) && value >= 0 && String(value).length <= mostCount
      ? 'count'
      : null
  }
  if (typeof value !== 'string') return null
  if (key.endsWith('Ns')) return whole.test(value) ? 'whole' : null
  if (key === 'wall') return value.length === wallForm.length ? 'wall' : null
  return hexes.has(key) && hexDigits.test(value) ? 'hex' : null
}

/**
 * Cuts a parsed record into text and holes.
 * @param slots paths of objects that become holes of kind `slot`
 * @returns the text of the record, whose keys stand as they stood in its line
 */
export function partsOf(value: object, slots: { has(path: string): boolean } = new Set()): Part[] {
  const parts: Part[] = []
  let text = ''
  const put = (path: string, kind: Hole['kind'], digits: number) => {
    parts.push({ text, hole: { path, kind, digits } })
    text = ''
  }
  const write = (entry: unknown, key: string, path: string): void => {
    const kind = kindOf(key, entry)
    // A key with a dot would make two places of one path.
    if (key.includes('.')) text += JSON.stringify(entry)
    else if (slots.has(path)) put(path, 'slot', 0)
    else if (kind !== null) {
      const quote = kind === 'count' ? '' : '"'
      text += quote
      put(path, kind, kind === 'hex' ? String(entry).length : 0)
      text += quote
    } else if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) text += JSON.stringify(entry)
    else {
      text += '{'
      for (const [i, [inner, held]] of Object.entries(entry).entries()) {
        text += `${i === 0 ? '' : ','}${JSON.stringify(inner)}:`
        write(held, inner, path === '' ? inner : `${path}.${inner}`)
      }
      text += '}'
    }
  }
  write(value, '', '')
  parts.push({ text, hole: null })
  return parts
}

/** Where the values of the holes stand in a line: start and end of each, in the order of the holes. */
export type Spans = Int32Array

/** A text with holes (none of kind `slot`). */
export class Template {
  readonly holes: readonly Hole[]
  /** The same for the same text and holes. */
  readonly key: string
  /** What stands between the holes, one behind the other, and where in it each piece ends. */
  readonly #text: Uint8Array
  readonly #ends: Int32Array
  readonly #kinds: Uint8Array
  /** Digits of hexadecimal values. */
  readonly #sizes: Int32Array

  constructor(parts: readonly Part[]) {
    const pieces = parts.map(({ text }) => Buffer.from(text))
    let end = 0
    this.#text = Buffer.concat(pieces)
    this.#ends = Int32Array.from(pieces, ({ length }) => (end += length))
    this.holes = parts.flatMap(({ hole }) => hole ?? [])
    this.#kinds = Uint8Array.from(this.holes, ({ kind }) => kinds[kind])
    this.#sizes = Int32Array.from(this.holes, ({ digits }) => digits)
    this.key = JSON.stringify(parts)
  }

  /** Room that {@link match} takes of the spans. */
  get size(): number {
    return 2 * this.holes.length
  }

  /** Index of the hole of a path; -1 where there is none. */
  find(path: string): number {
    return this.holes.findIndex((hole) => hole.path === path)
  }

  /**
   * Whether this text stands in `bytes` from `start` on.
   * @param spans gets where the values stand, from index `first` on
   * @returns the offset behind it; -1 where another text stands there
   */
  match(bytes: Uint8Array, start: number, spans: Spans, first: number): number {
    const text = this.#text
    const ends = this.#ends
    const count = this.#kinds.length
    let at = start
    let from = 0
    for (let i = 0; ; i += 1) {
      const to = ends[i]!
      while (from < to) {
        if (bytes[at] !== text[from]) return -1
        at += 1
        from += 1
      }
      if (i === count) return at
      spans[first + 2 * i] = at
      at = valueEnd(bytes, at, this.#kinds[i]!, this.#sizes[i]!)
      if (at < 0) return -1
      spans[first + 2 * i + 1] = at
    }
  }
}

const [zero, nine, minus] = [48, 57, 45]

/** Where a value of a kind ends that begins at `at`; -1 where none does. Behind the end of `bytes` nothing compares. */
function valueEnd(bytes: Uint8Array, at: number, kind: number, size: number): number {
  if (kind === kinds.hex) {
    for (let i = at; i < at + size; i += 1) {
      const byte = bytes[i]!
      if (!((byte >= zero && byte <= nine) || (byte >= 97 && byte <= 102))) return -1
    }
    return at + size
  }
  if (kind === kinds.wall) return wallEnd(bytes, at)
  const negative = bytes[at] === minus
  const start = negative ? at + 1 : at
  let end = start
  while (bytes[end]! >= zero && bytes[end]! <= nine) end += 1
  const digits = end - start
  if (digits === 0 || digits > (kind === kinds.count ? mostCount : mostDigits)) return -1
  if (bytes[start] === zero && (digits > 1 || negative)) return -1
  return kind === kinds.count && negative ? -1 : end
}

function wallEnd(bytes: Uint8Array, at: number): number {
  for (let i = 0; i < wallForm.length; i += 1) {
    const wanted = wallForm.charCodeAt(i)
    const byte = bytes[at + i]!
    if (wanted === zero ? !(byte >= zero && byte <= nine) : byte !== wanted) return -1
  }
  return at + wallForm.length
}
