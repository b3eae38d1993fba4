/**
 * `bound()` and `assertWithin()`: one reading of the clock in the calling thread, held against what the engine published.
 * @module
 */
import { parseDuration } from '../config/units.js'
import type { Cause, Support, Verdict } from '../consensus/types.js'
import { ClockNotProvenError } from '../errors.js'
import { type LiveAnswer, liveAnswer, type Sight } from '../evidence/live.js'
import type { LiveInlet } from '../evidence/live-board.js'
import type { Witnessed } from '../evidence/types.js'
import { formatInstant } from '../instant.js'
import { secondsDown, secondsUp } from '../trail/document.js'

/** What can be said of the clock at the instant of the call. */
export interface ClockBound {
  readonly verdict: Verdict
  /** The bound of the clock's error, UTC - wall, in seconds: positive = slow. `null` where nothing is known. */
  readonly low: number | null
  readonly high: number | null
  /** What the bound rests on: `voted` survives one wrong reference of three, `paired` is right if either is, `single`. */
  readonly support: Support | null
  /**
   * Always `looks`: between the last look of the witness and the call there is nothing but this one reading. That nobody suspended the
   * computer and set the clock back by just as much meanwhile is assumed.
   */
  readonly witness: Witnessed
  /** What the clock showed when it was read (ISO 8601 UTC, nanoseconds): give it to `prove` later. */
  readonly asOf: string
  /** Up to where on this clock the evidence reaches if nothing is added to it; `null` where there is no bound. */
  readonly expires: string | null
  /** Why it is not PROVEN; `null` where it is. */
  readonly cause: Cause | null
}

/** What an application may ask of the clock: an `Auditor`, what `attach` gives, and a `fakeAuditor` in tests. */
export interface AskableClock {
  bound(): ClockBound
  assertWithin(limit: string): ClockBound
}

/** Limits of `assertWithin` that were parsed already. */
const rememberedLimits = 32

export class LiveClock implements AskableClock {
  readonly #inlet: LiveInlet
  readonly #sight: () => Sight
  readonly #limits = new Map<string, bigint>()
  readonly #toleranceNs: bigint | null

  /** @param toleranceNs what `bound` is judged against; default: what the auditor was configured with */
  constructor(inlet: LiveInlet, sight: () => Sight, toleranceNs: bigint | null = null) {
    this.#inlet = inlet
    this.#sight = sight
    this.#toleranceNs = toleranceNs
  }

  /** How far the clock is from UTC at most, now, judged against the configured tolerance. Never throws. */
  bound(): ClockBound {
    return this.#ask(this.#toleranceNs)
  }

  /**
   * Makes sure that the clock is proven to be within a limit.
   * @param limit a duration such as `50ms`
   * @returns the bound that proves it
   * @throws {ClockNotProvenError} it is not
   * @throws {OptionTypeError | OptionRangeError} no duration
   */
  assertWithin(limit: string): ClockBound {
    const bound = this.#ask(this.#limitNs(limit))
    if (bound.verdict !== 'PROVEN') throw notProven(bound, limit)
    return bound
  }

  #ask(toleranceNs: bigint | null): ClockBound {
    // The record first: then nothing that the reading shows can be older than it.
    const record = this.#inlet.latest()
    const sight = this.#sight()
    if (record === null) return boundOf(sight.wallNs, { ...nothing, cause: this.#inlet.missing ?? 'auditor-down' })
    return boundOf(sight.wallNs, liveAnswer(record, sight, toleranceNs ?? record.toleranceNs))
  }

  #limitNs(limit: string): bigint {
    const known = this.#limits.get(limit)
    if (known !== undefined) return known
    const limitNs = parseDuration(limit, 'limit')
    if (this.#limits.size >= rememberedLimits) this.#limits.clear()
    this.#limits.set(limit, limitNs)
    return limitNs
  }
}

const nothing: LiveAnswer = { verdict: 'UNMONITORED', cause: 'auditor-down', error: null, support: null, lastsNs: 0n }

/** The answer without any evidence: nobody audits. */
export function unaudited(sight: () => Sight): ClockBound {
  return boundOf(sight().wallNs, nothing)
}

/** The document of an answer. */
export function boundOf(wallNs: bigint, { verdict, cause, error, support, lastsNs }: LiveAnswer): ClockBound {
  return {
    verdict,
    low: error && secondsDown(error.lowNs),
    high: error && secondsUp(error.highNs),
    support,
    witness: 'looks',
    asOf: instant(wallNs),
    expires: error && instant(wallNs + lastsNs),
    cause,
  }
}

/** A clock may show anything; what is no year of four digits is told as the nearest one. */
function instant(ns: bigint): string {
  try {
    return formatInstant(ns)
  } catch {
    return ns < 0n ? '0000-01-01T00:00:00.000000000Z' : '9999-12-31T23:59:59.999999999Z'
  }
}

export function notProven(bound: ClockBound, limit: string): ClockNotProvenError {
  const { verdict, cause, low, high, asOf } = bound
  const interval = low === null || high === null ? null : { low, high }
  return new ClockNotProvenError({ verdict, cause, limit, bound: interval, asOf })
}
