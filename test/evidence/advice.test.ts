/** How often to sample for a tolerance, and why no interval may be short enough. */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { adviceDocument, advise, widestBetween } from '../../lib/evidence/advice.js'
import '../support/seed.js'

const ms = (n: number): bigint => BigInt(Math.round(n * 1e6))
const path = { halfDelayNs: ms(8.3), rootDistanceNs: ms(9), boundNs: ms(10) }

test('feasible: how often, in hindsight and at once', () => {
  const advice = advise({ toleranceNs: ms(50), ratePpb: 100_000n, path })
  // 40 ms of room at 100 us a second.
  expect(advice).toMatchObject({
    feasible: true,
    obstacle: null,
    everyNs: 800_000_000_000n,
    everyThenNs: 400_000_000_000n,
  })
  expect(advice.text).toBe('to prove 50 ms on this path sample at least every 800 s (every 400 s to know it at once)')
  expect(adviceDocument(advice)).toEqual({
    ...{ tolerance: 0.05, feasible: true, obstacle: null, least: 0.009, every: 800, everyThen: 400 },
    text: advice.text,
  })
})

test.each([
  [1, 'delay', 'this path cannot prove 1 ms: half the delay alone is 8.3 ms'],
  [8.5, 'distance', 'this path cannot prove 8.5 ms: with what the server says of itself a sample leaves 9 ms open'],
] as const)('%d ms: impossible for the %s', (tolerance, obstacle, text) => {
  const advice = advise({ toleranceNs: ms(tolerance), ratePpb: 100_000n, path })
  expect(advice).toMatchObject({ feasible: false, obstacle, text, everyNs: null, everyThenNs: null, leastNs: ms(9) })
})

test('possible on this path, but not with a clock that is that far off', () => {
  const advice = advise({ toleranceNs: ms(9.5), ratePpb: 100_000n, path })
  expect(advice).toMatchObject({ feasible: true, obstacle: 'offset', everyNs: null })
  expect(advice.text).toContain('as long as a sample itself only bounds the error to 10 ms')
  expect(adviceDocument(advice).every).toBeNull()
})

test('a crystal that does not err needs no second sample', () => {
  expect(advise({ toleranceNs: ms(50), ratePpb: 0n, path })).toMatchObject({
    feasible: true,
    obstacle: null,
    everyNs: null,
  })
})

test('the interval that is advised proves the tolerance, and a nanosecond of bound more does not', () => {
  fc.assert(
    fc.property(
      fc.bigInt(1n, 10n ** 10n),
      fc.bigInt(1n, 10n ** 6n),
      fc.bigInt(0n, 10n ** 10n),
      (toleranceNs, ratePpb, boundNs) => {
        const advice = advise({ toleranceNs, ratePpb, path: { halfDelayNs: 0n, rootDistanceNs: 0n, boundNs } })
        if (advice.everyNs === null || advice.everyThenNs === null) {
          expect(boundNs).toBeGreaterThanOrEqual(toleranceNs)
          return
        }
        expect(widestBetween(boundNs, ratePpb, advice.everyNs).hindsightNs).toBeLessThanOrEqual(toleranceNs)
        expect(widestBetween(boundNs, ratePpb, advice.everyThenNs).thenNs).toBeLessThanOrEqual(toleranceNs)
        expect(widestBetween(boundNs, ratePpb, advice.everyThenNs + 1n).thenNs).toBeGreaterThan(toleranceNs)
      },
    ),
  )
})

test.each([
  [{ toleranceNs: 0n, ratePpb: 1n, path }, 'a tolerance must be more than nothing, got 0 ns'],
  [{ toleranceNs: 1n, ratePpb: -1n, path }, 'a rate must not be negative, got -1 ppb'],
  [{ toleranceNs: 1n, ratePpb: 1n, path: { ...path, rootDistanceNs: 1n } }, 'a root distance holds half the delay'],
])('wrong: %j', (options, message) => {
  expect(() => advise(options)).toThrow(message)
})
