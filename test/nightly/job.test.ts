/** The job itself, with parts that do as they are told. */
import { describe, expect, test } from '@jest/globals'
import { parseInstant } from '../../lib/instant.js'
import { type JobParts, type JobSettings, nightlyJob, worst } from '../../lib/nightly/job.js'
import type { ServiceBody } from '../../lib/trail/types.js'
import type { ReportResult } from '../../reports/types.js'
import { documentOf } from '../cli/documents.js'

const settings: JobSettings = { units: ['day'], profiles: ['custom'], zone: 'UTC', print: true, mail: true }
const nowNs = parseInstant('2026-03-04T00:10:00.000000000Z')

function world(given: Partial<JobParts> = {}, exitCode: 0 | 1 | 3 = 0) {
  const records: ServiceBody[] = []
  const said: string[] = []
  const parts: JobParts = {
    sample: () => Promise.resolve({ ...documentOf(), seq: 5 }),
    verify: () => Promise.resolve({ intact: true, records: 5, upTo: 5 } as Awaited<ReturnType<JobParts['verify']>>),
    state: () =>
      Promise.resolve({
        known: { sampleNs: nowNs, nowNs },
        firstNs: parseInstant('2026-03-02T10:00:00.000000000Z'),
        done: [],
      }),
    render: ({ name }) =>
      Promise.resolve({
        result: {
          ...{ from: `${name}T00:00:00.000000000Z`, to: `${name}T24:00:00.000000000Z`, tolerance: 0.05, asOf: 5 },
          policy: { met: exitCode === 0, failures: exitCode === 0 ? [] : [{ message: 'too far off', lack: false }] },
        } as unknown as ReportResult,
        files: [
          { path: `/out/${name}.pdf`, name: `${name}.pdf`, bytes: 3, sha256: 'ab' },
          { path: `/out/${name}.csv`, name: `${name}.csv`, bytes: 4, sha256: 'cd' },
        ],
        exitCode,
      }),
    record: (body) => {
      records.push(body)
      return Promise.resolve({ seq: 10 + records.length })
    },
    print: (path) =>
      Promise.resolve({
        type: 'print',
        ok: true,
        file: path,
        bytes: 3,
        sha256: 'ab',
        command: ['lp'],
        message: 'job 7',
      }),
    mail: () => Promise.resolve('250 ok'),
    anchor: () => Promise.resolve([]),
    say: (text) => {
      said.push(text)
      return Promise.resolve()
    },
    ...given,
  }
  return { run: () => nightlyJob(settings, parts), records, said, parts }
}

test('each day is reported, recorded and printed before the next', async () => {
  const { run, records, said } = world()
  const outcome = await run()
  expect(outcome).toMatchObject({ exitCode: 0, idle: false, intact: 'true', failures: [] })
  expect(records.map((body) => (body.type === 'report' ? body.period : body.type))).toEqual([
    '2026-03-02 (day)',
    'print',
    '2026-03-03 (day)',
    'print',
  ])
  expect(records[0]).toEqual({
    ...{ type: 'report', period: '2026-03-02 (day)', profile: 'custom', toleranceNs: '50000000', met: 'met', asOf: 5 },
    ...{ from: '2026-03-02T00:00:00.000000000Z', to: '2026-03-02T24:00:00.000000000Z', intact: 'true', message: '' },
    files: [
      { name: '2026-03-02.pdf', bytes: 3, sha256: 'ab' },
      { name: '2026-03-02.csv', bytes: 4, sha256: 'cd' },
    ],
  })
  expect(outcome.reports.map(({ seq }) => seq)).toEqual([11, 13])
  expect(outcome.mails).toEqual([
    { report: 11, ok: true, message: '250 ok' },
    { report: 13, ok: true, message: '250 ok' },
  ])
  expect(said[1]).toBe('trail intact under its key: 5 records up to 5')
})

describe('the exit code is that of the worst part', () => {
  const fails = () => Promise.reject(new Error('no'))
  const anchor = { type: 'anchor', kind: 'command', checkpoint: 'c', size: 5, sha256: 'ab', keeper: 'k' } as const
  test.each<[string, Partial<JobParts>, 0 | 1 | 3, number]>([
    ['all well', {}, 0, 0],
    ['not proven', {}, 3, 3],
    ['not met', {}, 1, 1],
    ['a sample that is violated', { sample: () => Promise.resolve(documentOf({ verdict: 'VIOLATED' })) }, 3, 1],
    ['no answer to the sample', { sample: fails }, 1, 4],
    ['a trail that cannot be read', { verify: fails }, 0, 4],
    ['a report that cannot be written', { render: fails }, 0, 4],
    ['a printer that fails', { print: fails }, 1, 4],
    ['a mail that is refused', { mail: fails }, 3, 4],
    ['no seal', { anchor: fails }, 0, 4],
    [
      'a keeper that refuses',
      { anchor: () => Promise.resolve([{ ...anchor, ok: false, at: null, token: null, message: 'full', seq: 9 }]) },
      1,
      4,
    ],
  ])('%s', async (_, given, exitCode, expected) => {
    const outcome = await world(given, exitCode).run()
    expect(outcome.exitCode).toBe(expected)
    expect(outcome.failures.length > 0).toBe(expected === 4)
  })

  test.each([
    [[], 0],
    [[0, 3], 3],
    [[3, 1, 0], 1],
    [[1, 4, 3], 4],
  ])('%j: %d', (codes, code) => {
    expect(worst(codes)).toBe(code)
  })
})

test('a damaged trail is reported all the same, and every report says so', async () => {
  const damaged = { intact: false, records: 5, upTo: 5 } as Awaited<ReturnType<JobParts['verify']>>
  const { run, records } = world({ verify: () => Promise.resolve(damaged) })
  expect((await run()).exitCode).toBe(1)
  expect(records.filter((body) => body.type === 'report' && body.intact === 'false')).toHaveLength(2)
})

test('one report that fails does not keep the next from being made; it stays due', async () => {
  const whole = world()
  const { run, records } = world({
    render: (period, ns) =>
      period.name === '2026-03-02' ? Promise.reject(new Error('disk full')) : whole.parts.render(period, ns),
  })
  const outcome = await run()
  expect(outcome.failures).toEqual(['report of 2026-03-02 (day) under custom: disk full'])
  expect(records.flatMap((body) => (body.type === 'report' ? [body.period] : []))).toEqual(['2026-03-03 (day)'])
})

test('a trail that cannot be written ends the job: what was not recorded is not printed', async () => {
  const printed: string[] = []
  const { run } = world({
    record: () => Promise.reject(new Error('no answer')),
    print: (path) => {
      printed.push(path)
      return Promise.reject(new Error('never'))
    },
  })
  await expect(run()).rejects.toThrow('no answer')
  expect(printed).toEqual([])
})

test('before the first sample has a bound nothing is known of any day: 3', async () => {
  const { run, said } = world({ state: () => Promise.resolve({ known: null, firstNs: null, done: [] }) })
  expect((await run()).exitCode).toBe(3)
  expect(said.at(-1)).toContain('nothing is known of any day yet')
})
