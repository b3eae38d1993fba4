/**
 * From what the caller or the operator wrote to a {@link Configuration}: every option checked, every default filled in.
 * @module
 */
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { OptionRangeError, OptionTypeError } from '../errors.js'
import { isLocalHost } from './address.js'
import { parseAlerts } from './alerts.js'
import { checkPlain, checkText, Fields, isPlainObject } from './fields.js'
import { parseReceipts } from './receipts.js'
import { parseReferences } from './references.js'
import { checkNightlyMail, parseAnchor, parseDiscipline, parseNightly, parsePrint } from './services.js'
import type { Configuration, Identity, Plain } from './types.js'
import { formatDuration, parseDuration } from './units.js'

/** Every option there is, in the order of the documentation. */
const optionNames = [
  'references',
  'trustLocal',
  'trail',
  'keys',
  'genesis',
  'identity',
  'interval',
  'exchanges',
  'timeout',
  'maxDistance',
  'tolerance',
  'driftBound',
  'slewBound',
  'longestGap',
  'witness',
  'epoch',
  'heartbeat',
  'compressAfter',
  'zone',
  'policy',
  'print',
  'receipts',
  'nightly',
  'anchor',
  'discipline',
  'alerts',
  'profiles',
] as const

const otherWords = {
  server: 'references',
  servers: 'references',
  timezone: 'zone',
  tz: 'zone',
  poll: 'interval',
  log: 'trail',
}

/** The shortest time between two packets of scheduled samples to servers that are not our own. */
const publicFloor = '16s'

export interface ParseOptions {
  /** Folder that relative paths are relative to. */
  readonly base: string
  /** Name of the configuration file, for messages; keys then lie beside it, else beside the trail. */
  readonly source?: string
  /** `optional`: one sample needs no trail; the field then names a folder that nobody touches. Default `required`. */
  readonly trail?: 'required' | 'optional'
  /** Default label of the computer; default its host name. */
  readonly hostName?: string
}

/**
 * Checks options and fills in the defaults. Touches no file and no network.
 * @throws {OptionTypeError | OptionRangeError} naming option, rule and received value
 */
export function parseConfiguration(input: unknown, options: ParseOptions): Configuration {
  try {
    return parse(input, options)
  } catch (error) {
    const mistake = error instanceof OptionTypeError || error instanceof OptionRangeError
    if (mistake && options.source !== undefined) error.message = `${options.source}: ${error.message}`
    throw error
  }
}

function parse(input: unknown, options: ParseOptions): Configuration {
  const fields = new Fields(input, '', ['$schema', ...optionNames], otherWords)
  const { references, notes } = parseReferences(fields.raw('references'))
  const trail = parseTrail(fields, options)
  const genesis = fields.text('genesis', null)
  const keys = fields.text('keys', null)
  // A file keeps one trail; in a program several trails may lie in one folder.
  const keysDefault = options.source === undefined ? `${trail}.keys` : join(resolve(options.base), 'keys')
  const intervalNs = fields.duration('interval', parseDuration('64s'), { least: '10ms', most: '7d' })
  const exchanges = fields.integer('exchanges', 1, 1, 8)
  checkManners(fields, intervalNs, exchanges, references.find(({ host }) => !isLocalHost(host))?.host ?? null)
  const usualTimeoutNs = parseDuration('2s')
  const timeoutNs = fields.duration('timeout', intervalNs < usualTimeoutNs ? intervalNs : usualTimeoutNs, {
    least: '10ms',
    most: '60s',
  })
  if (timeoutNs > intervalNs) {
    throw new OptionRangeError(
      'timeout',
      `must not exceed the interval (${formatDuration(intervalNs)})`,
      fields.raw('timeout'),
    )
  }
  const longestGapNs = fields.duration('longestGap', 4n * intervalNs, { least: '10ms', most: '365d' })
  if (longestGapNs < intervalNs) {
    const rule = `must be at least the interval (${formatDuration(intervalNs)})`
    throw new OptionRangeError('longestGap', rule, fields.raw('longestGap'))
  }
  const witness = fields.inner('witness', ['period', 'report', 'maxRate'])
  const policy = fields.inner('policy', ['longestGap'])
  const print = parsePrint(fields)
  const nightly = parseNightly(fields, { base: options.base, trail, print })
  const alerts = parseAlerts(fields, { base: options.base, trail })
  checkNightlyMail(nightly, alerts)
  return {
    references,
    trustLocal: fields.boolean('trustLocal', false),
    trail,
    keys: keys === null ? keysDefault : resolve(options.base, keys),
    genesis: genesis === null ? null : resolve(options.base, genesis),
    identity: parseIdentity(fields, options.hostName),
    intervalNs,
    exchanges,
    timeoutNs,
    maxDistanceNs: fields.duration('maxDistance', parseDuration('3s'), { least: '1us', most: '1h' }),
    toleranceNs: fields.duration('tolerance', parseDuration('1s'), { least: '1ns', most: '365d' }),
    driftPpb: fields.rate('driftBound', '100ppm', { least: '1ppb', most: '10000ppm' }),
    slewPpb: fields.rate('slewBound', '500ppm', { least: '0ppm', most: '100000ppm' }),
    longestGapNs,
    witness: {
      periodNs: witness.duration('period', parseDuration('250ms'), { least: '10ms', most: '10s' }),
      reportNs: witness.duration('report', parseDuration('1ms'), { least: '1us', most: '60s' }),
      maxRatePpb: witness.rate('maxRate', '500ppm', { least: '1ppm', most: '100000ppm' }),
    },
    epochNs: fields.duration('epoch', parseDuration('1h'), { least: '1s', most: '30d' }),
    heartbeatNs: fields.duration('heartbeat', parseDuration('60s'), { least: '1s', most: '1h' }),
    compressAfterNs: fields.duration('compressAfter', parseDuration('30d'), { least: '1d', most: '36500d' }),
    zone: checkZone(fields.has('zone') ? fields.raw('zone') : 'UTC', 'zone'),
    policy: { longestGapNs: policy.duration('longestGap', parseDuration('1h'), { least: '1s', most: '365d' }) },
    anchor: parseAnchor(fields, options.base),
    print,
    receipts: parseReceipts(fields, { base: options.base, trail }),
    nightly,
    discipline: parseDiscipline(fields),
    alerts,
    profiles: parseProfiles(fields),
    notes: [...notes],
  }
}

/** Kept as they are: the reports check them closely. @throws {OptionTypeError | OptionRangeError} for what JSON or a trail cannot hold */
function parseProfiles(fields: Fields): Plain {
  const value = fields.raw('profiles')
  if (value === undefined || value === null) return null
  if (!Array.isArray(value)) new Fields(value, 'profiles', isPlainObject(value) ? Object.keys(value) : [])
  return checkPlain(value, 'profiles')
}

/** Servers that are not our own get at most one packet per 16 s on average: that is what a service bears from each client. */
function checkManners(fields: Fields, intervalNs: bigint, exchanges: number, stranger: string | null): void {
  if (stranger === null) return
  const floorNs = BigInt(exchanges) * parseDuration(publicFloor)
  if (intervalNs >= floorNs) return
  const packets = exchanges === 1 ? '' : ` with ${exchanges} exchanges a sample`
  const unless = `unless every reference is a loopback or private address ("${stranger}" is not)`
  const received = fields.has('interval') ? fields.raw('interval') : formatDuration(intervalNs)
  throw new OptionRangeError('interval', `must be at least ${formatDuration(floorNs)}${packets} ${unless}`, received)
}

function parseTrail(fields: Fields, options: ParseOptions): string {
  const given = fields.raw('trail')
  if (given !== undefined) return resolve(options.base, checkText(given, 'trail'))
  if (options.trail === 'optional') return resolve(options.base, 'audit-trail')
  throw new OptionTypeError('trail', 'is required: the folder of the audit trail, such as "./audit-trail"', given)
}

function parseIdentity(top: Fields, hostName: string = hostname()): Identity {
  const words = { host: 'hostLabel', name: 'hostLabel', organization: 'organisation' }
  const fields = top.inner('identity', ['organisation', 'asset', 'site', 'hostLabel'], words)
  return {
    organisation: fields.text('organisation', ''),
    asset: fields.text('asset', ''),
    site: fields.text('site', ''),
    hostLabel: fields.text('hostLabel', hostName),
  }
}

/**
 * Checks the name of a time zone against the tables of this runtime.
 * @throws {OptionTypeError | OptionRangeError} for anything but an IANA name
 */
export function checkZone(value: unknown, option: string): string {
  const rule = 'must be an IANA time zone such as "UTC" or "Europe/Berlin"'
  if (typeof value !== 'string') throw new OptionTypeError(option, rule, value)
  try {
    if (/^[a-z]/i.test(value) && new Intl.DateTimeFormat('en', { timeZone: value })) return value
  } catch {
    // refused below: the runtime's own message names no option
  }
  throw new OptionRangeError(option, rule, value)
}
