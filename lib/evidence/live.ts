/**
 * The live cone behind `bound()`: what the engine publishes at every look, and what one reading of the clock, taken
 * elsewhere and a moment later, proves by it.
 *
 * Two clocks matter besides the wall clock. A is the audit clock, on which the cone of M = TAI - A is drawn. P is the clock that every
 * thread and process can read (CLOCK_MONOTONIC, `process.hrtime`); where A is P (every portable source) nothing is between them.
 * Natively A is CLOCK_MONOTONIC_RAW: a pair (A, P) is published, and since it was taken P may have been slewed against A as fast as a
 * kernel can. The bound is a statement on the instant of the reading alone:
 *
 *     error = UTC - wall = M(A) + A - (TAI - UTC) - wall,    A = pair.A + (P - pair.P) +- slew
 *
 * so that a set of the clock cannot make it wrong. Only a stop of A could (a suspend), and that moves wall - P as a set does: a reading
 * whose wall - P does not meet the published one gives no bound at all, until the witness has looked.
 * @module
 */
import type { ClockReading } from '../clock/types.js'
import { judge } from '../consensus/judge.js'
import type { Cause, Support, Verdict } from '../consensus/types.js'
import { floorDivide } from '../instant.js'
import type { IntervalNs } from '../interval.js'
import { type LiveRecord, lacks, supports } from './live-record.js'
import type { Lack } from './types.js'

/** One reading of the clock: what wall showed, and wall - P at that very instant. */
export interface Sight {
  readonly wallNs: bigint
  readonly c: IntervalNs
}

const second = 1_000_000_000n

/** What one reading proves by what was published. */
export interface LiveAnswer {
  readonly verdict: Verdict
  readonly cause: Cause | null
  /** UTC - wall; `null` where nothing is known. */
  readonly error: IntervalNs | null
  readonly support: Support | null
  /** For how long the clocks may run on before another look or sample is needed (ns >= 0); 0 where there is no bound. */
  readonly lastsNs: bigint
}

/**
 * A record made ready for many questions. Between two looks everything moves by less than a day, which doubles hold to the nanosecond:
 * big integers would cost more than the reading itself.
 */
export interface LiveFrame {
  readonly record: LiveRecord
  /** M + A - (TAI - UTC) - P at the pair: what is left of the error is wall - P. */
  readonly lowNs: bigint
  readonly highNs: bigint
  /** Everything below in whole nanoseconds, rates as they are. */
  readonly silence: number
  /** P at the pair behind P at the look. */
  readonly paired: number
  readonly cWidth: number
  readonly stepPpb: number
  readonly slewPpb: number
  readonly ratePpb: number
  readonly span: number
  /** A at the pair behind A at the last sample, and behind the last that heard only ourselves. */
  readonly sampled: number
  readonly self: number
  readonly longestGap: number
  readonly sleeps: boolean
  /** For these a record gives no bound, whatever the reading. */
  readonly lack: Lack | null
  readonly support: Support | null
}

/** Makes a record ready. */
export function frameOf(record: LiveRecord): LiveFrame {
  const { aNs, aSpanNs, pNs, taiUtcNs } = record
  const without = record.support === 0n
  return {
    record,
    lowNs: record.mLowNs + aNs - aSpanNs - taiUtcNs - pNs,
    highNs: record.mHighNs + aNs - taiUtcNs - pNs,
    silence: Number(record.silenceNs),
    paired: Number(pNs - record.lookPNs),
    cWidth: Number(record.cHighNs - record.cLowNs),
    stepPpb: Number(record.stepPpb),
    slewPpb: Number(record.slewPpb),
    ratePpb: Number(record.ratePpb),
    span: Number(aSpanNs),
    sampled: Number(aNs - record.sampleNs),
    self: Number(aNs - record.selfNs),
    longestGap: Number(record.longestGapNs),
    sleeps: record.sleeps === 1n,
    lack: without ? (lacks[Number(record.lack)] ?? { verdict: 'UNMONITORED', cause: 'no-sample' }) : null,
    support: supports[Number(record.support)] ?? null,
  }
}

/** Drift in whole nanoseconds, rounded up; 1 ns more than need be where the product is no whole number of doubles. */
function most(ppb: number, elapsed: number): number {
  return ppb === 0 || elapsed <= 0 ? 0 : Math.ceil((elapsed * ppb) / 1e9)
}

/** A reading further away than this from what was published has nothing to do with it (ns: 26 days). */
const foreign = 2 ** 51

/** Holds a reading against what was published. */
export function liveAnswer(frame: LiveFrame, sight: Sight, toleranceNs: bigint): LiveAnswer {
  const { record, lack } = frame
  const { wallNs, c } = sight
  if (lack?.cause === 'auditor-down') return without(lack)
  // P at the instant of the wall reading, after the last look and after the pair was taken.
  const since = Number(wallNs - c.lowNs - record.pNs)
  const width = Number(c.highNs - c.lowNs)
  const age = since + frame.paired
  // What was published cannot lie ahead of what is read later: this is another boot's clock.
  if (!(since >= 0 && age >= 0)) return without(another)
  if (!(age <= frame.silence && age < foreign)) return without(starved)
  const moved = Number(c.lowNs - record.cLowNs)
  const slack = most(frame.stepPpb, age)
  if (!(moved <= frame.cWidth + slack && moved + width >= -slack)) return without(changed)
  if (lack) return without(lack)
  const fast = most(frame.slewPpb, since)
  const slow = most(frame.slewPpb, since - width)
  const ahead = since + fast
  const sampled = frame.sampled + ahead
  if (!(sampled < frame.longestGap)) return without(frame.self + ahead < frame.longestGap ? self : tooFar)
  const widened = most(frame.ratePpb, ahead + frame.span)
  // A sleep too short to be told apart: A stood still, UTC went on.
  const slept = frame.sleeps && moved + width > 0 ? moved + width : 0
  // P = wall - c: where in its bracket the wall clock was read counts once, and the wall reading itself cancels.
  const error = {
    lowNs: frame.lowNs - c.highNs - BigInt(widened + slow),
    highNs: frame.highNs - c.lowNs + BigInt(widened + fast + slept),
  }
  if (wallNs + error.highNs + second >= record.leapAtNs) return without(leapDoubt)
  const left = Math.min(frame.silence - age, frame.longestGap - sampled)
  return { ...judge(error, toleranceNs), error, support: frame.support, lastsNs: BigInt(Math.floor(left)) }
}

const another: Lack = { verdict: 'UNMONITORED', cause: 'boot' }
const starved: Lack = { verdict: 'UNMONITORED', cause: 'starved' }
const changed: Lack = { verdict: 'UNMONITORED', cause: 'clock-change' }
const self: Lack = { verdict: 'INDETERMINATE', cause: 'self-reference' }
const tooFar: Lack = { verdict: 'UNMONITORED', cause: 'too-far-from-sample' }
const leapDoubt: Lack = { verdict: 'INDETERMINATE', cause: 'leap-doubt' }

function without({ verdict, cause }: Lack): LiveAnswer {
  return { verdict, cause, error: null, support: null, lastsNs: 0n }
}

/** What a whole look tells of wall, A and P. */
export type Looked = Pick<ClockReading, 'wallNs' | 'd' | 'line' | 'asleep' | 'rawNs'>

/** A sight made of a whole look: in simulations, whose clocks nobody else can read. */
export function sightOf(reading: Looked): Sight {
  return { wallNs: reading.wallNs, c: wallMinusP(reading) }
}

/** Whether A is P: only a source that reads the raw clock measures on it. That both show the same at a look would say nothing. */
export function isP({ rawNs }: Pick<ClockReading, 'rawNs'>): boolean {
  return rawNs === null
}

/**
 * wall - P of a look of the engine. Where A is P that is D; natively boot tells: (wall - boot) + (boot - mono).
 */
export function wallMinusP(reading: Looked): IntervalNs {
  const { d, line, asleep } = reading
  if (isP(reading)) return d
  return { lowNs: line.lowNs + asleep.lowNs, highNs: line.highNs + asleep.highNs }
}

/** The start of the next month, UTC, after an instant (ns since the Unix epoch): where a leap second may take place. */
export function nextMonth(utcNs: bigint): bigint {
  const at = new Date(Number(floorDivide(utcNs, 1_000_000n)))
  return BigInt(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1)) * 1_000_000n
}
