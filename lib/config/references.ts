/**
 * References as people write them: `host`, `host:port`, `[v6]:port`, a bare IPv6 address, or an object; and the rules for
 * the list: one to three, no two the same, no smear mixed with another.
 * @module
 */
import { isIPv6 } from 'node:net'
import { OptionRangeError, OptionTypeError } from '../errors.js'
import { checkHost, sameHost } from './address.js'
import { Fields, isPlainObject } from './fields.js'
import type { ReferenceConfig } from './types.js'

/** UDP port of NTP. */
const ntpPort = 123

/** What a reference was parsed to, and what the operator should know of it. */
export interface ParsedReference {
  readonly reference: ReferenceConfig
  readonly notes: readonly string[]
  /** Whether `smear` was given, not assumed. */
  readonly smearDeclared: boolean
}

/** Public servers that are known to smear leap seconds (their operators' documentation). */
const knownSmear: readonly [RegExp, string][] = [
  [/^time[1-4]?\.google\.com$/, 'google'],
  [/^(time\.aws\.com|169\.254\.169\.123|fd00:ec2::123)$/, 'aws'],
  [/^time[1-5]?\.facebook\.com$/, 'meta'],
]

/**
 * Reads one reference.
 * @param option path for the messages: `references[1]`
 * @throws {OptionTypeError | OptionRangeError} naming the option, the rule and what was received
 */
export function parseReference(value: unknown, option = 'reference'): ParsedReference {
  if (typeof value === 'string') {
    const { host, port, notes } = parseHostPort(value, option, value)
    return { reference: { host, port, operator: null, traceableTo: null, smear: 'none' }, notes, smearDeclared: false }
  }
  if (!isPlainObject(value)) {
    throw new OptionTypeError(option, 'must be "host", "host:port", "[v6]:port" or an object with a host', value)
  }
  const words = { server: 'host', address: 'host', name: 'host' }
  const fields = new Fields(value, option, ['host', 'port', 'operator', 'traceableTo', 'smear'], words)
  const given = fields.raw('host')
  if (typeof given !== 'string') {
    throw new OptionTypeError(fields.at('host'), 'must be a host name or an address', given)
  }
  const { host, port, notes } = parseHostPort(given, fields.at('host'), given)
  if (port !== ntpPort || /\]:|^[^:]*:\d+$/.test(given)) {
    throw new OptionRangeError(fields.at('host'), 'must not carry a port in an object: give it as "port"', given)
  }
  const smear = fields.text('smear', null)
  if (smear !== null && !/^[a-z][a-z0-9-]*$/.test(smear)) {
    throw new OptionRangeError(
      fields.at('smear'),
      'must be "none", "google", "aws", "meta" or another lower-case name',
      smear,
    )
  }
  return {
    reference: {
      host,
      port: fields.integer('port', ntpPort, 1, 65_535),
      operator: fields.text('operator', null),
      traceableTo: fields.text('traceableTo', null),
      smear: smear ?? 'none',
    },
    notes,
    smearDeclared: smear !== null,
  }
}

function parseHostPort(
  text: string,
  option: string,
  received: unknown,
): { host: string; port: number; notes: string[] } {
  const notes: string[] = []
  const flagless = text.replace(/,0x[0-9a-f]+$/i, '')
  if (flagless !== text) {
    notes.push(
      `"${option}": the flag "${text.slice(flagless.length)}" of the Windows time service was left out of "${text}"`,
    )
  }
  if (isIPv6(flagless)) return { host: flagless, port: ntpPort, notes }
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/s.exec(flagless)
  const named = /^([^:]*):([^:]*)$/s.exec(flagless)
  const [, host = flagless, portText] = bracketed ?? named ?? []
  if (bracketed && !isIPv6(host))
    throw new OptionRangeError(option, 'must have an IPv6 address in its brackets', received)
  if (!bracketed && !named && flagless.includes(':') && !flagless.includes('//')) {
    throw new OptionRangeError(
      option,
      'must be an IPv6 address, in brackets where a port follows: "[2001:db8::1]:123"',
      received,
    )
  }
  return {
    host: checkHost(named && flagless.includes('//') ? flagless : host, option, received),
    port: port(portText, option, received),
    notes,
  }
}

function port(text: string | undefined, option: string, received: unknown): number {
  if (text === undefined) return ntpPort
  const number = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : 0
  if (number < 1 || number > 65_535) throw new OptionRangeError(option, 'must have a port from 1 to 65535', received)
  return number
}

/**
 * Reads the list of references.
 * @throws {OptionTypeError | OptionRangeError} for none or more than three, for two that are the same, for a smear mix
 */
export function parseReferences(
  value: unknown,
  option = 'references',
): { references: ReferenceConfig[]; notes: string[] } {
  if (value === undefined) {
    throw new OptionTypeError(option, 'is required: one to three NTP servers such as "time.example.net"', value)
  }
  if (!Array.isArray(value)) throw new OptionTypeError(option, 'must be a list of one to three references', value)
  if (value.length < 1 || value.length > 3) {
    throw new OptionRangeError(option, `must have one to three entries, has ${value.length}`, value)
  }
  const parsed = value.map((item, index) => parseReference(item, `${option}[${index}]`))
  const seen = new Map<string, string>()
  for (const [index, { reference }] of parsed.entries()) {
    const key = `${sameHost(reference.host)} ${reference.port}`
    const other = seen.get(key)
    const path = `${option}[${index}]`
    if (other !== undefined) throw new OptionRangeError(path, `must differ from "${other}"`, value[index])
    seen.set(key, path)
  }
  const smear = settleSmear(parsed, option, value)
  return { references: smear.references, notes: [...parsed.flatMap(({ notes }) => notes), ...smear.notes] }
}

/**
 * RFC 8633 section 3.7.1: smeared and unsmeared servers must not be mixed, hence a declared mix is refused. What is not
 * declared but known by name is taken over where all agree, else the operator is warned.
 */
function settleSmear(
  parsed: readonly ParsedReference[],
  option: string,
  received: unknown,
): { references: ReferenceConfig[]; notes: string[] } {
  const references = parsed.map(({ reference }) => reference)
  const known = references.map(({ host }) => knownSmear.find(([pattern]) => pattern.test(sameHost(host)))?.[1] ?? null)
  const taken = references.map(({ smear }, index) => (parsed[index]?.smearDeclared ? smear : (known[index] ?? 'none')))
  const declared = parsed.some(({ smearDeclared }) => smearDeclared)
  const mixed = new Set(taken).size > 1
  if (declared && mixed) {
    const list = references.map(({ host }, index) => `${host}: ${taken[index]}`).join(', ')
    throw new OptionRangeError(option, `must not mix servers that treat leap seconds differently (${list})`, received)
  }
  const notes: string[] = []
  for (const [index, reference] of references.entries()) {
    const smear = known[index]
    if (smear === undefined || smear === null || (parsed[index]?.smearDeclared && reference.smear === smear)) continue
    const what = `"${option}[${index}]": ${reference.host} is known to smear leap seconds ("${smear}")`
    if (parsed[index]?.smearDeclared) notes.push(`${what}, but is declared "${reference.smear}"`)
    else if (mixed)
      notes.push(`${what}; the others are not: on a leap day they will contradict each other. Use servers of one kind`)
    else notes.push(`${what}; taken as such. Declare "smear": "${smear}" to silence this note`)
  }
  const settled = mixed
    ? references
    : references.map((reference, index) => ({ ...reference, smear: taken[index] ?? 'none' }))
  return { references: settled, notes }
}
