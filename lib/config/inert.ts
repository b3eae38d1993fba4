/**
 * Options that a configuration may already carry although this version does not act upon them: their shape is checked, they
 * are recorded with the rest, and a note tells the operator.
 * @module
 */
import { checkPlain, Fields, isPlainObject } from './fields.js'
import type { Configuration, Plain } from './types.js'

const shapes = {
  profiles: null,
} as const

/** @throws {OptionTypeError | OptionRangeError} for a shape that no version would accept */
export function parseInert(fields: Fields): { values: Configuration['inert']; notes: string[] } {
  const values: Record<keyof typeof shapes, Plain> = { profiles: null }
  const notes: string[] = []
  for (const [name, known] of Object.entries(shapes) as [keyof typeof shapes, readonly string[] | null][]) {
    const value = fields.raw(name)
    if (value === undefined || value === null) continue
    if (known !== null || !Array.isArray(value)) {
      new Fields(value, name, known ?? (isPlainObject(value) ? Object.keys(value) : []))
    }
    values[name] = checkPlain(value, name)
    // Reports act upon profiles, and check them closely when one is asked for.
    if (name !== 'profiles') notes.push(`"${name}" is recorded, but this version does not act upon it`)
  }
  return { values, notes }
}
