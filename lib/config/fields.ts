/**
 * Taking options out of an object one by one: each knows its path, its rule and its default, and unknown names are refused
 * with the nearest known one.
 * @module
 */
import { OptionRangeError, OptionTypeError } from '../errors.js'
import type { Plain } from './types.js'
import { parseDuration, parseRate } from './units.js'

/** Limits of a duration or rate, as text, both inclusive. */
export interface Limits {
  readonly least: string
  readonly most: string
}

/** Whether a value is an object as JSON knows it. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The options of one object. `path` is `''` at the top, else `witness`, `references[1]`. */
export class Fields {
  readonly #values: Record<string, unknown>
  readonly #path: string

  /** @throws {OptionTypeError} for a value that is no object, and for an unknown name */
  constructor(
    value: unknown,
    path: string,
    known: readonly string[],
    otherWords: Readonly<Record<string, string>> = {},
  ) {
    if (!isPlainObject(value)) {
      throw new OptionTypeError(
        path || 'configuration',
        `must be an object with the options ${known.join(', ')}`,
        value,
      )
    }
    this.#values = value
    this.#path = path
    for (const name of Object.keys(value)) {
      if (known.includes(name)) continue
      const near = otherWords[name] ?? nearest(name, known)
      const advice = near === null ? `the options here are ${known.join(', ')}` : `did you mean "${near}"?`
      throw new OptionTypeError(this.at(name), `is an unknown option; ${advice}`, value[name])
    }
  }

  /** The full path of an option. */
  at(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`
  }

  /** The value as it was given; `undefined` where it is absent. */
  raw(name: string): unknown {
    return Object.hasOwn(this.#values, name) ? this.#values[name] : undefined
  }

  /** The options of an object inside this one; an absent object is an empty one. */
  inner(name: string, known: readonly string[], otherWords: Readonly<Record<string, string>> = {}): Fields {
    return new Fields(this.has(name) ? this.raw(name) : {}, this.at(name), known, otherWords)
  }

  has(name: string): boolean {
    return this.raw(name) !== undefined
  }

  /** Text of one line, at most 200 characters. */
  text<D extends string | null>(name: string, fallback: D): string | D {
    const value = this.raw(name)
    return value === undefined ? fallback : checkText(value, this.at(name))
  }

  boolean(name: string, fallback: boolean): boolean {
    const value = this.has(name) ? this.raw(name) : fallback
    if (typeof value !== 'boolean') throw new OptionTypeError(this.at(name), 'must be true or false', value)
    return value
  }

  integer(name: string, fallback: number, least: number, most: number): number {
    const value = this.has(name) ? this.raw(name) : fallback
    const rule = `must be a whole number from ${least} to ${most}`
    if (typeof value !== 'number') throw new OptionTypeError(this.at(name), rule, value)
    if (!Number.isInteger(value) || value < least || value > most)
      throw new OptionRangeError(this.at(name), rule, value)
    return value
  }

  /** Nanoseconds. */
  duration(name: string, fallback: bigint, limits: Limits): bigint {
    const value = this.raw(name)
    if (value === undefined) return fallback
    const ns = parseDuration(value, this.at(name))
    return this.#within(name, ns, parseDuration(limits.least), parseDuration(limits.most), limits)
  }

  /** Parts per billion. */
  rate(name: string, fallback: string, limits: Limits): bigint {
    const ppb = parseRate(this.has(name) ? this.raw(name) : fallback, this.at(name))
    return this.#within(name, ppb, parseRate(limits.least), parseRate(limits.most), limits)
  }

  #within(name: string, value: bigint, least: bigint, most: bigint, limits: Limits): bigint {
    if (value >= least && value <= most) return value
    throw new OptionRangeError(this.at(name), `must be from ${limits.least} to ${limits.most}`, this.raw(name))
  }
}

/** @throws {OptionTypeError | OptionRangeError} unless `value` is one line of 1 to 200 well-formed characters */
export function checkText(value: unknown, option: string): string {
  if (typeof value !== 'string') throw new OptionTypeError(option, 'must be text', value)
  if (value === '' || value.length > 200 || /[\p{Cc}\p{Cs}\u2028\u2029]/u.test(value)) {
    throw new OptionRangeError(option, 'must be one line of 1 to 200 characters', value)
  }
  return value
}

/**
 * A copy of a JSON value with whole numbers only, as a trail can hold it.
 * @throws {OptionTypeError | OptionRangeError} for fractions, broken surrogates, functions and the like
 */
export function checkPlain(value: unknown, option: string): Plain {
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'string') {
    if (/\p{Cs}/u.test(value)) throw new OptionRangeError(option, 'must not contain half a character', value)
    return value
  }
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) {
      throw new OptionRangeError(option, 'must be a whole number (write a fraction as text)', value)
    }
    return value + 0 // turns -0 into 0
  }
  if (Array.isArray(value)) return value.map((item, index) => checkPlain(item, `${option}[${index}]`))
  if (!isPlainObject(value)) throw new OptionTypeError(option, 'must be a JSON value', String(value))
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  return Object.fromEntries(entries.map(([key, item]) => [key, checkPlain(item, `${option}.${key}`)]))
}

/** The known name that a wrong one most likely meant, or `null`. */
export function nearest(name: string, known: readonly string[]): string | null {
  let best: string | null = null
  let bestDistance = Math.min(3, Math.floor(name.length / 2)) + 1
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

/** Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const line = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1
      let cost = Math.min(above[column]! + 1, line[column - 1]! + 1, above[column - 1]! + same)
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      if (swapped) cost = Math.min(cost, before[column - 2]! + 1)
      line.push(cost)
    }
    before = above
    above = line
  }
  return above[b.length]!
}
