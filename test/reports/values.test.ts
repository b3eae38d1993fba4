/** Quantiles are values that were measured: the smallest that at least this share of all does not exceed. */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { Sizes, Values } from '../../reports/values.js'
import '../support/seed.js'

const place = (percent: number, count: number) =>
  Math.min(count - 1, Math.max(0, Math.ceil((percent * count) / 100) - 1))

const size = fc.oneof(
  fc.nat(20),
  fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  fc.constantFrom(65_535, 65_536, 2 ** 32 - 1),
)
const large = fc.oneof(size, fc.constantFrom(2 ** 32, 2 ** 40, 2 ** 53 - 1))

test('sizes and values are found in their order, below 4.3 s and above', () => {
  const percents = [0, 1, 50, 95, 99, 100]
  const check = (all: number[]) => {
    const [sizes, values] = [new Sizes(), new Values()]
    const seen: number[] = []
    for (const one of all) {
      sizes.add(one)
      values.add(BigInt(one))
      seen.push(one)
      // Asked now and then while more come.
      if (seen.length % 300 !== 0 && seen.length < all.length) continue
      const sorted = seen.toSorted((a, b) => a - b)
      for (const percent of percents) {
        expect(sizes.quantile(percent)).toBe(sorted[place(percent, sorted.length)])
        expect(values.quantile(percent)).toBe(BigInt(sorted[place(percent, sorted.length)] ?? 0))
      }
    }
    expect(sizes.count).toBe(all.length)
  }
  fc.assert(fc.property(fc.array(size, { minLength: 1, maxLength: 900 }), check))
  fc.assert(fc.property(fc.array(large, { minLength: 1, maxLength: 900 }), check))
})

test('nothing was measured', () => {
  expect(new Sizes().quantile(50)).toBe(0)
  expect(new Values().quantile(50)).toBe(0n)
})
