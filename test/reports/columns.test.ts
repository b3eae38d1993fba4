/** Samples as columns say what their records say, to the nanosecond; what doubles could not keep is left to the record. */
import { rmSync } from 'node:fs'
import { afterAll, describe, expect, test } from '@jest/globals'
import { parseInstant } from '../../lib/instant.js'
import { seeded } from '../../lib/testing/random.js'
import { ColumnsBuilder, readColumns } from '../../reports/columns.js'
import type { SampleRecord } from '../../reports/csv/samples.js'
import { Tallies } from '../../reports/tallies.js'
import { TrailBuilder } from '../support/trail-builder.js'

const trail = new TrailBuilder({ utc: '2026-03-03T00:00:00.000000000Z' })
trail.open()
trail.sample({ state: 'agreed', width: 0.01 })
afterAll(() => rmSync(trail.folder, { recursive: true, force: true }))

const model = trail.placed.map(({ record }) => record).find((record) => record.type === 'sample') as SampleRecord

function like(change: (record: Mutable) => void): SampleRecord {
  const copy = structuredClone(model) as Mutable
  change(copy)
  return copy as SampleRecord
}

// biome-ignore lint/suspicious/noExplicitAny: fields are changed by hand
type Mutable = any

describe('a change of one field alone is another shape', () => {
  const changes: readonly (readonly [string, (record: Mutable) => void])[] = [
    ['bootId', (r) => (r.bootId = '5f0c7a52-0000-4000-8000-00000000000f')],
    ['reason', (r) => (r.reason = r.reason === 'scheduled' ? 'requested' : 'scheduled')],
    ['configured', (r) => (r.consensus.configured += 1)],
    ['ratePpb', (r) => (r.ratePpb += 1)],
    ['taiUtc', (r) => (r.taiUtc += 1)],
    ['server', (r) => (r.readings.secondary.server += 'x')],
    ['port', (r) => (r.readings.secondary.port += 1)],
    ['address', (r) => (r.readings.secondary.address = '192.0.2.77')],
    ['self', (r) => (r.readings.secondary.self = !r.readings.secondary.self)],
    ['li', (r) => (r.readings.secondary.li = 1)],
    ['stratum', (r) => (r.readings.secondary.stratum += 1)],
    ['precision', (r) => (r.readings.secondary.precision -= 1)],
    ['referenceId', (r) => (r.readings.secondary.referenceId = '01020304')],
    ['not asked', (r) => delete r.readings.tertiary],
  ]

  test.each(changes)('%s', (_, change) => {
    const builder = new ColumnsBuilder()
    for (const record of [model, model, like(change), model]) expect(builder.add(record)).toBe(true)
    const { packed, bytes } = builder.finish()
    const { shapes, shape } = readColumns(packed, bytes)
    expect([shapes.length, ...shape]).toEqual([2, 0, 0, 1, 0])
    expect(shapes[1]).not.toEqual(shapes[0])
  })
})

test.each<[string, (record: Mutable) => void]>([
  ['an offset of a year', (r) => (r.readings.primary.offsetNs = '31536000000000000')],
  ['a bound of a year', (r) => (r.consensus.highNs = '31536000000000000')],
  ['an audit clock a month further', (r) => (r.atNs = `${BigInt(r.atNs) + 2_700_000_000_000_000n}`)],
])('%s is left to the record, as nothing else of its kind is', (_, change) => {
  const builder = new ColumnsBuilder()
  expect([builder.add(model), builder.add(like(change)), builder.add(model), builder.count]).toEqual([
    true,
    false,
    true,
    2,
  ])
})

test.each([0, 1, 2, 3])(
  'counted by the run and one by one they give the same, also where a column of a plot ends (%d)',
  (phase) => {
    const fromNs = parseInstant('2025-05-01T00:00:00.000000000Z')
    // A year and a little, so that columns begin between nanoseconds and instants lie beyond what doubles hold.
    const toNs = fromNs + 31_536_000_000_000_007n
    const width = Number(toNs - fromNs) / 960
    const m = (BigInt(model.consensus.m!.lowNs) + BigInt(model.consensus.m!.highNs)) >> 1n
    const random = seeded(11)
    const records: SampleRecord[] = []
    for (let column = 800; column < 850; column += 1) {
      for (let n = -4; n <= 4; n += 1) {
        // The first sample, from which the run counts, lies elsewhere between the instants that doubles know.
        const first = records.length === 0 ? -40n + BigInt(phase) : 0n
        const utcNs = fromNs + BigInt(Math.floor(column * width)) + BigInt(n) + first
        const low = Math.floor((random() - 0.5) * 1e8)
        records.push(
          like((r) => {
            r.seq = records.length + 2
            r.atNs = `${utcNs + 37_000_000_000n - m}`
            r.consensus.lowNs = `${low}`
            r.consensus.highNs = `${low + Math.floor(random() * 1e7)}`
            r.readings.primary.offsetNs = `${Math.floor((random() - 0.5) * 1e10)}`
          }),
        )
      }
    }
    const builder = new ColumnsBuilder()
    expect(records.every((record) => builder.add(record))).toBe(true)
    const { packed, bytes } = builder.finish()
    const tally = () =>
      new Tallies({ fromNs, toNs, zone: 'UTC', toleranceNs: 30_000_000n, warningNs: null, probes: [] })
    const [byRun, byOne] = [tally(), tally()]
    byRun.plain(readColumns(packed, bytes), 0, records.length)
    for (const record of records) byOne.remarkable(record, BigInt(record.atNs) + m - 37_000_000_000n)
    expect(byRun.plots.build()).toEqual(byOne.plots.build())
    expect(byRun.days.rows()).toEqual(byOne.days.rows())
    expect(byRun.budget.build()).toEqual(byOne.budget.build())
    expect(byRun.references.build({})).toEqual(byOne.references.build({}))
    expect(byRun.health.build({})).toEqual(byOne.health.build({}))
    expect([byRun.counts, byRun.outside]).toEqual([byOne.counts, byOne.outside])
    expect(byRun.outside.length).toBeGreaterThan(20)
  },
)
