/**
 * What the rooms above know of NTP: a reference, what one exchange told about it, and why it told nothing.
 * @module
 */
import type { ReadingErrorCode } from '../errors.js'
import type { IntervalNs } from '../interval.js'

export type Role = 'primary' | 'secondary' | 'tertiary'
export const roles: readonly Role[] = ['primary', 'secondary', 'tertiary']

export type { ReferenceConfig } from '../config/types.js'

/**
 * The tests of a response, in the order in which they are applied (V1 to V13 of docs/method.md), as named bits.
 * 1 passed, 0 failed. A response that fails one of the first four is no answer to our question: ignored and counted.
 */
export const testNames = [
  'length',
  'source',
  'mode',
  'origin',
  'kiss',
  'synchronised',
  'timestamps',
  'serverTime',
  'dispersion',
  'referenceTime',
  'distance',
  'delay',
  'loop',
] as const
export type TestName = (typeof testNames)[number]
export type TestBits = Readonly<Record<TestName, 0 | 1>>

/** The header of an NTP packet as it was on the wire (RFC 5905 section 7.3). Poll and precision are signed. */
export interface NtpHeader {
  readonly li: number
  readonly vn: number
  readonly mode: number
  readonly stratum: number
  readonly poll: number
  readonly precision: number
  /** Raw unsigned 16.16 seconds. */
  readonly rootDelay: number
  readonly rootDispersion: number
  /** Raw 32 bits. */
  readonly referenceId: number
  /** Raw 64-bit NTP timestamps (32.32). */
  readonly referenceTime: bigint
  readonly originTime: bigint
  readonly receiveTime: bigint
  readonly transmitTime: bigint
}

/** What a response that passed every test told. */
export interface GoodReading {
  readonly ok: true
  readonly host: string
  readonly port: number
  readonly address: string
  /** The answer came from one of this computer's own addresses, or its reference id names one (test `loop`). */
  readonly self: boolean
  /** NTP timestamps; t1 and t4 are local: t1 the wall reading at sending, t4 = t1 + elapsed A. */
  readonly t1: bigint
  readonly t2: bigint
  readonly t3: bigint
  readonly t4: bigint
  /** Who told the instant of t4: the kernel when it received the datagram, or this process when it saw the event. */
  readonly received: 'kernel' | 'event'
  readonly header: NtpHeader
  readonly tests: TestBits
  /** A at t4: the instant at which the bound holds (ns). */
  readonly atNs: bigint
  /** Wall - A that turns the local timestamps into A: t1 as ns minus A at t1. */
  readonly lineNs: bigint
  /** Resolution rho of the wall clock, rho(reading): half the bracket's width plus one, and the rate used. */
  readonly resolutionNs: bigint
  readonly readingNs: bigint
  readonly ratePpb: bigint
  /** theta = reference - local; positive = the local clock is slow (RFC 5905 section 8). */
  readonly offsetNs: bigint
  readonly delayNs: bigint
  readonly rootDistanceNs: bigint
  /** The bound of the offset: [theta - Lambda, theta + Lambda], rounded outwards. */
  readonly low: bigint
  readonly high: bigint
  /** M = TAI - A at `atNs`. */
  readonly m: IntervalNs
  /** TAI - UTC in seconds that was used for `m`. */
  readonly taiUtc: number
  /** Packets that were no answer to our question, received while waiting. */
  readonly ignored: number
}

/** Why a reference told nothing this time. */
export interface FailedReading {
  readonly ok: false
  readonly host: string
  readonly port: number
  readonly address: string | null
  readonly error: { readonly code: ReadingErrorCode; readonly message: string }
  /** The response that was refused, where there was one. */
  readonly header: NtpHeader | null
  readonly tests: TestBits | null
  readonly ignored: number
}

export type Reading = GoodReading | FailedReading
