/** Rows of the index: decode(encode(x)) = x, for whole rows and for parts of them. */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { outlineOf } from '../../lib/evidence/outline.js'
import type { Fact } from '../../lib/evidence/types.js'
import { countOf, decodeFacts, encodeFacts } from '../../lib/index-store/codec.js'
import { decodeOutline, encodeOutline } from '../../lib/index-store/outline-codec.js'
import { hour, minute, ms, second, simulate } from '../evidence/sim.js'
import '../support/seed.js'

/** Also beyond 64 bits: a record may hold thirty digits. */
const ns = fc.oneof(
  fc.bigInt(-(10n ** 30n) + 1n, 10n ** 30n - 1n),
  fc.constantFrom(-(1n << 63n), (1n << 63n) - 1n, 1n << 63n, -(1n << 63n) - 1n, 0n),
)
const maybeNs = fc.option(ns)
const interval = fc.record({ lowNs: ns, highNs: ns })
const base = {
  seq: fc.integer({ min: 1 }),
  boot: fc.string(),
  aNs: ns,
  bootNs: ns,
  wallNs: ns,
  d: interval,
  chord: interval,
  looks: fc.nat(),
  small: fc.nat(),
  widestSilenceNs: ns,
  notice: fc.constantFrom('none' as const, 'seen' as const, 'absent' as const),
  clock: fc.constantFrom('raw' as const, 'mono' as const, 'boot' as const),
}
const of = <T extends object>(kind: Fact['kind'], more: { [key in keyof T]: fc.Arbitrary<T[key]> }) =>
  fc.record({ ...base, kind: fc.constant(kind), ...more }) as unknown as fc.Arbitrary<Fact>
const word = fc.string()
const fact = fc.oneof(
  of('open', { reason: word, ratePpb: ns, steered: fc.boolean(), coupled: fc.boolean() }),
  of('sample', {
    ...{ reason: word, state: word, support: fc.option(word), atNs: ns, m: fc.option(interval) },
    ...{ error: fc.option(interval), taiUtc: fc.integer(), ratePpb: ns, cause: fc.option(word) },
    trigger: fc.option(fc.nat()),
  }),
  of('clock-change', {
    ...{ earliestNs: ns, latestNs: ns, size: interval, class: word, by: word, wallBeforeNs: ns, wallAfterNs: ns },
  }),
  of('gap', { cause: word, breaks: word, fromNs: maybeNs, toNs: maybeNs, wallFromNs: ns, wallToNs: ns }),
  of('damage', { why: word }),
  of('other', { type: word }),
  of('close', {}),
)

test('facts, whole and in part', () => {
  fc.assert(
    fc.property(fc.array(fact, { maxLength: 20 }), fc.nat(20), fc.nat(20), (facts, from, length) => {
      const bytes = encodeFacts(facts)
      expect(countOf(bytes)).toBe(facts.length)
      expect(decodeFacts(bytes)).toEqual(facts)
      expect(decodeFacts(bytes, from, from + length)).toEqual(facts.slice(from, from + length))
    }),
  )
})

test('outlines of calm blocks and of others', () => {
  const quiet = simulate({ length: 12n * hour, every: 64n * second }).facts
  const actions = [
    { at: hour, do: 'suspend', for: hour },
    { at: 3n * hour, do: 'reboot', off: minute, start: minute, wallError: 5n * ms },
    { at: 4n * hour, do: 'step', by: second },
  ] as const
  const loud = simulate({ length: 6n * hour, every: 64n * second, actions }).facts
  for (const facts of [quiet, loud, [], quiet.slice(0, 1), loud.slice(40, 90)]) {
    const outline = outlineOf(facts)
    expect(decodeOutline(encodeOutline(outline))).toEqual(outline)
  }
  expect(outlineOf(quiet.slice(5)).calm).not.toBeNull()
  expect(outlineOf(loud).calm).toBeNull()
})

test('other bytes are refused', () => {
  expect(() => decodeFacts(Buffer.from([1, 0, 0, 0]))).toThrow()
  expect(() => decodeFacts(Buffer.from('{"facts": "of another version"}'))).toThrow()
  expect(() => decodeOutline(Buffer.alloc(3))).toThrow()
})
