/** The pieces around some instants tell of the bounds beside them what all pieces tell, worked out and remembered. */
import { expect, test } from '@jest/globals'
import { around } from '../../lib/evidence/around.js'
import { pieces } from '../../lib/evidence/pieces.js'
import { memorySource } from '../../lib/evidence/source.js'
import { Evidence } from '../../lib/evidence/timeline.js'
import type { FactSource, Memory, Piece } from '../../lib/evidence/types.js'
import { seeded } from '../../lib/testing/random.js'
import { day, hour, minute, ms, second, simulate } from './sim.js'

const longestGapNs = 5n * minute
const texts = new Map<string, string>()
let recalled = 0
const memory: Memory = {
  recall: (name, first, last) => {
    const text = texts.get(`${name}|${first}|${last}`) ?? null
    if (text !== null && name.startsWith('around ')) recalled += 1
    return text
  },
  keep: (name, first, last, text) => void texts.set(`${name}|${first}|${last}`, text),
}

async function all(some: AsyncIterable<Piece>): Promise<Piece[]> {
  const found: Piece[] = []
  for await (const piece of some) found.push(piece)
  return found
}

/** The last bound that begins before an instant, and the first that ends behind another. */
const beside = (list: readonly Piece[], { fromNs, toNs }: { fromNs: bigint; toNs: bigint }) => ({
  before: list.findLast((piece) => piece.bound !== null && piece.fromNs < fromNs),
  behind: list.find((piece) => piece.bound !== null && piece.toNs > toNs),
})

test('of each block, and of a part of one, the bounds beside every instant are given', async () => {
  const sim = simulate({
    ...{ seed: 5, length: 3n * day, every: 64n * second, delay: [2n * ms, 30n * ms] },
    actions: [
      { at: 9n * hour, do: 'step', by: 40n * ms },
      { at: 20n * hour, do: 'suspend', for: 2n * hour },
      { at: 40n * hour, do: 'reboot', off: minute, start: minute, wallError: 0n },
      { at: 60n * hour, do: 'down', for: 50n * minute },
    ],
  })
  const source = (): FactSource => ({ ...memorySource(sim.facts), memory })
  const random = seeded(3)
  const wanted = Array.from({ length: 60 }, () => {
    const fromNs = sim.startUtc + BigInt(Math.floor(random() * Number(sim.length)))
    return { fromNs, toNs: fromNs + BigInt(Math.floor(random() * 1e13)) }
  })
  const marks = await Evidence.of(source()).timeline()
  const spans = marks.flatMap(({ fromNs, toNs }) => [
    { fromNs, toNs },
    { fromNs: fromNs + 1n, toNs },
  ])
  expect(spans.length).toBeGreaterThan(10)
  for (const round of [1, 2]) {
    const given = source()
    recalled = 0
    for (const span of spans) {
      const period = { ...span, longestGapNs }
      const [whole, some] = [await all(pieces(given, period)), await all(around(given, period, wanted))]
      for (const one of wanted) expect(beside(some, one)).toEqual(beside(whole, one))
      const bounded = whole.filter(({ bound }) => bound !== null)
      const kept = some.filter(({ bound }) => bound !== null)
      expect([kept[0], kept.at(-1)]).toEqual([bounded[0], bounded.at(-1)])
      expect(some.every((piece, i) => i === 0 || piece.fromNs >= (some[i - 1]?.toNs ?? 0n))).toBe(true)
    }
    // The second time nothing is worked out but for parts of blocks, and for blocks that more records may change.
    expect(recalled > spans.length / 4 || round === 1).toBe(true)
    if (round === 1) expect(recalled).toBe(0)
  }
})
