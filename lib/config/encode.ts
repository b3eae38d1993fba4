/**
 * A configuration as JSON for the `open` record: bigints as decimal strings, secrets left out, and its digest.
 * `decodeConfiguration(encodeConfiguration(c))` equals `c`, and what is accepted re-encodes to the same text.
 * @module
 */
import { createHash } from 'node:crypto'
import { OptionTypeError } from '../errors.js'
import { checkPlain, isPlainObject } from './fields.js'
import type { Configuration, Plain } from './types.js'

/** Fields that are always there and are bigints, by path. */
const bigints = [
  'intervalNs',
  'timeoutNs',
  'maxDistanceNs',
  'toleranceNs',
  'driftPpb',
  'slewPpb',
  'longestGapNs',
  'witness.periodNs',
  'witness.reportNs',
  'witness.maxRatePpb',
  'epochNs',
  'heartbeatNs',
  'compressAfterNs',
  'policy.longestGapNs',
  'anchor.everyNs',
  'anchor.timeoutNs',
  'print.timeoutNs',
  'discipline.everyNs',
]
const secretNames =
  /^(pass|password|passphrase|passwd|secret|token|pin|auth|authorization|cookie|api-?key|.*(password|secret|token))$/i
/** What stands where a secret stood. */
export const redacted = '[redacted]'

/** JSON-safe copy: every nanosecond and rate a decimal string. */
export function encodeConfiguration(configuration: Configuration): { readonly [key: string]: Plain } {
  const text = JSON.stringify(configuration, (_, value) => (typeof value === 'bigint' ? value.toString() : value))
  return JSON.parse(text) as { readonly [key: string]: Plain }
}

/**
 * The configuration again.
 * @throws {OptionTypeError} for anything that {@link encodeConfiguration} would not have written
 */
export function decodeConfiguration(encoded: unknown): Configuration {
  const convert = (value: unknown, path: string): unknown => {
    if (value === null && path === 'alerts.warnNs') return null
    if (isQuantity(path)) {
      if (typeof value !== 'string' || !/^(0|[1-9]\d*)$/.test(value)) {
        throw new OptionTypeError(path, 'must be a decimal string', value)
      }
      return BigInt(value)
    }
    if (Array.isArray(value)) return value.map((item) => convert(item, `${path}[]`))
    if (!isPlainObject(value)) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, convert(item, path ? `${path}.${key}` : key)]),
    )
  }
  checkPlain(encoded, 'configuration')
  for (const path of bigints) {
    const value = path.split('.').reduce<unknown>((at, key) => (isPlainObject(at) ? at[key] : undefined), encoded)
    if (value === undefined) throw new OptionTypeError(path, 'is missing in an encoded configuration', value)
  }
  return convert(encoded, '') as Configuration
}

/** Whether a field of that path is a bigint: a number of nanoseconds or parts per billion; not in what is kept of any shape. */
function isQuantity(path: string): boolean {
  return /(?:Ns|Ppb)$/.test(path) && !path.startsWith('profiles')
}

/** A copy in which passwords, tokens and user names in addresses are replaced by `[redacted]`. For records and pages. */
export function redact(value: Plain): Plain {
  if (typeof value === 'string') return value.replace(/(\b[a-z][a-z0-9+.-]*:\/\/)[^/@\s]*@/gi, `$1${redacted}@`)
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(redact)
  const entries = Object.entries(value as { readonly [key: string]: Plain })
  return Object.fromEntries(
    entries.map(([key, item]) => [key, secretNames.test(key) && item !== null ? redacted : redact(item)]),
  )
}

/** JSON with sorted keys and no spaces: equal values give equal text. */
export function sortedJson(value: Plain): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(',')}]`
  const entries = Object.entries(value as { readonly [key: string]: Plain })
  const sorted = entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${sorted.map(([key, item]) => `${JSON.stringify(key)}:${sortedJson(item)}`).join(',')}}`
}

/** What the `open` record carries: the configuration without secrets, and the SHA-256 (hex) of its {@link sortedJson}. */
export function recordedConfiguration(configuration: Configuration): {
  configuration: object
  configurationDigest: string
} {
  const clean = redact(encodeConfiguration(configuration))
  return {
    configuration: clean as object,
    configurationDigest: createHash('sha256').update(sortedJson(clean)).digest('hex'),
  }
}
