/** Views hand on what their source keeps, and never what was worked out from more than they show. */
import { expect, test } from '@jest/globals'
import { course } from '../../lib/evidence/digest.js'
import { outlineOf } from '../../lib/evidence/outline.js'
import { memorySource } from '../../lib/evidence/source.js'
import type { FactSource, Memory } from '../../lib/evidence/types.js'
import { heard, upToSeq } from '../../lib/evidence/views.js'
import { hour, ms, second, simulate } from './sim.js'

const sim = simulate({
  length: 40n * hour,
  every: 64n * second,
  actions: [{ at: 20n * hour, do: 'suspend', for: hour }],
})
const period = { fromNs: sim.startUtc, toNs: sim.startUtc + sim.length, longestGapNs: 300n * second }

/** A source that keeps outlines and remembers, and counts the blocks that were read whole. */
function keeping(texts: Map<string, string>): FactSource & { read: number } {
  const plain = memorySource(sim.facts)
  const memory: Memory = {
    recall: (name, first, last) => texts.get(`${name}|${first}|${last}`) ?? null,
    keep: (name, first, last, text) => void texts.set(`${name}|${first}|${last}`, text),
  }
  const source = {
    read: 0,
    lastSeq: plain.lastSeq,
    memory,
    block: (index: number) => {
      source.read += 1
      return plain.block(index)
    },
    part: async (index: number, from: number, end: number) => (await plain.block(index)).slice(from, end),
    outline: async (index: number) => outlineOf(await plain.block(index)),
  }
  return source
}

const text = (value: unknown): string =>
  JSON.stringify(value, (_key, one) => (typeof one === 'bigint' ? `${one}` : one))

test.each([0, 1, 300, 700])(
  'cut %d records before its end, a source says what the shorter trail says',
  async (less) => {
    const lastSeq = sim.facts.length - less
    const expected = text(await course(memorySource(sim.facts.slice(0, lastSeq)), period, 20n * ms))
    const texts = new Map<string, string>()
    // What the whole trail left in the memory must not come up in the shorter one, nor the other way round.
    const whole = text(await course(keeping(texts), period, 20n * ms))
    expect(text(await course(upToSeq(keeping(texts), lastSeq), period, 20n * ms))).toBe(expected)
    expect(text(await course(upToSeq(keeping(texts), lastSeq), period, 20n * ms))).toBe(expected)
    expect(text(await course(keeping(texts), period, 20n * ms))).toBe(whole)
  },
)

test('who listens hears of blocks, and nothing is read that its source keeps', async () => {
  const texts = new Map<string, string>()
  const first = keeping(texts)
  const all = text(await course(first, period, 20n * ms))
  const second = keeping(texts)
  const blocks = new Set<number>()
  expect(
    text(
      await course(
        heard(second, (index) => void blocks.add(index)),
        period,
        20n * ms,
      ),
    ),
  ).toBe(all)
  expect(blocks.size).toBe(Math.ceil(sim.facts.length / 512))
  expect(second.read).toBeLessThan(first.read)
})
