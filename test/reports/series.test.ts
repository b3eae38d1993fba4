import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Piece } from '../../lib/evidence/types.js'
import { SeriesBuilder } from '../../reports/series.js'
import { dayNs, ms, piece, s } from './fixture.js'

const span = 1000n * s
const build = (pieces: readonly Piece[], columns = 10) => {
  const builder = new SeriesBuilder(dayNs, dayNs + span, columns)
  for (const each of pieces) builder.add(each)
  return builder.build().columns
}
const at = (from: bigint, to: bigint, low: bigint, high: bigint) =>
  piece(dayNs + from, dayNs + to, { lowNs: low, highNs: high })

describe('a series', () => {
  test('shows a spike of one nanosecond in its column, and nowhere else', () => {
    const columns = build([
      at(0n, 350n * s, -ms, ms),
      at(350n * s, 350n * s + 1n, -ms, 7n * s),
      at(350n * s + 1n, span, -ms, ms),
    ])
    expect(columns.map((column) => column?.high)).toEqual([
      0.001, 0.001, 0.001, 7, 0.001, 0.001, 0.001, 0.001, 0.001, 0.001,
    ])
  })

  test('keeps the edges of a piece that ends in the middle of a column', () => {
    const wedge = piece(
      dayNs,
      dayNs + 150n * s,
      { lowNs: 0n, highNs: 0n },
      {
        bound: { from: { lowNs: 0n, highNs: 0n }, to: { lowNs: -300n * ms, highNs: 150n * ms } },
      },
    )
    const columns = build([wedge])
    expect(columns[0]).toEqual({ low: expect.closeTo(-0.2, 9), high: expect.closeTo(0.1, 9) })
    expect(columns[1]).toEqual({ low: expect.closeTo(-0.3, 9), high: expect.closeTo(0.15, 9) })
    expect(columns[2]).toBeNull()
  })

  test('leaves columns without a bound empty', () => {
    const columns = build([
      at(0n, 200n * s, -ms, ms),
      piece(dayNs + 200n * s, dayNs + 800n * s, null),
      at(800n * s, span, -ms, ms),
    ])
    expect(columns.map((column) => column !== null)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
      false,
      false,
      true,
      true,
    ])
  })

  test('passes over pieces outside of the period', () => {
    const early = piece(dayNs - 20n * s, dayNs - 10n * s, { lowNs: 0n, highNs: s })
    const late = piece(dayNs + span + 10n * s, dayNs + span + 20n * s, { lowNs: 0n, highNs: s })
    expect(build([early, late]).every((column) => column === null)).toBe(true)
  })

  test('never drops an excursion, however the pieces are cut', () => {
    const cut = fc.bigInt(0n, span)
    const edge = fc.bigInt(-10n * s, 10n * s)
    const part = fc.tuple(cut, cut, edge, edge)
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 97 }), (parts, number) => {
        const pieces = parts.map(([a, b, c, d]) => at(a < b ? a : b, a < b ? b : a, c < d ? c : d, c < d ? d : c))
        const columns = build(pieces, number).filter((column) => column !== null)
        const high = Math.max(...pieces.map((each) => Number(each.bound!.from.highNs) / 1e9))
        const low = Math.min(...pieces.map((each) => Number(each.bound!.from.lowNs) / 1e9))
        expect(Math.max(...columns.map((column) => column.high))).toBe(high)
        expect(Math.min(...columns.map((column) => column.low))).toBe(low)
      }),
    )
  })
})
