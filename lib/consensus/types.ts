/**
 * What several references say together, and one round of asking them.
 * @module
 */
import type { IntervalNs } from '../interval.js'
import type { Reading, Role } from '../ntp/types.js'

export type ConsensusState = 'agreed' | 'ambiguous' | 'single' | 'conflict' | 'none'

/** What a bound rests on: `voted` survives one wrong reference of three, `paired` is right if either is, `single`. */
export type Support = 'voted' | 'paired' | 'single'

export interface Consensus {
  readonly state: ConsensusState
  /** `null` where there is no bound (`conflict`, `none`). */
  readonly support: Support | null
  /** The bound of M at the sample's instant; `null` where there is none. */
  readonly m: IntervalNs | null
  readonly agree: readonly Role[]
  /** References that answered and miss the bound of the majority. */
  readonly dissent: readonly Role[]
  /** How many wrong references the bound survives: voted 1, paired 1 (of two), single 0. */
  readonly faults: number
  /** How many references are configured. */
  readonly configured: number
}

export type Verdict = 'PROVEN' | 'VIOLATED' | 'INDETERMINATE' | 'UNMONITORED' | 'OFF'

/** Why a verdict is not PROVEN, or what the instant suffers from. */
export type Cause =
  | 'out-of-tolerance'
  | 'bound-too-wide'
  | 'clock-change'
  | 'conflict'
  | 'self-reference'
  | 'drift-bound-exceeded'
  | 'leap-doubt'
  | 'no-sample'
  | 'no-reference'
  | 'auditor-down'
  | 'presumed-off'
  | 'suspend'
  | 'starved'
  | 'boot'
  | 'trail-damaged'
  | 'write-failed'
  | 'worker-died'
  | 'too-far-from-sample'

export type SampleReason = 'startup' | 'scheduled' | 'clock-change' | 'recheck' | 'resume' | 'requested' | 'shutdown'

/** One round over all references. */
export interface Sample {
  readonly reason: SampleReason
  readonly part: 'first' | 'all'
  /** A at the look that closes the round: the instant for which the bound is stated. */
  readonly atNs: bigint
  readonly wallNs: bigint
  /** D = wall - A at that look. */
  readonly d: IntervalNs
  readonly readings: Readonly<Partial<Record<Role, Reading>>>
  readonly consensus: Consensus
  /** A leap second may come, or have come, that neither the expired table nor most references tell of. Absent: no. */
  readonly leapDoubt?: boolean
  /** TAI - UTC in seconds by the leap table at this instant. */
  readonly taiUtc: number
  /** The bound of the clock's error, UTC - wall = M - D - (TAI - UTC); positive = slow. `null` where there is none. */
  readonly error: IntervalNs | null
  readonly toleranceNs: bigint
  readonly verdict: Verdict
  readonly cause: Cause | null
}
