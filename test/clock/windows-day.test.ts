/**
 * A day on Windows: the performance counter runs on a crystal of its own, 40 ppm off; W32Time slews the wall clock towards the time
 * it learns every 17 minutes, at rates that change, and nobody sets it.
 */
import { expect, test } from '@jest/globals'
import type { ClockChange, Gap } from '../../lib/clock/types.js'
import { Witness } from '../../lib/clock/witness.js'
import { seeded } from '../../lib/testing/random.js'
import { Computer, second } from './sim.js'
import { changesOf, defaults, watch } from './watch.js'

const hour = 3_600n * second

test.each([40_000n, -40_000n])('w32time-slews-all-day: a crystal of %d ppb gives no step', (crystalPpb) => {
  const computer = new Computer('mac', undefined, crystalPpb)
  const random = seeded(4)
  // Steering answers the crystal, and W32Time's phase corrections come on top: up to 200 ppm for some minutes.
  computer.steer(-crystalPpb)
  for (let atNs = 17n * 60n * second; atNs < 24n * hour; atNs += 17n * 60n * second) {
    const correctionPpb = BigInt(Math.round((random() - 0.5) * 400_000))
    computer.at(atNs, () => computer.steer(-crystalPpb + correctionPpb))
    computer.at(atNs + 300n * second, () => computer.steer(-crystalPpb))
  }
  const source = computer.source()
  const { coupled, bootId } = source
  const witness = new Witness(source.read(), { ...defaults, periodNs: second, coupled, bootId })
  const events: (ClockChange | Gap)[] = []
  // A second between looks, so that a day takes seconds; a process that is held up now and then.
  for (let n = 1; computer.nowNs < 24n * hour; n++) {
    computer.advance(second + (n % 430 === 0 ? BigInt(Math.floor(random() * 3e8)) : 0n))
    events.push(...witness.look(source.read(), source.notice()))
    if (n % 64 === 0) witness.anchor()
  }
  expect(coupled).toBe(false)
  expect(events.filter((event) => event.kind === 'gap' || event.class !== 'slew')).toEqual([])
  expect(events.length).toBeGreaterThan(0)
})

test('set-between-two-slews: a set of 5 ms on the same day is found', () => {
  const computer = new Computer('mac', undefined, 40_000n)
  computer.steer(-40_000n)
  computer.at(600n * second, () => computer.steer(160_000n))
  computer.at(700n * second + 1n, () => computer.set(5_000_000n))
  const log = watch(computer, { untilNs: 1_200n * second, periodNs: second, sampleEvery: 64 })
  const steps = changesOf(log).filter(({ class: kind }) => kind !== 'slew')
  expect(steps).toHaveLength(1)
  // Between the two looks it also drifted, by 200 us at most.
  expect(steps[0]!.size.lowNs).toBeGreaterThan(4_700_000n)
  expect(steps[0]!.size.highNs).toBeLessThan(5_300_000n)
})
