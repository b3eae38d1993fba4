/**
 * The rate by which every bound of a run widens with time.
 * @module
 */
import type { ClockSource } from '../clock/types.js'
import type { Configuration } from '../config/types.js'

/** driftBound, which speaks of the crystal, plus slewBound where a daemon steers A (parts per billion). */
export function rateOf(configuration: Configuration, clocks: ClockSource): bigint {
  return configuration.driftPpb + (clocks.steered ? configuration.slewPpb : 0n)
}
