/**
 * The arithmetic of one exchange: four timestamps and the server's word on itself become a bound of the local clock's
 * offset (RFC 5905 sections 8 and 11.2), and with it of TAI - A.
 *
 * All of it is whole numbers, in units of u = 2^-32 s until the last step, so that anybody recomputes `low` and `high` to the
 * nanosecond from the recorded fields:
 *
 *     a = T2 - T1, b = T3 - T4                   wrapped signed 64-bit differences, in u
 *     delta = max((T4 - T1) - (T3 - T2), rho)    rho in u, rounded up
 *     E = ceil(rootDelay / 2)                    each term in ns, rounded up by itself
 *       + max(ceil(rootDispersion), ceil(15 ppm * (T3 - referenceTime)))
 *       + ceil(2^precision) + readingNs + ceil(rate * (T4 - T1))
 *     low  = floor((a + b - delta) * 1e9 / 2^33) - E
 *     high = ceil((a + b + delta) * 1e9 / 2^33) + E
 *
 * Why it holds. Let L be the local line: A plus a constant, T1 = L at an instant not after sending, T4 = L at an instant not
 * before arrival. The server stamped T2 after the one and T3 before the other, each wrong by at most its root distance and
 * its precision. So UTC - L was at most a (plus that error) when T2 was stamped and at least b (minus it) when T3 was: any
 * path, however asymmetric, is covered by delta / 2 = (a - b) / 2. Between those instants and T4 UTC - L moved by at most
 * rate * (T4 - T1). What is left is that L stands for the wall clock only within half its bracket, and the rounding of T1 and
 * T4 to u: both are in `readingNs`.
 * @module
 */
import type { ClockReading } from '../clock/types.js'
import { ceilDivide } from '../instant.js'
import { type IntervalNs, middle, width } from '../interval.js'
import { difference, fromNtp, nsToUnitsCeil, toNtp, unitsToNsCeil } from './timestamp.js'
import type { NtpHeader } from './types.js'

/** PHI, the frequency tolerance that RFC 5905 section 7.1 makes a server promise: 15 ppm, in ns per s. */
const phiPpb = 15_000n

/** The local side of an exchange as it stood at sending. */
export interface LocalLine {
  /** What the wall clock showed at A1, as an NTP timestamp. */
  readonly t1: bigint
  /** A at sending (ns). */
  readonly a1Ns: bigint
  /** t1 as nanoseconds since the Unix epoch, minus A1: local timestamps minus this are A. */
  readonly lineNs: bigint
  /** How far that line may be from the wall clock: half the width of the reading's bracket, and 1 ns for rounding to u. */
  readonly readingNs: bigint
}

/**
 * The local line through a reading taken right before sending. The wall clock at A1 is known to lie in A1 + `reading.d`; the
 * line runs through the middle of that bracket, so that half its width is enough on either side.
 */
export function lineOf(reading: ClockReading): LocalLine {
  const wallNs = reading.aNs + middle(reading.d)
  const t1 = toNtp(wallNs)
  return {
    t1,
    a1Ns: reading.aNs,
    lineNs: fromNtp(t1, wallNs) - reading.aNs,
    readingNs: ceilDivide(width(reading.d), 2n) + 1n,
  }
}

/** T4 of an arrival at `a4Ns` on A: T1 plus the elapsed time on A, rounded up to u. A step of the wall clock cannot move it. */
export function arrivalOf(line: LocalLine, a4Ns: bigint): bigint {
  return BigInt.asUintN(64, line.t1 + nsToUnitsCeil(a4Ns - line.a1Ns))
}

/** Everything that {@link measure} computes from; all of it is recorded. */
export interface Exchanged {
  readonly t1: bigint
  readonly t4: bigint
  /** T2 and T3 are its receive and transmit time. */
  readonly header: NtpHeader
  /** Resolution rho of the local wall clock (ns). */
  readonly resolutionNs: bigint
  readonly readingNs: bigint
  /** Parts per billion by which A may run wrong. */
  readonly ratePpb: bigint
}

/** What one exchange tells. Nanoseconds. */
export interface Measurement {
  /** theta = (a + b) / 2, rounded down; positive = the local clock is slow (RFC 5905 section 8). */
  readonly offsetNs: bigint
  /** delta, clamped at rho, rounded up. */
  readonly delayNs: bigint
  /** Lambda: half of `high - low`, rounded up. */
  readonly rootDistanceNs: bigint
  readonly low: bigint
  readonly high: bigint
  /** (T4 - T1) - (T3 - T2) in u before it was clamped; negative where the server claims to have taken longer than we waited. */
  readonly rawDelay: bigint
  /** max(2^precision, rho) in u, rounded up: how far below zero `rawDelay` may come from coarse clocks. */
  readonly granularity: bigint
  /**
   * Whether `a - b` is `rawDelay`. It is not where the server's clock is 68 years off and only one of the two differences
   * wrapped round: then theta would come out near zero.
   */
  readonly consistent: boolean
}

/** The formulas of this module's head. Never throws, whatever the header says. */
export function measure({ t1, t4, header, resolutionNs, readingNs, ratePpb }: Exchanged): Measurement {
  const { receiveTime: t2, transmitTime: t3, rootDelay, rootDispersion, precision, referenceTime } = header
  const a = difference(t2, t1)
  const b = difference(t3, t4)
  const waited = difference(t4, t1)
  const rho = nsToUnitsCeil(resolutionNs)
  const rawDelay = waited - difference(t3, t2)
  const delay = rawDelay > rho ? rawDelay : rho

  const precisionNs = secondsOfPower(precision, 1_000_000_000n)
  const dispersionNs = ceilDivide(BigInt(rootDispersion) * 1_000_000_000n, 1n << 16n)
  const ageNs = ceilDivide(difference(t3, referenceTime) * phiPpb, 1n << 32n)
  const errorNs =
    ceilDivide(BigInt(rootDelay) * 1_000_000_000n, 1n << 17n) +
    (dispersionNs > ageNs ? dispersionNs : ageNs) +
    precisionNs +
    readingNs +
    ceilDivide(waited * ratePpb, 1n << 32n)

  const low = (((a + b - delay) * 1_000_000_000n) >> 33n) - errorNs
  const high = ceilDivide((a + b + delay) * 1_000_000_000n, 1n << 33n) + errorNs
  const precisionUnits = secondsOfPower(precision, 1n << 32n)
  return {
    offsetNs: ((a + b) * 1_000_000_000n) >> 33n,
    delayNs: unitsToNsCeil(delay),
    rootDistanceNs: ceilDivide(high - low, 2n),
    low,
    high,
    rawDelay,
    granularity: precisionUnits > rho ? precisionUnits : rho,
    consistent: a - b === rawDelay,
  }
}

/**
 * M = TAI - A at the arrival: UTC - L lies in [low, high], L - A is `lineNs`, TAI - UTC the leap table's word.
 * @param taiUtc whole seconds
 */
export function taiMinusAudit(measured: Measurement, lineNs: bigint, taiUtc: number): IntervalNs {
  const shiftNs = lineNs + BigInt(taiUtc) * 1_000_000_000n
  return { lowNs: measured.low + shiftNs, highNs: measured.high + shiftNs }
}

/** 2^power s in a unit of which a second has `perSecond`, rounded up. */
function secondsOfPower(power: number, perSecond: bigint): bigint {
  return power >= 0 ? perSecond << BigInt(power) : ceilDivide(perSecond, 1n << BigInt(-power))
}
