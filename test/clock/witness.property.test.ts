/** Laws of the witness over random days of random computers: what it records is true, and what happened is recorded. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { ClockChange, Stamp } from '../../lib/clock/types.js'
import { contains, type IntervalNs, smallest, widen } from '../../lib/interval.js'
import { Computer, type Kind, kinds, ms, second } from './sim.js'
import { changesOf, gapsOf, type Log, narrow, type Seen, watch } from './watch.js'

const numRuns = Number(process.env.RUNS ?? 60)
const untilNs = 40n * second

/** Erratic reads: mostly quick, now and then pre-empted for up to some milliseconds, rarely for seconds. */
function erratic(computer: Computer, seed: number, restless: boolean): void {
  let state = seed >>> 0
  const usual = computer.kind === 'edge' ? 1_500n : 40n
  computer.readCostNs = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const dice = state >>> 8
    if (!restless || dice % 200 > 0) return usual + BigInt(dice % 60)
    return dice % 30_000 === 0 ? 2n * second : BigInt(dice % 8_000_000)
  }
}

const deed = fc.record({
  atMs: fc.integer({ min: 1, max: 39_000 }),
  what: fc.constantFrom('set', 'set', 'set', 'slew', 'sleep', 'sleep-set'),
  sizeUs: fc.oneof(
    fc.integer({ min: -5_000_000, max: 5_000_000 }),
    fc.integer({ min: -20_000, max: 20_000 }),
    fc.integer({ min: -900, max: 900 }),
  ),
  ppm: fc.oneof(fc.integer({ min: -450, max: 450 }), fc.integer({ min: -100_000, max: 100_000 })),
})

const script = fc.record({
  kind: fc.constantFrom(...kinds),
  seed: fc.integer(),
  restless: fc.boolean(),
  crystalPpm: fc.integer({ min: -100, max: 100 }),
  deeds: fc.array(deed, { maxLength: 8 }),
  stops: fc.array(fc.tuple(fc.integer({ min: 1, max: 150 }), fc.integer({ min: 1, max: 3_000 })), { maxLength: 3 }),
  sampleEvery: fc.constantFrom(7, 20, 64),
})
type Script = typeof script extends fc.Arbitrary<infer T> ? T : never

function play({ kind, seed, restless, crystalPpm, deeds, stops, sampleEvery }: Script): [Computer, Log] {
  const computer = new Computer(kind, undefined, BigInt(crystalPpm) * 1_000n)
  erratic(computer, seed, restless)
  for (const { atMs, what, sizeUs, ppm } of deeds) {
    computer.at(BigInt(atMs) * ms + 12_345n, () => {
      if (what === 'slew') computer.steer(BigInt(kind === 'mac' ? Math.max(-450, Math.min(450, ppm)) : ppm) * 1_000n)
      if (what === 'sleep' || what === 'sleep-set') computer.sleep(BigInt(Math.abs(sizeUs) + 200_000) * 1_000n)
      if (what === 'set' || what === 'sleep-set') computer.set(BigInt(sizeUs) * 1_000n)
    })
  }
  const pauses = new Map(stops.map(([n, forMs]) => [n, BigInt(forMs) * ms]))
  return [computer, watch(computer, { untilNs, sampleEvery, stops: pauses })]
}

function law(check: (computer: Computer, log: Log, kind: Kind) => void): void {
  fc.assert(
    fc.property(script, (input) => {
      const [computer, log] = play(input)
      check(computer, log, input.kind)
    }),
    { numRuns },
  )
}

/** Sum of the sets between two instants of A; sleeps count where A stands still in them and wall - A moves. */
function moved(computer: Computer, fromNs: bigint, toNs: bigint): bigint {
  return computer.deeds
    .filter(({ aNs, what }) => aNs >= fromNs && aNs <= toNs && what !== 'sleep')
    .reduce((sum, { sizeNs }) => sum + sizeNs, 0n)
}

function slept(computer: Computer, fromNs: bigint, toNs: bigint): boolean {
  return computer.deeds.some(({ aNs, what }) => aNs >= fromNs && aNs <= toNs && what === 'sleep')
}

function isStep({ class: kind }: ClockChange): boolean {
  return kind !== 'slew'
}

/** Where hrtime runs free of wall, the movement between two looks has their drift in it. */
function allowed(change: ClockChange, kind: Kind): IntervalNs {
  return kind === 'mac' ? widen(change.size, (change.latestNs - change.earliestNs) / 1_000n) : change.size
}

describe('whatever is done to a computer', () => {
  test('D of every look contains the true difference', () => {
    law((computer, log, kind) => {
      for (const { d, trueD, begunNs, aNs } of log.looks) {
        // What the edge method takes for granted: the clock is not set while it looks for its edge.
        if (kind === 'edge' && computer.deeds.some((done) => done.aNs >= begunNs && done.aNs <= aNs)) continue
        expect(contains(d, trueD)).toBe(true)
      }
    })
  })

  test('every recorded step was one: inside its interval, of its size', () => {
    law((computer, log, kind) => {
      for (const change of changesOf(log).filter(isStep)) {
        // A set within the look before, of which the change says that it may be part.
        const looked = log.looks.find(({ aNs }) => aNs >= change.earliestNs)?.aNs ?? 0n
        const truth = moved(computer, looked, change.latestNs)
        const truths = [truth, moved(computer, change.earliestNs, change.latestNs)]
        const inSum = truth !== 0n && smallest(change.size) > ms && truth < ms && truth > -ms
        const ok = truths.some((sum) => contains(allowed(change, kind), sum)) || inSum
        if (!ok) throw new Error(`${change.class} ${change.size.lowNs}..${change.size.highNs}, truth ${truth}`)
        if (change.class !== 'unknown') expect(truths.some((sum) => sum !== 0n)).toBe(true)
      }
    })
  })

  test('no step above the report goes unrecorded, none is recorded twice', () => {
    law((computer, log, kind) => {
      const sharp = log.looks.filter(narrow)
      const steps = changesOf(log).filter(isStep)
      for (const [n, look] of sharp.entries()) {
        const before = sharp[n - 1]
        if (before === undefined) continue
        const inside = computer.deeds.filter((d) => d.what !== 'sleep' && between(d.aNs, before, look))
        const net = inside.reduce((sum, { sizeNs }) => sum + sizeNs, 0n)
        const leeway =
          kind === 'native'
            ? 20_000n
            : kind === 'mac'
              ? (look.aNs - before.aNs) / 900n + 20_000n
              : slept(computer, before.begunNs, look.aNs)
                ? 50n * ms
                : 20_000n
        if (net > ms + leeway || net < -ms - leeway) {
          for (const { aNs } of inside) {
            const holding = steps.filter((change) => change.earliestNs <= aNs && aNs <= change.latestNs)
            expect(holding.length).toBeGreaterThanOrEqual(1)
            // The next change may begin as much before the look between the two as its wall reading is truncated.
            const slackNs = kind === 'edge' ? 1_200_000n : 2_000n
            expect(holding.filter((change) => change.earliestNs + slackNs < aNs).length).toBeLessThanOrEqual(1)
          }
        }
      }
    })
  })

  test('a slew is recorded only where something was done before, and as a departure above the report', () => {
    law((computer, log) => {
      for (const change of changesOf(log).filter((c) => c.class === 'slew')) {
        expect(smallest(change.size)).toBeGreaterThan(ms)
        const before = computer.corners.filter(({ aNs }) => aNs <= change.latestNs)
        expect(before.length).toBeGreaterThan(1)
      }
    })
  })

  test('a clock that nobody touches gives no change, however often the computer stalls, stops and sleeps', () => {
    fc.assert(
      fc.property(script, (input) => {
        const idle = input.deeds.filter(({ what }) => what === 'sleep')
        const [, log] = play({ ...input, restless: true, deeds: idle })
        expect(changesOf(log)).toEqual([])
      }),
      { numRuns },
    )
  })

  test('between two records every sharp look departs from the straight line by no more than the chord says', () => {
    law((_, log) => {
      for (const [n, to] of log.stamps.entries()) {
        const from = log.stamps[n - 1]
        if (from === undefined || from.aNs === to.aNs) continue
        expect(contains(to.since.chord, 0n)).toBe(true)
        for (const look of log.looks.filter((l) => l.aNs > from.aNs && l.aNs < to.aNs && narrow(l))) {
          expectInChord(from, to, look, log)
        }
      }
    })
  })

  test('every long sleep is a suspend in which A stood still, natively to the nanosecond', () => {
    law((computer, log, kind) => {
      const suspends = gapsOf(log).filter(({ cause }) => cause === 'suspend')
      const sinceNs = log.looks[0]?.aNs ?? 0n
      const sleeps = computer.deeds.filter(({ what, aNs }) => what === 'sleep' && aNs >= sinceNs)
      if (kind === 'mac') {
        expect(suspends).toEqual([])
        return
      }
      const until = log.looks.findLast(narrow)?.begunNs ?? 0n
      for (const { aNs } of sleeps.filter((sleep) => sleep.aNs < until)) {
        const holding = suspends.filter((gap) => (gap.fromNs ?? 0n) <= aNs && aNs <= (gap.toNs ?? 0n))
        expect(holding.map(({ breaks }) => breaks)).toEqual(['mono'])
      }
      for (const gap of suspends) expect(slept(computer, gap.fromNs ?? 0n, gap.toNs ?? 0n)).toBe(true)
    })
  })
})

function between(aNs: bigint, before: Seen, look: Seen): boolean {
  return aNs > before.aNs && aNs <= look.begunNs
}

function expectInChord(from: Stamp, to: Stamp, look: Seen, log: Log): void {
  const trueAt = (stamp: Stamp): bigint => log.looks.find(({ aNs }) => aNs === stamp.aNs)?.trueD ?? 0n
  const [start, end] = [trueAt(from), trueAt(to)]
  const line = start + ((end - start) * (look.aNs - from.aNs)) / (to.aNs - from.aNs)
  // The division above cuts off up to a nanosecond.
  if (!contains(widen(to.since.chord, 1n), look.trueD - line)) {
    throw new Error(`${look.trueD - line} outside ${to.since.chord.lowNs}..${to.since.chord.highNs}`)
  }
}
