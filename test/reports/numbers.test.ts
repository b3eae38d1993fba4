import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { parse } from 'csv-parse/sync'
import { formatInstant } from '../../lib/instant.js'
import { type Rendered, renderReport } from '../../reports/render.js'
import { nanoseconds } from '../../reports/seconds.js'
import { signed, span, verdicts } from '../../reports/words.js'
import { needs } from '../support/tools.js'
import { TrailBuilder } from '../support/trail-builder.js'

type Cells = Readonly<Record<string, string>>

let folder: string
let rendered: Rendered

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'numbers-'))
  const trail = new TrailBuilder({ utc: '2026-03-02T23:50:00.000000000Z', folder: join(folder, 'trail') })
  trail.open()
  const run = (until: string) => {
    while (formatInstant(trail.utcNs) < until) {
      trail.sample({ state: 'agreed', width: 0.004 })
      trail.advance(300)
    }
  }
  run('2026-03-03T09:00:00')
  trail.set(-7.25).change(-7.25)
  trail.sample({ state: 'agreed', width: 0.004, triggered: true })
  run('2026-03-03T09:30:00')
  trail.set(7.25).change(7.25)
  trail.sample({ state: 'agreed', width: 0.004, triggered: true })
  trail.note(trail.seq - 1, 'put right by the operator', 'ops')
  run('2026-03-03T15:00:00')
  trail.close()
  trail.advance(1800)
  trail.open()
  run('2026-03-04T00:11:00')
  rendered = await renderReport({
    ...{ trail: trail.folder, day: '2026-03-03', index: ':memory:', nowNs: 1_900_000_000_000_000_000n },
    ...{ formats: ['pdf', 'csv', 'json'], out: join(folder, 'out') },
  })
})
afterAll(() => rmSync(folder, { recursive: true }))

const fileOf = (suffix: string): string => {
  const found = rendered.files.find(({ name }) => name.endsWith(suffix))
  if (!found) throw new Error(`no file ends with ${suffix}`)
  return readFileSync(found.path, 'utf8')
}
const rowsOf = (table: string): Cells[] =>
  parse(fileOf(`_${table}.csv`), { columns: true, record_delimiter: '\r\n' }) as Cells[]
const linesOf = (table: string): Readonly<Record<string, unknown>>[] =>
  fileOf(`_${table}.ndjson`)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
const ns = (seconds: number | null | undefined) =>
  seconds === null || seconds === undefined ? '' : String(nanoseconds(seconds))

describe('the same numbers stand in CSV and JSON', () => {
  test('for intervals, changes, breaches, gaps and days', () => {
    const { result } = rendered
    expect(result.clockChanges.length).toBe(2)
    expect(result.breaches.length).toBe(1)
    expect(result.gaps.map(({ cause }) => cause)).toEqual(['auditor-down'])
    expect(rowsOf('intervals').map((row) => [row.from_utc, row.verdict, row.worst_low_ns, row.worst_high_ns])).toEqual(
      result.intervals.map(({ from, verdict, worst }) => [from, verdict, ns(worst?.low), ns(worst?.high)]),
    )
    expect(
      rowsOf('changes').map((row) => [
        ...[row.seq, row.size_low_ns, row.size_high_ns, row.before_low_ns, row.after_high_ns],
        ...[row.sample_latency_ns, row.notes],
      ]),
    ).toEqual(
      result.clockChanges.map(({ seq, size, before, after, unscheduled, notes }) => [
        ...[String(seq), ns(size.low), ns(size.high), ns(before?.low), ns(after?.high)],
        ...[ns(unscheduled?.latency), notes.map(({ by, text }) => `${by}: ${text}`).join(' / ')],
      ]),
    )
    expect(rowsOf('changes')[1]?.notes).toBe('ops: put right by the operator')
    expect(rowsOf('breaches').map((row) => [row.least_ns, row.most_ns, row.worst_high_ns, row.cause])).toEqual(
      result.breaches.map(({ duration, worst, cause }) => [
        ns(duration.least),
        ns(duration.most),
        ns(worst.high),
        cause,
      ]),
    )
    expect(rowsOf('gaps').map((row) => [row.seq, row.from_utc, row.to_utc, row.before_low_ns])).toEqual(
      result.gaps.map(({ seq, from, to, before }) => [String(seq), from, to, ns(before?.low)]),
    )
    const [day] = rowsOf('days')
    for (const verdict of verdicts) {
      expect(day?.[`${verdict.toLowerCase()}_ns`]).toBe(ns(result.seconds[verdict]))
    }
    expect(day?.worst_high_ns).toBe(ns(result.worst?.bound.high))
    expect(day?.simulation).toBe('true')
  })

  test('for every cell of samples and readings', () => {
    for (const table of ['samples', 'readings']) {
      const rows = rowsOf(table)
      const lines = linesOf(table)
      expect(rows.length).toBeGreaterThan(250)
      expect(lines.map((line) => Object.values(line).map((value) => (value === null ? '' : String(value))))).toEqual(
        rows.map((row) => Object.values(row)),
      )
      expect(Object.keys(lines[0] ?? {})).toEqual(Object.keys(rows[0] ?? {}))
    }
    const { scheduled, unscheduled } = rendered.result.samples
    expect(linesOf('samples').length).toBe(scheduled + unscheduled)
  })
})

describe('the same numbers stand on the pages', () => {
  needs('pdftotext')('verdicts, changes, gaps, breaches and the report id', async () => {
    const path = rendered.files.find(({ name }) => name.endsWith('.pdf'))?.path ?? ''
    const text = execFileSync('pdftotext', ['-layout', path, '-'], { encoding: 'utf8' }).replaceAll(/\s+/g, ' ')
    const { result } = rendered
    expect(text).toContain(`report ${result.id}`)
    for (const verdict of ['PROVEN', 'VIOLATED', 'UNMONITORED'] as const) {
      expect(text).toContain(span(nanoseconds(result.seconds[verdict])))
    }
    for (const change of result.clockChanges) {
      expect(text).toContain(String(change.seq))
      for (const end of [change.size.low, change.size.high]) expect(text).toContain(signed(nanoseconds(end)))
    }
    expect(text).toContain('put right by the operator')
    expect(text).toContain(`as of record ${result.asOf}`.replace('as', 'As'))
  })
})
