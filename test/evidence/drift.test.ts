/** The drift bound held against what the samples themselves say. */
import { expect, test } from '@jest/globals'
import {
  DriftWatch,
  driftDocument,
  drifts,
  rateBetween,
  refutedStretches,
  refutedText,
} from '../../lib/evidence/drift.js'
import { memorySource } from '../../lib/evidence/source.js'
import { day, hour, minute, simulate } from './sim.js'
import { s, since, start, Tape } from './tape.js'

const period = { fromNs: start, toNs: start + s(10 * 86_400) }

test('the rate between two samples: the widest that both allow', () => {
  const from = { seq: 1, atNs: 0n, m: { lowNs: -1_000n, highNs: 1_000n } }
  const to = { seq: 2, atNs: 1_000_000_000n, m: { lowNs: -13_000n, highNs: -11_000n } }
  // A gained 12 us a second, give or take 2: the crystal is 12 ppm fast.
  expect(rateBetween(from, to)).toEqual({ lowPpb: 10_000n, highPpb: 14_000n })
})

test.each([12_000n, -12_000n, 0n])(
  'a crystal of %d ppb is observed, and its margin to the bound',
  async (crystalPpb) => {
    const sim = simulate({ length: 3n * day, crystalPpb, every: 64n * 1_000_000_000n })
    const source = memorySource(sim.facts)
    const found = await drifts(source, { fromNs: sim.startUtc, toNs: sim.startUtc + sim.length })
    expect(found).toHaveLength(1)
    const { whole, slowest, fastest, marginPpb, boundPpb, exceeded } = found[0]!
    for (const { rate, elapsedNs } of [whole, slowest, fastest]) {
      // The truth is M itself: what A gained on TAI between both ends.
      expect(rate.lowPpb).toBeLessThanOrEqual(crystalPpb)
      expect(rate.highPpb).toBeGreaterThanOrEqual(crystalPpb)
      expect(elapsedNs).toBeGreaterThan(20n * hour)
    }
    expect(whole.rate.highPpb - whole.rate.lowPpb).toBeLessThan(1_000n)
    expect(exceeded).toBe(false)
    expect(boundPpb).toBe(100_000n)
    expect(marginPpb).toBeLessThanOrEqual(boundPpb - (crystalPpb < 0n ? -crystalPpb : crystalPpb))
    expect(marginPpb).toBeGreaterThan(85_000n)
  },
)

test('what is read of calm blocks says the same as all of their records', async () => {
  const sim = simulate({ length: 3n * day, crystalPpb: 7_000n, every: 64n * 1_000_000_000n })
  const watch = new DriftWatch()
  for (const fact of sim.facts) watch.add(fact)
  const [all] = watch.finish()
  const [few] = await drifts(memorySource(sim.facts), { fromNs: sim.startUtc, toNs: sim.startUtc + sim.length })
  expect(few?.whole).toEqual(all?.whole)
})

test('a sleep and a boot end a run; less than an hour says nothing', async () => {
  const tape = new Tape().open(0)
  for (let at = 0; at <= 7_200; at += 600) tape.sample(at, -1, 1)
  tape.reboot(8_000).open(10)
  for (let at = 20; at <= 2_000; at += 600) tape.sample(at, -1, 1)
  const found = await drifts(tape.source, period)
  expect(found.map(({ boot, whole }) => [boot, whole.elapsedNs])).toEqual([['boot-1', s(7_200)]])
  // Two samples of 1 ms each way, two hours apart: 2 ms of 7,200 s is 278 ppb.
  expect(found[0]?.whole.rate).toEqual({ lowPpb: -278n, highPpb: 278n })
  expect(driftDocument(found[0]!)).toMatchObject({ bound: 100, margin: 99.722, rate: { low: -0.278, high: 0.278 } })
})

test('a crystal beyond its bound is said to be, and where the samples refute the bound', async () => {
  const sim = simulate({ length: 6n * hour, crystalPpb: 300_000n, every: 5n * minute })
  const source = memorySource(sim.facts)
  const whole = { fromNs: sim.startUtc, toNs: sim.startUtc + sim.length }
  const [run] = await drifts(source, whole)
  expect(run).toMatchObject({ exceeded: true })
  expect(run!.marginPpb).toBeLessThan(-190_000n)
  const refuted = await refutedStretches(source, whole)
  expect(refuted.length).toBeGreaterThan(3)
  for (const [i, one] of refuted.entries()) {
    expect(one.fromNs).toBeLessThan(one.toNs)
    expect(one.fromNs).toBeGreaterThanOrEqual(refuted[i - 1]?.toNs ?? one.fromNs)
  }
  expect(refutedText(refuted[0]!)).toContain(`sample ${refuted[0]!.seq} contradicts an earlier one`)
})

test('a quiet trail has no refuted stretch', async () => {
  const tape = new Tape().open(0)
  for (let at = 0; at <= 600; at += 60) tape.sample(at, -1, 1)
  expect(await refutedStretches(tape.source, period)).toEqual([])
  expect(since(tape.facts.at(-1)?.wallNs ?? 0n)).toBe(600)
})
