import { rmSync } from 'node:fs'
import { afterAll, describe, expect, test } from '@jest/globals'
import { parseInstant } from '../../lib/instant.js'
import { middle } from '../../lib/interval.js'
import { decodeInterval } from '../../lib/trail/encode.js'
import type { Placed, TrailRecord } from '../../lib/trail/types.js'
import { ColumnsBuilder, readColumns } from '../../reports/columns.js'
import { CrystalBuilder, halfOf, type Knot } from '../../reports/crystal.js'
import { SampleClock } from '../../reports/material.js'
import { PlotsBuilder } from '../../reports/plots.js'
import { runsIn } from '../../reports/runs.js'
import { errorOf, Tallies } from '../../reports/tallies.js'
import { TrailBuilder } from '../support/trail-builder.js'

const trails: TrailBuilder[] = []
afterAll(() => {
  for (const { folder } of trails) rmSync(folder, { recursive: true })
})

const midnight = parseInstant('2026-03-03T00:00:00.000000000Z')
const s = 1_000_000_000n
const hour = 3600n * s

function made(ppm = 0): TrailBuilder {
  const trail = new TrailBuilder({ utc: '2026-03-03T00:00:00.000000000Z', ppm })
  trails.push(trail)
  trail.open()
  return trail
}

function plotsOf(trail: TrailBuilder, hours = 24n, missing = 0) {
  const period = { fromNs: midnight, toNs: midnight + hours * hour }
  const tallies = new Tallies({ ...period, zone: 'UTC', toleranceNs: 50_000_000n, warningNs: null, probes: [] })
  const clock = new SampleClock()
  for (const { record } of trail.placed) {
    if (record.seq === missing) continue
    tallies.record(record, record.type === 'sample' ? clock.utcNs(record, parseInstant(record.wall)) : null, true)
  }
  return tallies.plots.build()
}

function knotOf({ record }: Placed): Knot {
  if (record.type !== 'sample' || !record.consensus.m) throw new Error('no sample with a bound')
  const m = middle(decodeInterval(record.consensus.m))
  const aNs = BigInt(record.atNs)
  const error = errorOf(record)!
  return { boot: record.bootId, aNs, mNs: m, utcNs: aNs + m - 37n * s, halfNs: halfOf(error) }
}

test('a delay that stands out in one sample is drawn, at its column, of its reference alone', () => {
  const trail = made()
  for (let n = 0; n < 480; n += 1) {
    const delays = { primary: 0.002, secondary: n === 123 ? 0.7 : 0.003, tertiary: 0.004 + (n % 2) / 1000 }
    trail.sample({ state: 'agreed', width: 0.01, delays })
    trail.advance(180)
  }
  const { delays } = plotsOf(trail)
  // A column is 90 s wide: a sample lies in every second.
  expect(delays.secondary?.[245]).toBeNull()
  expect(delays.secondary?.[246]).toEqual({ low: 0.7, high: 0.7 })
  expect(delays.secondary?.[248]).toEqual({ low: 0.003, high: 0.003 })
  expect(delays.primary?.filter(Boolean)).toEqual(Array.from({ length: 480 }, () => ({ low: 0.002, high: 0.002 })))
  expect(plotsOf(trail, 240n).delays.tertiary?.slice(0, 3)).toEqual([
    { low: 0.004, high: 0.005 },
    { low: 0.004, high: 0.005 },
    { low: 0.004, high: 0.005 },
  ])
})

test('two references differ by the middles of M, the first less the second, and columns in which they contradict each other are named', () => {
  const trail = made()
  trail.sample({ state: 'agreed', width: 0.01, apart: { secondary: 0.004, tertiary: -0.02 } })
  trail.advance(90).set(3600)
  trail.sample({ state: 'agreed', width: 0.01, apart: { secondary: 0.004, tertiary: -0.0201 } })
  trail.advance(90)
  trail.sample({ state: 'agreed', width: 0.01, silent: ['tertiary'] })
  const { differences } = plotsOf(trail)
  expect(differences.map(({ a, b, apart }) => [a, b, apart])).toEqual([
    ['primary', 'secondary', []],
    // Intervals that touch meet.
    ['primary', 'tertiary', [1]],
    ['secondary', 'tertiary', [0, 1]],
  ])
  expect(
    differences.map(({ columns }) => columns.slice(0, 4).map((column) => column && [column.low, column.high])),
  ).toEqual([
    [[-0.004, -0.004], [-0.004, -0.004], [0, 0], null],
    [[0.02, 0.02], [0.0201, 0.0201], null, null],
    [[0.024, 0.024], [0.0241, 0.0241], null, null],
  ])
})

test('one reference differs from nobody', () => {
  const trail = made()
  trail.sample()
  const { differences, delays, crystal } = plotsOf(trail)
  expect(differences).toEqual([])
  expect(Object.keys(delays)).toEqual(['primary'])
  expect(crystal).toEqual([])
})

describe('the rate of the audit clock', () => {
  test('is told hour by hour of a day, between samples, and holds the truth', () => {
    const trail = made(12.5)
    for (let n = 0; n < 60; n += 1) {
      trail.sample({ state: 'agreed', width: 0.002, lie: (((n + 1) % 3) - 1) * 0.001 })
      trail.advance(600)
    }
    const { crystal } = plotsOf(trail)
    // The rest, of fifty minutes, is longer than half an hour.
    expect(crystal.map(({ fromNs, toNs }) => Math.round(Number(toNs - fromNs) / 6e10))).toEqual([
      ...Array.from({ length: 9 }, () => 60),
      50,
    ])
    for (const { low, high } of crystal) {
      expect(low).toBeLessThan(12.5)
      expect(high).toBeGreaterThan(12.5)
    }
    // Half the widths of two bounds of M, and what D adds: 2.0004 ms each, and a nanosecond; over an hour of A.
    const elapsed = 3600 * (1 + 12.5e-6)
    expect(crystal[0]!.high - crystal[0]!.low).toBeCloseTo(((2 * 2 * 2_000_401) / 1e9 / elapsed) * 1e6, 6)
  })

  test('is told across no gap, no start and no boot, and of no sample that a suspend was recorded behind', () => {
    const trail = made()
    const lengths = (): string[] =>
      plotsOf(trail).crystal.map(
        ({ fromNs, toNs }) => `${(fromNs - midnight) / (60n * s)}+${(toNs - fromNs) / (60n * s)}`,
      )
    const run = (minutes: number) => {
      for (let n = 0; n < minutes; n += 10) {
        trail.sample({ state: 'agreed', width: 0.002 })
        trail.advance(600)
      }
      trail.sample({ state: 'agreed', width: 0.002 })
    }
    run(80)
    // The 20 minutes behind the first hour are too short to say something.
    expect(lengths()).toEqual(['0+60'])
    trail.advance(60).gap('starved', 'wall', 30)
    run(40)
    expect(lengths()).toEqual(['0+60', '81+40'])
    trail.crash().advance(60).open()
    run(70)
    trail.reboot(120, '5f0c7a52-0000-4000-8000-000000000002')
    run(60)
    expect(lengths()).toEqual(['0+60', '81+40', '122+60', '194+60'])
    // Of a suspend that is known too late, everything that was told of the samples behind its beginning is taken back.
    trail.gap('suspend', 'mono', 100)
    expect(lengths()).toEqual(['0+60', '81+40', '122+60'])
  })

  test('is told across no record that is missing', () => {
    const trail = made()
    for (let n = 0; n < 19; n += 1) {
      trail.sample({ state: 'agreed', width: 0.002 })
      trail.heartbeat()
      trail.advance(600)
    }
    const starts = (missing: number) =>
      plotsOf(trail, 24n, missing).crystal.map(({ fromNs, toNs }) => [
        Number((fromNs - midnight) / (60n * s)),
        Number((toNs - fromNs) / (60n * s)),
      ])
    expect(starts(0)).toEqual([
      [0, 60],
      [60, 60],
      [120, 60],
    ])
    // The heartbeat behind the tenth sample, at 90 minutes.
    const heartbeat = trail.placed.filter(({ record }) => record.type === 'heartbeat')[9]!.record.seq
    expect(starts(heartbeat)).toEqual([
      [0, 60],
      [60, 30],
      [100, 60],
    ])
  })

  test('is the same from columns of samples as from one after the other', () => {
    const trail = made(-40)
    for (let n = 0; n < 500; n += 1) {
      trail.sample({ state: 'agreed', width: 0.002 + (n % 13) / 10_000, lie: ((n % 7) - 3) / 4000 })
      trail.advance(n % 50 === 0 ? 900 : 100)
    }
    const samples = trail.placed.filter(({ record }) => record.type === 'sample')
    const build = (tell: (builder: CrystalBuilder) => void) => {
      const builder = new CrystalBuilder(midnight, midnight + 24n * hour)
      tell(builder)
      return builder.build()
    }
    const one = build((builder) => {
      for (const placed of samples) builder.sample(knotOf(placed))
    })
    expect(one.length).toBe(15)
    for (const size of [1, 7, 100, 500]) {
      const many = build((builder) => {
        for (let from = 0; from < samples.length; from += size) {
          const columns = new ColumnsBuilder()
          for (const { record } of samples.slice(from, from + size)) expect(columns.add(sampleOf(record))).toBe(true)
          const { packed, bytes } = columns.finish()
          const read = readColumns(packed, bytes)
          for (const run of runsIn(read, 0, read.count)) builder.run(run)
        }
      })
      expect(many).toEqual(one)
    }
  })

  test('ignores a sample whose audit clock goes back', () => {
    const builder = new CrystalBuilder(midnight, midnight + 24n * hour)
    const at = (hours: bigint, mNs = 0n): Knot => {
      return { boot: 'a', aNs: hours * hour, utcNs: midnight + hours * hour, mNs, halfNs: 0n }
    }
    for (const knot of [at(1n), at(3n, -7_200_000n), at(2n, 99n), at(4n, -7_200_000n)]) builder.sample(knot)
    expect(builder.build()).toEqual([
      { fromNs: midnight + hour, toNs: midnight + 3n * hour, low: 1, high: 1 },
      { fromNs: midnight + 3n * hour, toNs: midnight + 4n * hour, low: 0, high: 0 },
    ])
  })
})

function sampleOf(record: TrailRecord): TrailRecord & { readonly type: 'sample' } {
  if (record.type !== 'sample') throw new Error('no sample')
  return record
}

test('nothing is drawn of nothing', () => {
  const { delays, differences, crystal } = new PlotsBuilder(midnight, midnight + hour).build()
  expect({ delays, differences, crystal }).toEqual({ delays: {}, differences: [], crystal: [] })
})
