/**
 * Options of alerts: whom to tell, of what, and when.
 * @module
 */
import { resolve } from 'node:path'
import { OptionRangeError, OptionTypeError } from '../errors.js'
import { checkText, Fields, nearest } from './fields.js'
import { parseSecret } from './secrets.js'
import { checkUrl, parseCommand } from './services.js'
import { type AlertCondition, type AlertConfig, type AlertRule, alertConditions, type ChannelConfig } from './types.js'
import { parseDuration } from './units.js'

/** Facilities of RFC 5424 section 6.2.1 by their usual names. */
const facilities = [
  'kern',
  'user',
  'mail',
  'daemon',
  'auth',
  'syslog',
  'lpr',
  'news',
  'uucp',
  'cron',
  'authpriv',
  'ftp',
  'ntp',
  'security',
  'console',
  'solaris-cron',
  'local0',
  'local1',
  'local2',
  'local3',
  'local4',
  'local5',
  'local6',
  'local7',
] as const

const minute = 60_000_000_000n
const hour = 60n * minute

/** `alert` demands a hand, `warning` an eye. What is not listed: `warning`, at once, all clear after ten minutes. */
const defaults: Readonly<Partial<Record<AlertCondition, Partial<AlertRule>>>> = {
  'out-of-tolerance': { severity: 'alert' },
  'clock-changed': { severity: 'alert', clearNs: hour },
  'no-reference': { severity: 'alert', afterNs: 10n * minute },
  'not-proven': { afterNs: hour },
  'references-disagree': { severity: 'alert', afterNs: 5n * minute },
  'reference-dissents': { afterNs: 15n * minute, clearNs: hour },
  'reference-unsynchronised': { afterNs: 15n * minute },
  'kiss-of-death': { clearNs: hour },
  'leap-announced': { repeatNs: 0n, clearNs: hour },
  'self-reference': { afterNs: 10n * minute },
  'trail-damaged': { severity: 'alert', clearNs: 24n * hour },
  'key-lost': { severity: 'alert' },
  'disk-low': { severity: 'alert' },
  'write-failed': { severity: 'alert' },
  'anchor-failed': { afterNs: hour },
  'time-service-stopped': { severity: 'alert', afterNs: minute },
  'time-service-changed': { clearNs: hour },
  'auditor-trouble': { clearNs: hour },
}

/**
 * `alerts { channels, rules, repeat, warn, queue, timeout }`; `null` where it is absent.
 * @throws {OptionTypeError | OptionRangeError} naming option, rule and received value
 */
export function parseAlerts(top: Fields, { base, trail }: { base: string; trail: string }): AlertConfig | null {
  const given = top.raw('alerts')
  if (given === undefined || given === null) return null
  const fields = top.inner('alerts', ['channels', 'rules', 'repeat', 'warn', 'queue', 'timeout'], {
    channel: 'channels',
    conditions: 'rules',
    warning: 'warn',
  })
  const listed = fields.raw('channels') ?? []
  if (!Array.isArray(listed)) throw new OptionTypeError(fields.at('channels'), 'must be a list of channels', listed)
  const channels = listed.map((one, index) => parseChannel(one, `${fields.at('channels')}[${index}]`, base))
  const names = channels.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new OptionRangeError(fields.at('channels'), 'must have names of their own', twice)
  const repeatNs = fields.duration('repeat', 6n * hour, { least: '0s', most: '30d' })
  const queue = fields.text('queue', null)
  return {
    channels,
    rules: parseRules(fields, names, repeatNs),
    warnNs: fields.has('warn') ? fields.duration('warn', 0n, { least: '1ns', most: '365d' }) : null,
    queue: queue === null ? resolve(trail, '..', 'alerts') : resolve(base, queue),
    timeoutNs: fields.duration('timeout', parseDuration('20s'), { least: '1s', most: '5m' }),
  }
}

function parseRules(alerts: Fields, channels: readonly string[], repeatNs: bigint): AlertConfig['rules'] {
  const fields = alerts.inner('rules', alertConditions)
  const rules: AlertRule[] = []
  for (const condition of alertConditions) {
    const value = fields.raw(condition)
    if (value === false) continue
    const usual = {
      severity: 'warning' as const,
      afterNs: 0n,
      clearNs: 10n * minute,
      repeatNs,
      ...defaults[condition],
    }
    const own = fields.inner(condition, ['severity', 'after', 'clear', 'repeat', 'channels'])
    const severity = own.text('severity', usual.severity)
    if (severity !== 'alert' && severity !== 'warning') {
      throw new OptionRangeError(own.at('severity'), 'must be "alert" or "warning"', severity)
    }
    rules.push({
      condition,
      severity,
      afterNs: own.duration('after', usual.afterNs, { least: '0s', most: '30d' }),
      clearNs: own.duration('clear', usual.clearNs, { least: '0s', most: '30d' }),
      repeatNs: own.duration('repeat', usual.repeatNs, { least: '0s', most: '30d' }),
      channels: channelsOf(own, channels),
    })
  }
  return rules
}

function channelsOf(own: Fields, channels: readonly string[]): readonly string[] {
  const value = own.raw('channels')
  if (value === undefined) return channels
  if (!Array.isArray(value)) throw new OptionTypeError(own.at('channels'), 'must be a list of names', value)
  for (const name of value) {
    if (channels.includes(name as string)) continue
    const near = typeof name === 'string' ? nearest(name, channels) : null
    const advice = near === null ? `(there are ${channels.join(', ') || 'none'})` : `(did you mean "${near}"?)`
    throw new OptionRangeError(own.at('channels'), `must name channels of "alerts.channels" ${advice}`, name)
  }
  return value as string[]
}

const kinds = {
  mail: ['server', 'user', 'password', 'from', 'to'],
  webhook: ['url', 'secret'],
  command: ['command'],
  syslog: ['server', 'facility'],
} as const

function parseChannel(value: unknown, path: string, base: string): ChannelConfig {
  const all = new Fields(value, path, ['name', 'kind', ...new Set(Object.values(kinds).flat())])
  const kind = all.raw('kind')
  if (typeof kind !== 'string' || !Object.hasOwn(kinds, kind)) {
    throw new OptionRangeError(all.at('kind'), `must be one of ${Object.keys(kinds).join(', ')}`, kind)
  }
  const fields = new Fields(value, path, ['name', 'kind', ...kinds[kind as keyof typeof kinds]])
  const name = fields.text('name', kind)
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) {
    throw new OptionRangeError(fields.at('name'), 'must have up to 64 letters, digits, dots, dashes', name)
  }
  if (kind === 'webhook') {
    const secret = parseSecret(fields.raw('secret'), fields.at('secret'), base)
    return { name, kind, url: checkUrl(fields.raw('url'), fields.at('url')), secret }
  }
  if (kind === 'command') {
    const command = parseCommand(fields.raw('command'), fields.at('command'))
    if (command === null) throw new OptionTypeError(fields.at('command'), 'is required: the program', undefined)
    return { name, kind, command }
  }
  return kind === 'mail' ? parseMail(name, fields, base) : parseSyslog(name, fields)
}

function parseMail(name: string, fields: Fields, base: string): ChannelConfig {
  const rule = 'must be "smtp://HOST:PORT" (STARTTLS; plain on loopback) or "smtps://HOST:PORT"'
  const url = addressOf(fields, rule, ['smtp:', 'smtps:'])
  const user = fields.text('user', null)
  const password = parseSecret(fields.raw('password'), fields.at('password'), base)
  if (password !== null && user === null) throw new OptionRangeError(fields.at('password'), 'needs "user"', undefined)
  const to = fields.raw('to')
  const list = typeof to === 'string' ? [to] : to
  if (!Array.isArray(list) || list.length === 0) {
    throw new OptionTypeError(fields.at('to'), 'must be a list of addresses', to)
  }
  const host = hostOf(url)
  const implicit = url.protocol === 'smtps:'
  return {
    name,
    kind: 'mail',
    host,
    port: url.port === '' ? (implicit ? 465 : 587) : Number(url.port),
    tls: implicit ? 'implicit' : /^(?:127(?:\.\d{1,3}){3}|::1|localhost)$/.test(host) ? 'none' : 'start',
    user,
    password,
    from: mailAddress(fields.raw('from'), fields.at('from')),
    to: list.map((one, index) => mailAddress(one, `${fields.at('to')}[${index}]`)),
  }
}

function mailAddress(value: unknown, option: string): string {
  const text = checkText(value, option)
  if (/^[^\s@<>",;]+@[^\s@<>",;]+$/.test(text)) return text
  throw new OptionRangeError(option, 'must be an address such as "ops@example.net"', value)
}

function parseSyslog(name: string, fields: Fields): ChannelConfig {
  const word = fields.text('facility', 'daemon')
  const facility = (facilities as readonly string[]).indexOf(word)
  if (facility < 0) throw new OptionRangeError(fields.at('facility'), `must be one of ${facilities.join(', ')}`, word)
  const given = fields.text('server', 'unix:/dev/log')
  const common = { name, kind: 'syslog', facility } as const
  if (/^unix:\/./.test(given)) return { ...common, transport: 'unix', host: '', port: 0, path: given.slice(5) }
  const rule = 'must be "udp://HOST:PORT", "tcp://HOST:PORT" or "unix:/dev/log"'
  const url = addressOf(fields, rule, ['udp:', 'tcp:'])
  const transport = url.protocol === 'udp:' ? 'udp' : 'tcp'
  const port = url.port === '' ? (transport === 'udp' ? 514 : 601) : Number(url.port)
  return { ...common, transport, host: hostOf(url), port, path: '' }
}

function addressOf(fields: Fields, rule: string, protocols: readonly string[]): URL {
  const value = fields.raw('server')
  if (typeof value !== 'string') throw new OptionTypeError(fields.at('server'), rule, value)
  const url = URL.canParse(value) ? new URL(value) : null
  const plain = url && url.username === '' && url.password === '' && /^\/?$/.test(url.pathname)
  if (!url || !plain || url.hostname === '' || !protocols.includes(url.protocol)) {
    throw new OptionRangeError(fields.at('server'), rule, value.replace(/\/\/[^/@]*@/, '//[...]@'))
  }
  return url
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '')
}
