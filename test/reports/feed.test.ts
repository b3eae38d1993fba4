/** The tables of a trail are the same whether its lines are read by their forms or parsed; and what is no record is in neither. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { formatInstant } from '../../lib/instant.js'
import { type BuildOptions, type Built, buildReport } from '../../reports/build.js'
import {
  LongTables,
  RowWriter,
  readingColumns,
  readingRows,
  sampleColumns,
  sampleRow,
} from '../../reports/csv/index.js'
import { ZonedWriter } from '../../reports/moment.js'
import { TrailBuilder } from '../support/trail-builder.js'
import { copyTrail, segmentFiles } from '../support/trail-folder.js'

const zone = new ZonedWriter('Europe/Berlin')
let trail: TrailBuilder
const folders: string[] = []
beforeAll(() => {
  trail = new TrailBuilder({ utc: '2026-03-02T23:00:00.000000000Z' })
  folders.push(trail.folder)
  trail.open()
  for (let i = 0; i < 400; i += 1) {
    if (i === 150) trail.close()
    if (i === 150) trail.reboot(20, '5f0c7a52-0000-4000-8000-000000000002').open()
    if (i === 200) trail.set(-7200).change(-7200)
    if (i === 230) trail.set(7200).change(7200)
    // Dated by the sample before, which nobody parsed; after the change the wall clock lies by two hours.
    if (i % 13 === 7) trail.sample({ state: 'conflict' })
    else if (i % 17 === 3) trail.sample({ state: 'agreed', silent: ['secondary'] })
    else if (i % 19 === 3) trail.sample({ state: 'agreed', dissent: ['tertiary'], agree: ['primary', 'secondary'] })
    else trail.sample({ state: 'agreed', width: 0.001 + (i % 40) / 1000 })
    trail.advance(30)
    trail.heartbeat()
    if (i % 29 === 0) trail.note(2, 'not a sample, though it says "type":"sample" and is one: {"type":"sample"}')
    trail.advance(34.123_456_789)
  }
  trail.close()
})
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

const build = (more: Partial<BuildOptions>, folder = trail.folder) =>
  buildReport({ trail: folder, index: ':memory:', nowNs: 1_900_000_000_000_000_000n, ...more })

/** The tables by forms; how many lines were not parsed; how many samples were told of. */
async function byForms(built: Built, between?: () => void): Promise<{ texts: string[]; taken: number; told: number }> {
  const tables = new LongTables({ zone, simulation: true, form: 'evidence' })
  let [taken, told] = [0, 0]
  const sink = {
    line: (line: Buffer, wanted: Parameters<typeof tables.line>[1]) => {
      const took = tables.line(line, wanted)
      taken += Number(took)
      return took
    },
    record: tables.record.bind(tables),
  }
  between?.()
  for await (const count of built.feed(sink)) told += count
  return { texts: tables.written().map(String), taken, told }
}

async function byParsing(built: Built): Promise<{ texts: string[]; rows: number }> {
  const [samples, readings] = [new RowWriter(sampleColumns, 'evidence'), new RowWriter(readingColumns, 'evidence')]
  const texts = [samples.header(), readings.header()]
  let rows = 0
  for await (const batch of built.samples()) {
    for (const { record } of batch) {
      rows += 1
      texts[0] += samples.row(sampleRow(record, zone, true))
      for (const row of readingRows(record, zone, true)) texts[1] += readings.row(row)
    }
  }
  return { texts, rows }
}

describe('the samples of a period', () => {
  test.each([
    ['2026-03-02T23:30:00Z', '2026-03-03T05:50:00Z'],
    ['2026-03-02T23:00:00Z', '2026-03-03T06:30:00Z'],
    ['2026-03-03T01:02:03.000000004Z', '2026-03-03T01:02:03.000000005Z'],
    ['2026-03-03T02:30:00Z', '2026-03-03T02:45:00Z'],
  ])('from %s to %s: the same by forms as parsed', async (from, to) => {
    const built = await build({ from, to })
    const [forms, parsed] = [await byForms(built), await byParsing(built)]
    expect(forms.texts).toEqual(parsed.texts)
    expect(forms.told).toBe(parsed.rows)
  })

  test('from each instant of a sample, to each: who lies on an end is counted as before', async () => {
    const walls = trail.placed.filter(({ record }) => record.type === 'sample').map(({ record }) => record.wall)
    for (const i of [5, 7, 20, 33, 150, 151]) {
      const [from, to] = [walls[i]!, walls[i + 9]!]
      const built = await build({ from, to })
      const [forms, parsed] = [await byForms(built), await byParsing(built)]
      expect(forms.texts).toEqual(parsed.texts)
      expect(parsed.rows).toBeGreaterThan(0)
    }
  })

  test('are read by their forms but for the first of each, those without a bound, and those at the ends', async () => {
    const { taken, told } = await byForms(await build({ from: '2026-03-02T23:00:00Z', to: '2026-03-03T06:30:00Z' }))
    expect(told).toBe(400)
    expect(taken).toBeGreaterThan(340)
  })
})

describe('a damaged trail', () => {
  test('is parsed and held against its chain, line by line; the damaged line is in no table', async () => {
    const folder = copyTrail(trail.folder)
    folders.push(folder)
    const path = join(folder, segmentFiles(folder)[1]!)
    const before = readFileSync(path, 'utf8')
    const victim = before.split('\n').filter((line) => line.includes('"type":"sample"'))[60]!
    const seq = /"seq":(\d+)/.exec(victim)![1]!
    writeFileSync(path, before.replace(victim, victim.replace('"offsetNs":"', '"offsetNs":"+')))
    const built = await build({ from: '2026-03-03T00:30:00Z', to: '2026-03-03T05:30:00Z' }, folder)
    expect(built.report.result.integrity.intact).toBe(false)
    const forms = await byForms(built)
    expect(forms).toMatchObject({ taken: 0, texts: (await byParsing(built)).texts })
    expect(forms.texts[0]).not.toContain(`\n${seq},`)
    expect(forms.texts[0]).toContain(`\n${Number(seq) + 2},`)
  })

  test('that was sound when it was verified: what is no record any more ends the report', async () => {
    const folder = copyTrail(trail.folder)
    folders.push(folder)
    const path = join(folder, segmentFiles(folder)[1]!)
    const built = await build({ from: '2026-03-03T00:30:00Z', to: '2026-03-03T05:30:00Z' }, folder)
    const text = readFileSync(path, 'utf8')
    const at = text.indexOf('"offsetNs":"', text.length / 2) + 12
    const change = () => writeFileSync(path, `${text.slice(0, at)}"${text.slice(at + 1)}`)
    await expect(byForms(built, change)).rejects.toThrow(
      /was changed while it was read, at byte \d+; make the report again/,
    )
  })
})

test('the trail of these tests is what they think it is', () => {
  expect(formatInstant(trail.utcNs)).toMatch(/^2026-03-03T06:/)
  expect(segmentFiles(trail.folder).length).toBeGreaterThan(1)
})
