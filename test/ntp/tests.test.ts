import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { referenceIdOf } from '../../lib/ntp/reference-id.js'
import { type Arrival, applyTests } from '../../lib/ntp/tests.js'
import { toNtp } from '../../lib/ntp/timestamp.js'
import { type NtpHeader, type TestName, testNames } from '../../lib/ntp/types.js'
import { ms, nonce, noon, packet, second } from './helpers.js'

const day = 86_400n * second

/** The answer to a question sent at noon, 11 ms earlier. */
function arrival(header: Partial<NtpHeader> = {}, change: Partial<Arrival> = {}): Arrival {
  return {
    bytes: packet({ originTime: nonce, ...header }),
    fromAddress: '192.0.2.7',
    fromPort: 123,
    address: '192.0.2.7',
    port: 123,
    nonce,
    t1: toNtp(noon),
    t4: toNtp(noon + 11n * ms),
    resolutionNs: 1n,
    readingNs: 1n,
    ratePpb: 100_000n,
    maxDistanceNs: 3n * second,
    own: new Set(['192.0.2.2', '127.0.0.1', '::1', '2001:db8::2']),
    ...change,
  }
}

function failed(result: ReturnType<typeof applyTests>): TestName[] {
  return testNames.filter((name) => result.tests[name] === 0)
}

const zeroDelay = toNtp(noon + 5n * ms)

test('a right answer passes everything', () => {
  const result = applyTests(arrival())
  expect(failed(result)).toEqual([])
  expect(result).toMatchObject({ ours: true, refusal: null, self: false, header: { stratum: 1 } })
  expect(result.measurement).toMatchObject({ offsetNs: -1n, delayNs: 10_000_001n })
})

test('bits come in the order of the tests', () => {
  expect(Object.keys(applyTests(arrival()).tests)).toEqual([...testNames])
  expect(Object.keys(applyTests(arrival({}, { bytes: new Uint8Array(0) })).tests)).toEqual([...testNames])
})

describe('what is no answer to our question', () => {
  const rows: readonly (readonly [string, Partial<NtpHeader>, Partial<Arrival>, readonly TestName[]])[] = [
    ['47 bytes', {}, { bytes: packet({ originTime: nonce }).subarray(0, 47) }, testNames.filter((n) => n !== 'source')],
    ['50 bytes', {}, { bytes: Buffer.alloc(50) }, testNames.filter((n) => n !== 'source')],
    ['another address', {}, { fromAddress: '192.0.2.8' }, ['source']],
    ['another port', {}, { fromPort: 124 }, ['source']],
    ['mode 3', { mode: 3 }, {}, ['mode']],
    ['mode 5', { mode: 5 }, {}, ['mode']],
    ['version 2', { vn: 2 }, {}, ['mode']],
    ['version 5', { vn: 5 }, {}, ['mode']],
    ['another origin', { originTime: nonce + 1n }, {}, ['origin']],
    ['no origin', { originTime: 0n }, {}, ['origin']],
    [
      'our own request come back',
      { mode: 3, originTime: 0n, transmitTime: nonce },
      {},
      ['mode', 'origin', 'serverTime', 'referenceTime', 'distance', 'delay'],
    ],
  ]
  test.each(rows)('%s', (_name, header, change, bits) => {
    const result = applyTests(arrival(header, change))
    expect(failed(result)).toEqual(bits)
    expect(result).toMatchObject({ ours: false, refusal: null })
  })

  test('a forged DENY does not count', () => {
    const result = applyTests(arrival({ stratum: 0, li: 3, referenceId: 0x44454e59, originTime: 1n }))
    expect(result).toMatchObject({ ours: false, refusal: null, tests: { origin: 0, kiss: 0 } })
  })
})

describe('what is an answer and no time', () => {
  const rows: readonly (readonly [string, Partial<NtpHeader>, Partial<Arrival>, readonly TestName[], string])[] = [
    [
      'leap indicator 3',
      { li: 3 },
      {},
      ['synchronised'],
      'test V6 synchronised: leap indicator must not be 3 and stratum must be 1 to 15, got leap indicator 3, stratum 1; ',
    ],
    ['stratum 16', { stratum: 16 }, {}, ['synchronised'], 'got leap indicator 0, stratum 16; '],
    ['stratum 255', { stratum: 255 }, {}, ['synchronised'], 'got leap indicator 0, stratum 255; '],
    [
      'stratum 0 without a kiss code',
      { stratum: 0, referenceId: 0 },
      {},
      ['kiss', 'synchronised'],
      'test V5 kiss: stratum 0 is no time but a message, got stratum 0, reference id ""; ',
    ],
    [
      'a receive time of zero',
      { receiveTime: 0n },
      {},
      ['timestamps', 'serverTime', 'distance'],
      'test V7 timestamps: receive and transmit time must not be zero, got receive 0000000000000000, transmit ',
    ],
    [
      'a transmit time of zero',
      { transmitTime: 0n },
      {},
      ['timestamps', 'serverTime', 'referenceTime', 'distance', 'delay'],
      'test V7 timestamps: receive and transmit time must not be zero, got receive ',
    ],
    [
      'a transmit time 5 s before the receive time',
      { transmitTime: toNtp(noon - 5n * second + 5n * ms) },
      {},
      ['serverTime'],
      'test V8 serverTime: transmit time must follow receive time by 0 to 4 s, got -5.000000000 s; ',
    ],
    [
      'a transmit time just before the receive time',
      { receiveTime: zeroDelay, transmitTime: zeroDelay - 1n },
      {},
      ['serverTime'],
      'test V8 serverTime: ',
    ],
    [
      'more than 4 s in the server',
      { transmitTime: zeroDelay + (4n << 32n) + 1n, receiveTime: zeroDelay },
      { t4: toNtp(noon + 5n * second) },
      ['serverTime'],
      'got 4.000000000 s; ',
    ],
    [
      'a root dispersion of 20 s',
      { rootDispersion: 20 << 16 },
      {},
      ['dispersion', 'distance'],
      'test V9 dispersion: rootDelay / 2 + rootDispersion must be below 16 s, got 20.000000 s; ',
    ],
    [
      'half the root delay and the root dispersion 16 s together',
      { rootDelay: 16 << 16, rootDispersion: 8 << 16 },
      {},
      ['dispersion', 'distance'],
      'got 16.000000 s; ',
    ],
    [
      'a reference time one day after the transmit time',
      { referenceTime: toNtp(noon + day) },
      {},
      ['referenceTime'],
      'got -86399.994000000 s before transmit time; ',
    ],
    [
      'a reference time two days old',
      { referenceTime: toNtp(noon - 2n * day) },
      {},
      ['referenceTime'],
      'test V10 referenceTime: reference time must be set, not after the transmit time, and not more than 131072 s (36.4 h) before it, got 172800.006000000 s before transmit time; ',
    ],
    ['no reference time', { referenceTime: 0n }, {}, ['referenceTime'], 'got none; '],
    [
      'a root distance of maxDistance',
      {},
      { maxDistanceNs: 5_245_363n },
      ['distance'],
      'test V11 distance: root distance must be below "maxDistance", got 0.005245363 s, with "maxDistance" at 0.005245363 s; ',
    ],
    [
      'more time in the server than we waited',
      { receiveTime: zeroDelay, transmitTime: zeroDelay + (1n << 32n) },
      {},
      ['delay'],
      'test V12 delay: the server cannot have taken longer than we waited, nor be 68 years off, got a delay of -0.989000000 s; ',
    ],
    [
      'a clock 68 years off',
      {
        receiveTime: BigInt.asUintN(64, zeroDelay + (1n << 63n)),
        transmitTime: BigInt.asUintN(64, zeroDelay + (1n << 63n)),
        referenceTime: BigInt.asUintN(64, zeroDelay + (1n << 63n)) - (1n << 32n),
      },
      {},
      ['delay'],
      'got an offset beyond what 64 bits can tell; ',
    ],
  ]
  test.each(rows)('%s', (_name, header, change, bits, message) => {
    const result = applyTests(arrival(header, change))
    expect(failed(result)).toEqual(bits)
    expect(result.ours).toBe(true)
    expect(result.refusal?.code).toBe('ERR_TEST_FAILED')
    expect(result.refusal?.message).toContain(message)
  })
})

test('no reference time is none also in the first hours of era 1', () => {
  const then = 3600n << 32n
  const stamps = { receiveTime: then, transmitTime: then, referenceTime: 0n }
  expect(failed(applyTests(arrival(stamps, { t1: then, t4: then })))).toEqual(['referenceTime'])
})

describe('what is just right', () => {
  const rows: readonly (readonly [string, Partial<NtpHeader>, Partial<Arrival>])[] = [
    ['version 3', { vn: 3 }, {}],
    ['stratum 15', { stratum: 15 }, {}],
    ['leap indicators 1 and 2', { li: 1 }, {}],
    ['an answer in the instant of the question', { receiveTime: zeroDelay, transmitTime: zeroDelay }, {}],
    [
      '4 s in the server',
      { receiveTime: zeroDelay, transmitTime: zeroDelay + (4n << 32n) },
      { t4: toNtp(noon + 5n * second) },
    ],
    ['a root distance just below maxDistance', {}, { maxDistanceNs: 5_245_364n }],
    ['just below 16 s', { rootDelay: 1, rootDispersion: (16 << 16) - 1 }, { maxDistanceNs: 100n * second }],
    ['a reference time of now', { referenceTime: toNtp(noon + 6n * ms) }, {}],
    ['a reference time of 2^17 s ago', { referenceTime: toNtp(noon + 6n * ms) - (1n << 49n) }, {}],
    [
      'a delay below zero by the server precision',
      { precision: -10, receiveTime: zeroDelay, transmitTime: zeroDelay + (1n << 22n) },
      { t1: zeroDelay, t4: zeroDelay },
    ],
    [
      'a delay below zero by our resolution',
      { precision: -30, receiveTime: zeroDelay, transmitTime: zeroDelay + 5n },
      { t1: zeroDelay, t4: zeroDelay },
    ],
    ['extension fields and a MAC', {}, { bytes: Buffer.concat([packet({ originTime: nonce }), Buffer.alloc(20, 1)]) }],
    ['an IPv6 address in another spelling', {}, { address: '2001:db8::7', fromAddress: '2001:0db8:0::7' }],
    ['a reference id of another computer', { stratum: 2, referenceId: 0xc0000209 }, {}],
  ]
  test.each(rows)('%s', (_name, header, change) => {
    const result = applyTests(arrival(header, change))
    expect(failed(result)).toEqual([])
    expect(result).toMatchObject({ ours: true, refusal: null, self: false })
  })

  test('one unit more below zero is too much', () => {
    const late = { precision: -30, receiveTime: zeroDelay, transmitTime: zeroDelay + 6n }
    expect(failed(applyTests(arrival(late, { t1: zeroDelay, t4: zeroDelay })))).toEqual(['delay'])
  })
})

describe('kiss codes', () => {
  const rows = [
    ['DENY', 'ERR_KISS_DENY', 'no more packets go to it: choose another reference'],
    ['RSTR', 'ERR_KISS_RSTR', 'no more packets go to it: choose another reference'],
    ['RATE', 'ERR_KISS_RATE', 'raise "interval"'],
    ...[
      'ACST',
      'AUTH',
      'AUTO',
      'BCST',
      'CRYP',
      'DROP',
      'INIT',
      'MCST',
      'NKEY',
      'RMOT',
      'STEP',
      'X1',
      'Xfoo',
      'NTSN',
    ].map((code) => [code, 'ERR_KISS_OTHER', 'we go on asking as before']),
  ] as unknown as readonly (readonly [string, string, string])[]
  test.each(rows)('%s', (code, error, next) => {
    const referenceId = Buffer.from(code.padEnd(4, '\0'), 'latin1').readUInt32BE(0)
    const stamps = { receiveTime: 0n, transmitTime: 0n, referenceTime: 0n }
    const result = applyTests(arrival({ stratum: 0, li: 3, referenceId, ...stamps }))
    expect(result.refusal?.code).toBe(error)
    expect(result.refusal?.message).toContain(`kiss code ${code} instead of its time`)
    expect(result.refusal?.message).toContain(next)
    expect(result).toMatchObject({ ours: true, tests: { origin: 1, kiss: 0, timestamps: 0 } })
  })
})

describe('self', () => {
  test.each([
    ['an answer over loopback', {}, { address: '127.0.0.1', fromAddress: '127.0.0.1' }, []],
    ['an answer over IPv6 loopback', {}, { address: '::1', fromAddress: '::1' }, []],
    ['an answer from our own address', {}, { address: '192.0.2.2', fromAddress: '192.0.2.2' }, []],
    ['a server that gets its time from us', { stratum: 2, referenceId: 0xc0000202 }, {}, ['loop']],
    ['the same over IPv6', { stratum: 5, referenceId: referenceIdOf('2001:db8::2')! }, {}, ['loop']],
  ] as const)('%s is noted, not refused', (_name, header, change, bits) => {
    const result = applyTests(arrival(header, change))
    expect(failed(result)).toEqual(bits)
    expect(result).toMatchObject({ ours: true, refusal: null, self: true })
  })

  test('a clock driver of stratum 1 or 10 is not us', () => {
    expect(applyTests(arrival({ referenceId: 0x7f7f0101 })).self).toBe(false)
    expect(applyTests(arrival({ stratum: 10, referenceId: 0x7f7f0101 })).self).toBe(false)
  })
})

test('any bytes are tested without an exception, and only matching ones are an answer', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 128 }), (bytes) => {
      const result = applyTests(arrival({}, { bytes }))
      expect(result.ours).toBe(false)
      expect(result.refusal).toBeNull()
      expect(result.header === null).toBe(bytes.length < 48 || bytes.length % 4 !== 0)
    }),
  )
})
