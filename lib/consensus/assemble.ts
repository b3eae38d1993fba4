/**
 * One round of asking becomes a sample: readings are carried to one instant, one per reference is chosen, they vote, and
 * the bound of the clock's error is judged.
 * @module
 */
import type { ClockReading } from '../clock/types.js'
import type { ReadingErrorCode } from '../errors.js'
import { drift, type IntervalNs, shift, subtract, widen, width } from '../interval.js'
import { type FailedReading, type GoodReading, type Reading, type Role, roles } from '../ntp/types.js'
import { identity } from './identity.js'
import { judge, type NoBound } from './judge.js'
import type { Consensus, Sample, SampleReason } from './types.js'
import { type Ballot, vote } from './vote.js'

export interface AssembleInput {
  readonly reason: SampleReason
  readonly part: 'first' | 'all'
  /** The look that closes the round: the bound is stated for its instant. */
  readonly look: ClockReading
  /** D = wall - A at that look (the witness's, at most as wide as the look's own). */
  readonly d: IntervalNs
  /** Everything each reference told in this round; an empty list counts as not asked. */
  readonly exchanges: Readonly<Partial<Record<Role, readonly Reading[]>>>
  /** How many references are configured. */
  readonly configured: number
  /** The rate by which M may move: driftBound, plus slewBound where A is steered (parts per billion). */
  readonly ratePpb: bigint
  readonly toleranceNs: bigint
  readonly trustLocal: boolean
  /** TAI - UTC at the look, in seconds. */
  readonly taiUtc: number
}

/** How telling a failure is, the least number first: what the reference said, what the network said, then silence. */
const rank: Readonly<Record<ReadingErrorCode, number>> = {
  ERR_KISS_DENY: 0,
  ERR_KISS_RSTR: 1,
  ERR_KISS_RATE: 2,
  ERR_KISS_OTHER: 3,
  ERR_TEST_FAILED: 4,
  ERR_CLOCK_CHANGED: 5,
  ERR_PORT_CLOSED: 6,
  ERR_UNREACHABLE: 7,
  ERR_NAME_UNKNOWN: 8,
  ERR_DNS: 9,
  ERR_SOCKET: 10,
  ERR_TIMEOUT: 11,
  ERR_BACKING_OFF: 12,
}

/** M at another instant of A: nothing is known of the way there but the rate. */
export function carry(reading: GoodReading, atNs: bigint, ratePpb: bigint): IntervalNs {
  return widen(reading.m, drift(ratePpb, atNs - reading.atNs))
}

/** The reading that is narrowest at `atNs`; the later one among equals. */
function narrowest(readings: readonly GoodReading[], atNs: bigint, ratePpb: bigint): GoodReading {
  const widthOf = (reading: GoodReading): bigint => width(carry(reading, atNs, ratePpb))
  return readings.reduce((best, next) => {
    const more = widthOf(next) - widthOf(best)
    return more < 0n || (more === 0n && next.atNs >= best.atNs) ? next : best
  })
}

function mostTelling(readings: readonly FailedReading[]): FailedReading {
  return readings.reduce((best, next) => (rank[next.error.code] <= rank[best.error.code] ? next : best))
}

/** What a sample learned from one reference, or `null` where it was not asked. */
function choose(readings: readonly Reading[], input: AssembleInput): Reading | null {
  const good = readings.filter((reading) => reading.ok)
  // One answer that shows our own clock behind the reference discredits the others of this round.
  const own = input.trustLocal ? [] : good.filter((reading) => reading.self)
  const usable = own.length > 0 ? own : good
  if (usable.length > 0) return narrowest(usable, input.look.aNs, input.ratePpb)
  const failed = readings.filter((reading) => !reading.ok)
  return failed.length > 0 ? mostTelling(failed) : null
}

/** Why this vote ended without a bound. */
function whyNot(consensus: Consensus, ballots: readonly Ballot[]): NoBound {
  if (consensus.state === 'conflict') return 'conflict'
  return ballots.some((ballot) => ballot.self) ? 'self-reference' : 'no-reference'
}

/**
 * Makes the sample of a round. The bound of the error is M - D - (TAI - UTC): UTC - wall, positive = the local clock is slow.
 */
export function assemble(input: AssembleInput): Sample {
  const { look, configured, trustLocal, toleranceNs, taiUtc } = input
  const readings: Partial<Record<Role, Reading>> = {}
  const ballots: Ballot[] = []
  for (const role of roles) {
    const reading = choose(input.exchanges[role] ?? [], input)
    if (reading === null) continue
    readings[role] = reading
    if (!reading.ok) continue
    const m = carry(reading, look.aNs, input.ratePpb)
    ballots.push({ role, m, address: identity(reading), self: reading.self })
  }
  const consensus = vote(ballots, { configured, trustLocal })
  const error = consensus.m === null ? null : shift(subtract(consensus.m, input.d), BigInt(taiUtc) * -1_000_000_000n)
  return {
    reason: input.reason,
    part: input.part,
    atNs: look.aNs,
    wallNs: look.wallNs,
    d: input.d,
    readings,
    consensus,
    taiUtc,
    error,
    toleranceNs,
    ...judge(error, toleranceNs, whyNot(consensus, ballots)),
  }
}
