/** Quantiles are values that were measured: the smallest that at least this share of all does not exceed. */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { Values } from '../../reports/values.js'
import '../support/seed.js'

const place = (percent: number, count: number) =>
  Math.min(count - 1, Math.max(0, Math.ceil((percent * count) / 100) - 1))

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
      // Near the end of what was made room for, at least now and then.
      const start = parts.length % 2 === 0 ? 2 ** 10 - 100 : 0
      for (let i = 0; i < start; i += 1) {
        values.addNumber(i % 7)
        seen.push(BigInt(i % 7))
      }
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
      for (const percent of [0, 1, 50, 95, 99, 100]) {
        expect(values.quantile(percent)).toBe(sorted[place(percent, sorted.length)] ?? 0n)
      }
      const edges = [...new Set([-5n, 0n, 7n, 2n ** 62n, ...sorted.slice(0, 3), ...sorted.slice(-1)])]
      edges.sort((one, other) => (one < other ? -1 : 1))
      expect(values.below(edges)).toEqual(edges.map((edge) => sorted.filter((one) => one < edge).length))
    }),
  )
})

test('values of every kind on both sides of where a piece ends', () => {
  const ends = 2 ** 17
  for (const odd of [7n, 2n ** 40n, -(2n ** 62n)]) {
    const values = new Values()
    const column = Int32Array.from({ length: ends - 2 }, (_, i) => i - 100_000)
    values.addAll(column, 0, column.length)
    for (let i = 0; i < 4; i += 1) values.add(odd + BigInt(i))
    values.addAll(column, 0, 5)
    expect(values.count).toBe(ends + 7)
    const around = Array.from({ length: 9 }, (_, i) => values.at(ends - 2 + i))
    const first = [-100_000n, -99_999n, -99_998n, -99_997n, -99_996n]
    expect(around).toEqual([odd, odd + 1n, odd + 2n, odd + 3n, ...first])
    expect(values.at(ends - 3)).toBe(BigInt(ends - 3 - 100_000))
    const sorted = [...Array.from(column, BigInt), ...around].sort((a, b) => (a < b ? -1 : Number(a > b)))
    for (const percent of [0, 1, 50, 99, 100]) {
      expect(values.quantile(percent)).toBe(sorted[place(percent, sorted.length)])
    }
    expect(values.below([-99_997n, 8n])).toEqual([
      sorted.filter((one) => one < -99_997n).length,
      sorted.filter((one) => one < 8n).length,
    ])
  }
})

test('nothing was measured', () => {
  expect(new Values().below([0n])).toEqual([0])
  expect(new Values().quantile(50)).toBe(0n)
})
