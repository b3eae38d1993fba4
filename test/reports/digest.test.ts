/** What was counted in whole files before gives the same report as their records. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import Database from 'better-sqlite3'
import type { Notebook } from '../../lib/index-store/index.js'
import { formatInstant } from '../../lib/instant.js'
import { verifyTrail } from '../../lib/trail/verify.js'
import { buildReport } from '../../reports/build.js'
import { DigestBuilder, SegmentDigest } from '../../reports/digest.js'
import { distributionOf } from '../../reports/distribution.js'
import { listenFor, takeInventory } from '../../reports/inventory.js'
import { Material } from '../../reports/material.js'
import { Tallies } from '../../reports/tallies.js'
import { TrailBuilder } from '../support/trail-builder.js'

const folder = mkdtempSync(join(tmpdir(), 'digest-'))
const trail = new TrailBuilder({ utc: '2026-03-02T23:50:00.000000000Z', ppm: 12.5 })
afterAll(() => {
  for (const one of [folder, trail.folder]) rmSync(one, { recursive: true, force: true })
})

function write(): void {
  trail.open()
  let n = 0
  while (formatInstant(trail.utcNs) < '2026-03-07T00:20:00') {
    n += 1
    // A file begins with samples that found nothing; some in the middle do, too.
    const found = n % 97 < 3 || n % 288 < 12 ? 'none' : 'agreed'
    // Now and then two references contradict each other, and a clock stands still or is not looked at.
    const apart = { secondary: (n % 5) / 1000, tertiary: n % 90 < 4 ? -0.05 : (n % 3) / 1000 }
    const delays = { primary: 0.001 + (n % 11) / 10_000, secondary: n % 300 === 7 ? 0.4 : 0.02, tertiary: 0.003 }
    trail.sample({ state: found, width: 0.01 + (n % 7) / 1000, apart, delays })
    if (n === 450) trail.suspend(900).gap('suspend', 'mono', 0)
    if (n === 700) trail.gap('starved', 'wall', 20)
    if (n === 810) trail.gap('suspend', 'mono', 2000)
    if (n === 950) trail.crash().open()
    if (n % 211 === 100) {
      trail.set(0.2).change(0.2)
      trail.sample({ state: 'agreed', triggered: true })
      trail.note(3, 'a note')
    }
    if (n % 400 === 0) trail.sample({ state: 'conflict' })
    // For a while the clock is further off than four bytes can say, and once by more than sums of doubles keep: its day begins a file, its return another.
    if (n === 500) trail.set(5).change(5)
    if (n === 520) trail.set(-5).change(-5)
    if (n === 600) trail.set(-3e7).change(-3e7)
    if (n === 604) trail.set(3e7).change(3e7)
    trail.advance(150).heartbeat()
    trail.advance(150)
  }
}

const note = (head: string): Buffer => {
  const bytes = Buffer.alloc(4 + head.length)
  bytes.writeUInt32LE(head.length, 0)
  bytes.write(head, 4)
  return bytes
}

const text = (value: unknown): string =>
  JSON.stringify(value, (_key, one: unknown) => (typeof one === 'bigint' ? `${one}n` : one))

test('a report from files that were counted before is that of their records', async () => {
  write()
  const index = join(folder, 'index.sqlite')
  const build = async (more: object = {}) => {
    const period = { from: '2026-03-03T06:00:00Z', to: '2026-03-06T18:00:00Z' }
    const options = { trail: trail.folder, index, nowNs: 1_900_000_000_000_000_000n, ...period, ...more }
    const { verification: _verification, ...report } = (await buildReport(options)).report
    return text(report)
  }
  let recalled = 0
  const { recall } = SegmentDigest
  SegmentDigest.recall = (notebook: Notebook, segment: number, sha256: string) => {
    const found = recall(notebook, segment, sha256)
    if (found) recalled += 1
    return found
  }
  let counted = 0
  const { add } = DigestBuilder.prototype
  DigestBuilder.prototype.add = function (placed) {
    counted += 1
    add.call(this, placed)
  }
  let cold = ''
  try {
    // Files are counted while they are verified: nothing is read for it again.
    cold = await build()
    expect(recalled).toBe(5)
    expect(counted).toBeGreaterThan(1_000)
    recalled = 0
    counted = 0
    expect(await build()).toBe(cold)
    expect(recalled).toBe(5)
    expect(await build({ verify: 'all' })).toBe(cold)
    expect(counted).toBe(0)
    expect(recalled).toBe(10)
    // Under another sum of its bytes nothing is recalled.
    const kept: Notebook = { recall: () => note('{"version":2,"sha256":"00"}'), keep: () => {} }
    expect(recall(kept, 1, '11')).toBeNull()
  } finally {
    SegmentDigest.recall = recall
    DigestBuilder.prototype.add = add
  }
  expect(await build({ index: ':memory:' })).toBe(cold)
})

test('of a long trail only files around the period are counted', async () => {
  const index = join(folder, 'day.sqlite')
  const period = { from: '2026-03-03T00:00:00Z', to: '2026-03-04T00:00:00Z' }
  await buildReport({ trail: trail.folder, index, nowNs: 1_900_000_000_000_000_000n, ...period })
  const database = new Database(index, { readonly: true })
  const names = database.prepare("SELECT name FROM note WHERE name LIKE 'counts%'").pluck().all()
  database.close()
  const labels = (await Material.open(trail.folder)).labels()
  const days = names.map((name) => labels.get(Number(String(name).split(' ').at(-1)))?.label).sort()
  // A file at whose ends the clock was a year apart may hold any day between; the last day of the trail is left out.
  expect(days).toEqual(['2025-03-22', '2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05'])
  expect([...labels.values()].map(({ label }) => label)).toContain('2026-03-06')
})

/** A notebook in memory, without signatures. */
class Notes implements Notebook {
  readonly bytes = new Map<string, Buffer>()
  recall(name: string): Buffer | null {
    return this.bytes.get(name) ?? null
  }
  keep(name: string, bytes: Buffer): void {
    this.bytes.set(name, Buffer.from(bytes))
  }
}

test('digests made while a trail is verified, or from its records, tell what the records tell', async () => {
  const range = { firstSeq: 1, lastSeq: trail.seq }
  const periods = [
    { fromNs: 1_772_400_000_000_000_000n, toNs: 1_773_000_000_000_000_000n },
    // Cut through a day at both ends.
    { fromNs: 1_772_510_000_123_456_789n, toNs: 1_772_700_000_987_654_321n },
  ]
  const count = async (notebook: Notes | undefined, listened: boolean, period: { fromNs: bigint; toNs: bigint }) => {
    const material = await Material.open(trail.folder)
    const listen = notebook && listened ? listenFor(material, range, notebook) : undefined
    const memory = { recall: () => null, keep: () => {} }
    const { digests } = await verifyTrail(trail.folder, { memory, ...(listen ? { listen } : {}) })
    const kept = notebook?.bytes.size
    material.trust()
    const wanted = new Set([2, 77, 78, 700])
    const checks = [{ ...period, day: '2026-03-03' }]
    const options = { ...period, zone: 'Europe/Berlin', toleranceNs: 12_000_000n, warningNs: null, probes: [] }
    const tallies = new Tallies({ ...options, wanted, checks })
    const inventory = await takeInventory(material, {
      ...{ used: range, asOf: range.lastSeq, tallies, notebook },
      ...(digests ? { digests } : {}),
    })
    const { counts, configured, outside, caused, utc, offsets, reaches } = tallies
    const told = text({
      ...{ ends: inventory.ends, files: [...inventory.files], closes: inventory.closes },
      ...{ counts, configured, outside, caused: [...caused], utc: [...utc], checks: tallies.checks },
      ...{ offsets: distributionOf(offsets), reaches: distributionOf(reaches), plots: tallies.plots.build() },
      ...{ budget: tallies.budget.build(), health: tallies.health.build({}), rows: tallies.days.rows() },
      ...{ references: tallies.references.build({}), spreads: tallies.references.distributions() },
      ...{ history: tallies.history.entries, boots: tallies.history.boots, path: tallies.references.best() },
    })
    return { told, kept }
  }
  for (const period of periods) {
    const records = await count(undefined, false, period)
    const notes = new Notes()
    const heard = await count(notes, true, period)
    expect(heard.kept).toBeGreaterThanOrEqual(6)
    expect(heard.told).toBe(records.told)
    expect((await count(notes, true, period)).told).toBe(records.told)
    const made = await count(new Notes(), false, period)
    expect(made).toEqual({ told: records.told, kept: 0 })
  }
})
