/**
 * The JSON document of a sample: what `sample --json` prints, what the event `sample` carries. Numbers in seconds, bounds
 * rounded outwards, instants ISO 8601 UTC with nanoseconds. Fields may be added, never renamed or removed.
 * @module
 */
import type { Cause, ConsensusState, Sample, SampleReason, Support, Verdict } from '../consensus/types.js'
import { ceilDivide, floorDivide, formatInstant } from '../instant.js'
import { type Role, roles, type TestBits } from '../ntp/types.js'
import { encodeSample } from './encode.js'
import type { SampleBody, StoredReading, StoredStamp } from './types.js'

export interface GoodReadingDocument {
  readonly ok: true
  readonly server: string
  readonly port: number
  readonly address: string
  readonly self: boolean
  /** Reference minus local: positive = the local clock is slow. Seconds, as all below. */
  readonly offset: number
  readonly delay: number
  readonly rootDistance: number
  readonly low: number
  readonly high: number
  readonly stratum: number
  /** Leap indicator: 0 none, 1 insertion, 2 deletion, 3 not synchronised. */
  readonly leap: number
  /** `GPS` where the reference is a clock itself (stratum 1), else the dotted form of the 32 bits. */
  readonly referenceId: string
  readonly tests: TestBits
  readonly ignored: number
}

export interface FailedReadingDocument {
  readonly ok: false
  readonly server: string
  readonly port: number
  readonly address: string | null
  readonly error: { readonly code: string; readonly message: string }
  readonly stratum: number | null
  readonly leap: number | null
  readonly referenceId: string | null
  readonly tests: TestBits | null
  readonly ignored: number
}

export interface SampleDocument {
  /** `null` for a sample that is in no trail. */
  readonly seq: number | null
  readonly reason: SampleReason
  /** The change that caused it, where it was a clock-change in this trail. */
  readonly trigger: number | null
  readonly part: 'first' | 'all'
  readonly wall: string
  readonly readings: { readonly [role in Role]?: GoodReadingDocument | FailedReadingDocument }
  readonly consensus: {
    readonly state: ConsensusState
    readonly support: Support | null
    /** The bound of the clock's error, UTC - wall: positive = slow. `null` where there is none. */
    readonly low: number | null
    readonly high: number | null
    readonly agree: readonly Role[]
    readonly dissent: readonly Role[]
    readonly faults: number
    readonly configured: number
  }
  readonly tolerance: number
  readonly verdict: Verdict
  readonly cause: Cause | null
  /** Present where a leap second may go unknown: the table expired, and most references announce none. */
  readonly leapDoubt?: true
}

/** The document of a recorded sample, or of its clock fields and body with `seq: null`. */
export function sampleDocument(
  record: SampleBody & Pick<StoredStamp, 'wall'> & { readonly seq: number | null },
): SampleDocument {
  const readings: { [role in Role]?: GoodReadingDocument | FailedReadingDocument } = {}
  for (const role of roles) {
    const reading = record.readings[role]
    if (reading) readings[role] = readingDocument(reading)
  }
  const { consensus } = record
  return {
    seq: record.seq,
    reason: record.reason,
    trigger: record.trigger,
    part: record.part,
    wall: record.wall,
    readings,
    consensus: {
      state: consensus.state,
      support: consensus.support,
      low: consensus.lowNs === null ? null : secondsDown(BigInt(consensus.lowNs)),
      high: consensus.highNs === null ? null : secondsUp(BigInt(consensus.highNs)),
      agree: consensus.agree,
      dissent: consensus.dissent,
      faults: consensus.faults,
      configured: consensus.configured,
    },
    tolerance: secondsDown(BigInt(record.toleranceNs)),
    verdict: record.verdict,
    cause: record.cause,
    ...(record.leapDoubt === true && { leapDoubt: true }),
  }
}

/** The document of a sample that stands in no trail. */
export function looseSampleDocument(sample: Sample): SampleDocument {
  const body = encodeSample(sample, { ratePpb: 0n, resolutionNs: 0n })
  return sampleDocument({ ...body, wall: formatInstant(sample.wallNs), seq: null })
}

function readingDocument(reading: StoredReading): GoodReadingDocument | FailedReadingDocument {
  const { server, port, ignored } = reading
  if (!reading.ok) {
    const { stratum, referenceId } = reading
    return {
      ok: false,
      server,
      port,
      address: reading.address,
      error: reading.error,
      stratum,
      leap: reading.li,
      referenceId: stratum === null || referenceId === null ? null : referenceIdText(referenceId, stratum),
      tests: reading.tests,
      ignored,
    }
  }
  return {
    ok: true,
    server,
    port,
    address: reading.address,
    self: reading.self,
    offset: secondsDown(BigInt(reading.offsetNs)),
    delay: secondsUp(BigInt(reading.delayNs)),
    rootDistance: secondsUp(BigInt(reading.rootDistanceNs)),
    low: secondsDown(BigInt(reading.lowNs)),
    high: secondsUp(BigInt(reading.highNs)),
    stratum: reading.stratum,
    leap: reading.li,
    referenceId: referenceIdText(reading.referenceId, reading.stratum),
    tests: reading.tests,
    ignored,
  }
}

/**
 * A reference id for people (RFC 5905 section 7.3): up to stratum 1 four ASCII characters, of which unprintable ones are
 * written `\xNN` and trailing zero bytes left out; above, the dotted form (of an IPv6 source it is a hash, no address).
 * @param hex eight hexadecimal digits
 */
export function referenceIdText(hex: string, stratum: number): string {
  const bytes = [...Buffer.from(hex, 'hex')]
  if (stratum > 1) return bytes.join('.')
  while (bytes.at(-1) === 0) bytes.pop()
  return bytes
    .map((byte) => (byte > 32 && byte < 127 && byte !== 92 ? String.fromCharCode(byte) : `\\x${hex2(byte)}`))
    .join('')
}

function hex2(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}

/**
 * Seconds as a JSON number that is not above the exact value. Up to 15 significant digits (11 days) the text of the number
 * is the exact value; beyond, it is rounded down to 15 digits: nearer a double's text cannot be trusted to come.
 */
export function secondsDown(ns: bigint): number {
  if (isShort(ns)) return Number(ns) / 1e9
  const unit = lastDigit(ns)
  return seconds(floorDivide(ns, unit) * unit)
}

/** Seconds as a JSON number that is not below the exact value; see {@link secondsDown}. */
export function secondsUp(ns: bigint): number {
  if (isShort(ns)) return Number(ns) / 1e9
  const unit = lastDigit(ns)
  return seconds(ceilDivide(ns, unit) * unit)
}

/** Whether it has up to 15 digits: then the double nearest to the quotient is the one nearest to the text. Zero has a sign of its own. */
function isShort(ns: bigint): boolean {
  return ns < 1_000_000_000_000_000n && ns > -1_000_000_000_000_000n
}

/** The weight of the fifteenth significant digit, at least one nanosecond. */
function lastDigit(ns: bigint): bigint {
  const digits = (ns < 0n ? -ns : ns).toString().length
  return digits > 15 ? 10n ** BigInt(digits - 15) : 1n
}

function seconds(ns: bigint): number {
  const magnitude = (ns < 0n ? -ns : ns).toString().padStart(10, '0')
  const value = Number(`${magnitude.slice(0, -9)}.${magnitude.slice(-9)}`)
  return ns < 0n ? -value : value
}
