/** What a digest says is what the pieces say, whoever remembers it. */
import { expect, test } from '@jest/globals'
import { cellNs, course, digests } from '../../lib/evidence/digest.js'
import { pieces } from '../../lib/evidence/pieces.js'
import { memorySource } from '../../lib/evidence/source.js'
import { stretches } from '../../lib/evidence/stretches.js'
import type { FactSource, Memory, Period, Piece, Stretch } from '../../lib/evidence/types.js'
import { hull, type IntervalNs, largest } from '../../lib/interval.js'
import { seeded } from '../../lib/testing/random.js'
import { type Action, day, hour, minute, ms, second, simulate } from './sim.js'

const longestGapNs = 5n * minute

/** A memory without signatures, which counts what it gives. */
class Notes implements Memory {
  readonly texts = new Map<string, string>()
  recalled = 0
  recall(name: string, first: number, last: number): string | null {
    const text = this.texts.get(`${name}|${first}|${last}`) ?? null
    if (text !== null) this.recalled += 1
    return text
  }
  keep(name: string, first: number, last: number, text: string): void {
    this.texts.set(`${name}|${first}|${last}`, text)
  }
}

function eventful(seed: number): ReturnType<typeof simulate> {
  const random = seeded(seed)
  const actions: Action[] = []
  for (let i = 0; i < 8; i += 1) {
    const at = BigInt(Math.floor(random() * Number(2n * day)))
    const by = BigInt(Math.floor((random() - 0.5) * 1e8))
    const some: Action[] = [
      { at, do: 'step', by },
      { at, do: 'suspend', for: hour },
      { at, do: 'reboot', off: minute, start: minute, wallError: by },
      { at, do: 'down', for: 10n * minute },
    ]
    actions.push(some[i % some.length] as Action)
  }
  return simulate({ seed, length: 2n * day, actions, every: 64n * second, delay: [2n * ms, 30n * ms] })
}

async function plain(source: FactSource, period: Period, toleranceNs: bigint): Promise<Stretch[]> {
  const all: Stretch[] = []
  for await (const stretch of stretches(pieces(source, period), toleranceNs)) all.push(stretch)
  return all
}

async function piecesIn(source: FactSource, period: Period): Promise<Piece[]> {
  const all: Piece[] = []
  for await (const piece of pieces(source, period)) all.push(piece)
  return all
}

test.each([1, 2, 3])(
  'stretches by digests are those of all pieces, worked out and remembered (seed %d)',
  async (seed) => {
    const sim = eventful(seed)
    const memory = new Notes()
    const facts = memorySource(sim.facts)
    const periods: Period[] = [
      { fromNs: sim.startUtc - hour, toNs: sim.startUtc + sim.length + hour, longestGapNs },
      { fromNs: sim.startUtc + 5n * hour, toNs: sim.startUtc + 40n * hour + 7n, longestGapNs },
      { fromNs: sim.startUtc + 5n * hour, toNs: sim.startUtc + 5n * hour, longestGapNs },
    ]
    for (const period of periods) {
      for (const toleranceNs of [second, 60n * ms, 20n * ms, 1n * ms]) {
        const expected = await plain(facts, period, toleranceNs)
        for (let round = 0; round < 2; round += 1) {
          const found = await course({ ...memorySource(sim.facts), memory }, period, toleranceNs)
          expect(found.length).toBe(expected.length)
          expect(found.findIndex((one, i) => JSON.stringify(one, text) !== JSON.stringify(expected[i], text))).toBe(-1)
        }
        const sum = expected.reduce((all, { fromNs, toNs }) => all + toNs - fromNs, 0n)
        expect(sum).toBe(period.toNs - period.fromNs)
      }
    }
    expect(memory.recalled).toBeGreaterThan(20)
  },
)

function text(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value
}

test('cells hold every bound of their quarter of an hour, and none that no piece has', async () => {
  const sim = eventful(4)
  const source = memorySource(sim.facts)
  const period = { fromNs: sim.startUtc, toNs: sim.startUtc + sim.length, longestGapNs }
  const all = await piecesIn(source, period)
  const cells = []
  let cursor = period.fromNs
  for await (const digest of digests(source, period, second)) {
    expect(digest.fromNs).toBe(cursor)
    cursor = digest.toNs
    cells.push(...digest.cells)
  }
  expect(cursor).toBe(period.toNs)
  expect(cells.length).toBeGreaterThan(150)
  for (const [i, cell] of cells.entries()) {
    expect(cell.fromNs / cellNs).toBe((cell.toNs - 1n) / cellNs)
    expect(cell.fromNs).toBeGreaterThanOrEqual(cells[i - 1]?.toNs ?? cell.fromNs)
    const inside = all.filter(({ fromNs, toNs, bound }) => bound && fromNs >= cell.fromNs && toNs <= cell.toNs)
    const bounds = inside.flatMap(({ bound }) => (bound ? [bound.from, bound.to] : []))
    const own = bounds.reduce<IntervalNs | null>((sum, one) => (sum ? hull(sum, one) : one), null)
    if (!own) continue
    expect(hull(cell.hull, own)).toEqual(cell.hull)
    expect(largest(cell.worst)).toBe(largest(cell.hull))
    expect(cell.worst.atNs >= cell.fromNs && cell.worst.atNs < cell.toNs).toBe(true)
  }
})
