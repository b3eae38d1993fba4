import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { CheckRequest, Parts, ReportRequest } from '../../lib/cli/parts.js'
import { execute } from '../../lib/cli/program.js'
import { realParts } from '../../lib/cli/real-parts.js'
import { OutputError, PeriodError, TrailLockedError } from '../../lib/errors.js'
import type { ServiceBody } from '../../lib/trail/types.js'
import type { CheckDocument } from '../../reports/check.js'
import type { FleetCheckDocument } from '../../reports/check-fleet.js'
import { exitCode } from '../../reports/policy.js'
import type { ReportResult } from '../../reports/types.js'
import { TrailBuilder } from '../support/trail-builder.js'
import { type FakeIo, fakeIo, fakeParts } from './fake-io.js'

let cwd: string
let io: FakeIo
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'report-'))
  io = fakeIo({ cwd })
  new TrailBuilder({ folder: join(cwd, 'one') }).open()
  new TrailBuilder({ folder: join(cwd, 'two') }).open()
})
afterEach(() => rmSync(cwd, { recursive: true }))

const failure = (lack: boolean) => ({ rule: 'proven', message: 'only 98.000 % of 24 h are PROVEN', lack })
function resultOf(more: Partial<ReportResult> = {}, failures = [] as ReturnType<typeof failure>[]): ReportResult {
  return {
    host: 'till-3',
    simulation: false,
    asOf: 9,
    from: '2026-03-03T00:00:00.000000000Z',
    to: '2026-03-04T00:00:00.000000000Z',
    zone: 'UTC',
    period: 'day 2026-03-03',
    profile: 'custom',
    tolerance: 0.05,
    closed: true,
    seconds: { PROVEN: 86_000, VIOLATED: 0, INDETERMINATE: 400, UNMONITORED: 0, OFF: 0 },
    policy: { met: failures.length === 0, failures, provenShare: 0, provenWanted: 0, longestGap: 0 },
    clockChanges: [],
    gaps: [],
    ...more,
  } as unknown as ReportResult
}

function rendering(...results: ReportResult[]) {
  const requests: ReportRequest[] = []
  const parts: Partial<Parts> = {
    renderReport: (request) => {
      requests.push(request)
      request.onProgress({ stage: 'pdf', done: 1, total: 1 })
      const result = results[requests.length - 1] ?? resultOf()
      const paths = request.out === null ? [] : [join(request.out, 'a.pdf')]
      return Promise.resolve({ result, paths, exitCode: exitCode(result) })
    },
  }
  return { requests, parts, report: (...args: string[]) => execute(['report', ...args], io, fakeParts(parts)) }
}

test('text: verdicts, policy, files', async () => {
  const { report } = rendering(resultOf({ simulation: true }, [failure(true)]))
  expect(await report('--trail', 'one')).toBe(3)
  expect(
    io.stdout.text,
  ).toBe(`till-3, day 2026-03-03 (UTC), SIMULATION: 2026-03-03T00:00:00.000000000Z to 2026-03-04T00:00:00.000000000Z
tolerance 50.000000 ms, profile custom, as of record 9

verdict               time
PROVEN         86000.000 s
INDETERMINATE    400.000 s

0 clock changes, 0 gaps
POLICY NOT MET for lack of proof
  only 98.000 % of 24 h are PROVEN
wrote ${join(cwd, 'a.pdf')}
`)
})

test.each([
  ['met', [], 0],
  ['not met', [failure(false), failure(true)], 1],
  ['not met for lack of proof', [failure(true)], 3],
])('policy %s', async (_, failures, code) => {
  expect(await rendering(resultOf({}, failures)).report('--trail', 'one', '--json')).toBe(code)
})

describe('what is asked for', () => {
  test('by default yesterday as PDF and CSV, here, under the recorded tolerance', async () => {
    const { report, requests } = rendering()
    expect(await report('--trail', 'one')).toBe(0)
    expect(requests[0]).toMatchObject({
      trails: [join(cwd, 'one')],
      profile: null,
      profiles: null,
      warning: null,
      csvForm: null,
      paper: null,
      keys: [],
      period: {},
      zone: null,
      nowNs: io.nowNs(),
      toleranceNs: null,
      formats: ['pdf', 'csv'],
      out: cwd,
      index: null,
    })
  })

  test('--json writes nothing without --out, and prints nothing else', async () => {
    const { report, requests } = rendering()
    io.stderr.isTerminal = true
    await report('--trail', 'one', '--json')
    expect(requests[0]?.out).toBe(null)
    expect(JSON.parse(io.stdout.text)).toEqual(resultOf())
    await report('--trail', 'one', '--json', '--out', 'x')
    expect(requests[1]?.out).toBe(join(cwd, 'x'))
  })

  test('every option', async () => {
    const { report, requests } = rendering()
    const period = ['--from', '2026-03-03', '--to', 'now', '--zone', 'Europe/Berlin']
    await report(
      '--trail',
      'one',
      ...period,
      '--tolerance',
      '5ms',
      '--format',
      'json,pdf',
      '--out',
      'o',
      '--index',
      'i',
    )
    expect(requests[0]).toMatchObject({
      period: { from: '2026-03-03', to: 'now' },
      zone: 'Europe/Berlin',
      toleranceNs: 5_000_000n,
      formats: ['pdf', 'json'],
      out: join(cwd, 'o'),
      index: 'i',
    })
    await report('--trail', 'one', '--month', '2026-02')
    expect(requests[1]?.period).toMatchObject({ month: '2026-02' })
  })

  test('the trail of the configuration', async () => {
    const configuration = { references: ['a'], trail: 'two' }
    writeFileSync(join(cwd, 'ntp-auditor.json'), JSON.stringify(configuration))
    const { report, requests } = rendering()
    await report('--day', 'today')
    expect(requests[0]).toMatchObject({ trails: [join(cwd, 'two')], zone: null, period: { day: 'today' } })
  })

  test('several trails, or a folder of trails, make one fleet', async () => {
    const { report, requests } = rendering()
    await report('--trail', 'one', '--trail', 'two', '--json')
    expect(requests[0]?.trails).toEqual([join(cwd, 'one'), join(cwd, 'two')])
    await report('--trail', '.', '--json')
    expect(requests[1]?.trails).toEqual([join(cwd, 'one'), join(cwd, 'two')])
  })

  test('a rule, its threshold, forms and keys', async () => {
    const vkey = 'example.net/x+8eeccc33+AQ2/Q8OXLWXIePIJ9jTYzJTkHjPYT8x1XFOkcDu8P4P5'
    const { formatVkey } = await import('../../lib/trail/note.js')
    const key = formatVkey('example.net/x', Buffer.from(vkey.slice(-43), 'base64').subarray(0, 32))
    writeFileSync(join(cwd, 'genesis.vkey'), `${key}\n`)
    const { report, requests } = rendering()
    const rule = ['--profile', 'finra-50ms', '--warning', '40ms', '--week', '2026-W09']
    await report('--trail', 'one', ...rule, '--csv', 'spreadsheet', '--paper', 'letter', '--key', 'genesis.vkey')
    expect(requests[0]).toMatchObject({
      ...{ profile: 'finra-50ms', warning: '40ms', period: { week: '2026-W09' }, csvForm: 'spreadsheet' },
      ...{ paper: 'letter', keys: [key] },
    })
  })

  test('profiles of the configuration, which is read only where it is needed', async () => {
    writeFileSync(join(cwd, 'ntp-auditor.json'), '{ "references": ["a"], "trail": "two", "profiles": { "mine": {} } }')
    const { report, requests } = rendering()
    await report('--trail', 'one', '--profile', 'mine')
    expect(requests[0]).toMatchObject({ profile: 'mine', profiles: { mine: {} } })
    writeFileSync(join(cwd, 'ntp-auditor.json'), 'nonsense')
    expect(await report('--trail', 'one', '--profile', 'pci')).toBe(0)
    expect(await report('--trail', 'one', '--profile', 'mine')).toBe(2)
  })
})

describe('profiles', () => {
  test('lists the presets and those of the configuration', async () => {
    const own = { mine: { base: 'finra-50ms', title: 'Desk 7', tolerance: '20ms' } }
    writeFileSync(join(cwd, 'ntp-auditor.json'), JSON.stringify({ references: ['a'], trail: 't', profiles: own }))
    expect(await execute(['profiles'], io, fakeParts())).toBe(0)
    expect(io.stdout.text).toMatch(/^finra-50ms +50ms +in-force +FINRA Rule 4590/m)
    expect(io.stdout.text).toMatch(/^pci +you choose +in-force/m)
    expect(io.stdout.text).toMatch(/^psap-100ms +100ms +superseded/m)
    expect(io.stdout.text).toMatch(/^mine +20ms +in-force +Desk 7$/m)
    io.stdout.text = ''
    await execute(['profiles', '--json'], io, fakeParts())
    const all = JSON.parse(io.stdout.text) as { id: string; tolerance?: string; source?: string }[]
    expect(all.at(-1)).toMatchObject({ id: 'mine', tolerance: '20ms', standard: 'UTC(NIST)' })
    expect(all.find(({ id }) => id === 'finra-50ms')?.source).toContain('4590')
  })

  test('names what is wrong with one of the configuration: 2', async () => {
    const own = { mine: { base: 'finra-50ms', tolerance: '1s' } }
    writeFileSync(join(cwd, 'ntp-auditor.json'), JSON.stringify({ references: ['a'], trail: 't', profiles: own }))
    expect(await execute(['profiles'], io, fakeParts())).toBe(2)
    expect(io.stderr.text).toContain('"profiles.mine.tolerance" must not be looser than that of "finra-50ms"')
  })
})

describe('--check', () => {
  const document: CheckDocument = {
    file: '/r/day.pdf',
    kind: 'pdf',
    report: {
      ...{ id: 'abc', host: 'till-3', period: 'day 2026-03-03', from: '', to: '', asOf: 9, profile: 'custom' },
      tool: 'ntp-auditor 0.0.9',
    },
    result: {
      state: 'different',
      reason: null,
      differences: [{ path: 'seconds.PROVEN', file: '86400', trail: '86399' }],
    },
    page: { state: 'not-compared', reason: 'run ntp-auditor@0.0.9: another version drew it' },
    files: [{ name: 'day_gaps.csv', state: 'missing' }],
  }

  test('tells result, page and files apart', async () => {
    const requests: CheckRequest[] = []
    const parts = fakeParts({
      checkReport: (request) => {
        requests.push(request)
        return Promise.resolve({ document, exitCode: 1 })
      },
    })
    expect(await execute(['report', '--trail', 'one', '--check', 'day.pdf'], io, parts)).toBe(1)
    expect(requests[0]).toMatchObject({
      file: join(cwd, 'day.pdf'),
      trails: [join(cwd, 'one')],
      keys: null,
      genesis: null,
    })
    expect(
      io.stdout.text,
    ).toBe(`/r/day.pdf: report abc of till-3, day 2026-03-03, profile custom, as of record 9, by ntp-auditor 0.0.9
result  DIFFERENT
  seconds.PROVEN: the file says 86400, the trail 86399
page    NOT COMPARED: run ntp-auditor@0.0.9: another version drew it
  day_gaps.csv: missing
`)
    io.stdout.text = ''
    await execute(['report', '--trail', 'one', '--check', 'day.pdf', '--json'], io, parts)
    expect(JSON.parse(io.stdout.text)).toEqual(document)
  })

  test('tells of several computers which trail each was held against, and whose a difference is', async () => {
    const fleet: FleetCheckDocument = {
      ...{ file: '/r/fleet.pdf', kind: 'pdf' },
      report: {
        ...{ id: 'abc', period: 'day 2026-03-03', from: '', to: '', profile: 'custom', tool: 'ntp-auditor 0.1.0' },
      },
      hosts: [
        {
          ...{ host: 'till-1', origin: 'example/till-1', report: 'def', asOf: 9, trail: '/t/one' },
          ...{ state: 'different', reason: null },
        },
        {
          ...{ host: 'till-2', origin: 'example/till-2', report: 'fed', asOf: 8, trail: null },
          ...{ state: 'unknown', reason: 'the trail of "till-2" must be given too' },
        },
      ],
      others: [],
      result: {
        state: 'different',
        reason: 'the trail of "till-2" must be given too',
        differences: [
          { host: null, path: 'id', file: 'abc', trail: 'cab' },
          { host: 'till-1', path: 'hosts[0].gaps', file: '0', trail: '1' },
        ],
      },
      page: { state: 'not-compared', reason: 'not all results could be made again' },
      files: [],
    }
    const requests: CheckRequest[] = []
    const parts = fakeParts({
      checkReport: (request) => {
        requests.push(request)
        return Promise.resolve({ document: fleet, exitCode: 1 })
      },
    })
    // A folder of trails stands for all of them.
    expect(await execute(['report', '--trail', '.', '--check', 'fleet.pdf'], io, parts)).toBe(1)
    expect(requests[0]).toMatchObject({ trails: [join(cwd, 'one'), join(cwd, 'two')], keys: null, genesis: null })
    expect(
      io.stdout.text,
    ).toBe(`/r/fleet.pdf: report abc of 2 computers, day 2026-03-03, profile custom, by ntp-auditor 0.1.0
result  DIFFERENT: the trail of "till-2" must be given too
  till-1: different, report def as of record 9, against /t/one
  till-2: unknown, report fed as of record 8, against no trail
  id: the file says abc, the trail cab
  till-1, hosts[0].gaps: the file says 0, the trail 1
page    NOT COMPARED: not all results could be made again
`)
  })

  test('of one computer takes one trail: 2', async () => {
    const period = ['--from', '2026-03-03T09:00:00Z', '--to', '2026-03-03T10:00:00Z']
    await execute(['report', '--trail', 'one', '--format', 'json', '--index', ':memory:', ...period], io, realParts)
    const name = readdirSync(cwd).find((file) => file.endsWith('custom.json')) ?? ''
    expect(await execute(['report', '--trail', '.', '--check', name], io, realParts)).toBe(2)
    expect(io.stderr.text).toContain('"trail" must be given once: the report is of one computer, "builder", got ["')
  })
})

describe('failures', () => {
  test.each([
    [['--format', 'pdf,doc'], '--format must list pdf, csv, json, got "pdf,doc"'],
    [['--tolerance', '0s'], '--tolerance must be more than nothing'],
    [['--tolerance', '5'], '"--tolerance" must be a duration'],
    [['--csv', 'excel'], '--csv must be evidence or spreadsheet, got "excel"'],
    [['--paper', 'a5'], '--paper must be a4 or letter, got "a5"'],
    [['--key', 'nowhere'], '--key nowhere cannot be read (ENOENT)'],
  ])('%j: 2', async (args, message) => {
    expect(await rendering().report('--trail', 'one', ...args)).toBe(2)
    expect(io.stderr.text).toContain(message)
  })

  test('no trail: 4', async () => {
    expect(await rendering().report('--trail', 'three')).toBe(4)
    expect(io.stderr.text).toContain(`no trail at ${join(cwd, 'three')}`)
  })

  test('a period that cannot be: 2; a folder that cannot be written: 4', async () => {
    const failing = (error: Error) => fakeParts({ renderReport: () => Promise.reject(error) })
    expect(await execute(['report', '--trail', 'one'], io, failing(new PeriodError('the period is reversed')))).toBe(2)
    expect(await execute(['report', '--trail', 'one'], io, failing(new OutputError('cannot write')))).toBe(4)
    expect(io.stderr.text).toBe('ntp-auditor: the period is reversed\nntp-auditor: cannot write\n')
  })
})

describe('index rebuild', () => {
  test('says where and how many', async () => {
    const rebuildIndex: Parts['rebuildIndex'] = (trail, { index }) =>
      Promise.resolve({
        path: index ?? null,
        records: trail.length > 0 ? 7 : 0,
        reason: index ? null : 'EROFS: read-only file system',
      })
    const parts = fakeParts({ rebuildIndex })
    expect(await execute(['index', 'rebuild', '--trail', 'one', '--index', '/i', '--json'], io, parts)).toBe(0)
    expect(JSON.parse(io.stdout.text)).toEqual({ trail: join(cwd, 'one'), index: '/i', records: 7, reason: null })
    io.stdout.text = ''
    expect(await execute(['index', 'rebuild', '--trail', 'one', '--index', '/i'], io, parts)).toBe(0)
    expect(io.stdout.text).toBe(`indexed 7 records of ${join(cwd, 'one')} in /i\n`)
  })

  test('that can be kept nowhere is no index: 4, why, and what to do', async () => {
    const rebuildIndex: Parts['rebuildIndex'] = () =>
      Promise.resolve({ path: null, records: 7, reason: 'EROFS: read-only file system' })
    expect(await execute(['index', 'rebuild', '--trail', 'one'], io, fakeParts({ rebuildIndex }))).toBe(4)
    expect(io.stdout.text).toBe('')
    expect(io.stderr.text).toContain('could be kept: EROFS: read-only file system')
    expect(io.stderr.text).toContain('Name a file that can be written with --index')
    expect(await execute(['index', 'rebuild', '--trail', 'one', '--index', ':memory:'], io, fakeParts())).toBe(2)
  })

  test.each([[['index']], [['index', 'rebild']]])('%j is wrong usage', async (args) => {
    expect(await execute(args, io, fakeParts())).toBe(2)
    expect(io.stderr.text).toContain('rebuild')
  })
})

describe('demo', () => {
  const simulateDay: Parts['simulateDay'] = ({ out, onProgress }) => {
    onProgress(0.5)
    const story = ['somebody sets the clock back']
    const genesis = join(out, 'trail.genesis.vkey')
    return Promise.resolve({ trail: join(out, 'trail'), day: '2026-03-03', story, genesis, vkey: 'pc+1+2' })
  }

  test('leaves what it names', async () => {
    const { requests } = rendering()
    const renderReport: Parts['renderReport'] = (request) => {
      requests.push(request)
      return Promise.resolve({ result: resultOf(), paths: [join(request.out ?? '', 'day.pdf')], exitCode: 3 })
    }
    expect(await execute(['demo'], io, fakeParts({ simulateDay, renderReport }))).toBe(0)
    expect(requests[0]).toMatchObject({
      trails: [join(cwd, 'demo', 'trail')],
      period: { day: '2026-03-03' },
      keys: ['pc+1+2'],
    })
    expect(io.stdout.text).toBe(`SIMULATION of 2026-03-03: no real clock was touched, nothing left this computer.
  somebody sets the clock back

Left in ${join(cwd, 'demo')}:
  demo/day.pdf
  demo/trail/

Look closer:
  ntp-auditor show --trail demo/trail | less
  ntp-auditor verify demo/trail --key demo/trail.genesis.vkey
`)
    expect(io.stderr.text).toBe('')
  })

  test('draws a bar on a terminal and wipes it also when it fails', async () => {
    io.stderr.isTerminal = true
    const failing: Parts['simulateDay'] = ({ onProgress }) => {
      onProgress(0.5)
      return Promise.reject(new OutputError('"demo" holds files that no demo wrote'))
    }
    expect(await execute(['demo', '--out', 'demo'], io, fakeParts({ simulateDay: failing }))).toBe(4)
    expect(io.stderr.text).toMatch(/^\rsimulate {2}\[#{15}\.{15}\] {2}50 %\r +\rntp-auditor: "demo" holds/)
  })
})

describe('--print', () => {
  const configure = (script: string) =>
    writeFileSync(
      join(cwd, 'ntp-auditor.json'),
      JSON.stringify({
        references: ['127.0.0.1'],
        trail: 'one',
        print: { command: [process.execPath, '-e', script, '{file}'] },
      }),
    )
  const recording = () => {
    const { parts, requests } = rendering(resultOf({}, [failure(true)]))
    writeFileSync(join(cwd, 'a.pdf'), 'abc')
    const records: ServiceBody[] = []
    const more: Partial<Parts> = {
      startAuditor: () => Promise.reject(new TrailLockedError('held')),
      requestRecord: (trail, body) => {
        expect(trail).toBe(join(cwd, 'one'))
        records.push(body)
        return Promise.resolve({ seq: 12 })
      },
    }
    const run = (...args: string[]) => execute(['report', '--print', ...args], io, fakeParts({ ...parts, ...more }))
    return { run, records, requests }
  }

  test('prints the PDF, says so in the configured trail, and exits as the policy says', async () => {
    configure(`console.log('job 7')`)
    const { run, records } = recording()
    expect(await run('--trail', 'two')).toBe(3)
    expect(io.stdout.text).toMatch(/\nwrote .*a\.pdf\nprinted a\.pdf: job 7 \(record 12\)\n$/)
    expect(records).toMatchObject([{ type: 'print', ok: true, file: 'a.pdf', bytes: 3, message: 'job 7' }])
  })

  test('a printer that is off is 4, and the result still stands on stdout', async () => {
    configure(`process.exit(3)`)
    const { run, records, requests } = recording()
    expect(await run('--json')).toBe(4)
    expect(JSON.parse(io.stdout.text)).toMatchObject({ host: 'till-3' })
    expect(requests[0]?.out).toBe(cwd)
    expect(io.stderr.text).toContain(`then: ntp-auditor print ${join(cwd, 'a.pdf')}\n`)
    expect(records).toMatchObject([{ ok: false }])
  })

  test.each([
    [['--format', 'csv'], '--print prints the PDF: --format must list it, got "csv"'],
    [['--check', 'a.pdf'], '--check makes no report to --print'],
  ])('with %j is wrong usage', async (args, message) => {
    configure('')
    expect(await recording().run(...args)).toBe(2)
    expect(io.stderr.text).toContain(message)
  })
})
