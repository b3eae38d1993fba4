/**
 * TAI - UTC for a round of readings.
 * @module
 */
import type { Collected } from './rounds.js'

/** TAI - UTC (s) as the servers' own times tell it: right also where the local clock is years off. `null`: nobody answered. */
export function taiUtcOf(collected: Collected): number | null {
  const good = Object.values(collected)
    .flat()
    .find((reading) => reading.ok)
  return good?.ok ? good.taiUtc : null
}
