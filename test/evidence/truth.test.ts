/**
 * The law of this room: at every instant the truth lies in the bound, in hindsight and as known then, whenever the printed
 * assumptions hold; PROVEN and VIOLATED are never wrong.
 */
import { expect, test } from '@jest/globals'
import { answer } from '../../lib/evidence/answer.js'
import { pieces } from '../../lib/evidence/pieces.js'
import { memorySource } from '../../lib/evidence/source.js'
import { stretches } from '../../lib/evidence/stretches.js'
import type { Stretch } from '../../lib/evidence/types.js'
import { contains } from '../../lib/interval.js'
import { seeded } from '../../lib/testing/random.js'
import { checkBounds, saidOf } from './check.js'
import { type Action, day, hour, minute, ms, second, simulate } from './sim.js'

const slow = process.env.SLOW === '1'

/** Three references of which one lies, or fewer that do not. */
function randomDays(seed: number): Parameters<typeof simulate>[0] {
  const random = seeded(seed)
  const upTo = (n: bigint): bigint => BigInt(Math.floor(random() * Number(n)))
  const about = (n: bigint): bigint => upTo(2n * n) - n
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const length = day + upTo(2n * day)
  const references = pick([1, 2, 3, 3])
  const actions: Action[] = []
  const count = Math.floor(random() * 60)
  for (let i = 0; i < count; i++) {
    const at = upTo(length)
    const kind = pick([
      'step',
      'back',
      'small',
      'slew',
      'crystal',
      'suspend',
      'reboot',
      'down',
      'starve',
      'references',
      'lie',
      'sample',
    ])
    if (kind === 'step') actions.push({ at, do: 'step', by: about(pick([3n * ms, second, hour, 40n * day])) })
    if (kind === 'back') {
      const by = about(5n * minute)
      actions.push({ at, do: 'step', by }, { at: at + upTo(pick([second, hour])) + second, do: 'step', by: -by })
    }
    if (kind === 'small')
      for (let k = 0n; k < 20n; k++) actions.push({ at: at + k * 10n * second, do: 'step', by: about(900_000n) })
    if (kind === 'slew') {
      const ppb = about(pick([20_000n, 500_000n, 80_000_000n]))
      actions.push({ at, do: 'slew', ppb }, { at: at + second + upTo(10n * minute), do: 'slew', ppb: about(30_000n) })
    }
    if (kind === 'crystal') actions.push({ at, do: 'crystal', ppb: about(99_000n) })
    if (kind === 'suspend')
      actions.push({ at, do: 'suspend', for: second + upTo(10n * hour), set: pick([0n, about(hour)]) })
    if (kind === 'reboot') {
      actions.push({
        at,
        do: 'reboot',
        off: upTo(5n * hour),
        start: second + upTo(minute),
        wallError: about(pick([second, day])),
      })
    }
    if (kind === 'down') actions.push({ at, do: 'down', for: second + upTo(3n * hour) })
    if (kind === 'starve') actions.push({ at, do: 'starve', for: 2n * second + upTo(10n * minute) })
    if (kind === 'references') {
      actions.push({ at, do: 'references', count: pick([0, 1, references]) })
      actions.push({ at: at + upTo(2n * hour), do: 'references', count: references })
    }
    if (kind === 'lie' && references === 3) {
      // While one lies all three answer: one wrong of three is what `voted` survives.
      actions.push({ at, do: 'lie', who: 0, by: about(pick([10n * ms, second, day])) })
    }
    if (kind === 'sample') actions.push({ at, do: 'sample' })
  }
  const lies = actions.some((action) => action.do === 'lie')
  return {
    seed,
    length,
    actions: lies ? actions.filter((action) => action.do !== 'references') : actions,
    references,
    every: pick([32n, 64n, 300n]) * second,
    notice: pick(['none', 'absent']),
    before: random() < 0.7,
    wallError: about(pick([ms, second, day])),
    crystalPpb: about(99_000n),
    startup: random() < 0.8,
  }
}

const seeds = Array.from({ length: slow ? 2000 : 90 }, (_, i) => i + 1)

test.each(seeds)('truth lies in every bound (seed %d)', async (seed) => {
  const options = randomDays(seed)
  const sim = simulate(options)
  const source = memorySource(sim.facts)
  const random = seeded(seed + 7919)
  const gapNs = 4n * (options.every ?? 64n * second)
  const instants = Array.from({ length: 150 }, () => BigInt(Math.floor(random() * Number(options.length))))
  for (const action of options.actions ?? []) instants.push(action.at, action.at + 100n * ms, action.at + second)
  const { bounded } = await checkBounds(
    sim,
    source,
    instants.filter((at) => at < options.length),
    gapNs,
  )
  expect(bounded).toBeGreaterThan(0)
})

test.each(seeds.slice(0, seeds.length / 6))(
  'pieces tile any period and verdicts are never wrong (seed %d)',
  async (seed) => {
    const options = randomDays(seed)
    const sim = simulate(options)
    const source = memorySource(sim.facts)
    const random = seeded(seed + 104729)
    const longestGapNs = 4n * (options.every ?? 64n * second)
    const fromNs = sim.startUtc - hour + BigInt(Math.floor(random() * 1e14))
    const toNs = fromNs + BigInt(Math.floor(random() * 2e14)) + 1n
    let cursor = fromNs
    for await (const piece of pieces(source, { fromNs, toNs, longestGapNs })) {
      expect(piece.fromNs).toBe(cursor)
      expect(piece.toNs > piece.fromNs).toBe(true)
      expect(piece.bound === null).toBe(piece.lack !== null)
      cursor = piece.toNs
    }
    expect(cursor).toBe(toNs)
    let sum = 0n
    for await (const stretch of stretches(pieces(source, { fromNs, toNs, longestGapNs }), 50n * ms))
      sum += stretch.toNs - stretch.fromNs
    expect(sum).toBe(toNs - fromNs)
  },
)

test.each(seeds.slice(0, seeds.length / 3))('PROVEN and VIOLATED are never wrong (seed %d)', async (seed) => {
  const options = randomDays(seed)
  const sim = simulate(options)
  const source = memorySource(sim.facts)
  const random = seeded(seed + 15485863)
  const longestGapNs = 4n * (options.every ?? 64n * second)
  const toleranceNs = [5n * ms, 50n * ms, second][seed % 3] as bigint
  const list: Stretch[] = []
  const period = { fromNs: sim.startUtc - day, toNs: sim.startUtc + sim.length + day, longestGapNs }
  for await (const stretch of stretches(pieces(source, period), toleranceNs)) list.push(stretch)
  const wrong: string[] = []
  const instants = Array.from({ length: 300 }, () => BigInt(Math.floor(random() * Number(options.length))))
  for (const since of instants.sort((a, b) => (a < b ? -1 : 1))) {
    const truth = sim.at(since)
    const said = truth.awake && truth.on ? await saidOf(source, sim.facts, truth, longestGapNs) : null
    if (!said) continue
    const stretch = list.find(({ fromNs, toNs }) => fromNs + 5n <= said.utcNs && said.utcNs < toNs - 5n)
    const away = truth.error < 0n ? -truth.error : truth.error
    if (stretch?.verdict === 'PROVEN' && away > toleranceNs) wrong.push(`PROVEN, ${truth.error} ns off at ${since} ns`)
    if (stretch?.verdict === 'VIOLATED' && away <= toleranceNs)
      wrong.push(`VIOLATED, ${truth.error} ns off at ${since} ns`)
  }
  expect(wrong).toEqual([])
})

test.each(seeds.slice(0, seeds.length / 6))(
  'answers about true time and about the wall clock hold (seed %d)',
  async (seed) => {
    const options = randomDays(seed)
    const sim = simulate(options)
    const source = memorySource(sim.facts)
    const random = seeded(seed + 1299709)
    const longestGapNs = 4n * (options.every ?? 64n * second)
    for (let i = 0; i < 25; i++) {
      const truth = sim.at(BigInt(Math.floor(random() * Number(options.length))))
      if (!truth.awake || !truth.on) continue
      for (const given of await answer(source, {
        atNs: truth.utc,
        scale: 'true',
        toleranceNs: 50n * ms,
        longestGapNs,
      })) {
        if (given.bound && !given.estimated) expect(contains(given.bound, truth.error)).toBe(true)
      }
      const shown = await answer(source, { atNs: truth.wall, scale: 'wall', toleranceNs: 50n * ms, longestGapNs })
      const near = shown.filter(({ bound }) => bound === null || contains(bound, truth.error))
      expect(near.length).toBeGreaterThan(0)
    }
  },
)
