/** The chord over many looks, against every look held up to it one by one. */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { toLook } from '../../lib/clock/look.js'
import { SinceLog } from '../../lib/clock/since-log.js'
import { StepTest } from '../../lib/clock/step-test.js'
import type { ClockReading } from '../../lib/clock/types.js'

function reading(aNs: bigint, lowNs: bigint, highNs: bigint): ClockReading {
  const d = { lowNs, highNs }
  const wallNs = aNs + lowNs
  return {
    aNs,
    wallNs,
    d,
    line: d,
    asleep: { lowNs: 0n, highNs: 0n },
    monoNs: aNs,
    bootNs: aNs,
    rawNs: null,
    kernelTaiNs: null,
  }
}

test('however many looks are folded away, the extremes are those of all', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 3, max: 9_000 }),
      fc.integer(),
      fc.integer({ min: 0, max: 60 }),
      (count, seed, bend) => {
        let state = seed >>> 0
        const random = (below: number): bigint => {
          state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
          return BigInt((state >>> 8) % below)
        }
        let walk = 0n
        const looks = Array.from({ length: count }, (_, n) => {
          walk += random(2_001) - 1_000n + (n < count / 2 ? BigInt(bend) : -BigInt(bend))
          return toLook(reading(BigInt(n) * 250_000_000n, walk - random(300), walk + random(300)), 'none')
        })
        const [first, ...rest] = looks as [ReturnType<typeof toLook>, ...ReturnType<typeof toLook>[]]
        const log = new SinceLog(first, 1_000_000n)
        for (const look of rest) log.add(look)
        const last = looks.at(-1)!
        const { chord, looks: counted } = log.cut(last)
        expect(counted).toBe(count - 1)
        let [low, high] = [0, 0]
        for (const {
          aNs,
          reading: { d },
        } of looks.slice(1, -1)) {
          const share = Number(aNs) / Number(last.aNs)
          const line = (end: 'lowNs' | 'highNs'): number =>
            Number(first.reading.d[end]) * (1 - share) + Number(last.reading.d[end]) * share
          low = Math.min(low, Number(d.lowNs) - line('highNs'))
          high = Math.max(high, Number(d.highNs) - line('lowNs'))
        }
        expect(Number(chord.lowNs)).toBeLessThanOrEqual(low + 0.001)
        expect(Number(chord.lowNs)).toBeGreaterThan(low - 1.001)
        expect(Number(chord.highNs)).toBeGreaterThanOrEqual(high - 0.001)
        expect(Number(chord.highNs)).toBeLessThan(high + 1.001)
      },
    ),
    { numRuns: 40 },
  )
})

test('the step test finds what holding each look against every earlier one finds, and dates it as tightly', () => {
  const interval = fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 60 }))
  fc.assert(
    fc.property(fc.array(interval, { minLength: 2, maxLength: 40 }), fc.constantFrom(0n, 4n), (intervals, rate) => {
      // The rate is in nanoseconds a second here: 4 ppb of looks a second apart.
      const looks = intervals.map(([low, wide], n) =>
        toLook(reading(BigInt(n) * 1_000_000_000n, BigInt(low), BigInt(low + wide)), 'none'),
      )
      const test = new StepTest(({ reading }) => reading.line, rate, looks[0]!)
      let start = 0
      for (const [n, look] of looks.entries()) {
        if (n === 0) continue
        const earlier = looks.slice(start, n).findLast((other) => {
          // Rounding may cost a nanosecond or two of drift, never give one.
          const drift = rate === 0n ? 0n : (rate * (look.aNs - other.fromNs)) / 1_000_000_000n + 2n
          const { lowNs, highNs } = other.reading.line
          return lowNs - drift > look.reading.line.highNs || highNs + drift < look.reading.line.lowNs
        })
        const found = test.add(look)
        if (earlier !== undefined) expect(found).not.toBeNull()
        if (rate === 0n) expect(found).toBe(earlier ?? null)
        if (found !== null) start = n
      }
    }),
    { numRuns: 500 },
  )
})
