import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { boundSeconds, nanoseconds, seconds } from '../../reports/seconds.js'
import {
  between,
  causeWords,
  count,
  decimalsOf,
  moved,
  percent,
  plainInstant,
  reach,
  rough,
  short,
  side,
  signed,
  size,
  span,
} from '../../reports/words.js'

const day = 86_400_000_000_000n

describe('numbers on a page', () => {
  test('are exact: six decimals of a millisecond, nine of a second', () => {
    expect(size(1n)).toBe('0.000001 ms')
    expect(size(-12_345_678n)).toBe('12.345678 ms')
    expect(size(999_999_999n)).toBe('999.999999 ms')
    expect(size(1_000_000_000n)).toBe('1.000000000 s')
    expect(size(-1_234_567_000_000_001n)).toBe('1 234 567.000000001 s')
    expect(signed(-5n)).toBe('\u22120.000005 ms')
    expect(signed(5n)).toBe('+0.000005 ms')
    expect(signed(0n)).toBe('0.000000 ms')
  })

  test('say slow where UTC is ahead of the clock, and fast where it is behind', () => {
    expect(side(3_000_000n)).toBe('3.000000 ms slow')
    expect(side(-3_000_000n)).toBe('3.000000 ms fast')
    expect(side(0n)).toBe('0')
    expect(between({ low: -0.0015, high: 0.003 })).toBe('between 1.500000 ms fast and 3.000000 ms slow')
    expect(reach({ low: -0.0035, high: 0.003 })).toBe(3_500_000n)
    expect(reach({ low: 0.001, high: 0.003 })).toBe(3_000_000n)
  })

  test('give spans as hours, with as many decimals as the column needs', () => {
    expect(span(0n)).toBe('0:00:00.000')
    expect(span(day)).toBe('24:00:00.000')
    expect(span(day - 1n)).toBe('23:59:59.999999999')
    expect(span(3_661_250_000_000n)).toBe('1:01:01.250')
    expect(span(250_000_100n)).toBe('0:00:00.2500001')
    expect(span(250_000_100n, 9)).toBe('0:00:00.250000100')
    expect(decimalsOf([day, 1_000_000n])).toBe(3)
    expect(decimalsOf([day, 1n])).toBe(9)
  })

  test('give spans of a sentence rounded up, in two units', () => {
    expect(rough(1n)).toBe('1 ms')
    expect(rough(999_000_001n)).toBe('1000 ms')
    expect(rough(2_369_749_798_465n)).toBe('39 min 30 s')
    expect(rough(59_000_000_001n)).toBe('1 min 0 s')
    expect(rough(3_600_000_000_000n)).toBe('1 h 0 min')
    expect(rough(day)).toBe('24 h 0 min')
    expect(rough(2n * day + 1n)).toBe('2 d 1 h')
  })

  test('choose the unit that people would', () => {
    expect(short(64_000_000_000n)).toBe('64 s')
    expect(short(300_000_000_000n)).toBe('5 min')
    expect(short(3_600_000_000_000n)).toBe('1 h')
    expect(short(50_000_000n)).toBe('50 ms')
    expect(short(100_000n)).toBe('100 \u00b5s')
    expect(short(1_500_000n)).toBe('1 500 \u00b5s')
    expect(short(100n)).toBe('100 ns')
  })

  test('never round a share in favour of the clock', () => {
    expect(percent(day - 1n, day, 'down')).toBe('99.999 %')
    expect(percent(1n, day, 'up')).toBe('0.001 %')
    expect(percent(day, day, 'down')).toBe('100.000 %')
    expect(percent(0n, day, 'up')).toBe('0.000 %')
    expect(percent(1n, 0n, 'down')).toBe('\u2013')
    fc.assert(
      fc.property(fc.bigInt(0n, day), (part) => {
        expect(Number.parseFloat(percent(part, day, 'down'))).toBeLessThanOrEqual(
          (Number(part) / Number(day)) * 100 + 1e-9,
        )
        expect(Number.parseFloat(percent(part, day, 'up'))).toBeGreaterThanOrEqual(
          (Number(part) / Number(day)) * 100 - 1e-9,
        )
        if (part < day) expect(percent(part, day, 'down')).not.toBe('100.000 %')
        if (part > 0n) expect(percent(part, day, 'up')).not.toBe('0.000 %')
      }),
    )
  })

  test('tell how a change moved the clock', () => {
    expect(moved({ class: 'step', size: { low: -180.0000012, high: -179.9999991 } })).toBe('set back by 180.000 s')
    expect(moved({ class: 'slew', size: { low: 0.0125, high: 0.0125 } })).toBe('slewed forward by 12.500 ms')
    expect(moved({ class: 'leap', size: { low: -1, high: -1 } })).toBe('leap second, moved back by 1.000 s')
    expect(moved({ class: 'step', size: { low: -0.001, high: 0.001 } })).toBe('changed, net 0')
  })

  test('count in singular and plural, in groups of three', () => {
    expect(count(1, 'gap')).toBe('1 gap')
    expect(count(0, 'gap')).toBe('0 gaps')
    expect(count(1_234_567, 'entry', 'entries')).toBe('1 234 567 entries')
    expect(plainInstant('2026-11-21T08:00:00.000000000Z')).toBe('2026-11-21 08:00:00.000000000')
  })

  test('have words for every cause', () => {
    for (const words of Object.values(causeWords)) expect(words).toMatch(/^[a-z].{8,}$/)
  })
})

describe('seconds', () => {
  const year = 31_536_000_000_000_000n

  test('hold whole nanoseconds exactly up to 97 days', () => {
    fc.assert(
      fc.property(fc.bigInt(-8_388_608_000_000_000n, 8_388_608_000_000_000n), (ns) => {
        expect(nanoseconds(seconds(ns))).toBe(ns)
        expect(nanoseconds(seconds(ns, 'down'))).toBe(ns)
        expect(nanoseconds(seconds(ns, 'up'))).toBe(ns)
      }),
    )
  })

  test('beyond, never move an end of a bound inwards, and outwards by one step of a double at most', () => {
    /** A double as a whole number of 2^-29 s times 10^9: comparable with nanoseconds times 2^29. */
    const exactly = (value: number) => BigInt(value * 2 ** 29) * 1_000_000_000n
    const step = (value: number) => exactly(2 ** (Math.floor(Math.log2(Math.abs(value))) - 52))
    fc.assert(
      fc.property(fc.bigInt(8_388_608_000_000_001n, 4_000_000_000_000_000_000n), (ns) => {
        for (const value of [ns, -ns]) {
          const { low, high } = boundSeconds({ lowNs: value, highNs: value })
          expect(exactly(low) <= value << 29n).toBe(true)
          expect(exactly(high) >= value << 29n).toBe(true)
          expect(exactly(high) - exactly(low) <= 2n * step(high)).toBe(true)
        }
      }),
    )
  })

  test('tell a year from a year less one nanosecond, on the side asked for', () => {
    expect(seconds(year - 1n, 'up')).toBe(31_536_000)
    expect(seconds(year - 1n, 'down')).toBeLessThan(31_536_000)
    expect(nanoseconds(seconds(year - 1n, 'down'))).toBeLessThan(year)
  })
})
