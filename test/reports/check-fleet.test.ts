import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { formatInstant } from '../../lib/instant.js'
import { checkExitCode, checkReport } from '../../reports/check.js'
import { checkFile } from '../../reports/check-file.js'
import { checkFleet, type FleetCheckDocument } from '../../reports/check-fleet.js'
import { buildFleet, type FleetResult, type FleetRow } from '../../reports/fleet.js'
import { drawFleet } from '../../reports/pdf/fleet.js'
import { renderReport } from '../../reports/render.js'
import { type RenderedFleet, renderFleet } from '../../reports/render-fleet.js'
import type { ReportResult } from '../../reports/types.js'
import { TrailBuilder } from '../support/trail-builder.js'

let folder: string
let rendered: RenderedFleet
const builders = new Map<string, TrailBuilder>()
const nowNs = 1_900_000_000_000_000_000n
const common = { from: '2026-03-03T09:55:00Z', to: '2026-03-03T11:00:00Z', index: ':memory:', nowNs }

/** A morning of a computer; `off` seconds wrong for half an hour of it. */
function host(name: string, off = 0, where = name, origin = `example/${name}`): string {
  const trail = new TrailBuilder({
    utc: '2026-03-03T09:50:00.000000000Z',
    folder: join(folder, where),
    open: { host: name, origin },
  })
  builders.set(where, trail)
  trail.open()
  while (formatInstant(trail.utcNs) < '2026-03-03T11:11:00') {
    const hour = formatInstant(trail.utcNs).slice(11, 19)
    if (off !== 0 && (hour === '10:00:00' || hour === '10:30:00')) {
      const by = hour === '10:00:00' ? off : -off
      trail.set(by).change(by)
      trail.sample({ state: 'agreed', width: 0.004, triggered: true })
    }
    trail.sample({ state: 'agreed', width: 0.004 })
    trail.advance(300)
  }
  return trail.folder
}

const trailsOf = (...names: string[]) => names.map((name) => join(folder, name))
const all = ['b-good', 'a-bad', 'c-good']

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'check-fleet-'))
  host('a-bad', 3)
  host('b-good')
  host('c-good')
  rendered = await renderFleet({
    ...{ ...common, trails: trailsOf(...all), profile: 'finra-50ms', warning: '10ms', paper: 'letter' },
    ...{ formats: ['pdf', 'csv', 'json'], out: join(folder, 'out') },
  })
})
afterAll(() => rmSync(folder, { recursive: true }))

const pathOf = (suffix: string) => {
  const found = rendered.files.find(({ name }) => name.startsWith('fleet_') && name.endsWith(suffix))
  if (!found) throw new Error(`no file ends with ${suffix}`)
  return found.path
}
const check = (file: string, ...names: string[]) =>
  checkFleet({ file, trails: trailsOf(...(names.length > 0 ? names : all)), index: ':memory:' })
const places = ({ result }: FleetCheckDocument) => result.differences.map(({ host: whose, path }) => [whose, path])

type Writable<T> = { -readonly [key in keyof T]: T[key] }
type Forged = Omit<Writable<FleetResult>, 'hosts' | 'reports'> & {
  hosts: Writable<FleetRow>[]
  reports: Writable<ReportResult>[]
}

const digits = (body: object) => createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, 12)

/** Gives a forged document the ids that it must have: a forger knows how. */
function sign(result: Forged): void {
  for (const [i, report] of result.reports.entries()) {
    const { id: _, files: __, ...body } = report
    report.id = digits(body)
    const row = result.hosts[i]
    if (row) row.report = report.id
  }
  const { id: _, reports: __, files: ___, ...body } = result
  result.id = digits(body)
}

/** The JSON with something changed, and with right ids. */
function forged(change: (result: Forged) => void, ids = true): string {
  const result = JSON.parse(readFileSync(pathOf('.json'), 'utf8')) as Forged
  change(result)
  if (ids) sign(result)
  const path = join(folder, 'forged.json')
  writeFileSync(path, `${JSON.stringify(result, null, 2)}\n`)
  return path
}

describe('the report of a fleet as it was made', () => {
  test.each(['.pdf', '.json'])('%s: the trails say the same, and draw the same', async (suffix) => {
    const document = await check(pathOf(suffix))
    expect(document.result).toEqual({ state: 'same', reason: null, differences: [] })
    expect(document.page).toEqual({ state: 'same', reason: null })
    expect(document.others).toEqual([])
    expect(document.hosts.map(({ host: name, trail, state, reason }) => [name, trail, state, reason])).toEqual([
      ['a-bad', join(folder, 'a-bad'), 'same', null],
      ['b-good', join(folder, 'b-good'), 'same', null],
      ['c-good', join(folder, 'c-good'), 'same', null],
    ])
    // Ten files of each computer, and the table of all.
    expect(document.files.map(({ state }) => state)).toEqual(Array(37).fill('same'))
    expect(checkExitCode(document)).toBe(0)
  })

  test('is the same as it was printed to a program, of one computer, and when a trail has grown', async () => {
    const { result } = await renderFleet({ ...common, trails: trailsOf('b-good') })
    const file = join(folder, 'printed.json')
    writeFileSync(file, `${JSON.stringify(result)}\n`)
    const grown = builders.get('b-good')
    grown?.advance(600)
    grown?.set(5).change(5)
    grown?.sample({ state: 'agreed', triggered: true })
    const document = await check(file, 'b-good')
    expect([document.result.state, document.page.state, checkExitCode(document)]).toEqual(['same', 'same', 0])
  })

  test('by another version: its result is compared, its page is left to that version', async () => {
    const file = forged((result) => {
      result.tool = 'ntp-auditor 0.0.9'
      for (const report of result.reports) report.tool = 'ntp-auditor 0.0.9'
    })
    const document = await check(file)
    expect(document.result).toEqual({ state: 'same', reason: null, differences: [] })
    expect(document.page).toEqual({ state: 'not-compared', reason: 'run ntp-auditor@0.0.9: another version drew it' })
    expect(checkExitCode(document)).toBe(0)
  })
})

describe('trails that are not those of the report', () => {
  test('one is missing: the others are compared, it is named, nothing is proven of the whole', async () => {
    const document = await check(pathOf('.pdf'), 'b-good', 'c-good')
    const reason =
      'the trail of "a-bad" (example/a-bad) must be given too, got only "b-good" (example/b-good), "c-good" (example/c-good)'
    expect(document.result).toEqual({ state: 'unknown', reason, differences: [] })
    expect(document.hosts.map(({ state, trail }) => [state, trail])).toEqual([
      ['unknown', null],
      ['same', join(folder, 'b-good')],
      ['same', join(folder, 'c-good')],
    ])
    expect(document.page).toEqual({ state: 'not-compared', reason: 'not all results could be made again' })
    expect(checkExitCode(document)).toBe(3)
  })

  test('one too many: what the report says is so, and it does not say all', async () => {
    host('d-more')
    const document = await check(pathOf('.pdf'), ...all, 'd-more')
    const trail = join(folder, 'd-more')
    expect(document.result).toEqual({
      state: 'unknown',
      reason: `the report must speak of every computer whose trail is given, it says nothing of "d-more" (example/d-more) at ${trail}`,
      differences: [],
    })
    expect(document.others).toEqual([{ trail, host: 'd-more', origin: 'example/d-more' }])
    expect(document.page.state).toBe('same')
    expect(checkExitCode(document)).toBe(3)
    rmSync(trail, { recursive: true })
  })

  test('one of another identity under the same name', async () => {
    host('c-good', 0, 'other', 'example/other')
    const document = await check(pathOf('.pdf'), 'a-bad', 'b-good', 'other')
    const reason = `the trail of "c-good" must be the one named example/c-good, got example/other at ${join(folder, 'other')}`
    expect(document.result).toEqual({ state: 'unknown', reason, differences: [] })
    expect(document.others).toEqual([])
    expect(checkExitCode(document)).toBe(3)
    rmSync(join(folder, 'other'), { recursive: true })
  })

  test('one that goes by the name in the seals and says it is another computer', async () => {
    host('renamed', 0, 'other', 'example/c-good')
    const document = await check(pathOf('.pdf'), 'a-bad', 'b-good', 'other')
    const reason = '"c-good": the trail is that of "renamed", the report speaks of "c-good"'
    expect(document.result).toEqual({ state: 'unknown', reason, differences: [] })
    expect(checkExitCode(document)).toBe(3)
    rmSync(join(folder, 'other'), { recursive: true })
  })

  test('one that tells another story under the right names', async () => {
    host('c-good', 7, 'other')
    const document = await check(pathOf('.pdf'), 'a-bad', 'b-good', 'other')
    expect(document.result.state).toBe('different')
    expect(document.hosts.map(({ state }) => state)).toEqual(['same', 'same', 'different'])
    expect(new Set(document.result.differences.map(({ host: whose }) => whose))).toEqual(new Set(['c-good']))
    expect(document.result.differences).toHaveLength(20)
    expect(document.result.differences).toContainEqual({
      ...{ host: 'c-good', path: 'hosts[2].outcome', file: '"met"', trail: '"not-met"' },
    })
    expect(document.page.state).toBe('different')
    expect(checkExitCode(document)).toBe(1)
    rmSync(join(folder, 'other'), { recursive: true })
  })

  test('one that ends too early', async () => {
    const short = new TrailBuilder({
      folder: join(folder, 'short'),
      open: { host: 'c-good', origin: 'example/c-good' },
    })
    short.open()
    short.sample()
    const { result } = await check(pathOf('.pdf'), 'a-bad', 'b-good', 'short')
    expect(result.reason).toMatch(/^"c-good": the trail ends with record 2, the report rests on records up to \d+$/)
    rmSync(join(folder, 'short'), { recursive: true })
  })

  test('one twice is refused as it is for a report', async () => {
    cpSync(join(folder, 'a-bad'), join(folder, 'copy'), { recursive: true })
    await expect(check(pathOf('.pdf'), ...all, 'copy')).rejects.toMatchObject({ code: 'ERR_OPTION', option: 'trail' })
    rmSync(join(folder, 'copy'), { recursive: true })
  })
})

describe('a forged report', () => {
  test('a number of a table, a number of a result: each is named with its computer, and the ids do not fit', async () => {
    const document = await check(
      forged((result) => {
        result.hosts[0]!.breaches = 0
        ;(result.reports[1]!.seconds as { PROVEN: number }).PROVEN = 3899
      }, false),
    )
    const [first] = document.result.differences
    expect(first?.trail).toMatch(/^[0-9a-f]{12} \(by the rest of the file itself\)$/)
    expect(places(document)).toEqual([
      [null, 'id'],
      ['a-bad', 'hosts[0].breaches'],
      ['b-good', 'reports[1].id'],
      ['b-good', 'reports[1].seconds.PROVEN'],
    ])
    expect(document.result.differences[3]).toEqual({
      ...{ host: 'b-good', path: 'reports[1].seconds.PROVEN', file: '3899', trail: '3900' },
    })
    expect(document.hosts.map(({ state }) => state)).toEqual(['different', 'different', 'same'])
    expect(document.page.state).toBe('different')
    expect(checkExitCode(document)).toBe(1)
  })

  const cases: readonly [string, (result: Forged) => void, readonly (readonly [string | null, string])[]][] = [
    ['an outcome', ({ hosts }) => Object.assign(hosts[0]!, { outcome: 'met' }), [['a-bad', 'hosts[0].outcome']]],
    [
      'a bad computer is left out of the table alone',
      ({ hosts }) => hosts.shift(),
      [
        [null, 'hosts'],
        ['a-bad', 'hosts[0].host'],
      ],
    ],
    ['a period for all', (result) => (result.to = result.from), [[null, 'to']]],
    [
      'another period for one computer',
      ({ reports }) => Object.assign(reports[1]!, { period: `2026-03-03T10:40:00Z to ${reports[1]!.to}` }),
      [
        ['b-good', 'reports[1].period'],
        ['b-good', 'reports[1].from'],
      ],
    ],
    [
      'a rule of its own for one computer',
      ({ reports }) => {
        const { definition } = reports[1]!.rule
        Object.assign(reports[1]!.rule, { definition: { ...definition, proven: '1%' } })
      },
      [['b-good', 'reports[1].rule.definition']],
    ],
    [
      'a looser tolerance than the rule has',
      ({ reports }) => Object.assign(reports[0]!, { tolerance: 10 }),
      [['a-bad', 'reports[0].tolerance']],
    ],
    [
      'a tolerance beyond all numbers',
      ({ reports }) => Object.assign(reports[0]!, { tolerance: 1e300 }),
      [['a-bad', 'reports[0].from, to, tolerance, warning']],
    ],
    ['no record at all', ({ reports }) => Object.assign(reports[0]!, { asOf: 0 }), [['a-bad', 'reports[0].asOf']]],
    ['a sentence that no report has', (result) => Object.assign(result, { audited: true }), [[null, 'audited']]],
    [
      'a sentence about one computer',
      ({ reports }) => Object.assign(reports[2]!, { audited: 'by experts' }),
      [['c-good', 'reports[2].audited']],
    ],
    [
      'a key of its own for one computer',
      ({ reports }) => Object.assign(reports[1]!.integrity, { keys: ['of the forger'] }),
      [['b-good', 'reports[1].integrity.keys']],
    ],
    ['another tool for the cover alone', (result) => (result.tool = 'ntp-auditor 9.9.9'), [[null, 'tool']]],
    ['the truth called a simulation', (result) => (result.simulation = false), [[null, 'simulation']]],
    ['another order', ({ hosts, reports }) => void [hosts.reverse(), reports.reverse()], [[null, 'hosts[0]']]],
    [
      'a table of one computer that is not among those of all',
      ({ reports }) => Object.assign(reports[0]!, { files: [{ name: 'x.csv', sha256: 'ff', bytes: 1 }] }),
      [['a-bad', 'reports[0].files[0]']],
    ],
  ]
  test.each(cases)('with right ids: %s', async (_, change, found) => {
    const document = await check(forged(change))
    expect(places(document)).toEqual(expect.arrayContaining(found.map((one) => [...one])))
    expect(document.result.state).toBe('different')
    expect(checkExitCode(document)).toBe(1)
  })

  test('without the bad computer, which is given: never the same', async () => {
    const file = forged((result) => {
      result.hosts.shift()
      result.reports.shift()
    })
    const document = await check(file)
    expect(document.result.state).toBe('unknown')
    expect(document.result.reason).toContain('it says nothing of "a-bad" (example/a-bad)')
    expect(checkExitCode(document)).toBe(3)
  })

  test('with a computer twice', async () => {
    const document = await check(
      forged(({ hosts, reports }) => {
        hosts.push({ ...hosts[2]! })
        reports.push({ ...reports[2]! })
      }),
    )
    expect(places(document)).toContainEqual(['c-good', 'reports[3].origin'])
    expect(checkExitCode(document)).toBe(1)
  })

  test('a true result, a page that says otherwise, and a table beside it', async () => {
    const moved = mkdtempSync(join(folder, 'moved-'))
    const bytes = readFileSync(pathOf('.pdf'))
    const at = bytes.indexOf('/Producer')
    bytes[at + 12] = (bytes[at + 12] ?? 0) ^ 1
    writeFileSync(join(moved, 'r.pdf'), bytes)
    writeFileSync(join(moved, 'fleet_2026-03-03T095500Z_2026-03-03T110000Z_period_finra-50ms_hosts.csv'), 'other')
    const document = await check(join(moved, 'r.pdf'))
    expect([document.result.state, document.page.state]).toEqual(['same', 'different'])
    expect(document.files.filter(({ state }) => state !== 'missing')).toEqual([
      { name: 'fleet_2026-03-03T095500Z_2026-03-03T110000Z_period_finra-50ms_hosts.csv', state: 'different' },
    ])
    expect(checkExitCode(document)).toBe(1)
  })

  test('a page drawn by this very program from a forged result', async () => {
    const { fleet } = await buildFleet({ ...common, trails: trailsOf(...all), profile: 'finra-50ms', warning: '10ms' })
    const result = JSON.parse(JSON.stringify(fleet.result)) as Forged
    Object.assign(result.hosts[0]!, { outcome: 'met', reason: null, breaches: 0 })
    sign(result)
    const file = join(folder, 'forged.pdf')
    writeFileSync(file, await drawFleet({ result, reports: fleet.reports }, { pause: async () => {} }))
    const document = await check(file)
    expect(places(document)).toEqual([
      ['a-bad', 'hosts[0].outcome'],
      ['a-bad', 'hosts[0].reason'],
      ['a-bad', 'hosts[0].breaches'],
    ])
    expect(document.page.state).toBe('different')
  })

  test('a file whose length was changed in the list', async () => {
    const file = forged((result) => {
      const files = result.files.map((one, i) => (i === 36 ? { ...one, bytes: one.bytes + 1 } : one))
      result.files = files
    })
    const moved = join(folder, 'out', 'forged.json')
    writeFileSync(moved, readFileSync(file))
    const document = await check(moved)
    expect(document.files.filter(({ state }) => state === 'different')).toEqual([
      { name: 'fleet_2026-03-03T095500Z_2026-03-03T110000Z_period_finra-50ms_hosts.csv', state: 'different' },
    ])
    rmSync(moved)
  })
})

describe('one kind of report for the other', () => {
  test('is refused in words by each, and told apart by the file', async () => {
    const out = join(folder, 'single')
    const { files } = await renderReport({ ...common, trail: join(folder, 'b-good'), out, formats: ['json'] })
    const file = files.find(({ name }) => name.endsWith('.json'))?.path ?? ''
    await expect(check(file)).rejects.toThrow('"check" must be a report of several computers')
    const fleet = { file: pathOf('.json'), trail: join(folder, 'b-good') }
    await expect(checkReport(fleet)).rejects.toThrow('"check" must be a report of one computer')
    await expect(checkFile({ file, trails: trailsOf(...all) })).rejects.toThrow(
      '"trail" must be given once: the report is of one computer, "b-good"',
    )
    const one = await checkFile({ file, trails: trailsOf('b-good'), index: ':memory:' })
    expect([one.result.state, 'hosts' in one]).toEqual(['same', false])
    const several = await checkFile({ file: pathOf('.json'), trails: trailsOf(...all), index: ':memory:' })
    expect([several.result.state, 'hosts' in several]).toEqual(['same', true])
  })

  test('is not mistaken for the other by what somebody wrote into it', async () => {
    const out = join(folder, 'single')
    const { files } = await renderReport({ ...common, trail: join(folder, 'b-good'), out, formats: ['json'] })
    const name = files.find((one) => one.name.endsWith('.json'))?.path ?? ''
    const single = JSON.parse(readFileSync(name, 'utf8')) as ReportResult
    const file = join(folder, 'mixed.json')
    writeFileSync(file, JSON.stringify({ ...single, reports: [], hosts: [] }))
    const one = await checkFile({ file, trails: trailsOf('b-good'), index: ':memory:' })
    expect(one.result.differences.map(({ path }) => path)).toEqual(['id', 'reports', 'hosts'])
    writeFileSync(file, JSON.stringify({ ...single, ...JSON.parse(readFileSync(pathOf('.json'), 'utf8')) }))
    const several = await checkFile({ file, trails: trailsOf(...all), index: ':memory:' })
    expect('hosts' in several).toBe(true)
    expect(several.result.differences.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['id', 'host', 'tolerance']),
    )
  })

  test.each([
    ['no reports', { reports: [] }],
    ['a report that is none', { reports: [{ id: 'x' }] }],
    ['no table', { hosts: null }],
    ['a row that is none', { hosts: [null] }],
    ['files that are none', { files: [null] }],
  ])('%s: no report', async (_, change) => {
    const file = forged((result) => void Object.assign(result, change), false)
    await expect(check(file)).rejects.toMatchObject({ code: 'ERR_OPTION', option: 'check' })
  })
})
