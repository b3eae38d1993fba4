import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { parse } from 'csv-parse/sync'
import { formatInstant } from '../../lib/instant.js'
import { buildFleet, type FleetResult, trailsIn } from '../../reports/fleet.js'
import { renderFleet } from '../../reports/render-fleet.js'
import { TrailBuilder } from '../support/trail-builder.js'

let folder: string
const nowNs = 1_900_000_000_000_000_000n

/** A day of a computer; `off` seconds wrong for two hours of it. */
function host(name: string, off = 0, more: ConstructorParameters<typeof TrailBuilder>[0] = {}): string {
  const { open, ...rest } = more
  const trail = new TrailBuilder({
    utc: '2026-03-02T23:50:00.000000000Z',
    folder: join(folder, name),
    open: { host: name, origin: `example/${name}`, ...open },
    ...rest,
  })
  trail.open()
  while (formatInstant(trail.utcNs) < '2026-03-04T00:11:00') {
    const at = formatInstant(trail.utcNs)
    if (off !== 0 && (at === '2026-03-03T10:00:00.000000000Z' || at === '2026-03-03T12:00:00.000000000Z')) {
      const by = at.includes('T10') ? off : -off
      trail.set(by).change(by)
      trail.sample({ state: 'agreed', width: 0.004, triggered: true })
    }
    trail.sample({ state: 'agreed', width: 0.004 })
    trail.advance(300)
  }
  return trail.folder
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleet-'))
  host('b-good')
  host('a-bad', 3)
})
afterAll(() => rmSync(folder, { recursive: true }))

const common = { day: '2026-03-03', index: ':memory:', nowNs }
const fleetOf = async (...names: string[]) =>
  (await buildFleet({ ...common, trails: names.map((name) => join(folder, name)) })).fleet.result

describe('a fleet', () => {
  test('has a row per computer in order of their names, and the result of each', async () => {
    const result = await fleetOf('b-good', 'a-bad')
    expect(
      result.hosts.map(({ host: name, outcome, breaches, clockChanges }) => [name, outcome, breaches, clockChanges]),
    ).toEqual([
      ['a-bad', 'not-met', 1, 2],
      ['b-good', 'met', 0, 0],
    ])
    expect(result.hosts[0]?.reason).toContain('outside the tolerance')
    expect(result.reports.map(({ host: name, id }) => [name, id])).toEqual(
      result.hosts.map(({ host: name, report }) => [name, report]),
    )
    expect(result.hosts.map(({ seconds }) => seconds)).toEqual(result.reports.map(({ seconds }) => seconds))
  })

  test('says the same in whatever order its trails are named', async () => {
    expect(JSON.stringify(await fleetOf('a-bad', 'b-good'))).toBe(JSON.stringify(await fleetOf('b-good', 'a-bad')))
  })

  test('writes the table of all beside the files of each', async () => {
    const out = join(folder, 'out')
    const trails = [join(folder, 'a-bad'), join(folder, 'b-good')]
    const { files, exitCode, result } = await renderFleet({ ...common, trails, out, formats: ['csv', 'json'] })
    expect(exitCode).toBe(1)
    const names = files.map(({ name }) => name)
    expect(names).toContain('fleet_2026-03-03_day_custom_hosts.csv')
    expect(names).toContain('a-bad_2026-03-03_day_custom_changes.csv')
    expect(names).toContain('b-good_2026-03-03_day_custom.json')
    const rows = parse(readFileSync(join(out, 'fleet_2026-03-03_day_custom_hosts.csv'), 'utf8'), {
      columns: true,
      record_delimiter: '\r\n',
    }) as { host: string; outcome: string; violated_ns: string; report: string }[]
    expect(rows.map((row) => [row.host, row.outcome, row.violated_ns, row.report])).toEqual(
      result.hosts.map((one) => [one.host, one.outcome, String(Math.round(one.seconds.VIOLATED * 1e9)), one.report]),
    )
    const written = JSON.parse(readFileSync(join(out, 'fleet_2026-03-03_day_custom.json'), 'utf8')) as FleetResult
    expect(written).toEqual(JSON.parse(JSON.stringify(result)))
    expect(readdirSync(out).length).toBe(names.length)
  })
})

describe('a fleet is refused', () => {
  test('where a trail is given twice: by the same path, through a link, as a copy', async () => {
    symlinkSync(join(folder, 'a-bad'), join(folder, 'link'))
    cpSync(join(folder, 'a-bad'), join(folder, 'copy'), { recursive: true })
    await expect(fleetOf('a-bad', 'a-bad')).rejects.toThrow('it is the same folder as')
    await expect(fleetOf('a-bad', 'link')).rejects.toThrow('it is the same folder as')
    await expect(fleetOf('a-bad', 'copy')).rejects.toThrow('it holds the same trail as')
    rmSync(join(folder, 'link'))
    rmSync(join(folder, 'copy'), { recursive: true })
  })

  test('where two computers have one origin, or one name', async () => {
    host('twin', 0, { open: { host: 'twin', origin: 'example/a-bad' } })
    await expect(fleetOf('a-bad', 'twin')).rejects.toThrow('both have the origin "example/a-bad"')
    rmSync(join(folder, 'twin'), { recursive: true })
    host('twin', 0, { open: { host: 'a-bad', origin: 'example/twin' } })
    await expect(fleetOf('a-bad', 'twin')).rejects.toThrow('both have the host label "a-bad"')
    rmSync(join(folder, 'twin'), { recursive: true })
  })

  test('where its trails have different zones and none is chosen', async () => {
    host('east', 0, { zone: 'Asia/Tokyo' })
    await expect(fleetOf('a-bad', 'east')).rejects.toThrow(/"zone" is required.*\(UTC, Asia\/Tokyo\)/)
    const trails = [join(folder, 'a-bad'), join(folder, 'east')]
    const { fleet } = await buildFleet({ ...common, trails, zone: 'UTC' })
    expect(fleet.result.hosts.map(({ host: name }) => name)).toEqual(['a-bad', 'east'])
    rmSync(join(folder, 'east'), { recursive: true })
  })
})

test('a folder stands for itself where it is a trail, else for the trails in it', async () => {
  expect(await trailsIn(join(folder, 'a-bad'))).toEqual([join(folder, 'a-bad')])
  expect(await trailsIn(folder)).toEqual([join(folder, 'a-bad'), join(folder, 'b-good')])
  const empty = mkdtempSync(join(folder, 'out', 'empty-'))
  expect(await trailsIn(empty)).toEqual([empty])
  await expect(trailsIn(join(folder, 'nowhere'))).rejects.toThrow('no trail at')
})
