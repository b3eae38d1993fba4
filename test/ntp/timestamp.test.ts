import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseInstant } from '../../lib/instant.js'
import {
  difference,
  fromNtp,
  nsToUnitsCeil,
  nsToUnitsFloor,
  toNtp,
  unitsToNsCeil,
  unitsToNsFloor,
} from '../../lib/ntp/timestamp.js'

// Computed independently: days of the proleptic Gregorian calendar since 1900-01-01 times 86,400, times 2^32, modulo 2^64.
const eras: readonly (readonly [iso: string, hex: string])[] = [
  ['1900-01-01T00:00:00.000000000Z', '0000000000000000'],
  ['1970-01-01T00:00:00.000000000Z', '83aa7e8000000000'],
  ['1970-01-01T00:00:00.500000000Z', '83aa7e8080000000'],
  ['1972-01-01T00:00:00.000000000Z', '876ce58000000000'],
  ['1980-01-06T00:00:00.000000000Z', '967fbc0000000000'],
  ['1999-12-31T23:59:59.999999999Z', 'bc17c1fffffffffb'],
  ['2000-01-01T00:00:00.000000000Z', 'bc17c20000000000'],
  ['2004-02-29T12:00:00.250000000Z', 'c3ec52c040000000'],
  ['2017-01-01T00:00:00.000000000Z', 'dc12c50000000000'],
  ['2026-11-21T00:00:00.000000000Z', 'eeab5d8000000000'],
  ['2036-02-07T06:28:14.000000000Z', 'fffffffe00000000'],
  ['2036-02-07T06:28:15.000000000Z', 'ffffffff00000000'],
  ['2036-02-07T06:28:15.999999999Z', 'fffffffffffffffb'],
  ['2036-02-07T06:28:16.000000000Z', '0000000000000000'],
  ['2036-02-07T06:28:16.000000001Z', '0000000000000004'],
  ['2036-02-07T06:28:17.000000000Z', '0000000100000000'],
  ['2036-02-08T06:28:16.000000000Z', '0001518000000000'],
  ['2040-01-01T00:00:00.000000000Z', '0754fd0000000000'],
  ['2085-07-11T00:00:00.000000000Z', '5cf6ab0000000000'],
  ['2106-01-01T00:00:00.000000000Z', '83795c0000000000'],
]

const hex = (timestamp: bigint) => timestamp.toString(16).padStart(16, '0')
const unixNs = fc.bigInt({ min: -(1n << 62n), max: 1n << 63n })
const timestamps = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })
const units = fc.bigInt({ min: -(1n << 64n), max: 1n << 64n })

describe('toNtp and fromNtp', () => {
  test.each(eras)('%s is %s', (iso, expected) => {
    const ns = parseInstant(iso)
    expect(hex(toNtp(ns))).toBe(expected)
    expect(fromNtp(toNtp(ns), ns)).toBe(ns)
  })

  test('a timestamp falls into the era nearest the pivot', () => {
    const zero = 0n
    expect(fromNtp(zero, parseInstant('1968-01-19T03:14:07.000000000Z'))).toBe(
      parseInstant('1900-01-01T00:00:00.000000000Z'),
    )
    expect(fromNtp(zero, parseInstant('1968-01-20T03:14:09.000000000Z'))).toBe(
      parseInstant('2036-02-07T06:28:16.000000000Z'),
    )
    expect(fromNtp(zero, parseInstant('2150-01-01T00:00:00.000000000Z'))).toBe(
      parseInstant('2172-03-15T12:56:32.000000000Z'),
    )
  })

  test('a timestamp exactly half an era away is the earlier one', () => {
    const pivot = parseInstant('2026-11-21T00:00:00.000000000Z')
    const opposite = BigInt.asUintN(64, toNtp(pivot) + (1n << 63n))
    expect(fromNtp(opposite, pivot)).toBe(pivot - (1n << 31n) * 1_000_000_000n)
    expect(fromNtp(opposite - 1n, pivot)).toBe(pivot + (1n << 31n) * 1_000_000_000n)
  })

  test('fromNtp undoes toNtp, with any pivot within 68 years', () => {
    const away = fc.bigInt({ min: -(1n << 31n) + 1n, max: (1n << 31n) - 1n })
    fc.assert(fc.property(unixNs, away, (ns, seconds) => fromNtp(toNtp(ns), ns + seconds * 1_000_000_000n) === ns))
  })

  test('toNtp rounds down by less than one unit', () => {
    fc.assert(
      fc.property(unixNs, (ns) => {
        const exact = (ns + 2_208_988_800_000_000_000n) << 32n
        const rest = BigInt.asUintN(64, toNtp(ns)) * 1_000_000_000n - exact
        const era = (1n << 64n) * 1_000_000_000n
        const below = ((-rest % era) + era) % era
        expect(below < 1_000_000_000n).toBe(true)
      }),
    )
  })
})

describe('difference', () => {
  test('counts across an era change', () => {
    const before = toNtp(parseInstant('2036-02-07T06:28:15.000000000Z'))
    const after = toNtp(parseInstant('2036-02-07T06:28:17.000000000Z'))
    expect(difference(after, before)).toBe(2n << 32n)
    expect(difference(before, after)).toBe(-(2n << 32n))
  })

  test('undoes a wrapped sum', () => {
    const step = fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n })
    fc.assert(fc.property(timestamps, step, (a, d) => difference(BigInt.asUintN(64, a + d), a) === d))
  })
})

describe('units of 2^-32 s', () => {
  test('round outwards by less than one', () => {
    fc.assert(
      fc.property(units, (u) => {
        const low = unitsToNsFloor(u)
        const high = unitsToNsCeil(u)
        expect(low << 32n <= u * 1_000_000_000n && u * 1_000_000_000n <= high << 32n).toBe(true)
        expect(high - low <= 1n).toBe(true)
        expect(nsToUnitsFloor(low) <= u && u <= nsToUnitsCeil(high)).toBe(true)
      }),
    )
  })

  test('exact values', () => {
    expect(unitsToNsFloor(1n)).toBe(0n)
    expect(unitsToNsCeil(1n)).toBe(1n)
    expect(unitsToNsFloor(-1n)).toBe(-1n)
    expect(unitsToNsCeil(-1n)).toBe(0n)
    expect(unitsToNsFloor(1n << 32n)).toBe(1_000_000_000n)
    expect(unitsToNsCeil(1n << 32n)).toBe(1_000_000_000n)
    expect(nsToUnitsFloor(1n)).toBe(4n)
    expect(nsToUnitsCeil(1n)).toBe(5n)
    expect(nsToUnitsFloor(-1n)).toBe(-5n)
    expect(nsToUnitsCeil(-1n)).toBe(-4n)
    expect(nsToUnitsFloor(-1_000_000_000n)).toBe(-(1n << 32n))
  })
})
