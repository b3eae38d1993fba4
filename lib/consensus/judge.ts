/**
 * From a bound to a verdict. PROVEN needs the whole bound inside the tolerance, VIOLATED the whole bound outside;
 * everything else says that it does not know.
 * @module
 */
import { type IntervalNs, largest, smallest } from '../interval.js'
import type { Cause, Verdict } from './types.js'

export interface Judgement {
  readonly verdict: Verdict
  /** `null` with PROVEN only. */
  readonly cause: Cause | null
}

/** Why a sample has no bound. */
export type NoBound = 'conflict' | 'self-reference' | 'no-reference'

/**
 * Judges the bound of the clock's error at one instant.
 * @param error UTC - wall (ns), or `null` where there is no bound
 * @param toleranceNs the largest error that is allowed, itself still allowed; >= 0
 * @param why says why there is no bound; not looked at where there is one
 */
export function judge(error: IntervalNs | null, toleranceNs: bigint, why: NoBound = 'no-reference'): Judgement {
  if (error === null) return { verdict: why === 'no-reference' ? 'UNMONITORED' : 'INDETERMINATE', cause: why }
  if (largest(error) <= toleranceNs) return { verdict: 'PROVEN', cause: null }
  if (smallest(error) > toleranceNs) return { verdict: 'VIOLATED', cause: 'out-of-tolerance' }
  return { verdict: 'INDETERMINATE', cause: 'bound-too-wide' }
}
