import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { Reader, Writer } from '../../lib/index-store/bytes.js'
import { decodeFacts, encodeFacts } from '../../lib/index-store/codec.js'
import { hour, minute, second, simulate } from '../evidence/sim.js'

test('whole numbers of any size come back, and no other bytes are accepted for them', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 90n), max: 2n ** 90n }), (value) => {
      const out = new Writer()
      out.integer(value)
      const bytes = out.finish()
      const input = new Reader(bytes)
      expect(input.integer()).toBe(value)
      expect(input.done).toBe(true)
    }),
  )
  for (const value of [0n, -1n, 1n, 63n, 64n, -64n, -65n, 2n ** 47n, 2n ** 48n, -(2n ** 48n), 2n ** 53n]) {
    const out = new Writer()
    out.integer(value)
    expect(new Reader(out.finish()).integer()).toBe(value)
  }
  expect(() => new Reader(Uint8Array.of(0x80, 0)).integer()).toThrow(/too long/)
  expect(() => new Reader(Uint8Array.of(0x80, 0)).natural()).toThrow(/too long/)
  expect(() => new Reader(Uint8Array.of(0x80)).integer()).toThrow(/end too early/)
})

test('what is accepted as a number re-encodes to the same bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 14 }), (bytes) => {
      let value: bigint
      const input = new Reader(bytes)
      try {
        value = input.integer()
      } catch {
        return
      }
      if (!input.done) return
      const out = new Writer()
      out.integer(value)
      expect(out.finish()).toEqual(bytes)
    }),
    { numRuns: 2000 },
  )
})

test('texts come back, also outside ASCII', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const out = new Writer()
      out.text(text)
      expect(new Reader(out.finish()).text()).toBe(text)
    }),
  )
})

test('facts of every kind come back as they were, and re-encode to the same bytes', () => {
  const { facts } = simulate({
    length: 10n * hour,
    actions: [
      { at: hour, do: 'step', by: -minute },
      { at: 2n * hour, do: 'suspend', for: hour, set: second },
      { at: 4n * hour, do: 'reboot', off: minute, start: minute, wallError: second },
      { at: 5n * hour, do: 'down', for: minute },
      { at: 6n * hour, do: 'references', count: 0 },
      { at: 8n * hour, do: 'starve', for: minute },
    ],
  })
  const last = facts.at(-1)
  if (!last) throw new Error('no facts')
  const { seq, boot, aNs, bootNs, wallNs, d, chord, looks, small, widestSilenceNs, notice, clock } = last
  const base = { seq, boot, aNs, bootNs, wallNs, d, chord, looks, small, widestSilenceNs, notice, clock }
  const all = [...facts, { ...base, kind: 'close' as const }, { ...base, kind: 'damage' as const, why: 'lost: \u00fc' }]
  expect(new Set(all.map(({ kind }) => kind)).size).toBe(7)
  const bytes = encodeFacts(all)
  expect(decodeFacts(bytes)).toEqual(all)
  expect(encodeFacts(decodeFacts(bytes))).toEqual(bytes)
  expect(bytes.length / all.length).toBeLessThan(60)
  expect(decodeFacts(encodeFacts([]))).toEqual([])
})

test('bytes that were cut or changed are refused or give other facts, never the same', () => {
  const { facts } = simulate({ length: 10n * minute })
  const bytes = encodeFacts(facts)
  for (let i = 0; i < bytes.length; i++) {
    const changed = bytes.slice()
    changed[i] = (changed[i] ?? 0) ^ (1 << (i % 8))
    let result: unknown = null
    try {
      result = decodeFacts(changed)
    } catch (error) {
      expect((error as Error).name).toMatch(/RangeError|TypeError/)
    }
    expect(result).not.toEqual(facts)
  }
  expect(() => decodeFacts(bytes.subarray(0, bytes.length - 1))).toThrow()
})
