import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  looseSampleDocument,
  referenceIdText,
  sampleDocument,
  secondsDown,
  secondsUp,
} from '../../lib/trail/document.js'
import { encodeSample } from '../../lib/trail/encode.js'
import type { SampleBody, StoredStamp } from '../../lib/trail/types.js'
import { sample } from './fixtures.js'

/** The exact value of a number's text, in nanoseconds and a denominator of 10^-9 where it has more decimals. */
function textNs(value: number): { nanos: bigint; exact: boolean } {
  const [head = '', exponent = '0'] = value.toExponential().split('e')
  const [whole = '', fraction = ''] = head.replace('-', '').split('.')
  const digits = BigInt(whole + fraction)
  const power = Number(exponent) - fraction.length + 9
  const sign = value < 0 ? -1n : 1n
  if (power >= 0) return { nanos: sign * digits * 10n ** BigInt(power), exact: true }
  const divisor = 10n ** BigInt(-power)
  return { nanos: (sign * digits) / divisor, exact: digits % divisor === 0n }
}

describe('seconds', () => {
  test('are the exact value up to fifteen digits', () => {
    expect(secondsDown(-1500n)).toBe(-0.0000015)
    expect(secondsUp(1n)).toBe(1e-9)
    expect(secondsDown(0n)).toBe(0)
    expect(Object.is(secondsUp(0n), 0)).toBe(true)
    expect(JSON.stringify(secondsDown(180_000_000_001n))).toBe('180.000000001')
    expect(JSON.stringify(secondsUp(-999_999_999_999_999n))).toBe('-999999.999999999')
  })

  test('beyond are rounded outwards to fifteen digits', () => {
    expect(JSON.stringify(secondsDown(1_772_531_000_123_456_789n))).toBe('1772531000.12345')
    expect(JSON.stringify(secondsUp(1_772_531_000_123_456_789n))).toBe('1772531000.12346')
    expect(JSON.stringify(secondsDown(-1_772_531_000_123_456_789n))).toBe('-1772531000.12346')
  })

  test('never move a bound inwards, and are exact within eleven days', () => {
    const whole = fc.oneof(
      fc.bigInt({ min: -(10n ** 15n) + 1n, max: 10n ** 15n - 1n }),
      fc.bigInt({ min: -(10n ** 22n), max: 10n ** 22n }),
    )
    fc.assert(
      fc.property(whole, (ns) => {
        const down = textNs(secondsDown(ns))
        const up = textNs(secondsUp(ns))
        expect(down.exact && up.exact).toBe(true)
        expect(down.nanos <= ns && ns <= up.nanos).toBe(true)
        if (ns > -(10n ** 15n) && ns < 10n ** 15n) expect([down.nanos, up.nanos]).toEqual([ns, ns])
      }),
      { numRuns: 500 },
    )
  })
})

describe('referenceIdText', () => {
  test.each([
    ['47505300', 1, 'GPS'],
    ['4e495354', 1, 'NIST'],
    ['52415445', 0, 'RATE'],
    ['00000000', 1, ''],
    ['41000a5c', 1, 'A\\x00\\x0a\\x5c'],
    ['c0000207', 2, '192.0.2.7'],
    ['47505300', 16, '71.80.83.0'],
  ])('%s at stratum %i reads %s', (hex, stratum, text) => {
    expect(referenceIdText(hex, stratum)).toBe(text)
  })
})

describe('sampleDocument', () => {
  const body: SampleBody & Pick<StoredStamp, 'wall'> = {
    ...encodeSample(sample, { ratePpb: 100_000n, resolutionNs: 1n }),
    wall: '2026-03-03T14:02:00.000000001Z',
  }

  test('states a recorded sample in seconds', () => {
    expect(sampleDocument({ ...body, seq: 7 })).toEqual({
      seq: 7,
      reason: 'scheduled',
      trigger: null,
      part: 'all',
      wall: '2026-03-03T14:02:00.000000001Z',
      readings: {
        primary: {
          ok: true,
          server: 'time.example.net',
          port: 123,
          address: '192.0.2.1',
          self: false,
          offset: 0.001500001,
          delay: 0.000250001,
          rootDistance: 0.000125002,
          low: 0.001374999,
          high: 0.001625003,
          stratum: 1,
          leap: 0,
          referenceId: 'GPS',
          tests: sample.readings.primary?.tests,
          ignored: 2,
        },
        secondary: {
          ok: false,
          server: '192.0.2.7',
          port: 123,
          address: null,
          error: { code: 'ERR_TIMEOUT', message: 'no answer within 2 s' },
          stratum: null,
          leap: null,
          referenceId: null,
          tests: null,
          ignored: 0,
        },
        tertiary: {
          ok: false,
          server: '192.0.2.8',
          port: 11123,
          address: '192.0.2.8',
          error: { code: 'ERR_KISS_DENY', message: 'it wants no more requests' },
          stratum: 0,
          leap: 3,
          referenceId: 'DENY',
          tests: { ...sample.readings.tertiary?.tests, kiss: 0 },
          ignored: 0,
        },
      },
      consensus: {
        state: 'single',
        support: 'single',
        low: 0.001374999,
        high: 0.001625003,
        agree: ['primary'],
        dissent: [],
        faults: 0,
        configured: 3,
      },
      tolerance: 0.05,
      verdict: 'PROVEN',
      cause: null,
    })
  })

  test('states a sample that is in no trail without a seq', () => {
    expect(looseSampleDocument(sample)).toEqual(sampleDocument({ ...body, seq: null }))
  })

  test('has null for a bound that is not there', () => {
    const none = {
      ...sample,
      error: null,
      consensus: { ...sample.consensus, state: 'none' as const, m: null, support: null },
    }
    expect(looseSampleDocument(none).consensus).toMatchObject({ state: 'none', low: null, high: null, support: null })
  })
})
