import { describe, expect, test } from '@jest/globals'
import type { ClockReading } from '../../lib/clock/types.js'
import { type AssembleInput, assemble } from '../../lib/consensus/assemble.js'
import { identity } from '../../lib/consensus/identity.js'
import type { ReadingErrorCode } from '../../lib/errors.js'
import { point } from '../../lib/interval.js'
import { type FailedReading, type GoodReading, type TestBits, testNames } from '../../lib/ntp/types.js'

const second = 1_000_000_000n
const tests = Object.fromEntries(testNames.map((name) => [name, 1])) as TestBits
const header = {
  li: 0,
  vn: 4,
  mode: 4,
  stratum: 1,
  poll: 6,
  precision: -20,
  rootDelay: 0,
  rootDispersion: 0,
  referenceId: 0x47505300,
  referenceTime: 0n,
  originTime: 0n,
  receiveTime: 0n,
  transmitTime: 0n,
}

/** The wall clock is 100 us slow against this TAI - A, if D is {@link d}. */
const truth = 1_800_000_037n * second + 100_000n
const d = point(1_800_000_000n * second)

function good(change: Partial<GoodReading> = {}): GoodReading {
  return {
    ok: true,
    host: 'ntp.example',
    port: 123,
    address: '192.0.2.1',
    self: false,
    t1: 0n,
    t2: 0n,
    t3: 0n,
    t4: 0n,
    received: 'event',
    header,
    tests,
    atNs: 50n * second,
    lineNs: 0n,
    resolutionNs: 1n,
    readingNs: 1n,
    ratePpb: 100_000n,
    offsetNs: 0n,
    delayNs: 0n,
    rootDistanceNs: 0n,
    low: 0n,
    high: 0n,
    m: { lowNs: truth - 1_000n, highNs: truth + 1_000n },
    taiUtc: 37,
    ignored: 0,
    ...change,
  }
}

function failed(code: ReadingErrorCode): FailedReading {
  const error = { code, message: code }
  return { ok: false, host: 'ntp.example', port: 123, address: null, error, header: null, tests: null, ignored: 0 }
}

const look: ClockReading = {
  aNs: 60n * second,
  wallNs: 1_800_000_060n * second,
  d,
  line: d,
  asleep: point(0n),
  monoNs: 60n * second,
  bootNs: 60n * second,
  rawNs: 60n * second,
  kernelTaiNs: null,
}

function round(exchanges: AssembleInput['exchanges'], change: Partial<AssembleInput> = {}) {
  return assemble({
    reason: 'scheduled',
    part: 'all',
    look,
    d,
    exchanges,
    configured: 3,
    ratePpb: 100_000n,
    toleranceNs: 50_000_000n,
    trustLocal: false,
    taiUtc: 37,
    ...change,
  })
}

describe('one reference', () => {
  test('its reading is carried ten seconds at 100 ppm: a millisecond on each side', () => {
    const sample = round({ primary: [good()] })
    expect(sample.consensus.m).toEqual({ lowNs: truth - 1_001_000n, highNs: truth + 1_001_000n })
    expect(sample.error).toEqual({ lowNs: 100_000n - 1_001_000n, highNs: 100_000n + 1_001_000n })
    expect(sample).toMatchObject({
      verdict: 'PROVEN',
      cause: null,
      atNs: 60n * second,
      wallNs: 1_800_000_060n * second,
    })
  })

  test('the width of D widens the error on both sides', () => {
    const wide = { lowNs: d.lowNs - 300n, highNs: d.lowNs + 500n }
    const sample = round({ primary: [good({ atNs: 60n * second })] }, { d: wide })
    expect(sample.error).toEqual({ lowNs: 100_000n - 1_000n - 500n, highNs: 100_000n + 1_000n + 300n })
    expect(sample.d).toEqual(wide)
  })

  test('a positive error is a slow clock: UTC is ahead of it', () => {
    const sample = round({ primary: [good({ m: point(truth + 2n * second), atNs: 60n * second })] })
    expect(sample.error).toEqual(point(2n * second + 100_000n))
    expect(sample).toMatchObject({ verdict: 'VIOLATED', cause: 'out-of-tolerance' })
  })

  test('an older narrow reading loses to a fresh one once drift has made it wider', () => {
    const old = good({ atNs: 0n, m: point(truth) })
    const fresh = good({ atNs: 59n * second })
    expect(round({ primary: [old, fresh] }).readings.primary).toBe(fresh)
    expect(round({ primary: [fresh, old] }).readings.primary).toBe(fresh)
    expect(round({ primary: [old, fresh] }, { ratePpb: 0n }).readings.primary).toBe(old)
  })

  test('of two equally narrow readings the later one is kept, whatever their order', () => {
    const earlier = good({ atNs: 58n * second, m: { lowNs: truth - 2_000n, highNs: truth + 2_000n } })
    const later = good({ atNs: 59n * second, m: { lowNs: truth - 2_000n, highNs: truth + 2_000n } })
    expect(round({ primary: [later, earlier] }, { ratePpb: 0n }).readings.primary).toBe(later)
    expect(round({ primary: [earlier, later] }, { ratePpb: 0n }).readings.primary).toBe(later)
  })

  test('a good reading beats every failure', () => {
    const answer = good()
    expect(round({ primary: [failed('ERR_KISS_DENY'), answer, failed('ERR_TIMEOUT')] }).readings.primary).toBe(answer)
  })

  test('without a good one the most telling failure is kept', () => {
    const closed = failed('ERR_PORT_CLOSED')
    const last = failed('ERR_TIMEOUT')
    const sample = round({ primary: [failed('ERR_TIMEOUT'), closed, last], secondary: [failed('ERR_TIMEOUT'), last] })
    expect(sample.readings.primary).toBe(closed)
    expect(sample.readings.secondary).toBe(last)
    expect(sample).toMatchObject({ error: null, verdict: 'UNMONITORED', cause: 'no-reference' })
    expect(sample.consensus).toMatchObject({ state: 'none', configured: 3 })
  })

  test('a reference that was not asked has no reading', () => {
    expect(Object.keys(round({ primary: [good()], secondary: [] }).readings)).toEqual(['primary'])
  })
})

describe('several references', () => {
  const other = (m: bigint, address: string): GoodReading =>
    good({ m: { lowNs: m - 1_000n, highNs: m + 1_000n }, address, atNs: 60n * second })

  test('one of three lies: it is named and the bound is right', () => {
    const sample = round({
      primary: [other(truth, '192.0.2.1')],
      secondary: [other(truth + second, '192.0.2.2')],
      tertiary: [other(truth + 500n, '192.0.2.3')],
    })
    expect(sample.consensus).toMatchObject({ state: 'agreed', support: 'voted', dissent: ['secondary'] })
    expect(sample.error).toEqual({ lowNs: 99_500n, highNs: 101_000n })
    expect(sample.verdict).toBe('PROVEN')
  })

  test('two that lie differently: conflict, INDETERMINATE, no bound', () => {
    const sample = round({ primary: [other(truth, '192.0.2.1')], secondary: [other(truth + second, '192.0.2.2')] })
    expect(sample).toMatchObject({ error: null, verdict: 'INDETERMINATE', cause: 'conflict' })
    expect(sample.consensus).toMatchObject({ state: 'conflict', m: null })
  })

  test('readings of different instants are compared at one instant', () => {
    const early = good({ address: '192.0.2.1', atNs: 0n, m: point(truth) })
    const late = good({ address: '192.0.2.2', atNs: 60n * second, m: point(truth + 6_000_000n) })
    const pair = { primary: [early], secondary: [late] }
    expect(round(pair).consensus).toMatchObject({
      state: 'agreed',
      m: { lowNs: truth - 6_000_000n, highNs: truth + 6_000_000n },
    })
    expect(round(pair, { ratePpb: 99_999n }).consensus.state).toBe('conflict')
  })

  test('two names of one server are one reference, also across spellings of its address', () => {
    const sample = round({ primary: [other(truth, '2001:db8::1')], secondary: [other(truth, '2001:DB8:0:0::1')] })
    expect(sample.consensus).toMatchObject({ state: 'single', agree: ['primary'], configured: 3 })
  })
})

describe('references that serve our own clock', () => {
  const own = good({ self: true, address: '127.0.0.1', port: 11_123 })

  test('are recorded, never vote, and leave INDETERMINATE', () => {
    const sample = round({ primary: [own] })
    expect(sample.readings.primary).toBe(own)
    expect(sample).toMatchObject({ error: null, verdict: 'INDETERMINATE', cause: 'self-reference' })
    expect(sample.consensus).toMatchObject({ state: 'none', agree: [] })
  })

  test('do not hide behind another answer of the same round', () => {
    const sample = round({ primary: [good({ m: point(truth) }), own] })
    expect(sample.readings.primary).toBe(own)
    expect(sample.consensus.state).toBe('none')
  })

  test('do not keep others from voting', () => {
    const sample = round({ primary: [own], secondary: [good()] })
    expect(sample.consensus).toMatchObject({ state: 'single', agree: ['secondary'] })
    expect(sample.verdict).toBe('PROVEN')
  })

  test('a conflict of the others is told as such', () => {
    const sample = round({
      primary: [own],
      secondary: [good({ address: '192.0.2.2' })],
      tertiary: [good({ address: '192.0.2.3', m: point(truth + second) })],
    })
    expect(sample).toMatchObject({ verdict: 'INDETERMINATE', cause: 'conflict' })
  })

  test('under trustLocal it is not held against them', () => {
    const narrow = good({ m: point(truth) })
    expect(round({ primary: [narrow, own] }, { trustLocal: true }).readings.primary).toBe(narrow)
  })

  test('under trustLocal test servers on one address are told apart by their ports', () => {
    const sample = round(
      { primary: [own], secondary: [{ ...own, port: 11_124 }], tertiary: [{ ...own, port: 11_124 }] },
      { trustLocal: true },
    )
    expect(sample.consensus).toMatchObject({ state: 'agreed', support: 'paired', agree: ['primary', 'secondary'] })
  })
})

describe('identity', () => {
  const of = (address: string, port = 123, self = false): string => identity({ address, port, self })

  test('an IPv4-mapped address is its IPv4 address', () => {
    expect(of('::ffff:192.0.2.1')).toBe(of('192.0.2.1'))
    expect(of('::FFFF:c000:201')).toBe(of('192.0.2.1'))
    expect(of('::192.0.2.1')).not.toBe(of('192.0.2.1'))
  })

  test('the zone of a link-local address belongs to it', () => {
    expect(of('fe80::1%eth0')).not.toBe(of('fe80::1%eth1'))
    expect(of('fe80:0::1%eth0')).toBe(of('fe80::1%eth0'))
  })

  test('the port of a foreign server does not make it another reference', () => {
    expect(of('192.0.2.1', 123)).toBe(of('192.0.2.1', 1_123))
  })
})
