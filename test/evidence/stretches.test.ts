import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { judge, stretches, verdictOn } from '../../lib/evidence/stretches.js'
import type { Piece, Stretch } from '../../lib/evidence/types.js'
import { largest, smallest } from '../../lib/interval.js'

const base = {
  forward: null,
  lack: null,
  forwardLack: { verdict: 'UNMONITORED', cause: 'no-sample' },
  support: 'voted',
  witness: 'complete',
  fromSeq: 1,
  toSeq: 2,
  estimated: false,
} as const

function piece(fromNs: bigint, toNs: bigint, from: readonly [bigint, bigint], to: readonly [bigint, bigint]): Piece {
  const ends = { from: { lowNs: from[0], highNs: from[1] }, to: { lowNs: to[0], highNs: to[1] } }
  return { ...base, fromNs, toNs, bound: ends }
}

async function all(pieces: Piece[], toleranceNs: bigint): Promise<Stretch[]> {
  const found: Stretch[] = []
  for await (const stretch of stretches(pieces, toleranceNs)) found.push(stretch)
  return found
}

const said = (stretch: { fromNs: bigint; toNs: bigint; verdict: string }): unknown => [
  stretch.fromNs,
  stretch.toNs,
  stretch.verdict,
]

test('an edge that leaves the tolerance ends PROVEN at the last whole nanosecond inside it', async () => {
  // High runs from 0 to 100 over 300 ns: it reaches 50 at 150, so 151 is the first instant outside.
  const found = await all([piece(1000n, 1300n, [0n, 0n], [0n, 100n])], 50n)
  expect(found.map(said)).toEqual([
    [1000n, 1151n, 'PROVEN'],
    [1151n, 1300n, 'INDETERMINATE'],
  ])
  expect(found[1]).toMatchObject({ cause: 'bound-too-wide', support: 'voted', witness: 'complete' })
})

test('a crossing between two nanoseconds shrinks PROVEN', async () => {
  // High = 50 at 3/7 of a nanosecond behind 1001.
  const found = await all([piece(1000n, 1007n, [0n, 40n], [0n, 89n])], 50n)
  expect(found.map(said)).toEqual([
    [1000n, 1002n, 'PROVEN'],
    [1002n, 1007n, 'INDETERMINATE'],
  ])
  const back = await all([piece(1000n, 1007n, [-89n, 0n], [-40n, 0n])], 50n)
  expect(back.map(said)).toEqual([
    [1000n, 1006n, 'INDETERMINATE'],
    [1006n, 1007n, 'PROVEN'],
  ])
})

test('VIOLATED needs the whole bound outside, and shrinks likewise', async () => {
  const found = await all([piece(0n, 1000n, [0n, 1000n], [1000n, 2000n])], 500n)
  expect(found.map(said)).toEqual([
    [0n, 501n, 'INDETERMINATE'],
    [501n, 1000n, 'VIOLATED'],
  ])
  expect(found[1]).toMatchObject({ cause: 'out-of-tolerance', worst: { highNs: 1999n, atNs: 999n } })
})

test('a bound that moves from one side through the tolerance to the other is cut four times', async () => {
  const found = await all([piece(0n, 4000n, [-2100n, -1900n], [1900n, 2100n])], 1000n)
  expect(found.map(({ verdict }) => verdict)).toEqual([
    'VIOLATED',
    'INDETERMINATE',
    'PROVEN',
    'INDETERMINATE',
    'VIOLATED',
  ])
})

test('neighbours of which the same is said become one stretch, with the bound that reaches furthest', async () => {
  const found = await all(
    [
      piece(0n, 10n, [0n, 5n], [0n, 9n]),
      piece(10n, 20n, [0n, 9n], [-3n, 2n]),
      { ...piece(20n, 30n, [0n, 1n], [0n, 1n]), support: 'single' },
    ],
    50n,
  )
  expect(found.map(said)).toEqual([
    [0n, 20n, 'PROVEN'],
    [20n, 30n, 'PROVEN'],
  ])
  expect(found[0]).toMatchObject({ worst: { lowNs: 0n, highNs: 9n }, fromSeq: 1, toSeq: 2 })
})

test('a piece without a bound keeps its verdict and its cause', async () => {
  const lack = { verdict: 'OFF', cause: 'suspend' } as const
  const found = await all([{ ...piece(0n, 10n, [0n, 0n], [0n, 0n]), bound: null, lack, support: null }], 50n)
  expect(found).toMatchObject([{ verdict: 'OFF', cause: 'suspend', worst: null, support: null }])
})

const small = fc.bigInt({ min: -300n, max: 300n })
const pair = fc.tuple(small, small).map(([a, b]): [bigint, bigint] => (a < b ? [a, b] : [b, a]))

test('at every instant of every piece the verdict is that of its bound, neither stronger nor weaker', () => {
  fc.assert(
    fc.property(
      pair,
      pair,
      fc.integer({ min: 1, max: 60 }),
      fc.bigInt({ min: 0n, max: 200n }),
      (from, to, length, tolerance) => {
        const one = piece(0n, BigInt(length), from, to)
        const parts = judge(one, tolerance)
        expect(parts[0]?.fromNs).toBe(0n)
        expect(parts.at(-1)?.toNs).toBe(BigInt(length))
        for (const [i, part] of parts.entries()) {
          if (i > 0) expect(part.fromNs).toBe(parts[i - 1]?.toNs)
          for (let ns = part.fromNs; ns < part.toNs; ns++) {
            // By exact fractions: both sides times the length.
            const scaled = (a: bigint, b: bigint): bigint => a * BigInt(length) + (b - a) * ns
            const exact = { lowNs: scaled(from[0], to[0]), highNs: scaled(from[1], to[1]) }
            expect(part.verdict).toBe(verdictOn(exact, tolerance * BigInt(length)).verdict)
          }
        }
      },
    ),
    { numRuns: 600 },
  )
})

test('PROVEN is the largest distance, VIOLATED the smallest', () => {
  expect(verdictOn({ lowNs: -50n, highNs: 50n }, 50n).verdict).toBe('PROVEN')
  expect(verdictOn({ lowNs: -51n, highNs: 50n }, 50n).verdict).toBe('INDETERMINATE')
  expect(verdictOn({ lowNs: 51n, highNs: 90n }, 50n).verdict).toBe('VIOLATED')
  expect(verdictOn({ lowNs: 50n, highNs: 90n }, 50n).verdict).toBe('INDETERMINATE')
  expect(largest({ lowNs: -3n, highNs: 1n })).toBe(3n)
  expect(smallest({ lowNs: -3n, highNs: -1n })).toBe(1n)
})
