/**
 * `bound()` and `assertWithin()`: one reading of the clock in the calling thread, held against what the engine published.
 * @module
 */
import { parseDuration } from '../config/units.js'
import type { Cause, Support, Verdict } from '../consensus/types.js'
import { ClockNotProvenError } from '../errors.js'
import { frameOf, type LiveAnswer, type LiveFrame, liveAnswer, type Sight } from '../evidence/live.js'
import type { LiveInlet } from '../evidence/live-board.js'
import type { Witnessed } from '../evidence/types.js'
import { formatInstant, parseInstant } from '../instant.js'
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
  readonly #asOf = new InstantText()
  readonly #expires = new InstantText()
  #frame: LiveFrame | null = null

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
    if (record === null) return this.#told(sight.wallNs, { ...nothing, cause: this.#inlet.missing ?? 'auditor-down' })
    const frame = this.#frame?.record === record ? this.#frame : frameOf(record)
    this.#frame = frame
    return this.#told(sight.wallNs, liveAnswer(frame, sight, toleranceNs ?? record.toleranceNs))
  }

  #told(wallNs: bigint, { verdict, cause, error, support, lastsNs }: LiveAnswer): ClockBound {
    return {
      verdict,
      low: error && secondsDown(error.lowNs),
      high: error && secondsUp(error.highNs),
      support,
      witness: 'looks',
      asOf: this.#asOf.of(wallNs),
      expires: error && this.#expires.of(wallNs + lastsNs),
      cause,
    }
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
  return new LiveClock({ latest: () => null }, sight).bound()
}

/** Instants as text, quickly where one lies in the same second as the one before. */
class InstantText {
  #second = -1n
  #text = ''

  of(ns: bigint): string {
    const second = ns / 1_000_000_000n
    const rest = Number(ns - second * 1_000_000_000n)
    if (second !== this.#second || rest < 0) {
      if (ns < 0n || ns > lastNs) return ns < 0n ? beforeAll : afterAll
      this.#second = second
      this.#text = formatInstant(second * 1_000_000_000n).slice(0, 20)
    }
    return `${this.#text}${String(rest).padStart(9, '0')}Z`
  }
}

/** A clock may show anything; what is no year from 1970 to 9999 is told as the nearest of those. */
const beforeAll = '1970-01-01T00:00:00.000000000Z'
const afterAll = '9999-12-31T23:59:59.999999999Z'
const lastNs = parseInstant(afterAll)

export function notProven(bound: ClockBound, limit: string): ClockNotProvenError {
  const { verdict, cause, low, high, asOf } = bound
  const interval = low === null || high === null ? null : { low, high }
  return new ClockNotProvenError({ verdict, cause, limit, bound: interval, asOf })
}
