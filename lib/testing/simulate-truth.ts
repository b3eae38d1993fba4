/**
 * The truth of a simulation: what every clock showed at any instant, and when the wall clock showed what.
 * @module
 */

import type { Plot } from './simulate-life.js'
import { along, type ClockModel } from './simulate-model.js'
import type { SimulatedInstant } from './simulate-types.js'

export class SimulatedTruthLine {
  readonly #model: ClockModel
  /** True time from the start to the end (ns). */
  readonly lengthNs: bigint

  constructor(plot: Plot) {
    this.#model = plot.model
    this.lengthNs = plot.lengthNs
  }

  /** All clocks, so much true time (ns) after the start. */
  at(sinceNs: bigint): SimulatedInstant {
    return this.#model.at(sinceNs)
  }

  /** All clocks at an instant of UTC: the first where a leap second shows it twice; `null` outside and where one skips it. */
  atUtc(utcNs: bigint): SimulatedInstant | null {
    return this.#where(utcNs, ({ utcNs: shown }) => shown)[0] ?? null
  }

  /** All clocks at every instant at which the wall clock of the running computer showed `wallNs`, in order. */
  whenWallShowed(wallNs: bigint): SimulatedInstant[] {
    return this.#where(wallNs, ({ wallNs: shown }) => shown).filter(({ on, awake }) => on && awake)
  }

  /** UTC - wall at every instant that shows `ns`: `true` time (UTC), or what the `wall` clock showed. */
  errorAt(ns: bigint, scale: 'true' | 'wall' = 'true'): bigint[] {
    if (scale === 'wall') return this.whenWallShowed(ns).map(({ errorNs }) => errorNs)
    const instant = this.atUtc(ns)
    return instant ? [instant.errorNs] : []
  }

  /** On each line the clocks only rise. */
  #where(ns: bigint, shown: (instant: SimulatedInstant) => bigint): SimulatedInstant[] {
    const { kind, startTaiNs, lines } = this.#model
    const found: SimulatedInstant[] = []
    for (const [i, line] of lines.entries()) {
      let low = line.fromNs
      let high = lines[i + 1]?.fromNs ?? this.lengthNs
      const at = (sinceNs: bigint): SimulatedInstant => along(kind, startTaiNs, line, sinceNs)
      if (low >= high || shown(at(low)) > ns || shown(at(high - 1n)) < ns) continue
      while (high - low > 1n) {
        const half = (low + high) / 2n
        if (shown(at(half)) <= ns) low = half
        else high = half
      }
      found.push(at(low))
    }
    return found
  }
}
