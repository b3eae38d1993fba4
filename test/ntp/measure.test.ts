import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseInstant } from '../../lib/instant.js'
import { arrivalOf, type Exchanged, lineOf, measure, taiMinusAudit } from '../../lib/ntp/measure.js'
import { decodePacket, encodePacket } from '../../lib/ntp/packet.js'
import { fromNtp, toNtp } from '../../lib/ntp/timestamp.js'
import type { NtpHeader } from '../../lib/ntp/types.js'
import { FakeClocks, goodHeader, ms, noon, second } from './helpers.js'

const unit = 1n << 32n

/** An exchange with a perfect server: nothing but the path and the offset. Shares in 2^-10 s, which is exact. */
function plain(to: bigint, inServer: bigint, back: bigint, offset: bigint, change: Partial<NtpHeader> = {}): Exchanged {
  const tick = unit >> 10n
  const t1 = toNtp(noon)
  const t2 = BigInt.asUintN(64, t1 + (to + offset) * tick)
  const t3 = BigInt.asUintN(64, t2 + inServer * tick)
  const t4 = BigInt.asUintN(64, t1 + (to + inServer + back) * tick)
  const header = goodHeader({
    ...{ rootDispersion: 0, precision: -128, referenceTime: t3, receiveTime: t2, transmitTime: t3 },
    ...change,
  })
  return { t1, t4, header, resolutionNs: 1n, readingNs: 0n, ratePpb: 0n }
}

describe('measure', () => {
  test('a symmetric path and a right clock: offset 0, delay of both ways', () => {
    const measured = measure(plain(64n, 0n, 64n, 0n))
    expect(measured).toMatchObject({ offsetNs: 0n, delayNs: 125_000_000n, consistent: true })
    expect([measured.low, measured.high]).toEqual([-62_500_001n, 62_500_001n])
    expect(measured.rootDistanceNs).toBe(62_500_001n)
  })

  test('time spent in the server is no delay', () => {
    const measured = measure(plain(64n, 256n, 64n, 0n))
    expect(measured).toMatchObject({ offsetNs: 0n, delayNs: 125_000_000n })
  })

  test('positive means that the local clock is slow', () => {
    expect(measure(plain(64n, 0n, 64n, 256n)).offsetNs).toBe(250_000_000n)
    expect(measure(plain(64n, 0n, 64n, -256n)).offsetNs).toBe(-250_000_000n)
  })

  test('a path that is all in one direction shifts the offset by half, never out of the bound', () => {
    const measured = measure(plain(128n, 0n, 0n, 0n))
    expect(measured.offsetNs).toBe(62_500_000n)
    expect([measured.low, measured.high]).toEqual([-1n, 125_000_001n])
  })

  test('half a unit of the offset is rounded down', () => {
    const exchanged = plain(64n, 0n, 64n, 0n)
    const later = { ...exchanged, t4: exchanged.t4 + 1n }
    expect(measure(later).offsetNs).toBe(-1n)
    expect(measure(later).delayNs).toBe(125_000_001n)
  })

  const terms: readonly (readonly [string, Partial<NtpHeader>, Partial<Exchanged>, bigint])[] = [
    ['half the root delay, rounded up', { rootDelay: 1 }, {}, 7_630n],
    ['the root dispersion, rounded up', { rootDispersion: 1 }, {}, 15_259n],
    ['2^precision below a second, rounded up', { precision: -20 }, {}, 954n - 1n],
    ['2^precision of a second and more', { precision: 1 }, {}, 2n * second - 1n],
    ['the reading', {}, { readingNs: 17n }, 17n],
    ['the rate times the time waited, rounded up', {}, { ratePpb: 100_001n }, 12_501n],
  ]
  test.each(terms)('the bound grows by %s', (_name, header, change, byNs) => {
    const before = measure(plain(64n, 0n, 64n, 0n))
    const after = measure({ ...plain(64n, 0n, 64n, 0n, header), ...change })
    expect(after.high - before.high).toBe(byNs)
    expect(before.low - after.low).toBe(byNs)
  })

  test('the dispersion is at least 15 ppm of the time since the server was set', () => {
    const aged = (rootDispersion: number) => {
      const exchanged = plain(64n, 0n, 64n, 0n, { rootDispersion })
      const referenceTime = exchanged.header.transmitTime - 1000n * unit
      return measure({ ...exchanged, header: { ...exchanged.header, referenceTime } }).high - 62_500_001n
    }
    expect(aged(0)).toBe(15n * ms)
    expect(aged(983)).toBe(15n * ms)
    expect(aged(984)).toBe(15_014_649n)
  })

  test('a delay below the resolution counts as the resolution', () => {
    const measured = measure({ ...plain(0n, 0n, 0n, 0n), resolutionNs: 1000n })
    expect(measured).toMatchObject({ delayNs: 1001n, rawDelay: 0n, offsetNs: 0n })
    expect([measured.low, measured.high]).toEqual([-502n, 502n])
  })

  test('a negative delay is kept as it was, and clamped for the bound', () => {
    const measured = measure(plain(-2n, 1n, 0n, 0n))
    expect(measured.rawDelay).toBe((-2n * unit) / 1024n)
    expect(measured.delayNs).toBe(2n)
    expect(measured.granularity).toBe(5n)
    expect(measure({ ...plain(0n, 0n, 0n, 0n, { precision: -10 }) }).granularity).toBe(unit / 1024n)
  })

  test.each([
    ['the server in the new era', '2036-02-07T06:28:15.900000000Z', 200n * ms],
    ['only the answer in the new era', '2036-02-07T06:28:15.950000000Z', 0n],
    ['the local clock in the new era', '2036-02-07T06:28:16.100000000Z', -200n * ms],
    ['both in the new era', '2040-01-01T00:00:00.000000000Z', 30n * ms],
    ['a local clock without battery, at the Unix epoch', '1970-01-01T00:00:00.000000000Z', 56n * 31_557_600n * second],
  ])('%s', (_name, wall, offsetNs) => {
    const wallNs = parseInstant(wall)
    const exchanged: Exchanged = {
      t1: toNtp(wallNs),
      t4: toNtp(wallNs + 100n * ms),
      header: goodHeader({
        receiveTime: toNtp(wallNs + 50n * ms + offsetNs),
        transmitTime: toNtp(wallNs + 50n * ms + offsetNs),
        referenceTime: toNtp(wallNs + offsetNs - second),
      }),
      ...{ resolutionNs: 1n, readingNs: 1n, ratePpb: 0n },
    }
    const measured = measure(exchanged)
    const away = measured.offsetNs - offsetNs
    expect(away >= -1n && away <= 1n).toBe(true)
    expect(measured.consistent).toBe(true)
  })

  test('a server 68 years off, where only one difference wraps round, is not taken for right', () => {
    const exchanged = plain(64n, 0n, 64n, 0n)
    const half = 1n << 63n
    const header = {
      ...exchanged.header,
      receiveTime: BigInt.asUintN(64, exchanged.header.receiveTime + half),
      transmitTime: BigInt.asUintN(64, exchanged.header.transmitTime + half),
    }
    const measured = measure({ ...exchanged, header })
    expect(measured.offsetNs).toBe(0n)
    expect(measured.consistent).toBe(false)
  })

  test('any header is measured without an exception', () => {
    const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })
    const bytes = fc.uint8Array({ minLength: 48, maxLength: 48 })
    fc.assert(
      fc.property(bytes, u64, u64, (raw, t1, t4) => {
        const header = decodePacket(raw)
        const measured = measure({ t1, t4, header, resolutionNs: 1n, readingNs: 1n, ratePpb: 1n })
        expect(measured.low <= measured.offsetNs || measured.rawDelay < 0n).toBe(true)
      }),
    )
  })
})

describe('lineOf', () => {
  test('runs through the middle of the bracket, half of which is the error of the reading', () => {
    const clocks = new FakeClocks()
    clocks.bracketNs = 101n
    const line = lineOf(clocks.read())
    expect(line.lineNs).toBe(clocks.dNs + 50n)
    expect(line.readingNs).toBe(52n)
    expect(line.a1Ns).toBe(clocks.aNs)
    expect(fromNtp(line.t1, noon)).toBe(noon + 50n)
  })

  test('T4 follows T1 by the elapsed audit clock, rounded up', () => {
    const line = lineOf(new FakeClocks().read())
    expect(arrivalOf(line, line.a1Ns) - line.t1).toBe(0n)
    expect(arrivalOf(line, line.a1Ns + 1n) - line.t1).toBe(5n)
    expect(arrivalOf(line, line.a1Ns + second) - line.t1).toBe(unit)
  })

  test('T4 wraps into the next era', () => {
    const line = { t1: (1n << 64n) - 1n, a1Ns: 0n, lineNs: 0n, readingNs: 0n }
    expect(arrivalOf(line, 1n)).toBe(4n)
  })
})

test('M is the offset moved by the line and by TAI - UTC', () => {
  const measured = { ...measure(plain(64n, 0n, 64n, 0n)), low: -3n, high: 5n }
  expect(taiMinusAudit(measured, 1000n, 37)).toEqual({ lowNs: 37_000_000_997n, highNs: 37_000_001_005n })
})

/**
 * The recomputation that docs/method.md promises to anybody: from the recorded texts alone, in fractions, rounding where the
 * method says and nowhere else. It shares no line with the library.
 */
function recompute(r: Record<string, string>, precision: number): { low: bigint; high: bigint } {
  const two32 = 2n ** 32n
  const h = (name: string) => BigInt(`0x${r[name]}`)
  const n = (name: string) => BigInt(r[name] ?? '')
  const signed = (x: bigint) => (((x % 2n ** 64n) + 3n * 2n ** 63n) % 2n ** 64n) - 2n ** 63n
  const floor = (p: bigint, q: bigint) => (p - (((p % q) + q) % q)) / q
  const ceil = (p: bigint, q: bigint) => -floor(-p, q)
  const max = (x: bigint, y: bigint) => (x > y ? x : y)
  const [t1, t2, t3, t4] = [h('t1'), h('t2'), h('t3'), h('t4')]
  const a = signed(t2 - t1)
  const b = signed(t3 - t4)
  const rho = ceil(n('resolutionNs') * two32, 10n ** 9n)
  const delta = max(signed(t4 - t1) - signed(t3 - t2), rho)
  let e = ceil(h('rootDelay') * 10n ** 9n, 2n * 65536n)
  e += max(ceil(h('rootDispersion') * 10n ** 9n, 65536n), ceil(signed(t3 - h('referenceTime')) * 15000n, two32))
  e += precision < 0 ? ceil(10n ** 9n, 2n ** BigInt(-precision)) : 2n ** BigInt(precision) * 10n ** 9n
  e += n('readingNs') + ceil(signed(t4 - t1) * n('ratePpb'), two32)
  return {
    low: floor((a + b - delta) * 10n ** 9n, 2n * two32) - e,
    high: ceil((a + b + delta) * 10n ** 9n, 2n * two32) + e,
  }
}

test('an independent script recomputes low and high to the nanosecond', () => {
  const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })
  const bytes = fc.uint8Array({ minLength: 48, maxLength: 48 })
  const small = fc.bigInt({ min: 0n, max: 10n ** 9n })
  fc.assert(
    fc.property(bytes, u64, u64, fc.tuple(small, small, small), (raw, t1, t4, [resolutionNs, readingNs, ratePpb]) => {
      const header = decodePacket(raw)
      const wire = encodePacket(header).toString('hex')
      const recorded = {
        t1: t1.toString(16),
        t2: wire.slice(64, 80),
        t3: wire.slice(80, 96),
        t4: t4.toString(16),
        rootDelay: wire.slice(8, 16),
        rootDispersion: wire.slice(16, 24),
        referenceTime: wire.slice(32, 48),
        resolutionNs: `${resolutionNs}`,
        readingNs: `${readingNs}`,
        ratePpb: `${ratePpb}`,
      }
      const { low, high } = measure({ t1, t4, header, resolutionNs, readingNs, ratePpb })
      expect({ low, high }).toEqual(recompute(recorded, header.precision))
    }),
    { numRuns: 500 },
  )
})

/**
 * The law that everything rests on. Truth is kept in units of 1 / (1e9 * 2^32) s, in which both nanoseconds and NTP units are
 * whole, and everything that may go wrong within its promise goes wrong: any path, a crystal at the end of its bound, a
 * server anywhere within its root distance (elsewhere at T2 than at T3) and cut to its precision, a wall clock anywhere in its
 * bracket.
 */
test('the truth lies inside the bound, whatever goes wrong within its promise', () => {
  const perNs = 1n << 32n
  const perUnit = 1_000_000_000n
  const epoch = 2_208_988_800n * second
  const extreme = fc.oneof(fc.constant(-1000n), fc.constant(1000n), fc.bigInt({ min: -1000n, max: 1000n }))
  const legNs = fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 999n }), fc.bigInt({ min: 0n, max: second }))
  const scene = fc.record({
    startNs: fc.bigInt({ min: 0n, max: 200n * 31_557_600n * second }),
    offsetNs: fc.bigInt({ min: -(1n << 60n), max: 1n << 60n }),
    a1Ns: fc.bigInt({ min: 0n, max: 1n << 56n }),
    legs: fc.tuple(legNs, legNs, legNs, legNs, legNs),
    bracketNs: fc.bigInt({ min: 0n, max: 100_000n }),
    within: fc.bigInt({ min: 0n, max: 1000n }),
    ratePpb: fc.bigInt({ min: 0n, max: 600_000n }),
    drift: extreme,
    errors: fc.tuple(extreme, extreme),
    rootDelay: fc.integer({ min: 0, max: 65_536 }),
    rootDispersion: fc.integer({ min: 0, max: 65_536 }),
    precision: fc.integer({ min: -40, max: -4 }),
    age: fc.bigInt({ min: 0n, max: 1n << 49n }),
    resolutionNs: fc.bigInt({ min: 1n, max: ms }),
  })
  fc.assert(
    fc.property(scene, (s) => {
      // The computer: A, a wall clock somewhere in its bracket, and UTC, which A misses by the drift.
      const clocks = new FakeClocks()
      clocks.aNs = s.a1Ns
      clocks.dNs = s.startNs - s.a1Ns
      clocks.bracketNs = s.bracketNs
      const line = lineOf(clocks.read())
      const wall = (clocks.dNs + (s.bracketNs * s.within) / 1000n) * perNs
      const [out, to, inServer, back, wake] = s.legs
      const utc = (aNs: bigint) =>
        (aNs + clocks.dNs + s.offsetNs) * perNs + ((aNs - s.a1Ns) * perNs * s.ratePpb * s.drift) / (1000n * second)
      const a2 = s.a1Ns + out + to
      const a3 = a2 + inServer
      const a4 = a3 + back + wake

      // The server: wrong by what it admits, cut to its precision, then to NTP units.
      const cut = s.precision < -32 ? perUnit : perUnit << BigInt(32 + s.precision)
      const ageError = s.age * 15_000n
      const disperse = (BigInt(s.rootDispersion) * second * perNs) / 65_536n
      const budget = (BigInt(s.rootDelay) * second * perNs) / 131_072n + (disperse > ageError ? disperse : ageError)
      const stamp = (aNs: bigint, share: bigint) => {
        const shown = utc(aNs) + (budget * share) / 1000n + epoch * perNs
        return (shown - (((shown % cut) + cut) % cut)) / perUnit
      }
      const transmitted = stamp(a3, s.errors[1])
      const header = goodHeader({
        ...{ rootDelay: s.rootDelay, rootDispersion: s.rootDispersion, precision: s.precision },
        receiveTime: BigInt.asUintN(64, stamp(a2, s.errors[0])),
        transmitTime: BigInt.asUintN(64, transmitted),
        referenceTime: BigInt.asUintN(64, transmitted - s.age),
      })

      const measured = measure({ ...s, t1: line.t1, t4: arrivalOf(line, a4), header, readingNs: line.readingNs })
      const m = taiMinusAudit(measured, line.lineNs, 0)
      const truth = utc(a4) - a4 * perNs
      expect(m.lowNs * perNs <= truth && truth <= m.highNs * perNs).toBe(true)
      const error = truth - wall
      expect(measured.low * perNs <= error && error <= measured.high * perNs).toBe(true)
      expect(measured.consistent).toBe(true)
    }),
    { numRuns: 3000 },
  )
})
