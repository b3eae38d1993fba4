/**
 * Options that a configuration may already carry although this version does not act upon them: their shape is checked, they
 * are recorded with the rest, and a note tells the operator.
 * @module
 */
import { OptionRangeError } from '../errors.js'
import { checkPlain, Fields, isPlainObject } from './fields.js'
import type { Configuration, Plain } from './types.js'
import { parseDuration } from './units.js'

const shapes = {
  nightly: ['at', 'reports', 'print', 'mail'],
  anchor: ['every', 'tsa', 'command'],
  alerts: null,
  profiles: null,
} as const

/** @throws {OptionTypeError | OptionRangeError} for a shape that no version would accept */
export function parseInert(fields: Fields): { values: Configuration['inert']; notes: string[] } {
  const values: Record<keyof typeof shapes, Plain> = { nightly: null, anchor: null, alerts: null, profiles: null }
  const notes: string[] = []
  for (const [name, known] of Object.entries(shapes) as [keyof typeof shapes, readonly string[] | null][]) {
    const value = fields.raw(name)
    if (value === undefined || value === null) continue
    if (known !== null || !Array.isArray(value)) {
      const inner = new Fields(value, name, known ?? (isPlainObject(value) ? Object.keys(value) : []))
      if (name === 'nightly' && inner.has('at')) checkClockTime(inner.raw('at'), inner.at('at'))
      if (name === 'anchor' && inner.has('every')) parseDuration(inner.raw('every'), inner.at('every'))
    }
    values[name] = checkPlain(value, name)
    notes.push(`"${name}" is recorded, but this version does not act upon it`)
  }
  return { values, notes }
}

function checkClockTime(value: unknown, option: string): void {
  if (typeof value === 'string' && /^([01]\d|2[0-3]):[0-5]\d$/.test(value)) return
  throw new OptionRangeError(option, 'must be a time of day such as "00:10"', value)
}
