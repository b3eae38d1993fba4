/** What records and problems say of the conditions that operators are told of. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { Observer } from '../../lib/alerts/observe.js'
import type { Sign } from '../../lib/alerts/types.js'
import { alertConditions } from '../../lib/config/types.js'
import type { TrailRecord } from '../../lib/trail/types.js'

const observer = new Observer({ warnNs: 20_000_000n })
const heard = (record: object): Sign[] => observer.heard({ seq: 5, ...record } as TrailRecord)
const on = (record: object) =>
  heard(record)
    .filter(({ state }) => state !== 'off')
    .map(({ condition, key, state }) => `${condition}${key === '' ? '' : ` ${key}`} ${state}`)
const off = (record: object) =>
  heard(record)
    .filter(({ state }) => state === 'off')
    .map(({ condition, key }) => `${condition}${key === '' ? '' : ` ${key}`}`)
const causes = (record: object) =>
  heard(record)
    .filter(({ state }) => state !== 'off')
    .map(({ cause }) => cause)

const good = { ok: true, server: 'a.example.net', stratum: 1, li: 0, offsetNs: '5000000' }
const sample = (change: object = {}, consensus: object = {}) => ({
  type: 'sample',
  verdict: 'PROVEN',
  cause: null,
  toleranceNs: '50000000',
  readings: { primary: good },
  ...change,
  consensus: { state: 'single', lowNs: '-1', highNs: '1', agree: ['primary'], dissent: [], ...consensus },
})

test('a good sample takes everything back that a sample can say', () => {
  expect(on(sample())).toEqual([])
  expect(off(sample()).sort()).toEqual(
    [
      'leap-announced primary',
      'near-tolerance',
      'no-reference',
      'not-proven',
      'out-of-tolerance',
      'reference-dissents primary',
      'reference-unsynchronised primary',
      'references-disagree',
      'self-reference',
      'write-failed',
    ].sort(),
  )
})

describe('a sample', () => {
  test('out of tolerance by its lower bound, near it by its lower bound, and neither by its upper one', () => {
    const range = (lowNs: string, highNs: string, verdict: string) => on(sample({ verdict }, { lowNs, highNs }))
    expect(range('51000000', '52000000', 'VIOLATED')).toEqual(['out-of-tolerance on', 'not-proven on'])
    expect(range('-31000000', '-30000000', 'PROVEN')).toEqual(['near-tolerance on'])
    expect(range('-60000000', '10000000', 'INDETERMINATE')).toEqual(['not-proven on'])
  })

  test('without a bound: silence is told from contradiction', () => {
    const none = { state: 'none', lowNs: null, highNs: null, agree: [] }
    const failed = {
      ok: false,
      server: 'b',
      stratum: null,
      li: null,
      error: { code: 'ERR_TIMEOUT', message: 'no answer' },
    }
    const silent = sample({ verdict: 'INDETERMINATE', cause: 'no-reference', readings: { primary: failed } }, none)
    expect(on(silent)).toEqual(['no-reference on', 'not-proven on'])
    expect(causes(silent)[0]).toBe('no reference gave a usable answer (primary b: no answer)')
    const readings = { primary: good, secondary: { ...good, server: 'b', offsetNs: '-2000000000' } }
    const conflict = sample({ verdict: 'INDETERMINATE', cause: 'conflict', readings }, { ...none, state: 'conflict' })
    expect(on(conflict)).toEqual(['references-disagree on', 'not-proven on'])
    expect(causes(conflict)[0]).toBe(
      'the references contradict one another: by them the clock is primary 5.000000 ms slow, secondary 2.000000000 s fast',
    )
    expect(on(sample({ verdict: 'INDETERMINATE', cause: 'self-reference' }, none))).toContain('self-reference on')
  })

  test('with a reference that dissents, is not synchronised, or announces a leap second', () => {
    const unsynchronised = {
      ok: false,
      server: 'b',
      stratum: 16,
      li: 3,
      error: { code: 'ERR_TEST_FAILED', message: 'm' },
    }
    const readings = { primary: { ...good, li: 1 }, secondary: good, tertiary: unsynchronised }
    expect(on(sample({ readings }, { dissent: ['secondary'] }))).toEqual([
      'leap-announced primary on',
      'reference-dissents secondary on',
      'reference-unsynchronised tertiary on',
    ])
  })
})

test.each<[object, string[]]>([
  [{ type: 'open', publicKey: '' }, ['key-lost on']],
  [{ type: 'open', publicKey: 'ab' }, []],
  [{ type: 'gap', cause: 'write-failed' }, ['write-failed lost event']],
  [{ type: 'gap', cause: 'suspend' }, []],
  [{ type: 'reference', role: 'primary', server: 'a', what: 'kiss', after: 'DENY' }, ['kiss-of-death primary event']],
  [{ type: 'reference', role: 'primary', server: 'a', what: 'stratum', after: '2' }, []],
  [{ type: 'recover', finding: 'damaged', message: 'm' }, ['trail-damaged event']],
  [{ type: 'recover', finding: 'torn', message: 'm' }, []],
  [{ type: 'anchor', ok: false, keeper: 'k', message: 'm' }, ['anchor-failed k on']],
  [{ type: 'print', ok: false, file: 'f', message: 'm' }, ['print-failed on']],
  [{ type: 'report', intact: 'false', message: 'm' }, ['trail-damaged verify on']],
  [{ type: 'heartbeat' }, []],
])('%j', (record, expected) => {
  expect(on(record)).toEqual(expected)
})

test('a clock change is told but for a leap second; slews are kept apart from sets', () => {
  const change = (kind: string) => ({
    type: 'clock-change',
    class: kind,
    by: 'unknown',
    size: { lowNs: '0', highNs: '0' },
    wallBefore: 'b',
    wallAfter: 'a',
  })
  expect(on(change('leap'))).toEqual([])
  expect(on(change('slew'))).toEqual(['clock-changed slew event'])
  expect(on(change('step'))).toEqual(['clock-changed set event'])
  expect(causes(change('unknown'))).toEqual(['the clock was touched (unknown); it showed b before and a after'])
})

test('what sets the clock: stopped, without sources, or changed by somebody', () => {
  const discipline = (change: object) => ({
    type: 'discipline',
    service: 'w32time',
    running: true,
    synchronised: true,
    sources: ['time.example.net'],
    settings: ['NtpServer=time.example.net,0x1'],
    changed: [],
    ...change,
  })
  expect(on(discipline({}))).toEqual([])
  expect(on(discipline({ running: false }))).toEqual(['time-service-stopped on'])
  expect(on(discipline({ service: 'none', running: null }))).toEqual(['time-service-stopped on'])
  expect(on(discipline({ synchronised: false }))).toEqual(['time-service-stopped on'])
  expect(causes(discipline({ changed: ['settings', 'kernel'] }))).toEqual([
    'w32time: settings changed; now NtpServer=time.example.net,0x1, time.example.net',
  ])
})

test('problems of the auditor', () => {
  const told = (code: string) =>
    observer.problem(code, 'm').map(({ condition, state, cause }) => `${condition} ${state} ${cause}`)
  expect(told('ERR_TRAIL_WRITE')).toEqual(['write-failed on m'])
  expect(told('ERR_DISK_SPACE')).toEqual(['disk-low on m'])
  expect(told('ERR_UNSEALED')).toEqual(['key-lost on m'])
  expect(told('ERR_WORKER')).toEqual(['auditor-trouble event m'])
  expect(told('ERR_ANCHOR')).toEqual([])
  expect(observer.silent(600_000_000_000n).map(({ condition, cause }) => `${condition} ${cause}`)).toEqual([
    'no-reference no sample was recorded for 600 s',
    'not-proven no sample was recorded for 600 s',
  ])
})

test('every condition is described for operators', () => {
  const text = readFileSync(resolve(import.meta.dirname, '../../../docs/alerts.md'), 'utf8')
  const described = [...text.matchAll(/^\| `([a-z-]+)` \|/gm)].map((match) => match[1])
  expect(described).toEqual([...alertConditions])
})
