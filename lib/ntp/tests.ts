/**
 * The tests of a response, V1 to V13 of docs/method.md, applied in that order and each kept as one named bit.
 *
 * The first four ask whether this is the answer to our question at all. One that is not is nobody's fault but perhaps a
 * forger's: it is ignored and counted, and the listening goes on. Everything after that is the server's own word, and a
 * failure refuses the reading; only `loop` never refuses. A kiss-o'-death is looked at no sooner than the origin has matched
 * (RFC 5905 section 7.4; otherwise anybody could silence a reference), and its timestamps are not judged.
 * @module
 */
import type { ReadingErrorCode } from '../errors.js'
import { isOwn, sameAddress } from './address.js'
import { type Measurement, measure } from './measure.js'
import { decodePacket, isPacketLength } from './packet.js'
import { kissCode, namesOwnAddress, referenceIdText } from './reference-id.js'
import { difference } from './timestamp.js'
import { type NtpHeader, type TestBits, type TestName, testNames } from './types.js'

/** A datagram and what is known on our side when it arrives. */
export interface Arrival {
  readonly bytes: Uint8Array
  readonly fromAddress: string
  readonly fromPort: number
  /** Whom we asked, and the 64 random bits that the answer must return. */
  readonly address: string
  readonly port: number
  readonly nonce: bigint
  /** Local timestamps and what {@link measure} needs besides. */
  readonly t1: bigint
  readonly t4: bigint
  readonly resolutionNs: bigint
  readonly readingNs: bigint
  readonly ratePpb: bigint
  readonly maxDistanceNs: bigint
  /** Addresses of this computer's interfaces. */
  readonly own: ReadonlySet<string>
}

export interface Refusal {
  readonly code: ReadingErrorCode
  readonly message: string
}

export interface TestResult {
  /** Every bit was tried, also after one failed; bits of a header are 0 where there is none. */
  readonly tests: TestBits
  /** `null` where the datagram is no NTP packet. */
  readonly header: NtpHeader | null
  readonly measurement: Measurement | null
  /** The first four tests passed: this is the answer to our question. */
  readonly ours: boolean
  /** Why an answer of ours is refused; `null` where every test but perhaps `loop` passed. */
  readonly refusal: Refusal | null
  /** It came from one of our own addresses, or names one as its source. */
  readonly self: boolean
}

interface Subject {
  readonly arrival: Arrival
  readonly header: NtpHeader
  readonly measured: Measurement
}

interface Check {
  readonly name: TestName
  /** The rule, and what the operator does when it is broken. */
  readonly rule: string
  readonly next: string
  passes(subject: Subject): boolean
  received(subject: Subject): string
}

const nsPerSecond = 1_000_000_000n
const second = 1n << 32n
/** RFC 5905 section 7.2: MAXDISP, 16 s, here in units of 2^-17 s: rootDelay / 2 + rootDispersion < 16 s. */
const maxDispersion = 16 * 2 ** 17
/** A server that answers later than this has lost sight of its own clock (chrony's MAX_SERVER_INTERVAL). */
const maxServerTime = 4n * second
/** Longest poll interval of RFC 5905, 2^17 s: a server whose clock was set longer ago is free-running. */
const maxAge = second << 17n

const otherServer = 'choose another reference if it stays so'

const checks: readonly Check[] = [
  {
    name: 'mode',
    rule: 'mode must be 4 (server) and version 3 or 4',
    next: otherServer,
    passes: ({ header }) => header.mode === 4 && (header.vn === 3 || header.vn === 4),
    received: ({ header }) => `mode ${header.mode}, version ${header.vn}`,
  },
  {
    name: 'origin',
    rule: 'origin must be the random number we sent',
    next: otherServer,
    passes: ({ header, arrival }) => header.originTime === arrival.nonce,
    received: ({ header }) => hex(header.originTime),
  },
  {
    name: 'kiss',
    rule: 'stratum 0 is no time but a message',
    next: 'the server itself is probably not synchronised: ask its operator, or choose another reference',
    passes: ({ header }) => header.stratum !== 0,
    received: ({ header }) => `stratum 0, reference id "${referenceIdText(0, header.referenceId)}"`,
  },
  {
    name: 'synchronised',
    rule: 'leap indicator must not be 3 and stratum must be 1 to 15',
    next: 'the server says that it is not synchronised: wait until it is, or choose another reference',
    passes: ({ header }) => header.li !== 3 && header.stratum >= 1 && header.stratum <= 15,
    received: ({ header }) => `leap indicator ${header.li}, stratum ${header.stratum}`,
  },
  {
    name: 'timestamps',
    rule: 'receive and transmit time must not be zero',
    next: otherServer,
    passes: ({ header }) => header.receiveTime !== 0n && header.transmitTime !== 0n,
    received: ({ header }) => `receive ${hex(header.receiveTime)}, transmit ${hex(header.transmitTime)}`,
  },
  {
    name: 'serverTime',
    rule: 'transmit time must follow receive time by 0 to 4 s',
    next: `its clock was set while it answered, or is broken: ${otherServer}`,
    passes: ({ header }) => {
      const took = difference(header.transmitTime, header.receiveTime)
      return took >= 0n && took <= maxServerTime
    },
    received: ({ header }) => seconds(difference(header.transmitTime, header.receiveTime)),
  },
  {
    name: 'dispersion',
    rule: 'rootDelay / 2 + rootDispersion must be below 16 s',
    next: 'the server has only a vague idea of the time: wait until it has settled, or choose another reference',
    passes: ({ header }) => header.rootDelay + 2 * header.rootDispersion < maxDispersion,
    received: ({ header }) => `${((header.rootDelay + 2 * header.rootDispersion) / 2 ** 17).toFixed(6)} s`,
  },
  {
    name: 'referenceTime',
    rule: 'reference time must be set, not after the transmit time, and not more than 131072 s (36.4 h) before it',
    next: 'the server has lost its own source, or its clock was set: ask its operator, or choose another reference',
    passes: ({ header }) => {
      const age = difference(header.transmitTime, header.referenceTime)
      return header.referenceTime !== 0n && age >= 0n && age <= maxAge
    },
    received: ({ header }) =>
      header.referenceTime === 0n
        ? 'none'
        : `${seconds(difference(header.transmitTime, header.referenceTime))} before transmit time`,
  },
  {
    name: 'distance',
    rule: 'root distance must be below "maxDistance"',
    next: 'look for a nearer or better reference, or raise "maxDistance"',
    passes: ({ measured, arrival }) => measured.rootDistanceNs < arrival.maxDistanceNs,
    received: ({ measured, arrival }) =>
      `${nanoseconds(measured.rootDistanceNs)}, with "maxDistance" at ${nanoseconds(arrival.maxDistanceNs)}`,
  },
  {
    name: 'delay',
    rule: 'the server cannot have taken longer than we waited, nor be 68 years off',
    next: `one of the two clocks was set or runs wildly: sample again, and ${otherServer}`,
    passes: ({ measured }) => measured.consistent && measured.rawDelay >= -measured.granularity,
    received: ({ measured }) =>
      measured.consistent ? `a delay of ${seconds(measured.rawDelay)}` : 'an offset beyond what 64 bits can tell',
  },
  {
    name: 'loop',
    rule: 'the source of the server must not be this computer',
    next: 'choose a reference that does not get its time from here',
    passes: ({ header, arrival }) => !namesOwnAddress(header.stratum, header.referenceId, arrival.own),
    received: ({ header }) => referenceIdText(header.stratum, header.referenceId),
  },
]

/** Applies every test. Pure: the same arrival gives the same result; never throws, whatever the bytes are. */
export function applyTests(arrival: Arrival): TestResult {
  const { bytes } = arrival
  const whole = isPacketLength(bytes.byteLength)
  const header = whole ? decodePacket(bytes) : null
  const measurement = header && measure({ ...arrival, header })
  const subject = header && measurement && { arrival, header, measured: measurement }

  const passed = new Set<TestName>()
  if (whole) passed.add('length')
  if (sameAddress(arrival.fromAddress, arrival.address) && arrival.fromPort === arrival.port) passed.add('source')
  if (subject) for (const check of checks) if (check.passes(subject)) passed.add(check.name)

  const ours = answers.every((name) => passed.has(name))
  return {
    tests: Object.fromEntries(testNames.map((name) => [name, passed.has(name) ? 1 : 0])) as Record<TestName, 0 | 1>,
    header,
    measurement,
    ours,
    refusal: ours && subject ? refuse(subject, passed) : null,
    self: isOwn(arrival.address, arrival.own) || (subject !== null && !passed.has('loop')),
  }
}

/** The tests that only tell whether a datagram answers our question. */
const answers: readonly TestName[] = ['length', 'source', 'mode', 'origin']

const kisses: Readonly<Record<string, readonly [ReadingErrorCode, string]>> = {
  DENY: [
    'ERR_KISS_DENY',
    'the server refuses to serve this computer; no more packets go to it: choose another reference',
  ],
  RSTR: ['ERR_KISS_RSTR', 'the server restricts access; no more packets go to it: choose another reference'],
  RATE: ['ERR_KISS_RATE', 'the server finds us too frequent; it is asked less often from now on: raise "interval"'],
}

function refuse(subject: Subject, passed: ReadonlySet<TestName>): Refusal | null {
  const code = subject.header.stratum === 0 ? kissCode(subject.header.referenceId) : null
  if (code !== null) {
    const [error, next] = kisses[code] ?? [
      'ERR_KISS_OTHER' as const,
      'it gives no time now, and we go on asking as before',
    ]
    return { code: error, message: `the server sent the kiss code ${code} instead of its time: ${next}` }
  }
  const failed = checks.find((check) => check.name !== 'loop' && !passed.has(check.name))
  if (!failed) return null
  const number = testNames.indexOf(failed.name) + 1
  const message = `test V${number} ${failed.name}: ${failed.rule}, got ${failed.received(subject)}; ${failed.next}`
  return { code: 'ERR_TEST_FAILED', message }
}

function hex(timestamp: bigint): string {
  return timestamp.toString(16).padStart(16, '0')
}

/** To the nearest nanosecond. */
function seconds(units: bigint): string {
  return nanoseconds((units * nsPerSecond + second / 2n) >> 32n)
}

function nanoseconds(ns: bigint): string {
  const size = ns < 0n ? -ns : ns
  return `${ns < 0n ? '-' : ''}${size / nsPerSecond}.${(size % nsPerSecond).toString().padStart(9, '0')} s`
}
