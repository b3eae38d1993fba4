/** Options of alerts. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { decodeConfiguration, encodeConfiguration } from '../../lib/config/encode.js'
import { parseConfiguration } from '../../lib/config/parse.js'
import { readSecret } from '../../lib/config/secrets.js'
import { alertConditions } from '../../lib/config/types.js'

const configuration = (alerts: object) =>
  parseConfiguration(
    { references: ['192.0.2.1'], trail: 'trail', alerts },
    { base: '/srv/audit', source: 'ntp-auditor.json', hostName: 'pluto' },
  )
const parse = (alerts: object) => {
  const parsed = configuration(alerts).alerts
  if (!parsed) throw new Error('no alerts')
  return parsed
}
const mail = { kind: 'mail', server: 'smtp://mail.example.net', from: 'clock@example.net', to: ['ops@example.net'] }
const s = 1_000_000_000n

test('every kind of channel', () => {
  const { channels, queue, timeoutNs, warnNs } = parse({
    channels: [
      { ...mail, name: 'ops', user: 'ann', password: { env: 'SMTP_PASSWORD' } },
      { kind: 'webhook', url: 'https://hooks.example.net/x', secret: { file: 'hook.secret' } },
      { kind: 'command', command: ['notify-send', '{title}', '{text}'] },
      { kind: 'syslog' },
      { name: 'far', kind: 'syslog', server: 'tcp://[2001:db8::1]:6514', facility: 'local3' },
      { name: 'near', kind: 'syslog', server: 'udp://127.0.0.1' },
    ],
    warn: '25ms',
  })
  expect(channels).toEqual([
    {
      name: 'ops',
      kind: 'mail',
      host: 'mail.example.net',
      port: 587,
      tls: 'start',
      user: 'ann',
      password: { env: 'SMTP_PASSWORD' },
      from: 'clock@example.net',
      to: ['ops@example.net'],
    },
    {
      name: 'webhook',
      kind: 'webhook',
      url: 'https://hooks.example.net/x',
      secret: { file: '/srv/audit/hook.secret' },
    },
    { name: 'command', kind: 'command', command: ['notify-send', '{title}', '{text}'] },
    { name: 'syslog', kind: 'syslog', transport: 'unix', host: '', port: 0, path: '/dev/log', facility: 3 },
    { name: 'far', kind: 'syslog', transport: 'tcp', host: '2001:db8::1', port: 6514, path: '', facility: 19 },
    { name: 'near', kind: 'syslog', transport: 'udp', host: '127.0.0.1', port: 514, path: '', facility: 3 },
  ])
  expect({ queue, timeoutNs, warnNs }).toEqual({ queue: '/srv/audit/alerts', timeoutNs: 20n * s, warnNs: 25_000_000n })
})

test('mail is encrypted but on this computer itself', () => {
  const tls = (server: string) => parse({ channels: [{ ...mail, server }] }).channels[0]
  expect(tls('smtps://mail.example.net')).toMatchObject({ tls: 'implicit', port: 465 })
  expect(tls('smtp://127.0.0.1:2525')).toMatchObject({ tls: 'none', port: 2525 })
  expect(tls('smtp://127.example.net')).toMatchObject({ tls: 'start' })
})

test('every condition has a rule unless it is switched off; what is given replaces the default', () => {
  const all = parse({ channels: [mail] })
  expect(all.rules.map(({ condition }) => condition)).toEqual([...alertConditions])
  expect(all.rules.every(({ channels }) => channels.join() === 'mail')).toBe(true)
  const { rules } = parse({
    channels: [mail],
    repeat: '1h',
    rules: { 'clock-changed': false, 'no-reference': { after: '2m', severity: 'warning', channels: [] } },
  })
  expect(rules).toHaveLength(alertConditions.length - 1)
  expect(rules.find(({ condition }) => condition === 'no-reference')).toEqual({
    condition: 'no-reference',
    severity: 'warning',
    afterNs: 120n * s,
    clearNs: 600n * s,
    repeatNs: 3600n * s,
    channels: [],
  })
  expect(rules.find(({ condition }) => condition === 'not-proven')).toMatchObject({
    severity: 'warning',
    afterNs: 3600n * s,
  })
})

describe('refused, naming option, rule and value', () => {
  test.each<[object, string]>([
    [{ channels: mail }, '"alerts.channels" must be a list of channels'],
    [
      { channels: [{ kind: 'pigeon' }] },
      '"alerts.channels[0].kind" must be one of mail, webhook, command, syslog, got "pigeon"',
    ],
    [{ channels: [mail, mail] }, '"alerts.channels" must have names of their own, got "mail"'],
    [{ channels: [{ ...mail, name: 'a b' }] }, '"alerts.channels[0].name" must have up to 64 letters'],
    [{ channels: [{ ...mail, url: 'http://x/' }] }, '"alerts.channels[0].url" is an unknown option'],
    [{ channels: [{ ...mail, server: 'mail.example.net' }] }, '"alerts.channels[0].server" must be "smtp://HOST:PORT"'],
    [{ channels: [{ ...mail, to: [] }] }, '"alerts.channels[0].to" must be a list of addresses'],
    [{ channels: [{ ...mail, to: ['a@b', 'x\r\nBcc: y'] }] }, '"alerts.channels[0].to[1]" must be one line'],
    [{ channels: [{ ...mail, password: { env: 'A' } }] }, '"alerts.channels[0].password" needs "user"'],
    [{ channels: [{ kind: 'command' }] }, '"alerts.channels[0].command" is required'],
    [{ channels: [{ kind: 'syslog', server: 'udp://a/b' }] }, '"alerts.channels[0].server" must be "udp://HOST:PORT"'],
    [{ channels: [{ kind: 'syslog', facility: 'locale' }] }, '"alerts.channels[0].facility" must be one of kern'],
    [
      { rules: { 'clock-change': false } },
      '"alerts.rules.clock-change" is an unknown option; did you mean "clock-changed"?',
    ],
    [
      { rules: { 'disk-low': { severity: 'loud' } } },
      '"alerts.rules.disk-low.severity" must be "alert" or "warning", got "loud"',
    ],
    [
      { channels: [mail], rules: { 'disk-low': { channels: ['mial'] } } },
      'must name channels of "alerts.channels" (did you mean "mail"?), got "mial"',
    ],
    [{ chanels: [] }, 'did you mean "channels"?'],
  ])('%j', (alerts, message) => {
    expect(() => configuration(alerts)).toThrow(message)
  })

  test('a secret that was written down, without repeating it', () => {
    const secret = () => configuration({ channels: [{ ...mail, user: 'ann', password: 'hunter2' }] })
    expect(secret).toThrow('"alerts.channels[0].password" must be { "env": NAME } or { "file": PATH }')
    expect(secret).not.toThrow('hunter2')
    const address = () => configuration({ channels: [{ ...mail, server: 'smtp://ann:hunter2@mail.example.net' }] })
    expect(address).toThrow('"alerts.channels[0].server"')
    expect(address).not.toThrow('hunter2')
  })
})

test('what goes to the workers comes back equal', () => {
  for (const alerts of [{}, { channels: [mail], warn: '1ms' }]) {
    const before = configuration(alerts)
    expect(decodeConfiguration(encodeConfiguration(before))).toEqual(before)
  }
})

test('a secret is read where it is used; what is wrong with it is said without it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'secret-'))
  const file = join(folder, 's')
  writeFileSync(file, 'hunter2\n')
  expect(readSecret({ file })).toBe('hunter2')
  expect(readSecret({ env: 'A' }, { A: 'x' })).toBe('x')
  expect(() => readSecret({ env: 'A' }, {})).toThrow('the environment variable A is not set')
  writeFileSync(file, '\n')
  expect(() => readSecret({ file })).toThrow(`the file ${file} holds no secret`)
  rmSync(folder, { recursive: true })
  expect(() => readSecret({ file })).toThrow(`the secret in ${file} cannot be read (ENOENT)`)
})
