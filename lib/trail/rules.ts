/**
 * Small rules that say whether a value is of a kind, and which field of it is not. Nothing is allocated while all is well,
 * so that a year of records can be checked in seconds.
 * @module
 */
import type { StoredInterval } from './types.js'

/** Where a value is at fault (`''`: the value itself) and what it must be. */
export interface Fault {
  readonly path: string
  readonly why: string
}
export type Rule = (value: unknown) => Fault | null

function fault(why: string): Fault {
  return { path: '', why }
}

/** A field of a value that may be anything. */
export function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined
}

/** An object with at least these fields; `optional` ones may be absent, but not wrong. */
export function shape(rules: Readonly<Record<string, Rule>>, optional: Readonly<Record<string, Rule>> = {}): Rule {
  const entries = [...Object.entries(rules), ...Object.entries(optional)]
  const needed = Object.keys(rules).length
  const noObject = fault('must be an object')
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return noObject
    const object = value as Record<string, unknown>
    let index = 0
    for (const [key, rule] of entries) {
      index += 1
      const entry = object[key]
      if (entry === undefined && index > needed) continue
      if (entry === undefined) return { path: key, why: 'is missing' }
      const inner = rule(entry)
      if (inner !== null) return { path: inner.path === '' ? key : `${key}.${inner.path}`, why: inner.why }
    }
    return null
  }
}

/** An array whose entries keep a rule. */
export function list(rule: Rule): Rule {
  return (value) => {
    if (!Array.isArray(value)) return fault('must be an array')
    for (const [index, entry] of value.entries()) {
      const inner = rule(entry)
      if (inner) return { path: inner.path === '' ? `${index}` : `${index}.${inner.path}`, why: inner.why }
    }
    return null
  }
}

export function nullable(rule: Rule): Rule {
  return (value) => (value === null ? null : rule(value))
}

export function oneOf(...words: readonly string[]): Rule {
  const set = new Set<unknown>(words)
  return (value) => (set.has(value) ? null : fault(`must be one of ${words.join(', ')}`))
}

export function literal(wanted: number): Rule {
  return (value) => (value === wanted ? null : fault(`must be ${wanted}`))
}

/** A whole number between two limits, both inclusive. */
export function integer(least: number, most: number = Number.MAX_SAFE_INTEGER): Rule {
  const why = fault(`must be a whole number from ${least} to ${most}`)
  return (value) =>
    Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most ? null : why
}

export const natural: Rule = integer(0)

const noText = fault('must be text')
export const text: Rule = (value) => (typeof value === 'string' ? null : noText)

const noBoolean = fault('must be true or false')
export const boolean: Rule = (value) => (typeof value === 'boolean' ? null : noBoolean)

/** So many lower-case hexadecimal digits. */
export function hex(digits: number): Rule {
  const form = new RegExp(`^[0-9a-f]{${digits}}$`)
  const why = fault(`must be ${digits} lower-case hexadecimal digits`)
  return (value) => (typeof value === 'string' && form.test(value) ? null : why)
}

const whole = /^(?:0|-?[1-9][0-9]{0,29})$/
const noNanoseconds = fault('must be whole nanoseconds as a decimal string')
/** Whole nanoseconds as a decimal string of at most 30 digits, in its only spelling. */
export const nanoseconds: Rule = (value) => (typeof value === 'string' && whole.test(value) ? null : noNanoseconds)

const ends = shape({ lowNs: nanoseconds, highNs: nanoseconds })
const empty = fault('must not be empty: lowNs is above highNs')
/** An interval that is not empty. */
export const interval: Rule = (value) => {
  const inner = ends(value)
  if (inner) return inner
  const { lowNs, highNs } = value as StoredInterval
  return lowNs === highNs || notAbove(lowNs, highNs) ? null : empty
}

/** Compares decimal strings without making numbers of them. */
function notAbove(low: string, high: string): boolean {
  const lowNegative = low.startsWith('-')
  const highNegative = high.startsWith('-')
  if (lowNegative !== highNegative) return lowNegative
  if (low.length !== high.length) return low.length < high.length !== lowNegative
  return low <= high !== lowNegative || low === high
}

const iso = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{9}Z$/
const noInstant = fault('must be an instant like 2026-03-03T14:02:00.000000000Z')
/** An instant as `formatInstant` writes it, of a day that exists. */
export const instant: Rule = (value) => {
  if (typeof value !== 'string' || !iso.test(value)) return noInstant
  const day = value.charCodeAt(8) * 10 + value.charCodeAt(9) - 528
  if (day <= 28) return null
  const date = new Date(`${value.slice(0, 10)}T00:00:00Z`)
  return date.getUTCDate() === day ? null : noInstant
}
