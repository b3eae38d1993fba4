import { describe, expect, test } from '@jest/globals'
import {
  decodeInterval,
  encodeChange,
  encodeGap,
  encodeInterval,
  encodeSample,
  encodeStamp,
} from '../../lib/trail/encode.js'
import { sample } from './fixtures.js'

test('encodeStamp writes instants as ISO 8601 and nanoseconds as decimal strings', () => {
  const stamp = {
    wallNs: 1_772_546_520_000_000_001n,
    aNs: 3n,
    monoNs: 3n,
    bootNs: 4n,
    rawNs: null,
    bootId: 'b-1',
    d: { lowNs: -5n, highNs: 6n },
    since: {
      looks: 7,
      widestSilenceNs: 250_000_000n,
      notice: 'absent' as const,
      small: { count: 1, sumNs: 12n },
      chord: { lowNs: -1n, highNs: 0n },
    },
  }
  expect(encodeStamp(stamp)).toEqual({
    wall: '2026-03-03T14:02:00.000000001Z',
    monoNs: '3',
    bootNs: '4',
    rawNs: null,
    bootId: 'b-1',
    d: { lowNs: '-5', highNs: '6' },
    since: {
      looks: 7,
      widestSilenceNs: '250000000',
      notice: 'absent',
      small: { count: 1, sumNs: '12' },
      chord: { lowNs: '-1', highNs: '0' },
    },
  })
  expect(encodeStamp({ ...stamp, rawNs: 9n }).rawNs).toBe('9')
})

describe('encodeSample', () => {
  const body = encodeSample(sample, { ratePpb: 100_000n, resolutionNs: 1n })

  test('writes raw fields as the digits on the wire', () => {
    expect(body.readings.primary).toEqual({
      ok: true,
      server: 'time.example.net',
      port: 123,
      address: '192.0.2.1',
      self: false,
      t1: 'ed512f9fffbe76c8',
      t2: 'ed512f9fffdf3b64',
      t3: 'ed512f9fffdf3b65',
      t4: 'ffffffffffffffff',
      li: 0,
      vn: 4,
      mode: 4,
      stratum: 1,
      poll: 6,
      precision: -24,
      rootDelay: '00000010',
      rootDispersion: '80000000',
      referenceId: '47505300',
      referenceTime: 'ed512f97ffbe76c8',
      tests: sample.readings.primary?.tests,
      atNs: '999999999999',
      lineNs: '-5',
      readingNs: '401',
      offsetNs: '1500001',
      delayNs: '250001',
      rootDistanceNs: '125002',
      lowNs: '1374999',
      highNs: '1625003',
      m: { lowNs: '-7', highNs: '9' },
      ignored: 2,
    })
  })

  test('writes what a refused packet said, and null where there was none', () => {
    expect(body.readings.tertiary).toMatchObject({ ok: false, stratum: 0, li: 3, referenceId: '44454e59' })
    expect(body.readings.secondary).toMatchObject({
      ok: false,
      tests: null,
      stratum: null,
      li: null,
      referenceId: null,
    })
  })

  test('writes the bound of M and the bound of the error, and leaves the trigger to the scribe', () => {
    expect(body).toMatchObject({
      type: 'sample',
      trigger: null,
      atNs: '1000000000123',
      ratePpb: 100_000,
      resolutionNs: '1',
      consensus: { m: { lowNs: '-7', highNs: '9' }, lowNs: '1374999', highNs: '1625003' },
      toleranceNs: '50000000',
    })
    const none = encodeSample(
      { ...sample, error: null, consensus: { ...sample.consensus, m: null } },
      { ratePpb: 1n, resolutionNs: 1n },
    )
    expect(none.consensus).toMatchObject({ m: null, lowNs: null, highNs: null })
  })
})

test('encodeChange writes what the witness saw', () => {
  const change = {
    kind: 'clock-change' as const,
    earliestNs: 1n,
    latestNs: 2n,
    size: { lowNs: -180_000_000_801n, highNs: -180_000_000_000n },
    class: 'step' as const,
    by: 'foreign' as const,
    seen: 'kernel-notice' as const,
    wallBeforeNs: 180_000_000_000n,
    wallAfterNs: 0n,
  }
  expect(encodeChange(change)).toMatchObject({
    type: 'clock-change',
    earliestNs: '1',
    latestNs: '2',
    size: { lowNs: '-180000000801', highNs: '-180000000000' },
    class: 'step',
    by: 'foreign',
    seen: 'kernel-notice',
    wallBefore: '1970-01-01T00:03:00.000000000Z',
    wallAfter: '1970-01-01T00:00:00.000000000Z',
  })
})

test('encodeGap writes null for an end in another boot', () => {
  const gap = { kind: 'gap' as const, cause: 'boot' as const, breaks: 'mono' as const, wallFromNs: 0n, wallToNs: 1n }
  expect(encodeGap({ ...gap, fromNs: null, toNs: 5n })).toMatchObject({
    type: 'gap',
    fromNs: null,
    toNs: '5',
    wallFrom: '1970-01-01T00:00:00.000000000Z',
    wallTo: '1970-01-01T00:00:00.000000001Z',
    cause: 'boot',
    breaks: 'mono',
  })
})

test('intervals come back as they were', () => {
  const interval = { lowNs: -(10n ** 20n), highNs: 3n }
  expect(decodeInterval(encodeInterval(interval))).toEqual(interval)
})
