/**
 * Options of what the auditor does besides auditing: taking seals outside, printing, the nightly job, and watching what sets the
 * clock.
 * @module
 */
import { isAbsolute, resolve } from 'node:path'
import { OptionRangeError, OptionTypeError } from '../errors.js'
import { checkText, Fields, isPlainObject } from './fields.js'
import type { AlertConfig, AnchorConfig, DisciplineConfig, NightlyConfig, PrintConfig } from './types.js'
import { parseDuration } from './units.js'

export const reportPeriods = ['day', 'week', 'month', 'quarter', 'year'] as const
export const reportFormats = ['pdf', 'csv', 'json'] as const

/** `anchor { every, tsa, command, timeout }`. */
export function parseAnchor(top: Fields, base: string): AnchorConfig {
  const fields = top.inner('anchor', ['every', 'tsa', 'command', 'timeout'], { url: 'tsa' })
  return {
    everyNs: fields.duration('every', parseDuration('1d'), { least: '1s', most: '1d' }),
    tsa: parseTsa(fields, base),
    command: parseCommand(fields.raw('command'), fields.at('command')),
    timeoutNs: fields.duration('timeout', parseDuration('30s'), { least: '1s', most: '10m' }),
  }
}

/** An address, or `{ url, certificates, policy }`. */
function parseTsa(anchor: Fields, base: string): AnchorConfig['tsa'] {
  const given = anchor.raw('tsa')
  if (given === undefined || given === null) return null
  const at = anchor.at('tsa')
  if (!isPlainObject(given)) return { url: checkUrl(given, at), certificates: null, policy: null }
  const fields = new Fields(given, at, ['url', 'certificates', 'policy'])
  const certificates = fields.text('certificates', null)
  const policy = fields.text('policy', null)
  if (policy !== null && !/^[0-2](?:\.(?:0|[1-9]\d{0,18})){1,31}$/.test(policy)) {
    throw new OptionRangeError(fields.at('policy'), 'must be an object identifier such as "1.2.3.4"', policy)
  }
  return {
    url: checkUrl(fields.raw('url'), fields.at('url')),
    certificates: certificates === null ? null : resolve(base, certificates),
    policy,
  }
}

/** @throws {OptionTypeError | OptionRangeError} unless it is an `http:` or `https:` address */
export function checkUrl(value: unknown, option: string): string {
  const rule = 'must be an address such as "https://tsa.example.net/"'
  if (typeof value !== 'string') throw new OptionTypeError(option, rule, value)
  const url = URL.canParse(value) ? new URL(value) : null
  if (url === null || !/^https?:$/.test(url.protocol)) throw new OptionRangeError(option, rule, value)
  return checkText(value, option)
}

/**
 * A program and its arguments, as a list: no shell ever sees them.
 * @returns `null` where none is given
 */
export function parseCommand(value: unknown, option: string): readonly string[] | null {
  if (value === undefined || value === null) return null
  const rule = 'must be a list: the program, then its arguments, such as ["lp", "-d", "audit", "{file}"]'
  if (!Array.isArray(value) || value.some((word) => typeof word !== 'string')) {
    throw new OptionTypeError(option, rule, value)
  }
  const words = value as string[]
  if (words.length === 0 || words[0] === '') throw new OptionRangeError(option, rule, value)
  if (words.some((word) => /[\0\p{Cs}]/u.test(word) || word.length > 4000)) {
    throw new OptionRangeError(option, 'must have words of at most 4000 characters without NUL', value)
  }
  return [...words]
}

/** `print { command, timeout }`. */
export function parsePrint(top: Fields): PrintConfig {
  const fields = top.inner('print', ['command', 'timeout'])
  const command = parseCommand(fields.raw('command'), fields.at('command'))
  if (command !== null && !command.some((word) => word.includes('{file}'))) {
    throw new OptionRangeError(fields.at('command'), 'must have "{file}" where the path of the file goes', command)
  }
  return { command, timeoutNs: fields.duration('timeout', parseDuration('60s'), { least: '1s', most: '1h' }) }
}

/** `discipline { every }`, or `false`: it is not watched what sets the clock. */
export function parseDiscipline(top: Fields): DisciplineConfig {
  if (top.raw('discipline') === false) return { everyNs: 0n }
  const fields = top.inner('discipline', ['every'], { interval: 'every' })
  return { everyNs: fields.duration('every', parseDuration('5m'), { least: '10s', most: '1d' }) }
}

/** `nightly { at, reports, profiles, formats, out, print, mail }`; `null` where it is absent. */
export function parseNightly(
  top: Fields,
  { base, trail, print }: { base: string; trail: string; print: PrintConfig },
): NightlyConfig | null {
  if (top.raw('nightly') === undefined || top.raw('nightly') === null) return null
  const fields = top.inner('nightly', ['at', 'reports', 'profiles', 'formats', 'out', 'print', 'mail'], {
    time: 'at',
    profile: 'profiles',
    format: 'formats',
    folder: 'out',
  })
  const out = fields.text('out', null)
  const printed = fields.boolean('print', false)
  if (printed && print.command === null) {
    throw new OptionRangeError(fields.at('print'), 'needs "print.command", the program that prints', true)
  }
  return {
    at: checkClockTime(fields.has('at') ? fields.raw('at') : '00:10', fields.at('at')),
    reports: words(fields, 'reports', reportPeriods, ['day', 'week', 'month', 'year']),
    profiles: atLeastOne(fields, 'profiles', ['custom']),
    formats: words(fields, 'formats', reportFormats, ['pdf', 'csv']),
    out: out === null ? resolve(trail, '..', 'reports') : isAbsolute(out) ? out : resolve(base, out),
    print: printed,
    mail: list(fields, 'mail', []),
  }
}

function atLeastOne(fields: Fields, name: string, fallback: readonly string[]): readonly string[] {
  const given = list(fields, name, fallback)
  if (given.length === 0) throw new OptionRangeError(fields.at(name), 'must name at least one', given)
  return given
}

/**
 * Whoever reports are mailed to is an address, or a channel of kind `mail`; and some such channel knows the server.
 * @throws {OptionRangeError} for a word that is neither
 */
export function checkNightlyMail(nightly: NightlyConfig | null, alerts: AlertConfig | null): void {
  const channels = (alerts?.channels ?? []).filter(({ kind }) => kind === 'mail').map(({ name }) => name)
  for (const [index, word] of (nightly?.mail ?? []).entries()) {
    const option = `nightly.mail[${index}]`
    if (channels.length === 0) {
      throw new OptionRangeError(
        option,
        'needs a channel of kind "mail" under "alerts.channels": it knows the server',
        word,
      )
    }
    if (!channels.includes(word) && !/^[^\s@<>",;]+@[^\s@<>",;]+$/.test(word)) {
      throw new OptionRangeError(option, `must be an address, or one of the channels ${channels.join(', ')}`, word)
    }
  }
}

function words<T extends string>(
  fields: Fields,
  name: string,
  known: readonly T[],
  fallback: readonly T[],
): readonly T[] {
  const given = list(fields, name, fallback)
  const wrong = given.find((word) => !(known as readonly string[]).includes(word))
  if (given.length === 0)
    throw new OptionRangeError(fields.at(name), `must name at least one of ${known.join(', ')}`, given)
  if (wrong !== undefined) throw new OptionRangeError(fields.at(name), `must name ${known.join(', ')}`, wrong)
  return known.filter((word) => given.includes(word))
}

function list(fields: Fields, name: string, fallback: readonly string[]): readonly string[] {
  const value = fields.raw(name)
  if (value === undefined) return fallback
  if (!Array.isArray(value)) throw new OptionTypeError(fields.at(name), 'must be a list of words', value)
  return value.map((word, index) => checkText(word, `${fields.at(name)}[${index}]`))
}

function checkClockTime(value: unknown, option: string): string {
  if (typeof value === 'string' && /^([01]\d|2[0-3]):[0-5]\d$/.test(value)) return value
  throw new OptionRangeError(option, 'must be a time of day such as "00:10"', value)
}
