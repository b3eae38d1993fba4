import { describe, expect, test } from '@jest/globals'
import { nearest } from '../../lib/config/fields.js'
import { parseConfiguration } from '../../lib/config/parse.js'
import { OptionRangeError, OptionTypeError } from '../../lib/errors.js'

const least = { references: ['time.example.net'], trail: './audit-trail' }
const at = { base: '/srv/audit', hostName: 'pluto' }
const parse = (more: object) => parseConfiguration({ ...least, ...more }, at)

test('every default', () => {
  expect(parseConfiguration(least, at)).toEqual({
    references: [{ host: 'time.example.net', port: 123, operator: null, traceableTo: null, smear: 'none' }],
    trustLocal: false,
    trail: '/srv/audit/audit-trail',
    keys: '/srv/audit/audit-trail.keys',
    genesis: null,
    identity: { organisation: '', asset: '', site: '', hostLabel: 'pluto' },
    intervalNs: 64_000_000_000n,
    exchanges: 1,
    timeoutNs: 2_000_000_000n,
    maxDistanceNs: 3_000_000_000n,
    toleranceNs: 1_000_000_000n,
    driftPpb: 100_000n,
    slewPpb: 500_000n,
    longestGapNs: 256_000_000_000n,
    witness: { periodNs: 250_000_000n, reportNs: 1_000_000n, maxRatePpb: 500_000n },
    epochNs: 3_600_000_000_000n,
    heartbeatNs: 60_000_000_000n,
    compressAfterNs: 2_592_000_000_000_000n,
    zone: 'UTC',
    policy: { longestGapNs: 3_600_000_000_000n },
    anchor: { everyNs: 86_400_000_000_000n, tsa: null, command: null, timeoutNs: 30_000_000_000n },
    print: { command: null, timeoutNs: 60_000_000_000n },
    receipts: null,
    nightly: null,
    discipline: { everyNs: 300_000_000_000n },
    alerts: null,
    profiles: null,
    notes: [],
  })
})

test('every option given', () => {
  const full = parse({
    $schema: 'https://example.net/ntp-auditor.schema.json',
    trustLocal: true,
    keys: '/etc/keys',
    genesis: 'genesis.vkey',
    identity: { organisation: 'Beispiel GmbH', asset: 'A-17', site: 'M\u00fcnchen', hostLabel: 'edge' },
    interval: '2m',
    exchanges: 4,
    timeout: '1500ms',
    maxDistance: '1s',
    tolerance: '50ms',
    driftBound: '20ppm',
    slewBound: '0ppm',
    longestGap: '5m',
    witness: { period: '100ms', report: '5ms', maxRate: '1000ppm' },
    epoch: '30m',
    heartbeat: '30s',
    zone: 'Europe/Berlin',
    policy: { longestGap: '10m' },
  })
  expect(full).toMatchObject({
    trustLocal: true,
    keys: '/etc/keys',
    genesis: '/srv/audit/genesis.vkey',
    identity: { organisation: 'Beispiel GmbH', asset: 'A-17', site: 'M\u00fcnchen', hostLabel: 'edge' },
    intervalNs: 120_000_000_000n,
    exchanges: 4,
    timeoutNs: 1_500_000_000n,
    maxDistanceNs: 1_000_000_000n,
    toleranceNs: 50_000_000n,
    driftPpb: 20_000n,
    slewPpb: 0n,
    longestGapNs: 300_000_000_000n,
    witness: { periodNs: 100_000_000n, reportNs: 5_000_000n, maxRatePpb: 1_000_000n },
    epochNs: 1_800_000_000_000n,
    heartbeatNs: 30_000_000_000n,
    zone: 'Europe/Berlin',
    policy: { longestGapNs: 600_000_000_000n },
    notes: [],
  })
})

describe('folders', () => {
  test('keys lie beside the trail, for a file beside the file', () => {
    const elsewhere = { ...least, trail: '/var/lib/audit/trail' }
    expect(parseConfiguration(elsewhere, at).keys).toBe('/var/lib/audit/trail.keys')
    expect(parseConfiguration(elsewhere, { ...at, source: 'ntp-auditor.json' }).keys).toBe('/srv/audit/keys')
  })

  test('a trail is required, but not for one sample', () => {
    const { trail: _, ...none } = least
    expect(() => parseConfiguration(none, at)).toThrow('"trail" is required: the folder of the audit trail')
    expect(parseConfiguration(none, { ...at, trail: 'optional' }).trail).toBe('/srv/audit/audit-trail')
    expect(() => parseConfiguration({ ...least, trail: '' }, at)).toThrow('"trail" must be one line')
    expect(() => parseConfiguration({ ...least, trail: 5 }, { ...at, trail: 'optional' })).toThrow(
      '"trail" must be text',
    )
  })
})

describe('refused', () => {
  test.each([
    [{ reference: ['a'] }, '"reference" is an unknown option; did you mean "references"?, got ["a"]'],
    [{ servers: ['a'] }, '"servers" is an unknown option; did you mean "references"?'],
    [{ Interval: '64s' }, 'did you mean "interval"?'],
    [{ intreval: '64s' }, 'did you mean "interval"?'],
    [{ timezone: 'UTC' }, 'did you mean "zone"?'],
    [{ xyzzy: 1 }, '"xyzzy" is an unknown option; the options here are $schema, references,'],
    [{ witness: { perod: '1s' } }, '"witness.perod" is an unknown option; did you mean "period"?'],
    [{ witness: null }, '"witness" must be an object with the options period, report, maxRate, got null'],
    [{ interval: 64 }, 'write "64s", got 64'],
    [
      { interval: '15999ms' },
      '"interval" must be at least 16s unless every reference is a loopback or private address',
    ],
    [
      { exchanges: 5 },
      '"interval" must be at least 80s with 5 exchanges a sample unless every reference is a loopback',
    ],
    [{ interval: '8d' }, '"interval" must be from 10ms to 7d, got "8d"'],
    [{ exchanges: 0 }, '"exchanges" must be a whole number from 1 to 8, got 0'],
    [{ exchanges: 1.5 }, '"exchanges" must be a whole number'],
    [{ exchanges: '4' }, '"exchanges" must be a whole number'],
    [{ timeout: '61s' }, '"timeout" must be from 10ms to 60s'],
    [{ interval: '16s', timeout: '17s' }, '"timeout" must not exceed the interval (16s), got "17s"'],
    [{ tolerance: '0s' }, '"tolerance" must be from 1ns to 365d, got "0s"'],
    [{ driftBound: '0ppm' }, '"driftBound" must be from 1ppb to 10000ppm, got "0ppm"'],
    [{ slewBound: '100001ppm' }, '"slewBound" must be from 0ppm to 100000ppm'],
    [{ longestGap: '63s' }, '"longestGap" must be at least the interval (64s), got "63s"'],
    [{ witness: { period: '9ms' } }, '"witness.period" must be from 10ms to 10s, got "9ms"'],
    [{ witness: { period: '11s' } }, '"witness.period" must be from 10ms to 10s'],
    [{ witness: { report: '999ns' } }, '"witness.report" must be from 1us to 60s'],
    [{ witness: { maxRate: '999ppb' } }, '"witness.maxRate" must be from 1ppm to 100000ppm'],
    [{ trustLocal: 'yes' }, '"trustLocal" must be true or false, got "yes"'],
    [{ trustLocal: null }, '"trustLocal" must be true or false, got null'],
    [{ zone: 'Mars/Olympus' }, '"zone" must be an IANA time zone such as "UTC" or "Europe/Berlin", got "Mars/Olympus"'],
    [{ zone: '+01:00' }, '"zone" must be an IANA time zone'],
    [{ zone: '' }, '"zone" must be an IANA time zone'],
    [{ zone: 1 }, '"zone" must be an IANA time zone'],
    [{ identity: { asset: 'a\nb' } }, '"identity.asset" must be one line of 1 to 200 characters'],
    [{ identity: { asset: '\ud800' } }, '"identity.asset" must be one line'],
    [{ identity: { organization: 'x' } }, 'did you mean "organisation"?'],
    [{ nightly: { att: '00:10' } }, '"nightly.att" is an unknown option; did you mean "at"?'],
    [{ nightly: { at: '24:00' } }, '"nightly.at" must be a time of day such as "00:10", got "24:00"'],
    [{ discipline: { every: '1s' } }, '"discipline.every" must be from 10s to 1d, got "1s"'],
    [{ discipline: true }, '"discipline" must be an object with the options every, got true'],
    [{ anchor: { every: 'daily' } }, '"anchor.every" must be a duration'],
    [{ profiles: { level: 0.5 } }, '"profiles.level" must be a whole number'],
    [{ profiles: 'finra' }, '"profiles" must be an object'],
  ])('%j', (more, message) => {
    expect(() => parse(more)).toThrow(message)
  })

  test('with a code, the option, the rule and the value', () => {
    let caught: unknown
    try {
      parse({ tolerance: '0s' })
    } catch (error) {
      caught = error
    }
    expect(caught).toBeInstanceOf(OptionRangeError)
    expect(caught).toMatchObject({
      code: 'ERR_OPTION',
      option: 'tolerance',
      rule: 'must be from 1ns to 365d',
      received: '0s',
    })
    expect(() => parse({ tolerance: 5 })).toThrow(OptionTypeError)
    expect(() => parseConfiguration(null, at)).toThrow('"configuration" must be an object')
  })

  test('a file is named', () => {
    expect(() => parseConfiguration({ ...least, exchanges: 9 }, { ...at, source: 'ntp-auditor.json' })).toThrow(
      /^ntp-auditor\.json: "exchanges" must be a whole number from 1 to 8, got 9$/,
    )
  })
})

test('short intervals are for loopback and private addresses', () => {
  const near = parse({ references: ['127.0.0.1:1', '[fd00::1]:1', '10.0.0.1'], interval: '1s' })
  expect(near).toMatchObject({ intervalNs: 1_000_000_000n, timeoutNs: 1_000_000_000n, longestGapNs: 4_000_000_000n })
  expect(() => parse({ references: ['127.0.0.1', 'time.example.net'], interval: '1s' })).toThrow(
    '"time.example.net" is not',
  )
  expect(parse({ interval: '16s' }).intervalNs).toBe(16_000_000_000n)
  expect(parse({ interval: '128s', exchanges: 8 }).exchanges).toBe(8)
  expect(parse({ references: ['127.0.0.1'], interval: '1s', exchanges: 8 }).exchanges).toBe(8)
})

test('limits are inside', () => {
  const label = 'x'.repeat(200)
  expect(parse({ longestGap: '64s', timeout: '60s', identity: { hostLabel: label } })).toMatchObject({
    longestGapNs: 64_000_000_000n,
    timeoutNs: 60_000_000_000n,
    identity: { hostLabel: label },
  })
  expect(() => parse({ identity: { hostLabel: `${label}x` } })).toThrow('1 to 200 characters')
})

test('minus zero, which a trail cannot hold, becomes zero', () => {
  expect(Object.is(parse({ profiles: [-0] }).profiles, null)).toBe(false)
  expect(Object.is((parse({ profiles: [-0] }).profiles as number[])[0], 0)).toBe(true)
})

test.each([
  ['ba', ['ab'], 'ab'],
  ['intreval', ['interval', 'zone'], 'interval'],
  ['TRAIL', ['trail'], 'trail'],
  ['x', ['y'], null],
  ['completely', ['zone'], null],
])('nearest to %s of %j is %s', (name, known, found) => {
  expect(nearest(name, known)).toBe(found)
})

test('profiles of the operator are kept as they are, for the reports to judge', () => {
  const { profiles, notes } = parse({ profiles: [{ id: 'ours' }] })
  expect({ profiles, notes }).toEqual({ profiles: [{ id: 'ours' }], notes: [] })
})
