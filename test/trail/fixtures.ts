/**
 * A sample with one good, one silent and one refused reference, as the rooms below would hand it over.
 * @module
 */
import type { Sample } from '../../lib/consensus/types.js'
import { type TestBits, testNames } from '../../lib/ntp/types.js'

const passed = Object.fromEntries(testNames.map((name) => [name, 1])) as unknown as TestBits
const header = {
  li: 0,
  vn: 4,
  mode: 4,
  stratum: 1,
  poll: 6,
  precision: -24,
  rootDelay: 0x10,
  rootDispersion: 0x8000_0000,
  referenceId: 0x47505300,
  referenceTime: 0xed51_2f97_ffbe_76c8n,
  originTime: 1n,
  receiveTime: 0xed51_2f9f_ffdf_3b64n,
  transmitTime: 0xed51_2f9f_ffdf_3b65n,
}

export const sample: Sample = {
  reason: 'scheduled',
  part: 'all',
  atNs: 1_000_000_000_123n,
  wallNs: 1_772_546_520_000_000_001n,
  d: { lowNs: 1_772_545_519_999_999_500n, highNs: 1_772_545_519_999_999_900n },
  readings: {
    primary: {
      ok: true,
      host: 'time.example.net',
      port: 123,
      address: '192.0.2.1',
      self: false,
      t1: 0xed51_2f9f_ffbe_76c8n,
      t2: 0xed51_2f9f_ffdf_3b64n,
      t3: 0xed51_2f9f_ffdf_3b65n,
      t4: 0xffff_ffff_ffff_ffffn,
      received: 'event',
      header,
      tests: passed,
      atNs: 999_999_999_999n,
      lineNs: -5n,
      resolutionNs: 1n,
      readingNs: 401n,
      ratePpb: 100_000n,
      offsetNs: 1_500_001n,
      delayNs: 250_001n,
      rootDistanceNs: 125_002n,
      low: 1_374_999n,
      high: 1_625_003n,
      m: { lowNs: -7n, highNs: 9n },
      taiUtc: 37,
      ignored: 2,
    },
    secondary: {
      ok: false,
      host: '192.0.2.7',
      port: 123,
      address: null,
      error: { code: 'ERR_TIMEOUT', message: 'no answer within 2 s' },
      header: null,
      tests: null,
      ignored: 0,
    },
    tertiary: {
      ok: false,
      host: '192.0.2.8',
      port: 11_123,
      address: '192.0.2.8',
      error: { code: 'ERR_KISS_DENY', message: 'it wants no more requests' },
      header: { ...header, li: 3, stratum: 0, referenceId: 0x44454e59 },
      tests: { ...passed, kiss: 0 },
      ignored: 0,
    },
  },
  consensus: {
    state: 'single',
    support: 'single',
    m: { lowNs: -7n, highNs: 9n },
    agree: ['primary'],
    dissent: [],
    faults: 0,
    configured: 3,
  },
  taiUtc: 37,
  error: { lowNs: 1_374_999n, highNs: 1_625_003n },
  toleranceNs: 50_000_000n,
  verdict: 'PROVEN',
  cause: null,
}
