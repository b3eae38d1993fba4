import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { formatInstant } from '../../lib/instant.js'
import { readAttachment } from '../../reports/attachment.js'
import { type CheckDocument, checkExitCode, checkReport } from '../../reports/check.js'
import { type Rendered, renderReport } from '../../reports/render.js'
import type { ReportResult } from '../../reports/types.js'
import { needs } from '../support/tools.js'
import { TrailBuilder } from '../support/trail-builder.js'

let folder: string
let trail: TrailBuilder
let rendered: Rendered
const nowNs = 1_900_000_000_000_000_000n
const pathOf = (suffix: string) => {
  const found = rendered.files.find(({ name }) => name.endsWith(suffix))
  if (!found) throw new Error(`no file ends with ${suffix}`)
  return found.path
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'check-'))
  trail = new TrailBuilder({ utc: '2026-03-02T23:50:00.000000000Z', folder: join(folder, 'trail') })
  trail.open()
  while (formatInstant(trail.utcNs) < '2026-03-04T00:11:00') {
    trail.sample({ state: 'agreed', width: 0.004 })
    trail.advance(300)
  }
  rendered = await renderReport({
    ...{ trail: trail.folder, day: '2026-03-03', profile: 'finra-50ms', warning: '5ms', index: ':memory:', nowNs },
    ...{ formats: ['pdf', 'csv', 'json'], paper: 'letter', out: join(folder, 'out') },
  })
})
afterAll(() => rmSync(folder, { recursive: true }))

const check = (file: string, where = trail.folder): Promise<CheckDocument> =>
  checkReport({ file, trail: where, index: ':memory:' })

describe('a report as it was made', () => {
  test.each(['.pdf', 'finra-50ms.json'])('%s: the trail says the same, and draws the same', async (suffix) => {
    const document = await check(pathOf(suffix))
    expect(document.result).toEqual({ state: 'same', reason: null, differences: [] })
    expect(document.page).toEqual({ state: 'same', reason: null })
    expect(document.files.length).toBe(8)
    expect(document.files.every(({ state }) => state === 'same')).toBe(true)
    expect(checkExitCode(document)).toBe(0)
  })

  test('is the same also when the trail has grown', async () => {
    trail.advance(600)
    trail.set(5).change(5)
    trail.sample({ state: 'agreed', triggered: true })
    const document = await check(pathOf('.pdf'))
    expect(document.result.state).toBe('same')
    expect(document.page.state).toBe('same')
  })
})

/** A copy of the JSON report with something changed. */
function altered(change: (result: Record<string, unknown> & ReportResult) => void): string {
  const result = JSON.parse(readFileSync(pathOf('finra-50ms.json'), 'utf8')) as Record<string, unknown> & ReportResult
  change(result)
  const path = join(folder, 'altered.json')
  writeFileSync(path, `${JSON.stringify(result, null, 2)}\n`)
  return path
}

describe('a report that somebody altered', () => {
  test('differs where it was altered, and from its own id', async () => {
    const file = altered((result) => {
      ;(result.seconds as { PROVEN: number }).PROVEN = 86_399
    })
    const { result, page } = await check(file)
    expect(result.state).toBe('different')
    expect(result.differences.map(({ path }) => path)).toEqual(['id', 'seconds.PROVEN'])
    expect(result.differences[1]).toEqual({ path: 'seconds.PROVEN', file: '86399', trail: '86400' })
    expect(page.state).toBe('different')
  })

  test('differs in its page alone where only bytes of the page were touched', async () => {
    const bytes = readFileSync(pathOf('.pdf'))
    const at = bytes.indexOf('/Producer')
    bytes[at + 12] = (bytes[at + 12] ?? 0) ^ 1
    const file = join(folder, 'touched.pdf')
    writeFileSync(file, bytes)
    const document = await check(file)
    expect([document.result.state, document.page.state]).toEqual(['same', 'different'])
    expect(checkExitCode(document)).toBe(1)
  })

  test('is told where the length of a table was altered', async () => {
    const file = altered((result) => {
      Object.assign(result.files[0] ?? {}, { bytes: 1 })
    })
    const beside = join(folder, 'out', 'altered.json')
    writeFileSync(beside, readFileSync(file))
    const { files } = await check(beside)
    expect(files.map(({ state }) => state)).toEqual(['different', ...Array<string>(7).fill('same')])
    rmSync(beside)
  })

  test('is told where a table beside it is another', async () => {
    const moved = mkdtempSync(join(folder, 'moved-'))
    const name = pathOf('_days.csv').split('/').at(-1) ?? ''
    writeFileSync(join(moved, 'r.pdf'), readFileSync(pathOf('.pdf')))
    writeFileSync(join(moved, name), 'other')
    const document = await check(join(moved, 'r.pdf'))
    expect(document.files.find((file) => file.name === name)?.state).toBe('different')
    expect(document.files.filter(({ state }) => state === 'missing')).toHaveLength(7)
    expect(checkExitCode(document)).toBe(1)
  })
})

describe('a report that no trail could give', () => {
  const cases: [string, (result: Record<string, unknown>) => void, string, string, string][] = [
    [
      'its tolerance is looser than its rule',
      (result) => Object.assign(result, { tolerance: 1, warning: null }),
      ...(['tolerance', '"1s"', 'no such report: must not be looser than the 50ms of profile "finra-50ms"'] as const),
    ],
    [
      'it rests on no record',
      (result) => Object.assign(result, { asOf: 0 }),
      ...(['asOf', '0', 'no such report: must be the seq of a record, from 1 on'] as const),
    ],
  ]
  cases.push([
    'it was held against a key that is none',
    ({ integrity }) => Object.assign(integrity as object, { keys: ['x'] }),
    'integrity.keys',
    '"x"',
    'no such report: must be verifier keys: not a verifier key: the form is NAME+ID+BASE64, as "init" writes it into genesis.vkey',
  ])
  test.each(cases)('%s: it differs there', async (_, change, path, stated, trailSays) => {
    const document = await check(altered(change))
    expect(document.result.state).toBe('different')
    expect(document.result.differences[1]).toEqual({ path, file: stated, trail: trailSays })
    expect(document.page).toEqual({ state: 'not-compared', reason: 'the result could not be made again' })
    expect(checkExitCode(document)).toBe(1)
  })

  test('where another version made it, this one cannot tell', async () => {
    const { result } = await check(
      altered((found) => {
        Object.assign(found, { tool: 'ntp-auditor 9.0.0' })
        Object.assign(found.rule, { definition: { ...found.rule.definition, moon: 'full' } })
      }),
    )
    expect(result.differences.map(({ path }) => path)).toEqual(['id'])
    expect(result.reason).toMatch(
      /^ntp-auditor 9\.0\.0 made the report, and it states what ntp-auditor .* cannot make: .*moon/,
    )
  })
})

describe('a report of another version', () => {
  test('is compared by its result; its page is left to that version', async () => {
    const file = altered((result) => {
      ;(result as { tool: string }).tool = 'ntp-auditor 0.0.9'
    })
    const document = await check(file)
    expect(document.page).toEqual({ state: 'not-compared', reason: 'run ntp-auditor@0.0.9: another version drew it' })
    expect(document.result.differences.map(({ path }) => path)).toEqual(['id'])
  })

  test('may lack fields that came later', async () => {
    const file = altered((result) => {
      delete (result as Record<string, unknown>).drift
      delete (result.policy as Record<string, unknown>).outside
    })
    const { result } = await check(file)
    expect(result.differences.map(({ path }) => path)).toEqual(['id'])
  })
})

describe('a trail that cannot tell', () => {
  test('because it ends before the report does', async () => {
    const short = new TrailBuilder({ utc: '2026-03-02T23:50:00.000000000Z' })
    short.open()
    short.sample()
    const document = await check(pathOf('.pdf'), short.folder)
    expect(document.result.state).toBe('unknown')
    expect(document.result.reason).toMatch(/^the trail ends with record 2, the report rests on records up to 29\d$/)
    expect(document.page.state).toBe('not-compared')
    expect(checkExitCode(document)).toBe(3)
    rmSync(short.folder, { recursive: true })
  })

  test('because it is that of another computer', async () => {
    const other = new TrailBuilder({ utc: '2026-03-02T23:50:00.000000000Z', open: { host: 'other' } })
    other.open()
    const document = await check(pathOf('.pdf'), other.folder)
    expect(document.result.reason).toBe('the trail is that of "other", the report speaks of "builder"')
    rmSync(other.folder, { recursive: true })
  })
})

describe('what is no report', () => {
  const garbage = (name: string, content: string | Buffer) => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return path
  }

  test.each([
    ['empty', ''],
    ['text.json', 'hello'],
    ['null.json', 'null'],
    ['list.json', '[]'],
    ['some.json', '{"id":"x"}'],
    ['short.pdf', '%PDF-1.7\n'],
    ['loop.pdf', '%PDF-1.7\nxref\n0 1\n0000000000 65535 f\ntrailer\n<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n'],
    ['deep.pdf', `%PDF-1.7\nxref\n0 0\ntrailer\n${'['.repeat(100_000)}\nstartxref\n9\n%%EOF\n`],
    ['far.pdf', '%PDF-1.7\nstartxref\n999999999999\n%%EOF\n'],
  ])('%s is refused in words', async (name, content) => {
    await expect(check(garbage(name, content))).rejects.toMatchObject({ code: 'ERR_OPTION', option: 'check' })
  })

  test('a missing file is named', async () => {
    await expect(check(join(folder, 'nowhere.pdf'))).rejects.toThrow('there is no such file')
  })

  test('a PDF cut short anywhere is refused, never misread', () => {
    const bytes = readFileSync(pathOf('.pdf'))
    for (let end = 0; end < bytes.length - 7; end += Math.ceil(bytes.length / 40)) {
      expect(() => readAttachment(bytes.subarray(0, end), 'result.json')).toThrow(
        'must be a PDF as ntp-auditor wrote it',
      )
    }
  })
})

describe('the embedded files of a report', () => {
  needs('pdfdetach')('are those that pdfdetach takes out of it', async () => {
    const file = pathOf('.pdf')
    const names = execFileSync('pdfdetach', ['-list', file], { encoding: 'utf8' })
    const found = [...names.matchAll(/^\d+: (\S+)$/gm)].map((match) => match[1] ?? '')
    expect(found).toContain('result.json')
    for (const [i, name] of found.entries()) {
      const out = join(folder, `detached-${i}`)
      execFileSync('pdfdetach', ['-save', String(i + 1), '-o', out, file])
      expect(readAttachment(readFileSync(file), name)).toEqual(readFileSync(out))
    }
  })

  test('are null where there is none of that name', () => {
    expect(readAttachment(readFileSync(pathOf('.pdf')), 'other.json')).toBeNull()
  })
})
