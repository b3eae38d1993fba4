/**
 * Profiles as people write them, in the configuration and in the files of this folder: durations with units, days by name, checked
 * strictly; what is absent has the default of `custom`.
 * @module
 */
import { IANAZone } from 'luxon'
import { checkText, Fields, isPlainObject } from '../../lib/config/fields.js'
import type { Support } from '../../lib/consensus/types.js'
import { OptionRangeError, OptionTypeError } from '../../lib/errors.js'
import type { CheckBefore, Hours, Profile, Threshold } from './types.js'

/** A profile as data: JSON without fractions. */
export interface ProfileInput {
  /** The id of a preset whose values hold where none is given here; only stricter ones may be. */
  readonly base?: string
  readonly title?: string
  readonly clause?: string
  readonly status?: Profile['status']
  readonly source?: string
  /** `2026-11-22`. */
  readonly checkedOn?: string
  /** `50ms`. */
  readonly tolerance?: string
  readonly warning?: string
  readonly granularity?: string
  readonly unprovable?: string
  /** `99%`, `99.95%`: the share of the judged time that must be PROVEN. */
  readonly proven?: string
  readonly longestGap?: string
  readonly leastReferences?: number
  readonly leastSupport?: Support
  readonly standard?: string
  readonly retention?: string
  readonly reviewPeriod?: string
  readonly hours?: {
    readonly zone?: string
    readonly days?: readonly string[]
    readonly from?: string
    readonly to?: string
  }
  readonly holidays?: readonly string[]
  readonly checkBefore?: { readonly zone?: string; readonly days?: readonly string[]; readonly at: string }
  readonly counters?: { readonly exceedances?: number; readonly distance?: string }
  readonly statement?: string
  readonly worksheet?: readonly { readonly label: string; readonly hint?: string }[]
  readonly notes?: readonly string[]
}

const names = [
  ...['base', 'title', 'clause', 'status', 'source', 'checkedOn', 'tolerance', 'warning', 'granularity', 'unprovable'],
  ...['proven', 'longestGap', 'leastReferences', 'leastSupport', 'standard', 'retention', 'reviewPeriod', 'hours'],
  ...['holidays', 'checkBefore', 'counters', 'statement', 'worksheet', 'notes'],
]
const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const limits = { least: '1ns', most: '365d' }
const idForm = /^[a-z0-9][a-z0-9._-]{0,63}$/

/**
 * Reads a profile; `base` must have been merged in already.
 * @param path where it stands, for messages: `profiles.my-rule`
 * @throws {OptionTypeError | OptionRangeError} naming option, rule and value
 */
export function parseProfile(id: string, input: unknown, path = `profiles.${id}`): Profile {
  if (!idForm.test(id)) {
    throw new OptionRangeError(path, 'must be named with lower-case letters, digits, ".", "_" and "-"', id)
  }
  const fields = new Fields(input, path, names)
  const toleranceNs = fields.has('tolerance') ? fields.duration('tolerance', 0n, limits) : null
  const warningNs = fields.has('warning') ? fields.duration('warning', 0n, limits) : null
  if (warningNs !== null && toleranceNs !== null && warningNs >= toleranceNs) {
    throw new OptionRangeError(fields.at('warning'), 'must be less than the tolerance', fields.raw('warning'))
  }
  const { base: _, ...definition } = input as ProfileInput
  return {
    id,
    definition,
    title: fields.text('title', id),
    clause: fields.text('clause', ''),
    status: choice(fields, 'status', ['in-force', 'superseded', 'unverified', 'own'], 'own'),
    source: long(fields, 'source') ?? 'the configuration of the auditor',
    checkedOn: fields.has('checkedOn') ? date(fields.raw('checkedOn'), fields.at('checkedOn')) : '',
    toleranceNs,
    warningNs,
    granularityNs: fields.has('granularity') ? fields.duration('granularity', 0n, limits) : null,
    unprovable: long(fields, 'unprovable'),
    provenBasisPoints: share(fields),
    longestGapNs: fields.has('longestGap') ? fields.duration('longestGap', 0n, limits) : null,
    leastReferences: fields.integer('leastReferences', 1, 1, 3),
    leastSupport: choice(fields, 'leastSupport', ['single', 'paired', 'voted'], 'single'),
    standard: fields.text('standard', null),
    retention: long(fields, 'retention'),
    reviewPeriod: long(fields, 'reviewPeriod'),
    hours: hours(fields),
    holidays: list(fields, 'holidays', date),
    checkBefore: checkBefore(fields),
    counters: counters(fields),
    statement: long(fields, 'statement') ?? 'This rule was written by the operator; it answers to no rule of others.',
    worksheet: list(fields, 'worksheet', worksheetField),
    notes: list(fields, 'notes', checkLong),
  }
}

function choice<T extends string>(fields: Fields, name: string, known: readonly T[], fallback: T): T {
  const value = fields.has(name) ? fields.raw(name) : fallback
  if (known.includes(value as T)) return value as T
  throw new OptionRangeError(fields.at(name), `must be one of ${known.join(', ')}`, value)
}

function list<T>(fields: Fields, name: string, of: (value: unknown, option: string) => T): readonly T[] {
  const value = fields.has(name) ? fields.raw(name) : []
  if (!Array.isArray(value)) throw new OptionTypeError(fields.at(name), 'must be a list', value)
  return value.map((item, index) => of(item, `${fields.at(name)}[${index}]`))
}

/** Prose: up to 2,000 characters without controls. */
function checkLong(value: unknown, option: string): string {
  if (typeof value !== 'string') throw new OptionTypeError(option, 'must be text', value)
  if (value.trim() === '' || value.length > 2000 || /[\p{Cc}\p{Cs}\u2028\u2029]/u.test(value)) {
    throw new OptionRangeError(option, 'must be 1 to 2000 characters without line ends and controls', value)
  }
  return value
}

function long(fields: Fields, name: string): string | null {
  return fields.has(name) ? checkLong(fields.raw(name), fields.at(name)) : null
}

function date(value: unknown, option: string): string {
  const text = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : null
  const ms = text === null ? Number.NaN : Date.parse(`${text}T00:00:00Z`)
  if (text === null || Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== text) {
    throw new OptionRangeError(option, 'must be a date that exists, such as "2026-12-25"', value)
  }
  return text
}

/** `99.95%` as 9995. */
function share(fields: Fields): bigint {
  const value = fields.has('proven') ? fields.raw('proven') : '99%'
  const match = typeof value === 'string' ? /^(\d{1,3})(?:\.(\d{1,2}))?%$/.exec(value) : null
  const points = match ? BigInt(match[1] ?? '0') * 100n + BigInt((match[2] ?? '').padEnd(2, '0')) : -1n
  if (points <= 0n || points > 10_000n) {
    throw new OptionRangeError(
      fields.at('proven'),
      'must be a share above 0% up to 100% with at most two decimals, such as "99.5%"',
      value,
    )
  }
  return points
}

function days(fields: Fields): readonly number[] {
  if (!fields.has('days')) return [1, 2, 3, 4, 5]
  const found = list(fields, 'days', (value, option) => {
    const index = weekdays.indexOf(value as string)
    if (index < 0) throw new OptionRangeError(option, `must be one of ${weekdays.join(', ')}`, value)
    return index + 1
  })
  if (found.length === 0) throw new OptionRangeError(fields.at('days'), 'must name at least one day', [])
  return [...new Set(found)].sort((a, b) => a - b)
}

function zone(fields: Fields): string | null {
  const name = fields.text('zone', null)
  if (name !== null && !IANAZone.isValidZone(name)) {
    throw new OptionRangeError(fields.at('zone'), 'must be an IANA zone such as America/New_York', name)
  }
  return name
}

/** Minutes from midnight of `09:30`; `24:00` is the end of the day. */
function minute(fields: Fields, name: string, fallback: string | null): number {
  const value = fields.has(name) ? fields.raw(name) : fallback
  const match = typeof value === 'string' ? /^([01]\d|2[0-4]):([0-5]\d)$/.exec(value) : null
  const minutes = match ? Number(match[1]) * 60 + Number(match[2]) : Number.NaN
  if (Number.isNaN(minutes) || minutes > 1440) {
    throw new OptionRangeError(fields.at(name), 'must be a time of day from "00:00" to "24:00"', value)
  }
  return minutes
}

function hours(fields: Fields): Hours | null {
  if (!fields.has('hours')) return null
  const inner = fields.inner('hours', ['zone', 'days', 'from', 'to'])
  const fromMinute = minute(inner, 'from', '00:00')
  const toMinute = minute(inner, 'to', '24:00')
  if (toMinute <= fromMinute) {
    throw new OptionRangeError(
      inner.at('to'),
      'must be later than "from" (hours do not cross midnight)',
      inner.raw('to'),
    )
  }
  return { zone: zone(inner), days: days(inner), fromMinute, toMinute }
}

function checkBefore(fields: Fields): CheckBefore | null {
  if (!fields.has('checkBefore')) return null
  const inner = fields.inner('checkBefore', ['zone', 'days', 'at'])
  const at = minute(inner, 'at', null)
  if (at === 0) throw new OptionRangeError(inner.at('at'), 'must be later than "00:00"', inner.raw('at'))
  return { zone: zone(inner), days: days(inner), minute: at }
}

function counters(fields: Fields): readonly Threshold[] {
  if (!fields.has('counters')) return []
  const inner = fields.inner('counters', ['exceedances', 'distance'])
  const found: Threshold[] = []
  if (inner.has('exceedances')) {
    found.push({ kind: 'exceedances', limit: BigInt(inner.integer('exceedances', 1, 1, 1_000_000)) })
  }
  if (inner.has('distance')) found.push({ kind: 'distance', limit: inner.duration('distance', 0n, limits) })
  return found
}

function worksheetField(value: unknown, option: string): { label: string; hint: string } {
  if (!isPlainObject(value)) throw new OptionTypeError(option, 'must be an object with a label', value)
  const inner = new Fields(value, option, ['label', 'hint'])
  const label = checkText(inner.raw('label'), inner.at('label'))
  return { label, hint: long(inner, 'hint') ?? '' }
}
