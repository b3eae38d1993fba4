/**
 * From what the rooms below tell to what a record holds: bigints become decimal strings, instants ISO 8601, raw fields of a
 * packet hexadecimal digits.
 * @module
 */
import type { ClockChange, Gap, Stamp } from '../clock/types.js'
import type { Sample } from '../consensus/types.js'
import { formatInstant } from '../instant.js'
import type { IntervalNs } from '../interval.js'
import { type FailedReading, type GoodReading, type Reading, type Role, roles } from '../ntp/types.js'
import type {
  ClockChangeBody,
  GapBody,
  SampleBody,
  StoredFailedReading,
  StoredGoodReading,
  StoredInterval,
  StoredReading,
  StoredStamp,
} from './types.js'

/** An interval of whole nanoseconds as decimal strings. */
export function encodeInterval(interval: IntervalNs): StoredInterval {
  return { lowNs: interval.lowNs.toString(), highNs: interval.highNs.toString() }
}

/** The interval that {@link encodeInterval} wrote. */
export function decodeInterval(stored: StoredInterval): IntervalNs {
  return { lowNs: BigInt(stored.lowNs), highNs: BigInt(stored.highNs) }
}

/** The clock fields of a record. */
export function encodeStamp(stamp: Stamp): StoredStamp {
  const { since } = stamp
  return {
    wall: formatInstant(stamp.wallNs),
    monoNs: stamp.monoNs.toString(),
    bootNs: stamp.bootNs.toString(),
    rawNs: stamp.rawNs === null ? null : stamp.rawNs.toString(),
    bootId: stamp.bootId,
    d: encodeInterval(stamp.d),
    since: {
      looks: since.looks,
      widestSilenceNs: since.widestSilenceNs.toString(),
      notice: since.notice,
      small: { count: since.small.count, sumNs: since.small.sumNs.toString() },
      chord: encodeInterval(since.chord),
    },
  }
}

/** What holds for all samples of a run and stands in each, so that a reader can recompute its numbers. */
export interface RunRates {
  /** Every bound of the run widens by this rate, in parts per billion. */
  readonly ratePpb: bigint
  /** Resolution of a wall reading (ns). */
  readonly resolutionNs: bigint
}

/** One round over the references. `trigger` is left `null`: the scribe knows the seq of the change that caused it. */
export function encodeSample(sample: Sample, run: RunRates): SampleBody {
  const readings: { [role in Role]?: StoredReading } = {}
  for (const role of roles) {
    const reading = sample.readings[role]
    if (reading) readings[role] = encodeReading(reading)
  }
  const { consensus } = sample
  return {
    type: 'sample',
    reason: sample.reason,
    trigger: null,
    part: sample.part,
    atNs: sample.atNs.toString(),
    taiUtc: sample.taiUtc,
    ratePpb: Number(run.ratePpb),
    resolutionNs: run.resolutionNs.toString(),
    readings,
    consensus: {
      state: consensus.state,
      support: consensus.support,
      m: consensus.m === null ? null : encodeInterval(consensus.m),
      lowNs: sample.error === null ? null : sample.error.lowNs.toString(),
      highNs: sample.error === null ? null : sample.error.highNs.toString(),
      agree: [...consensus.agree],
      dissent: [...consensus.dissent],
      faults: consensus.faults,
      configured: consensus.configured,
    },
    toleranceNs: sample.toleranceNs.toString(),
    verdict: sample.verdict,
    cause: sample.cause,
    ...(sample.leapDoubt === true && { leapDoubt: true }),
  }
}

/** What one reference told, or why it told nothing. */
export function encodeReading(reading: Reading): StoredReading {
  return reading.ok ? encodeGood(reading) : encodeFailed(reading)
}

function encodeGood(reading: GoodReading): StoredGoodReading {
  const { header } = reading
  return {
    ok: true,
    server: reading.host,
    port: reading.port,
    address: reading.address,
    self: reading.self,
    t1: hex64(reading.t1),
    t2: hex64(reading.t2),
    t3: hex64(reading.t3),
    t4: hex64(reading.t4),
    ...(reading.received === 'kernel' ? { received: 'kernel' } : {}),
    li: header.li,
    vn: header.vn,
    mode: header.mode,
    stratum: header.stratum,
    poll: header.poll,
    precision: header.precision,
    rootDelay: hex32(header.rootDelay),
    rootDispersion: hex32(header.rootDispersion),
    referenceId: hex32(header.referenceId),
    referenceTime: hex64(header.referenceTime),
    tests: { ...reading.tests },
    atNs: reading.atNs.toString(),
    lineNs: reading.lineNs.toString(),
    readingNs: reading.readingNs.toString(),
    offsetNs: reading.offsetNs.toString(),
    delayNs: reading.delayNs.toString(),
    rootDistanceNs: reading.rootDistanceNs.toString(),
    lowNs: reading.low.toString(),
    highNs: reading.high.toString(),
    m: encodeInterval(reading.m),
    ignored: reading.ignored,
  }
}

function encodeFailed(reading: FailedReading): StoredFailedReading {
  return {
    ok: false,
    server: reading.host,
    port: reading.port,
    address: reading.address,
    error: { code: reading.error.code, message: reading.error.message },
    tests: reading.tests === null ? null : { ...reading.tests },
    stratum: reading.header?.stratum ?? null,
    li: reading.header?.li ?? null,
    referenceId: reading.header ? hex32(reading.header.referenceId) : null,
    ignored: reading.ignored,
  }
}

/** A change of the clock. */
export function encodeChange(change: ClockChange): ClockChangeBody {
  return {
    type: 'clock-change',
    earliestNs: change.earliestNs.toString(),
    latestNs: change.latestNs.toString(),
    size: encodeInterval(change.size),
    class: change.class,
    by: change.by,
    seen: change.seen,
    wallBefore: formatInstant(change.wallBeforeNs),
    wallAfter: formatInstant(change.wallAfterNs),
  }
}

/** A stretch of which something is not known. */
export function encodeGap(gap: Gap): GapBody {
  return {
    type: 'gap',
    fromNs: gap.fromNs === null ? null : gap.fromNs.toString(),
    toNs: gap.toNs === null ? null : gap.toNs.toString(),
    wallFrom: formatInstant(gap.wallFromNs),
    wallTo: formatInstant(gap.wallToNs),
    cause: gap.cause,
    breaks: gap.breaks,
  }
}

/** Sixteen hexadecimal digits of an unsigned 64-bit value (NTP timestamps). */
function hex64(value: bigint): string {
  return BigInt.asUintN(64, value).toString(16).padStart(16, '0')
}

/** Eight hexadecimal digits of an unsigned 32-bit value. */
function hex32(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0')
}
