/**
 * What could make a bound wrong, each by name. Where the printed assumptions hold, truth lies in every bound; where a test
 * breaks one on purpose, it says why nobody could know.
 */
import { expect, test } from '@jest/globals'
import { pieces } from '../../lib/evidence/pieces.js'
import { memorySource } from '../../lib/evidence/source.js'
import { stretches } from '../../lib/evidence/stretches.js'
import type { Stretch } from '../../lib/evidence/types.js'
import { contains, smallest } from '../../lib/interval.js'
import { checkBounds, saidOf } from './check.js'
import { type Action, hour, minute, ms, type SimOptions, type Simulated, second, simulate } from './sim.js'

const longestGapNs = 5n * minute

/** Every hundred milliseconds around what happens, and every few seconds elsewhere. */
function instants(length: bigint, actions: readonly Action[]): bigint[] {
  const found: bigint[] = []
  for (let at = 0n; at < length; at += 7n * second + 13n * ms) found.push(at)
  for (const { at } of actions) {
    for (let by = -2n * second; by < 4n * second; by += 100n * ms)
      if (at + by > 0n && at + by < length) found.push(at + by)
  }
  return found
}

async function holds(options: SimOptions): Promise<Simulated> {
  const sim = simulate(options)
  const source = memorySource(sim.facts)
  const { bounded, asked } = await checkBounds(
    sim,
    source,
    instants(options.length, options.actions ?? []),
    longestGapNs,
  )
  expect(bounded / asked).toBeGreaterThan(0.2)
  return sim
}

async function verdicts(sim: Simulated, toleranceNs: bigint): Promise<Stretch[]> {
  const found: Stretch[] = []
  const period = { fromNs: sim.startUtc, toNs: sim.startUtc + sim.length, longestGapNs }
  for await (const stretch of stretches(pieces(memorySource(sim.facts), period), toleranceNs)) found.push(stretch)
  return found
}

const share = (list: readonly Stretch[], verdict: string): number => {
  const of = list.filter((one) => one.verdict === verdict).reduce((sum, { fromNs, toNs }) => sum + toNs - fromNs, 0n)
  const all = list.reduce((sum, { fromNs, toNs }) => sum + toNs - fromNs, 0n)
  return Number(of) / Number(all)
}

test('a quiet day is PROVEN nearly throughout', async () => {
  const sim = await holds({ length: 6n * hour, crystalPpb: 0n })
  expect(share(await verdicts(sim, 50n * ms), 'PROVEN')).toBeGreaterThan(0.998)
})

test('slew-out-and-back between two samples', async () => {
  const actions: Action[] = [
    { at: 100n * second, do: 'slew', ppb: 5_000_000n },
    { at: 115n * second, do: 'slew', ppb: -5_000_000n },
    { at: 130n * second, do: 'slew', ppb: 0n },
  ]
  const sim = await holds({ length: 10n * minute, every: 120n * second, actions })
  expect(sim.facts.some(({ kind }) => kind === 'clock-change')).toBe(false)
  const said = await saidOf(memorySource(sim.facts), sim.facts, sim.at(115n * second), longestGapNs)
  expect(said?.bound).not.toBeNull()
  // It was 75 ms out in the middle: neither of the samples saw it, the chord did.
  expect(sim.at(115n * second).error).toBeLessThan(-70n * ms)
})

test('set-back-and-forth-between-samples', async () => {
  const actions: Action[] = [
    { at: 100n * second, do: 'step', by: -3n * minute },
    { at: 110n * second, do: 'step', by: 3n * minute },
  ]
  const sim = await holds({ length: 10n * minute, every: 300n * second, actions })
  const list = await verdicts(sim, 100n * ms)
  expect(list.some(({ verdict, fromNs, toNs }) => verdict === 'VIOLATED' && toNs - fromNs > 9n * second)).toBe(true)
})

test('a set inside a burst of samples', async () => {
  const samples: Action[] = [0n, 2n, 4n, 6n].map((at) => ({ at: 100n * second + at * second, do: 'sample' }))
  const actions: Action[] = [
    ...samples,
    { at: 103n * second, do: 'step', by: 500n * ms },
    { at: 105n * second, do: 'step', by: -200n * ms },
  ]
  const sim = await holds({ length: 10n * minute, actions })
  expect((await verdicts(sim, 50n * ms)).some(({ verdict }) => verdict === 'VIOLATED')).toBe(true)
})

test('a thousand sets, each too small to be told of', async () => {
  const actions: Action[] = []
  for (let i = 0n; i < 1000n; i++) actions.push({ at: minute + i * 3n * second, do: 'step', by: 900_000n })
  const sim = await holds({ length: 2n * hour, actions })
  expect(sim.facts.some(({ kind }) => kind === 'clock-change')).toBe(false)
  // By nine tenths of a second in the end.
  expect(sim.at(hour).error).toBeLessThan(-880n * ms)
  expect(share(await verdicts(sim, 50n * ms), 'VIOLATED')).toBeGreaterThan(0.5)
})

test('two different sets inside one look are seen as one', async () => {
  const actions: Action[] = [
    { at: 100n * second, do: 'step', by: 5n * second },
    { at: 100n * second + 100n * ms, do: 'step', by: -2n * second },
  ]
  const sim = await holds({ length: 10n * minute, actions })
  expect(sim.facts.filter(({ kind }) => kind === 'clock-change')).toMatchObject([
    { size: { lowNs: 3n * second - 5000n } },
  ])
})

test('set and undone inside one look: nobody could know without a notice, and the page says `looks`', async () => {
  const actions: Action[] = [
    { at: 100n * second + 20n * ms, do: 'step', by: 5n * second },
    { at: 100n * second + 120n * ms, do: 'step', by: -5n * second },
  ]
  const sim = simulate({ length: 5n * minute, actions, notice: 'absent' })
  const said = await saidOf(memorySource(sim.facts), sim.facts, sim.at(100n * second + 60n * ms), longestGapNs)
  expect(said?.span.witness).toBe('looks')
  expect(said?.bound && contains(said.bound, sim.at(100n * second + 60n * ms).error)).toBe(false)
})

test('two-of-three-lie differently: conflict, nothing is claimed', async () => {
  const actions: Action[] = [
    { at: 5n * minute, do: 'lie', who: 0, by: hour },
    { at: 5n * minute, do: 'lie', who: 1, by: -hour },
    { at: 10n * minute, do: 'lie', who: 0, by: null },
    { at: 10n * minute, do: 'lie', who: 1, by: null },
  ]
  const sim = await holds({ length: 20n * minute, actions })
  const list = await verdicts(sim, 50n * ms)
  const conflict = list.filter(({ cause }) => cause === 'conflict')
  expect(conflict.length).toBe(1)
  expect(conflict[0] && conflict[0].toNs - conflict[0].fromNs).toBeGreaterThan(5n * minute)
})

test('two-of-three-lie alike: nobody could know which', async () => {
  const actions: Action[] = [
    { at: 5n * minute, do: 'lie', who: 0, by: second },
    { at: 5n * minute, do: 'lie', who: 1, by: second },
  ]
  const sim = simulate({ length: 20n * minute, actions })
  const list = await verdicts(sim, 50n * ms)
  // The drift bound tells that something happened; afterwards the majority is believed, wrongly.
  expect(list.some(({ cause }) => cause === 'drift-bound-exceeded')).toBe(true)
  expect(list.at(-2)?.verdict).toBe('VIOLATED')
})

test('one reference silent and one of the two others lying: conflict', async () => {
  const actions: Action[] = [
    { at: 5n * minute, do: 'references', count: 2 },
    { at: 6n * minute, do: 'lie', who: 0, by: second },
  ]
  const sim = await holds({ length: 20n * minute, actions })
  const list = await verdicts(sim, 50n * ms)
  expect(list.at(-2)).toMatchObject({ verdict: 'INDETERMINATE', cause: 'conflict' })
})

test('a server that runs free for 30 hours with fresh-looking dispersion: alone it is believed, three vote it down', async () => {
  const actions: Action[] = []
  // 10 ppm: 36 ms an hour, far inside any drift bound.
  for (let i = 1n; i <= 30n; i++) actions.push({ at: i * hour, do: 'lie', who: 0, by: i * 36n * ms })
  await holds({ length: 30n * hour, actions, every: 300n * second, references: 3 })
  const alone = simulate({ length: 30n * hour, actions, every: 300n * second, references: 1 })
  const end = alone.at(alone.length - hour)
  const said = await saidOf(memorySource(alone.facts), alone.facts, end, 20n * minute)
  expect(said?.span.support).toBe('single')
  expect(said?.bound && contains(said.bound, end.error)).toBe(false)
})

test('a crystal beyond its drift bound is found out', async () => {
  const sim = simulate({ length: hour, crystalPpb: 2_000_000n, delay: [ms, 2n * ms], root: 0n })
  const list = await verdicts(sim, 50n * ms)
  expect(share(list, 'INDETERMINATE')).toBeGreaterThan(0.9)
  expect(list.some(({ cause }) => cause === 'drift-bound-exceeded')).toBe(true)
})

test('suspend-overnight: OFF for eight hours, bounds on both sides', async () => {
  const sim = await holds({ length: 10n * hour, actions: [{ at: hour, do: 'suspend', for: 8n * hour }] })
  const off = (await verdicts(sim, 50n * ms)).filter(({ verdict }) => verdict === 'OFF')
  expect(off).toHaveLength(1)
  expect(Math.abs(Number((off[0]?.toNs ?? 0n) - (off[0]?.fromNs ?? 0n)) / 3.6e12 - 8)).toBeLessThan(0.001)
})

test('a set during a suspend, of the same size as the sleep, is not missed', async () => {
  const sim = await holds({ length: 4n * hour, actions: [{ at: hour, do: 'suspend', for: hour, set: -hour }] })
  expect(
    smallest(
      (await saidOf(memorySource(sim.facts), sim.facts, sim.at(3n * hour), longestGapNs))?.bound ?? {
        lowNs: 0n,
        highNs: 0n,
      },
    ),
  ).toBeGreaterThan(3500n * second)
})

test('clock set back over midnight', async () => {
  const midnight = 1_780_272_000n * second
  const sim = await holds({
    startUtc: midnight - 10n * minute,
    length: 20n * minute,
    actions: [{ at: 11n * minute, do: 'step', by: -3n * minute }],
  })
  const list = await verdicts(sim, 50n * ms)
  expect(list.reduce((sum, { fromNs, toNs }) => sum + toNs - fromNs, 0n)).toBe(20n * minute)
})

test('leap-second: a kernel that makes it and one that does not', async () => {
  const july = 1_782_864_000n * second
  for (const kernel of [true, false]) {
    const sim = await holds({
      startUtc: july - 10n * minute,
      length: 20n * minute,
      actions: [{ at: 10n * minute, do: 'leap', kernel }],
      wallError: 0n,
    })
    const list = await verdicts(sim, 500n * ms)
    expect(list.some(({ verdict }) => verdict === 'VIOLATED')).toBe(!kernel)
    expect(share(list, 'INDETERMINATE')).toBeLessThan(0.001)
  }
})

test('zero samples, and one', async () => {
  const none = simulate({ length: hour, references: 0 })
  expect(await verdicts(none, second)).toMatchObject([
    { verdict: 'UNMONITORED', cause: 'no-reference' },
    { cause: 'no-sample' },
  ])
  const one = simulate({ length: hour, every: 2n * hour })
  const list = await verdicts(one, second)
  expect(list.map(({ verdict, cause }) => cause ?? verdict)).toEqual(['PROVEN', 'too-far-from-sample', 'no-sample'])
})

test('a local daemon that serves this very clock bounds nothing', async () => {
  const sim = await holds({
    length: 2n * hour,
    actions: [
      { at: hour, do: 'self', on: true },
      { at: 70n * minute, do: 'step', by: second },
    ],
  })
  const last = (await verdicts(sim, 50n * ms)).filter(({ cause }) => cause === 'self-reference')
  expect(last.length).toBeGreaterThan(0)
})
