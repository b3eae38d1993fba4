/**
 * Answers depend neither on the period that was asked for, nor on what was left out of a window because it cannot matter.
 */
import { expect, test } from '@jest/globals'
import { blockOf, isSound } from '../../lib/evidence/block.js'
import { acrossBreak, pieces } from '../../lib/evidence/pieces.js'
import { memorySource } from '../../lib/evidence/source.js'
import { spansOf } from '../../lib/evidence/spans.js'
import type { Fact, FactSource, Piece } from '../../lib/evidence/types.js'
import { Blocks } from '../../lib/evidence/window.js'
import { seeded } from '../../lib/testing/random.js'
import { type Action, day, hour, minute, ms, second, simulate } from './sim.js'
import { Tape } from './tape.js'

const longestGapNs = 5n * minute
const text = (value: unknown): string =>
  JSON.stringify(value, (_key, one) => (typeof one === 'bigint' ? `${one}` : one))

async function piecesOf(source: FactSource, fromNs: bigint, toNs: bigint): Promise<Piece[]> {
  const found: Piece[] = []
  for await (const piece of pieces(source, { fromNs, toNs, longestGapNs })) found.push(piece)
  return found
}

/** A few days with this and that. */
function days(seed: number, count: number): ReturnType<typeof simulate> {
  const random = seeded(seed)
  const length = 4n * day
  const actions: Action[] = []
  for (let i = 0; i < count; i++) {
    const at = BigInt(Math.floor(random() * Number(length)))
    const by = BigInt(Math.floor((random() - 0.5) * 4e9))
    const some: Action[] = [
      { at, do: 'step', by },
      { at, do: 'slew', ppb: by / 20_000n },
      { at, do: 'crystal', ppb: by / 25_000n },
      { at, do: 'suspend', for: hour },
      { at, do: 'reboot', off: minute, start: minute, wallError: by },
      { at, do: 'down', for: 10n * minute },
      { at, do: 'lie', who: 1, by },
    ]
    actions.push(some[Math.floor(random() * some.length)] as Action)
  }
  return simulate({ seed, length, actions, every: 64n * second })
}

test.each([1, 2, 3, 4])('the pieces of an hour are those of the whole time inside it (seed %d)', async (seed) => {
  const sim = days(seed, 12)
  const whole = await piecesOf(memorySource(sim.facts), sim.startUtc, sim.startUtc + sim.length)
  const random = seeded(seed)
  for (let i = 0; i < 4; i++) {
    const from = sim.startUtc + BigInt(Math.floor(random() * Number(3n * day)))
    const to = from + hour + BigInt(Math.floor(random() * Number(hour)))
    const part = await piecesOf(memorySource(sim.facts), from, to)
    const inner = part.slice(1, -1)
    const first = whole.findIndex(({ fromNs }) => fromNs === inner[0]?.fromNs)
    expect(first).toBeGreaterThan(0)
    expect(inner.findIndex((one, k) => text(one) !== text(whole[first + k]))).toBe(-1)
  }
})

test('what is known of finished hours does not change when the trail grows', async () => {
  const sim = days(9, 8)
  const half = sim.facts.slice(0, Math.floor(sim.facts.length / 2))
  const until = (half.at(-1)?.wallNs ?? 0n) - 36n * hour
  const before = await piecesOf(memorySource(half), sim.startUtc, until)
  expect(before.length).toBeGreaterThan(500)
  const after = await piecesOf(memorySource(sim.facts), sim.startUtc, until)
  expect(after.length).toBe(before.length)
  expect(after.findIndex((one, k) => text(one) !== text(before[k]))).toBe(-1)
})

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'leaving out what cannot matter changes no span and no label (seed %d)',
  async (seed) => {
    const sim = days(seed, seed < 4 ? 0 : 3 * (seed - 3))
    const source = memorySource(sim.facts)
    const blocks = new Blocks(source)
    let thinned = 0
    for (let index = 0; index < blocks.count; index++) {
      const thin = await blocks.window(index)
      const whole = await blocks.window(index, false)
      expect(whole.thinned).toBe(false)
      if (!thin.thinned) continue
      const [a, b] = [blockOf(thin), blockOf(whole)]
      if (!isSound(a)) continue
      thinned++
      expect(thin.facts.length).toBeLessThan(whole.facts.length)
      const calm = await blocks.calmStart(index)
      if (calm !== null && b.from) expect(calm).toBe(b.labels.at(b.from.run, b.from.aNs))
      expect(a.parts.length).toBe(b.parts.length)
      for (const [i, part] of a.parts.entries()) {
        const other = b.parts[i]
        if (part.kind === 'break' && other?.kind === 'break') {
          const across = (block: typeof a, one: typeof part): string =>
            text(acrossBreak(block, one.before, one.break, sim.startUtc + sim.length))
          expect(across(a, part)).toBe(across(b, other))
          continue
        }
        if (part.kind !== 'run' || other?.kind !== 'run') throw new Error('the parts are not the same')
        expect(text([part.fromNs, part.toNs])).toBe(text([other.fromNs, other.toNs]))
        const of = (block: typeof a, one: typeof part): string[] =>
          spansOf(block.models[one.run]!, one.fromNs, one.toNs, longestGapNs).map((span) => {
            const labels = [block.labels.at(one.run, span.fromNs), block.labels.atEnd(one.run, span.toNs)]
            return text({ ...span, middle: [span.middle?.from, span.middle?.to], labels })
          })
        const [x, y] = [of(a, part), of(b, other)]
        expect(x.length).toBe(y.length)
        // One by one: a difference of long lists would be printed whole.
        expect(x.find((one, k) => one !== y[k])).toBeUndefined()
      }
    }
    expect(thinned).toBeGreaterThan(0)
  },
)

test('a window reaches six hours of boot time to both sides, further where there is no sample', async () => {
  const tape = new Tape().open(0)
  // A record a minute: a block is 512 minutes, so six hours lie inside the next one.
  for (let i = 1; i <= 4000; i++) {
    if (i < 1000 || i > 2600) tape.sample(60 * i, -1, 1)
    else tape.beat(60 * i)
  }
  const blocks = new Blocks(tape.source)
  const reach = async (index: number): Promise<[number, number]> => {
    const { facts } = await blocks.window(index, false)
    return [Math.floor(((facts[0]?.seq ?? 0) - 1) / 512), Math.floor(((facts.at(-1)?.seq ?? 0) - 1) / 512)]
  }
  expect(await reach(6)).toEqual([5, 7])
  expect(await reach(3)).toEqual([1, 5])
  expect(await reach(0)).toEqual([0, 1])
})

test('blocks without records, where a trail was pruned, are passed over', async () => {
  const sim = simulate({ length: 12n * hour, every: 32n * second })
  const facts: Fact[] = sim.facts.map((fact) => ({
    ...fact,
    seq: fact.seq + 5000,
    ...(fact.kind === 'sample' && fact.trigger !== null ? { trigger: fact.trigger + 5000 } : {}),
  }))
  const pruned = await piecesOf(memorySource(facts), sim.startUtc, sim.startUtc + 12n * hour)
  expect(pruned[0]?.fromNs).toBe(sim.startUtc)
  expect(pruned.at(-1)?.toNs).toBe(sim.startUtc + 12n * hour)
  expect(pruned.filter(({ bound }) => bound !== null).length).toBeGreaterThan(1000)
})

test('bounds do not jump by more than rounding where blocks meet', async () => {
  const sim = simulate({ length: day, every: 16n * second, delay: [20n * ms, 20n * ms] })
  const list = await piecesOf(memorySource(sim.facts), sim.startUtc + hour, sim.startUtc + 20n * hour)
  expect(list.every(({ bound, estimated }) => bound !== null && !estimated)).toBe(true)
})
