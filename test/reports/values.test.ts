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

const number = fc.oneof(fc.integer({ min: -20, max: 20 }), fc.integer(), fc.maxSafeInteger())
const some = fc.oneof(
  fc.record({ one: number }),
  fc.record({ big: fc.oneof(number.map(BigInt), fc.bigInt(-(2n ** 62n), 2n ** 62n)) }),
  fc.record({ small: fc.array(fc.integer(), { maxLength: 400 }), from: fc.nat(5) }),
  fc.record({ wide: fc.array(fc.maxSafeInteger(), { maxLength: 400 }), from: fc.nat(5) }),
)

test('values of all sizes, added one by one and by columns, keep their places, their order and every digit', () => {
  fc.assert(
    fc.property(fc.array(some, { maxLength: 12 }), (parts) => {
      const values = new Values()
      const seen: bigint[] = []
      for (const part of parts) {
        if ('one' in part) {
          values.addNumber(part.one)
          seen.push(BigInt(part.one))
        } else if ('big' in part) {
          values.add(part.big)
          seen.push(part.big)
        } else {
          const column = 'small' in part ? Int32Array.from(part.small) : Float64Array.from(part.wide)
          const from = Math.min(part.from, column.length)
          values.addAll(column, from, column.length)
          seen.push(...Array.from(column.subarray(from), BigInt))
        }
      }
      expect(values.count).toBe(seen.length)
      expect(seen.map((_, i) => values.at(i))).toEqual(seen)
      expect(seen.map((_, i) => values.numberAt(i))).toEqual(seen.map(Number))
      const sorted = seen.toSorted((a, b) => (a < b ? -1 : Number(a > b)))
      expect(Array.from(values.sorted(), BigInt)).toEqual(sorted)
      for (const limit of [sorted[0] ?? 0n, 0n, sorted.at(-1) ?? 0n, 2n ** 63n]) {
        expect(values.below(limit)).toBe(sorted.filter((one) => one < limit).length)
      }
    }),
  )
})

test('nothing was measured', () => {
  expect(new Sizes().quantile(50)).toBe(0)
  expect(new Values().quantile(50)).toBe(0n)
})
