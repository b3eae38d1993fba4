/** The published schema says what the parser says, as far as a schema can. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { Ajv } from 'ajv'
import { schemaFile } from '../../lib/config/file.js'
import { parseConfiguration } from '../../lib/config/parse.js'
import { alertConditions } from '../../lib/config/types.js'

const schema = JSON.parse(readFileSync(schemaFile, 'utf8'))
const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema)
const least = { references: ['127.0.0.1'], trail: 'trail' }
const parses = (value: object): boolean => {
  try {
    parseConfiguration(value, { base: '/srv', hostName: 'pluto' })
    return true
  } catch {
    return false
  }
}

const mail = { kind: 'mail', server: 'smtp://mail.example.net', from: 'a@b', to: ['c@d'] }
const accepted: object[] = [
  {},
  { $schema: './schema.json' },
  { references: ['a.example.net:124', { host: '192.0.2.1', operator: 'X', smear: 'none' }, '[2001:db8::7]:123'] },
  { references: ['127.0.0.1'], interval: '1s', exchanges: 8, timeout: '0.5s', trustLocal: true },
  { witness: { period: '100ms', report: '5ms', maxRate: '1000ppm' }, driftBound: '20ppm', slewBound: '0ppm' },
  { identity: { organisation: 'M\u00fcller', asset: 'x', site: 'y', hostLabel: 'z' }, zone: 'Europe/Berlin' },
  { policy: { longestGap: '10m' }, longestGap: '5m', epoch: '30m', heartbeat: '30s', maxDistance: '1s' },
  { keys: 'k', genesis: 'g', tolerance: '50ms' },
  { nightly: {} },
  { nightly: null, alerts: null, receipts: null, profiles: null },
  { nightly: { at: '23:59', reports: ['day', 'quarter'], profiles: ['x'], formats: ['json'], out: 'o', print: false } },
  { nightly: { mail: ['x@y'] }, alerts: { channels: [mail] } },
  { print: { command: ['lp', '{file}'], timeout: '2m' }, nightly: { print: true } },
  { anchor: { every: '6h', tsa: 'https://tsa.example.net/', command: ['x'], timeout: '5s' } },
  { anchor: { tsa: { url: 'http://a/', certificates: 'p', policy: '1.2.3' }, command: null } },
  { anchor: { tsa: null } },
  { receipts: { what: 'changes', columns: 132, command: ['lp'], newline: 'crlf', timeout: '5s', state: 's' } },
  { receipts: { file: '/dev/lp0' } },
  { alerts: { channels: [{ ...mail, name: 'm', user: 'u', password: { env: 'P' }, to: 'x@y' }] } },
  { alerts: { channels: [{ kind: 'webhook', url: 'https://a/', secret: { file: 's' } }] } },
  {
    alerts: {
      channels: [
        { kind: 'command', command: ['x'] },
        { kind: 'syslog', server: 'udp://a', facility: 'ntp' },
      ],
    },
  },
  { alerts: { rules: { 'clock-changed': false, 'no-reference': { after: '2m', severity: 'warning', channels: [] } } } },
  { discipline: false },
  { discipline: { every: '1m' } },
  { alerts: { repeat: '1h', warn: '10ms', queue: 'q', timeout: '5s' } },
  { profiles: { ours: { tolerance: '50ms' } } },
]

const refused: object[] = [
  { references: [] },
  { references: 'time.example.net' },
  { references: ['a', 'b', 'c', 'd'] },
  { references: [5] },
  { references: [{ port: 123 }] },
  { references: [{ host: 'a', port: 0 }] },
  { references: [{ host: 'a', smear: 'Google' }] },
  { trail: '' },
  { trail: 5 },
  { trial: 'x' },
  { interval: 64 },
  { interval: '64' },
  { interval: '-1s' },
  { exchanges: 0 },
  { exchanges: 1.5 },
  { exchanges: '4' },
  { driftBound: '100' },
  { trustLocal: 'yes' },
  { trustLocal: null },
  { zone: '+01:00' },
  { zone: 1 },
  { witness: null },
  { witness: { perod: '1s' } },
  { identity: { asset: 'a\nb' } },
  { identity: { organization: 'x' } },
  { nightly: { at: '24:00' } },
  { nightly: { att: '00:10' } },
  { nightly: { reports: ['decade'] } },
  { nightly: { reports: [] } },
  { nightly: { profiles: [] } },
  { nightly: { formats: 'pdf' } },
  { nightly: 'daily' },
  { anchor: { tsa: 'ftp://a/' } },
  { anchor: { tsa: { url: 1 } } },
  { anchor: { tsa: { url: 'http://a/', policy: 'x' } } },
  { anchor: { command: 'mail' } },
  { anchor: { command: [] } },
  { anchor: { every: 'daily' } },
  { print: { command: [1] } },
  { receipts: { file: 'x', columns: 100 } },
  { receipts: { file: 'x', what: 'all' } },
  { discipline: true },
  { discipline: { evry: '1m' } },
  { alerts: { channels: {} } },
  { alerts: { channels: [{ kind: 'pigeon' }] } },
  { alerts: { channels: [{ ...mail, to: [] }] } },
  { alerts: { channels: [{ ...mail, password: 'secret' }] } },
  { alerts: { channels: [{ ...mail, url: 'https://a/' }] } },
  { alerts: { channels: [{ kind: 'command' }] } },
  { alerts: { channels: [{ kind: 'syslog', facility: 'nowhere' }] } },
  { alerts: { rules: { 'clock-canged': {} } } },
  { alerts: { rules: { 'clock-changed': { severity: 'panic' } } } },
  { alerts: { rules: { 'clock-changed': true } } },
  { profiles: 'finra' },
]

describe('both accept', () => {
  test.each(accepted.map((one) => [one]))('%j', (more) => {
    const whole = { ...least, ...more }
    expect(parses(whole)).toBe(true)
    validate(whole)
    expect(validate.errors ?? []).toEqual([])
  })
})

describe('both refuse', () => {
  test.each(refused.map((one) => [one]))('%j', (more) => {
    const whole = { ...least, ...more }
    expect(parses(whole)).toBe(false)
    expect(validate(whole)).toBe(false)
  })
})

test.each<[string, object]>([
  ['', {}],
  ['identity', {}],
  ['witness', {}],
  ['policy', {}],
  ['print', {}],
  ['anchor', {}],
  ['nightly', {}],
  ['receipts', { file: 'x' }],
  ['alerts', {}],
])('the options of "%s" are those that the parser knows', (path, more) => {
  const wrong = { ...more, qqqqqqqqqqqqqq: 1 }
  let message = ''
  try {
    parseConfiguration(path === '' ? { ...least, ...wrong } : { ...least, [path]: wrong }, { base: '/', hostName: 'p' })
  } catch (error) {
    message = (error as Error).message
  }
  const known = /the options here are (.*?), got 1$/.exec(message)?.[1]?.split(', ')
  const properties = path === '' ? schema.properties : schema.properties[path].properties
  expect(known?.sort()).toEqual(Object.keys(properties).sort())
})

test('every condition of an alert stands in it; the documentation shows a file that it accepts', () => {
  expect(Object.keys(schema.properties.alerts.properties.rules.properties).sort()).toEqual([...alertConditions].sort())
  const page = readFileSync(resolve(import.meta.dirname, '../../../docs/configuration.md'), 'utf8')
  const [, example = ''] = /```json\n(.*?)```/s.exec(page) ?? []
  expect(validate(JSON.parse(example))).toBe(true)
})
