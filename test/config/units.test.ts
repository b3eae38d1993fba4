import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { formatDuration, formatRate, parseDuration, parseRate } from '../../lib/config/units.js'

describe('durations', () => {
  test.each([
    ['500ms', 500_000_000n],
    ['64s', 64_000_000_000n],
    ['5m', 300_000_000_000n],
    ['1h', 3_600_000_000_000n],
    ['7d', 604_800_000_000_000n],
    ['1.5s', 1_500_000_000n],
    ['0.25ms', 250_000n],
    ['3us', 3_000n],
    ['9ns', 9n],
    ['0s', 0n],
  ])('%s', (text, ns) => {
    expect(parseDuration(text)).toBe(ns)
  })

  test('a bare number is refused with the right spelling', () => {
    expect(() => parseDuration(64, 'interval')).toThrow(
      '"interval" must be a duration with its unit such as "64s": a bare number has no unit, write "64s", got 64',
    )
  })

  test.each(['', '64', '64 s', '-5s', '+5s', '1e3s', '05s', '5S', '5min', '1h30m', '.5s', '5.s', '64s\n', '٣s'])(
    '%j is refused',
    (text) => {
      expect(() => parseDuration(text, 'interval')).toThrow('"interval" must be a duration with its unit')
    },
  )

  test('a fraction of a nanosecond is refused', () => {
    expect(() => parseDuration('0.5ns')).toThrow('must be a whole number of ns')
    expect(() => parseDuration('1.0000001us')).toThrow('must be a whole number of ns')
  })

  test('formatting takes the largest unit that divides', () => {
    expect(formatDuration(86_400_000_000_000n)).toBe('1d')
    expect(formatDuration(90_000_000_000n)).toBe('90s')
    expect(formatDuration(1_500_000_000n)).toBe('1500ms')
    expect(formatDuration(0n)).toBe('0s')
    expect(() => formatDuration(-1n)).toThrow(RangeError)
  })

  test('parsing undoes formatting, and formatting what it wrote', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 17n), fc.constantFrom(1n, 1_000n, 1_000_000n, 1_000_000_000n), (count, unit) => {
        const text = formatDuration(count * unit)
        expect(parseDuration(text)).toBe(count * unit)
        expect(formatDuration(parseDuration(text))).toBe(text)
      }),
    )
  })

  test('any text is either refused or a whole number of nanoseconds', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9.]{1,6}(d|h|m|s|ms|us|ns|x)$/), (text) => {
        let ns: bigint
        try {
          ns = parseDuration(text)
        } catch (error) {
          expect((error as { code: string }).code).toBe('ERR_OPTION')
          return
        }
        expect(ns >= 0n).toBe(true)
        expect(parseDuration(formatDuration(ns))).toBe(ns)
      }),
    )
  })
})

describe('rates', () => {
  test('ppm and ppb', () => {
    expect(parseRate('100ppm')).toBe(100_000n)
    expect(parseRate('50ppb')).toBe(50n)
    expect(parseRate('0.5ppm')).toBe(500n)
    expect(formatRate(100_000n)).toBe('100ppm')
    expect(formatRate(1_500n)).toBe('1500ppb')
    expect(formatRate(0n)).toBe('0ppm')
  })

  test('other units and bare numbers are refused', () => {
    expect(() => parseRate('5s', 'driftBound')).toThrow('"driftBound" must be a rate with its unit such as "100ppm"')
    expect(() => parseRate(100, 'driftBound')).toThrow('write "100ppm"')
    expect(() => parseRate('0.5ppb')).toThrow('must be a whole number of ppb')
  })

  test('parsing undoes formatting', () => {
    fc.assert(fc.property(fc.bigInt(0n, 10n ** 15n), (ppb) => expect(parseRate(formatRate(ppb))).toBe(ppb)))
  })
})
