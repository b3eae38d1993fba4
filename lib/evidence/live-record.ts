/**
 * What the engine publishes at every look, and the codes in it.
 * @module
 */
import type { Cause, Support } from '../consensus/types.js'
import type { Lack } from './types.js'

/** What is published. Whole nanoseconds, parts per billion, codes; all of them bigint, so that they go through shared memory as they are. */
export interface LiveRecord {
  /** The pair: P was `pNs` at some instant at which A lay in [aNs - aSpanNs, aNs]. */
  readonly aNs: bigint
  readonly aSpanNs: bigint
  readonly pNs: bigint
  /** How fast A may run away from P at most. 0 where A is P. */
  readonly slewPpb: bigint
  /** P at the last look of the witness, and how old that may be (four periods). */
  readonly lookPNs: bigint
  readonly silenceNs: bigint
  /** wall - P at the last look, and how fast it may move by itself (0 where both are steered together). */
  readonly cLowNs: bigint
  readonly cHighNs: bigint
  readonly stepPpb: bigint
  /** 1 where A stands still in suspend: what wall - P moved unseen may be a sleep. */
  readonly sleeps: bigint
  /** M at `aNs` by the forward cone; meaningless where `support` is 0. */
  readonly mLowNs: bigint
  readonly mHighNs: bigint
  readonly ratePpb: bigint
  /** Index into {@link supports}; 0: no cone. */
  readonly support: bigint
  /** Index into {@link lacks}: why there is no cone. 0 where there is one. */
  readonly lack: bigint
  /** A at the last sample that has a bound, and how far from it the bound may be used. */
  readonly sampleNs: bigint
  readonly longestGapNs: bigint
  /** A at the last sample that heard only this computer itself. */
  readonly selfNs: bigint
  /** TAI - UTC (ns) by the last sample with a bound; from `leapAtNs` (UTC) on it may be another. */
  readonly taiUtcNs: bigint
  readonly leapAtNs: bigint
  readonly toleranceNs: bigint
  /** Record of the last sample that shapes the cone. */
  readonly seq: bigint
}

/** Codes of {@link LiveRecord.support}. */
export const supports: readonly (Support | null)[] = [null, 'single', 'paired', 'voted']
const unmonitored: readonly Cause[] = [
  'no-sample',
  'auditor-down',
  'worker-died',
  'suspend',
  'starved',
  'boot',
  'no-reference',
  'trail-damaged',
  'write-failed',
]
/** Codes of {@link LiveRecord.lack}. */
export const lacks: readonly Lack[] = [
  { verdict: 'UNMONITORED', cause: 'no-sample' },
  { verdict: 'INDETERMINATE', cause: 'conflict' },
  ...unmonitored.slice(1).map((cause): Lack => ({ verdict: 'UNMONITORED', cause })),
]
/** As far in the past as an instant can be published. */
export const neverNs = -(2n ** 62n)

/** The code of a lack; of one that cannot be published: that there is no sample. */
export function lackCode({ verdict, cause }: Lack): bigint {
  const found = lacks.findIndex((lack) => lack.verdict === verdict && lack.cause === cause)
  return BigInt(found < 0 ? 0 : found)
}
