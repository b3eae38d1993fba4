import { describe, expect, test } from '@jest/globals'
import { recordText } from '../../lib/cli/record-text.js'
import { encodeSample } from '../../lib/trail/encode.js'
import { checkRecord } from '../../lib/trail/record.js'
import { openDraft, TrailBuilder } from '../support/trail-builder.js'
import { sample } from './fixtures.js'

const stamp = new TrailBuilder().stamp()
const place = { seq: 2, prev: 'a'.repeat(64), ...stamp }
const bodies = {
  open: {
    ...openDraft,
    segment: 1,
    label: '2026-03-03',
    zone: 'UTC',
    lock: 'file',
    syncsFolders: true,
    afterCrash: false,
    supersedes: null,
  },
  sample: encodeSample(sample, { ratePpb: 1n, resolutionNs: 1n }),
  'clock-change': {
    type: 'clock-change',
    earliestNs: '1',
    latestNs: '2',
    size: { lowNs: '-2', highNs: '-1' },
    class: 'step',
    by: 'unknown',
    seen: 'divergence',
    wallBefore: stamp.wall,
    wallAfter: stamp.wall,
  },
  gap: {
    type: 'gap',
    fromNs: null,
    toNs: '5',
    wallFrom: stamp.wall,
    wallTo: stamp.wall,
    cause: 'boot',
    breaks: 'mono',
  },
  heartbeat: { type: 'heartbeat' },
  reference: { type: 'reference', role: 'primary', server: 'a', what: 'stratum', before: '1', after: '2' },
  note: { type: 'note', on: 1, text: 'x', by: 'y' },
  imported: {
    type: 'imported',
    on: 1,
    source: 'windows-security',
    event: '4616',
    eventId: '184467',
    firstHand: false,
    at: stamp.wall,
    wallBefore: stamp.wall,
    wallAfter: null,
    account: 'DESK\\ann',
    program: 'C:\\Windows\\System32\\rundll32.exe',
    text: 'The system time was changed.',
    sha256: 'c'.repeat(64),
  },
  anchor: {
    type: 'anchor',
    ok: true,
    kind: 'rfc3161',
    checkpoint: 'seals/2026/11/000000002.checkpoint',
    size: 40,
    sha256: 'c'.repeat(64),
    keeper: 'http://tsa.example.net/',
    at: stamp.wall,
    token: { path: 'seals/2026/11/000000002.tsr', sha256: 'd'.repeat(64) },
    message: 'granted',
  },
  print: {
    type: 'print',
    ok: false,
    file: 'day.pdf',
    bytes: 7,
    sha256: 'c'.repeat(64),
    command: ['lp', '-d', 'audit', 'day.pdf'],
    message: 'lp: no such printer',
  },
  report: {
    type: 'report',
    period: '2026-11-21 (day)',
    from: stamp.wall,
    to: stamp.wall,
    profile: 'custom',
    toleranceNs: '50000000',
    met: 'not-proven',
    asOf: 12,
    files: [{ name: 'day.pdf', bytes: 7, sha256: 'c'.repeat(64) }],
    intact: 'true',
    message: '',
  },
  alert: {
    type: 'alert',
    condition: 'clock-changed',
    state: 'raised',
    severity: 'alert',
    on: 9,
    cause: 'the clock was moved',
    next: 'find out by whom',
    channels: [{ name: 'mail', state: 'queued', message: 'refused' }],
  },
  config: { type: 'config', oldDigest: 'a', newDigest: 'b', keys: ['interval'], configuration: { interval: '64s' } },
  discipline: {
    type: 'discipline',
    service: 'chronyd',
    running: true,
    synchronised: false,
    sources: ['192.0.2.1'],
    settings: ['makestep 1 3'],
    kernel: { maxErrorNs: '16000000000', frequencyPpb: -12, status: 64 },
    changed: ['synchronised'],
  },
  recover: {
    type: 'recover',
    finding: 'torn',
    segment: 1,
    offset: 0,
    bytes: 1,
    sha256: 'b'.repeat(64),
    quarantine: null,
    message: 'm',
  },
  close: {
    type: 'close',
    epoch: 1,
    firstSeq: 1,
    count: 2,
    previousCheckpoint: '',
    nextKey: '',
    final: true,
    reason: 'stop',
  },
} as const

/** A copy with one field replaced: `a.b.c`; `undefined` takes it away. */
function without(value: object, path: string, put?: unknown): object {
  const copy = structuredClone(value) as Record<string, unknown>
  const keys = path.split('.')
  let at = copy
  for (const key of keys.slice(0, -1)) at = at[key] as Record<string, unknown>
  const last = keys.at(-1) ?? ''
  if (put === undefined) delete at[last]
  else at[last] = put
  return copy
}

function paths(value: object, under = ''): string[] {
  return Object.entries(value).flatMap(([key, entry]) => {
    const path = under === '' ? key : `${under}.${key}`
    const inside = typeof entry === 'object' && entry !== null && !Array.isArray(entry) && key !== 'configuration'
    return [path, ...(inside ? paths(entry, path) : [])]
  })
}

describe.each(Object.entries(bodies))('a record of type %s', (_, body) => {
  const record = { ...place, ...body }

  test('is accepted as it is', () => {
    expect(checkRecord(record)).toBe(record)
  })

  test('lacks none of its fields', () => {
    const optional = /^readings\.(primary|secondary|tertiary)$/
    for (const path of paths(record).filter((one) => !optional.test(one))) {
      const broken = without(record, path)
      if (path === 'type') expect(() => checkRecord(broken)).toThrow('"type" is missing')
      else expect(() => checkRecord(broken)).toThrow(TypeError)
    }
  })

  test('has none of its fields of another kind', () => {
    for (const path of paths(record).filter((one) => one !== 'type')) {
      expect(() => checkRecord(without(record, path, Symbol.iterator))).toThrow(TypeError)
    }
  })

  test('may say more than is known here', () => {
    const more = { ...record, novelty: { a: 1 } }
    expect(checkRecord(more)).toBe(more)
  })
})

test('a type that is not known here needs its clock fields only', () => {
  const record = { ...place, type: 'newer', tsa: 'x' }
  expect(checkRecord(record)).toBe(record)
  expect(() => checkRecord(without(record, 'd'))).toThrow('"d" is missing')
})

test.each([
  ['seq', 0, '"seq" must be a whole number from 1 to 9007199254740991'],
  ['prev', 'A'.repeat(64), '"prev" must be 64 lower-case hexadecimal digits'],
  ['wall', '2026-02-30T00:00:00.000000000Z', '"wall" must be an instant like 2026-03-03T14:02:00.000000000Z'],
  ['wall', '2026-02-28T00:00:00Z', '"wall" must be an instant like 2026-03-03T14:02:00.000000000Z'],
  ['monoNs', '01', '"monoNs" must be whole nanoseconds as a decimal string'],
  ['monoNs', '-0', '"monoNs" must be whole nanoseconds as a decimal string'],
  ['d.lowNs', '1e3', '"d.lowNs" must be whole nanoseconds as a decimal string'],
  ['d', { lowNs: '10', highNs: '9' }, '"d" must not be empty: lowNs is above highNs'],
  ['d', { lowNs: '-9', highNs: '-10' }, '"d" must not be empty: lowNs is above highNs'],
  ['d', { lowNs: '1', highNs: '-1' }, '"d" must not be empty: lowNs is above highNs'],
  ['since.notice', 'perhaps', '"since.notice" must be one of none, seen, absent'],
  ['since.small.count', -1, '"since.small.count" must be a whole number from 0 to 9007199254740991'],
])('names the field at fault: %s = %j', (path, value, message) => {
  expect(() => checkRecord(without({ ...place, type: 'heartbeat' }, path, value))).toThrow(new TypeError(message))
})

test.each([
  ['2024-02-29T00:00:00.000000000Z', true],
  ['2026-02-29T00:00:00.000000000Z', false],
  ['2026-04-31T00:00:00.000000000Z', false],
  ['2026-12-31T23:59:59.999999999Z', true],
  ['2026-12-31T23:59:60.000000000Z', false],
  ['2026-12-31T24:00:00.000000000Z', false],
])('the instant %s exists: %s', (wall, exists) => {
  const record = { ...place, type: 'heartbeat', wall }
  if (exists) expect(checkRecord(record)).toBe(record)
  else expect(() => checkRecord(record)).toThrow('"wall" must be an instant')
})

test.each([
  ['-10', '-9'],
  ['-1', '1'],
  ['0', '0'],
  ['9', '10'],
  ['-1', '0'],
])('an interval from %s to %s is one', (lowNs, highNs) => {
  const record = { ...place, type: 'heartbeat', d: { lowNs, highNs } }
  expect(checkRecord(record)).toBe(record)
})

test.each(['clock-change', 'gap'] as const)('what stood before a %s may be absent, but not wrong', (type) => {
  const before = { d: { lowNs: '0', highNs: '1' }, chord: { lowNs: '0', highNs: '0' } }
  const record = { ...place, ...bodies[type], before }
  expect(checkRecord(record)).toBe(record)
  expect(() => checkRecord(without(record, 'before.chord.lowNs', 0))).toThrow('"before.chord.lowNs" must be whole')
  expect(() => checkRecord({ ...record, before: null })).toThrow('"before" must be an object')
})

test('names a field deep in a reading', () => {
  const record = { ...place, ...bodies.sample }
  expect(() => checkRecord(without(record, 'readings.primary.t1', 'xyz'))).toThrow(
    '"readings.primary.t1" must be 16 lower-case hexadecimal digits',
  )
  expect(() => checkRecord(without(record, 'readings.fourth', {}))).toThrow('"readings.fourth" is none of primary')
  expect(() => checkRecord(without(record, 'consensus.agree', ['primary', 'x']))).toThrow('"consensus.agree.1"')
})

test('what is no object is no record', () => {
  for (const value of [null, 1, 'x', [], true]) expect(() => checkRecord(value)).toThrow('the record must be an object')
})

test('what somebody else observed can never be called first-hand', () => {
  const imported = { ...place, ...bodies.imported }
  expect(() => checkRecord({ ...imported, firstHand: true })).toThrow('"firstHand" must be false')
  expect(recordText(checkRecord(imported), { columns: 132, ascii: false })).toContain(
    'SECOND-HAND on 1, windows-security 4616: DESK\\ann with ',
  )
})

test('what the services of the auditor wrote is told in words', () => {
  const told = (body: object) =>
    recordText(checkRecord({ ...place, ...body }), { columns: 132, ascii: false })
      .split('\n')
      .map((line) => line.trim())
  expect(told(bodies.anchor)[0]).toContain('anchor rfc3161: seals/2026/11/000000002.checkpoint of 40 records kept by')
  expect(told(bodies.anchor)[1]).toBe('http://tsa.example.net/ at 2026-03-03T10:00:00.000000000Z')
  expect(told({ ...bodies.anchor, ok: false, token: null })[0]).toContain('NOT KEPT by')
  expect(told(bodies.print)).toContain('lp: no such printer')
  expect(told(bodies.report)[0]).toContain('report of 2026-11-21 (day) under custom: policy not-proven, trail intact')
  expect(told(bodies.alert)[0]).toContain('ALERT clock-changed raised on 9: the clock was moved')
  expect(told(bodies.alert)).toContain('next: find out by whom')
  expect(told(bodies.config)[0]).toContain('configuration changed: interval')
  expect(told(bodies.discipline)[0]).toContain('clock set by chronyd, running, NOT SYNCHRONISED; changed: synchronised')
})
