/**
 * Makes a report again from its trail, by what the printed one says of itself: period, zone, rule, tolerance, keys, and the last
 * record that it rests on.
 * @module
 */
import { formatDuration } from '../lib/config/units.js'
import { OptionRangeError, PeriodError } from '../lib/errors.js'
import { parseInstant } from '../lib/instant.js'
import { parseVkey } from '../lib/trail/note.js'
import { type BuildOptions, buildBy } from './build.js'
import { type Difference, isObject, show } from './check-document.js'
import type { PeriodChoice } from './period.js'
import { parseProfile } from './profiles/input.js'
import type { Profile } from './profiles/types.js'
import { nanoseconds } from './seconds.js'
import type { Report, ReportResult } from './types.js'
import { toolName } from './version.js'

export type AgainOptions = Pick<BuildOptions, 'trail' | 'keys' | 'index' | 'onProgress' | 'signal'>

/** The report made again; or why the trail cannot tell; or what the printed one states that no report of this version can state. */
export type Again =
  | { readonly kind: 'made'; readonly report: Report }
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'impossible'; readonly difference: Difference }

/** @throws {TrailReadError} where the trail cannot be read */
export async function again(printed: ReportResult, options: AgainOptions): Promise<Again> {
  let asked: Asked
  try {
    asked = ask(printed)
  } catch (error) {
    return refused(printed, error)
  }
  try {
    return await make(printed, asked, options)
  } catch (error) {
    // All that was asked for stood in the document, so what is wrong with it is wrong there.
    const { code } = error as { code?: unknown }
    if (code !== 'ERR_OPTION' && code !== 'ERR_PERIOD') throw error
    return refused(printed, error)
  }
}

interface Asked {
  readonly profile: Profile
  readonly options: Omit<BuildOptions, 'trail'>
}

/** What the document asks for. Throws where no report could ask for that. */
function ask(printed: ReportResult): Asked {
  const { asOf, zone } = printed
  if (asOf < 1) throw new OptionRangeError('asOf', 'must be the seq of a record, from 1 on', asOf)
  const warning = isObject(printed.warning) ? nanoseconds(Number(printed.warning.threshold)) : null
  return {
    profile: parseProfile(printed.profile, printed.rule.definition),
    options: {
      ...choiceOf(printed.period),
      ...(warning === null ? {} : { warning: formatDuration(warning) }),
      ...{ zone, asOf, keys: keysOf(printed), toleranceNs: nanoseconds(printed.tolerance) },
      nowNs: parseInstant(printed.to),
    },
  }
}

/** By this version it is a forgery; another version may have known more, or other rules. */
function refused(printed: ReportResult, error: unknown): Again {
  const { option, rule, received, message } = error as Error & Partial<OptionRangeError>
  if (printed.tool !== toolName()) {
    const reason = `${printed.tool} made the report, and it states what ${toolName()} cannot make: ${message}`
    return { kind: 'unknown', reason }
  }
  const path = option ?? (error instanceof PeriodError ? 'period' : 'from, to, tolerance, warning')
  const value = received === undefined ? printed.period : show(received)
  return { kind: 'impossible', difference: { path, file: value, trail: `no such report: ${rule ?? message}` } }
}

async function make(printed: ReportResult, { profile, options }: Asked, given: AgainOptions): Promise<Again> {
  const { trail, index, onProgress, signal } = given
  const keys = given.keys ?? options.keys
  const { report } = await buildBy(profile, { ...options, trail, keys, index, onProgress, signal })
  const { host, asOf } = report.result
  if (host !== printed.host) {
    return { kind: 'unknown', reason: `the trail is that of "${host}", the report speaks of "${printed.host}"` }
  }
  if (asOf < printed.asOf) {
    const reason = `the trail ends with record ${asOf}, the report rests on records up to ${printed.asOf}`
    return { kind: 'unknown', reason }
  }
  return { kind: 'made', report }
}

/** The keys that the report was held against. @throws {OptionRangeError} for one that is none */
function keysOf({ integrity }: ReportResult): readonly string[] {
  const keys: unknown = isObject(integrity) ? (integrity.keys ?? []) : []
  if (!Array.isArray(keys)) throw new OptionRangeError('integrity.keys', 'must be a list of verifier keys', keys)
  for (const key of keys as readonly unknown[]) {
    try {
      parseVkey(String(key))
    } catch (error) {
      throw new OptionRangeError('integrity.keys', `must be verifier keys: ${(error as Error).message}`, key)
    }
  }
  return keys as readonly string[]
}

/** `day 2026-11-21`, `week 2026-W47`, or two instants: as the period's words have it. */
function choiceOf(words: string): PeriodChoice {
  const [, unit, name] = /^(day|week|month|quarter|year) (\S+)$/.exec(words) ?? []
  if (unit !== undefined && name !== undefined) return { [unit]: name }
  const [from = '', to = ''] = words.split(' to ')
  return { from, to }
}
