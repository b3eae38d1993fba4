import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { formatInstant } from '../../lib/instant.js'
import { buildReport } from '../../reports/build.js'
import { toJson } from '../../reports/json.js'
import type { ReportResult } from '../../reports/types.js'
import { TrailBuilder } from '../support/trail-builder.js'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function begin(options: ConstructorParameters<typeof TrailBuilder>[0] = {}): TrailBuilder {
  const trail = new TrailBuilder({ utc: '2026-03-02T23:50:00.000000000Z', ...options })
  folders.push(trail.folder)
  trail.open()
  return trail
}

/** Samples every 300 s until UTC has reached an instant. */
function run(trail: TrailBuilder, until: string, options: Parameters<TrailBuilder['sample']>[0] = {}): TrailBuilder {
  while (formatInstant(trail.utcNs) < until) {
    trail.sample({ state: 'agreed', width: 0.01, ...options })
    trail.advance(300)
  }
  return trail
}

const nowNs = 1_900_000_000_000_000_000n
const day = async (trail: TrailBuilder, more: object = {}): Promise<ReportResult> => {
  const { report } = await buildReport({ trail: trail.folder, day: '2026-03-03', index: ':memory:', nowNs, ...more })
  return report.result
}

describe('a finished day', () => {
  let trail: TrailBuilder
  let first: string
  beforeAll(async () => {
    trail = run(begin(), '2026-03-04T00:11:00')
    first = toJson(await day(trail))
  })

  test('is closed by the first usable sample five minutes behind it', async () => {
    const result = JSON.parse(first) as ReportResult
    expect(result.closed).toBe(true)
    const closing = trail.placed.find(({ record }) => record.seq === result.asOf)?.record
    expect(closing).toMatchObject({ type: 'sample', wall: '2026-03-04T00:10:00.000000000Z' })
    expect(result.seconds).toEqual({ PROVEN: 86_400, VIOLATED: 0, INDETERMINATE: 0, UNMONITORED: 0, OFF: 0 })
  })

  test('gives the same result when the trail has grown by two days, a config, a set clock and a lying reference', async () => {
    run(trail, '2026-03-04T06:00:00')
    trail.sample({ state: 'agreed', lie: 86_400 * 300 })
    trail.sample({ state: 'agreed', lie: -86_400 * 2 })
    trail.set(-3600).change(-3600)
    trail.sample({ state: 'agreed', triggered: true })
    trail.close()
    trail.advance(60)
    trail.open({ configuration: { toleranceNs: '7000000000' }, configurationDigest: '1'.repeat(64) })
    run(trail, '2026-03-05T12:00:00')
    expect(toJson(await day(trail))).toBe(first)
  })

  test('gives the same result after its segments were compressed', async () => {
    const names = readdirSync(trail.folder, { recursive: true, encoding: 'utf8' })
    for (const name of names.filter((one) => one.endsWith('.ndjson') && one.includes('2026-03-03'))) {
      const path = join(trail.folder, name)
      writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)))
      rmSync(path)
    }
    expect(toJson(await day(trail))).toBe(first)
  })

  test('is made from the records up to another one where that is asked for', async () => {
    const { asOf } = JSON.parse(first) as ReportResult
    expect(toJson(await day(trail, { asOf }))).toBe(first)
    const earlier = await day(trail, { asOf: 100 })
    expect(earlier).toMatchObject({ asOf: 100, closed: false })
    expect(earlier.seconds.UNMONITORED).toBeGreaterThan(50_000)
  })
})

test('a day whose trail ends in it is not closed, and says another thing once the trail goes on', async () => {
  const trail = run(begin(), '2026-03-03T20:00:00')
  const before = await day(trail)
  expect(before).toMatchObject({ closed: false, asOf: trail.seq })
  expect(before.seconds.UNMONITORED).toBeGreaterThan(4 * 3600 - 1300)
  run(trail, '2026-03-04T00:11:00')
  const after = await day(trail)
  expect(after.closed).toBe(true)
  expect(after.seconds.PROVEN).toBe(86_400)
})

test('samples that lie about the day in its middle do not end it', async () => {
  const trail = run(begin(), '2026-03-03T12:00:00')
  trail.sample({ state: 'single', support: 'single', lie: 86_400 * 400 }).record
  run(trail, '2026-03-04T00:11:00')
  const result = await day(trail)
  expect(result.closed).toBe(true)
  expect(result.asOf).toBeGreaterThan(280)
})

test('references that are silent behind the day leave it open until one answers', async () => {
  const trail = run(begin(), '2026-03-04T00:00:00')
  run(trail, '2026-03-04T02:00:00', { state: 'none' })
  expect(await day(trail)).toMatchObject({ closed: false, asOf: trail.seq })
  trail.sample({ state: 'agreed' })
  expect(await day(trail)).toMatchObject({ closed: true, asOf: trail.seq })
})

test('the rows of a week are the days that are reported one by one', async () => {
  const trail = run(begin({ utc: '2026-03-01T23:00:00.000000000Z' }), '2026-03-03T09:00:00')
  trail.set(-2).change(-2)
  trail.sample({ state: 'agreed', triggered: true }).record
  run(trail, '2026-03-03T10:00:00')
  trail.set(2).change(2)
  run(trail, '2026-03-09T00:11:00')
  const options = { trail: trail.folder, index: ':memory:', nowNs }
  const week = (await buildReport({ ...options, week: '2026-W10' })).report.result
  expect(week.days.map(({ label }) => label)).toEqual(
    ['02', '03', '04', '05', '06', '07', '08'].map((date) => `2026-03-${date}`),
  )
  for (const row of week.days) {
    const { result } = (await buildReport({ ...options, day: row.label })).report
    expect(result.days[0]).toEqual(row)
    expect(result.seconds).toEqual(row.seconds)
  }
  expect(week.days.map(({ changes, breaches }) => [changes, breaches])).toEqual([
    [0, 0],
    [2, 1],
    ...Array.from({ length: 5 }, () => [0, 0]),
  ])
})
