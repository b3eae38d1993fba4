/**
 * `fakeAuditor`: the face of an `Auditor` without anything behind it, for an application's own tests. It starts no worker, opens no
 * socket and touches no disk; what it says of the clock is what it was told to say.
 * @module
 */
import { EventEmitter } from 'node:events'
import type { AuditorEvents, SampleDocument } from '../auditor/events.js'
import { type AskableClock, type ClockBound, notProven } from '../auditor/live.js'
import { parseDuration } from '../config/units.js'
import { judge } from '../consensus/judge.js'
import type { Cause, Support, Verdict } from '../consensus/types.js'
import { OptionRangeError, OptionTypeError, StoppedError } from '../errors.js'
import { formatInstant } from '../instant.js'
import type { IntervalNs } from '../interval.js'

/** What a fake says of the clock. */
export interface FakeState {
  /** Default: what `low` and `high` say against a tolerance of one second; `UNMONITORED` where they are `null`. */
  readonly verdict?: Verdict
  /** The bound of the clock's error in seconds, positive = slow; both or neither `null`. Default -0.001 and 0.001; `null` without a bound. */
  readonly low?: number | null
  readonly high?: number | null
  readonly support?: Support | null
  readonly cause?: Cause | null
}

const longSecondsLimit = 1e9
const toleranceNs = 1_000_000_000n
/** As with an auditor that looks every 250 ms. */
const lastsNs = 1_000_000_000n

/**
 * An auditor that says what it is told.
 * @throws {OptionTypeError | OptionRangeError} a state that no auditor could be in
 * @example
 * const auditor = fakeAuditor({ verdict: 'UNMONITORED' })
 * await expect(placeOrder(auditor)).rejects.toThrow('not proven')
 * auditor.say({ low: -0.002, high: 0.003 })
 */
export function fakeAuditor(state: FakeState = {}): FakeAuditor {
  return new FakeAuditor(state)
}

export class FakeAuditor extends EventEmitter<AuditorEvents> implements AskableClock {
  #state: Required<FakeState>
  #samples = 0
  #stopped = false

  constructor(state: FakeState) {
    super()
    this.#state = complete(state)
  }

  /** From now on it says this; `verdict` is emitted where it is another one. */
  say(state: FakeState): void {
    const before = this.#state.verdict
    this.#state = complete(state)
    const { verdict, cause, low, high } = this.#state
    if (verdict === before) return
    const bound = low === null || high === null ? null : { low, high }
    this.emit('verdict', { verdict, cause, bound, at: now() })
  }

  bound(): ClockBound {
    if (this.#stopped) return this.#document('UNMONITORED', 'auditor-down', false)
    return this.#document(this.#state.verdict, this.#state.cause, true)
  }

  /**
   * Judges the bound against the limit, as an auditor does; where a `verdict` without a bound was told, that one counts.
   * @throws {ClockNotProvenError} as `Auditor.assertWithin`
   */
  assertWithin(limit: string): ClockBound {
    const limitNs = parseDuration(limit, 'limit')
    const bound = this.bound()
    const error = interval(bound)
    const judged = error ? judge(error, limitNs) : { verdict: bound.verdict, cause: bound.cause }
    const answer = { ...bound, ...judged }
    if (answer.verdict !== 'PROVEN') throw notProven(answer, limit)
    return answer
  }

  /** Resolves at once, and emits what it gives. */
  async sample(): Promise<SampleDocument> {
    if (this.#stopped) throw new StoppedError('the auditor was stopped; start another')
    const { low, high, support, verdict, cause } = this.#state
    this.#samples += 1
    const sample: SampleDocument = {
      seq: this.#samples,
      reason: 'requested',
      trigger: null,
      part: 'all',
      wall: now(),
      readings: {},
      consensus: {
        state: low === null ? 'none' : 'agreed',
        support,
        low,
        high,
        agree: [],
        dissent: [],
        faults: support === 'voted' || support === 'paired' ? 1 : 0,
        configured: support === 'voted' ? 3 : support === 'paired' ? 2 : 1,
      },
      tolerance: Number(toleranceNs) / 1e9,
      verdict,
      cause,
    }
    this.emit('sample', sample)
    return sample
  }

  /** Resolves at once. */
  async ready(_options: { readonly timeout?: string } = {}): Promise<void> {}

  /** From now on nothing is known. */
  async stop(_options: { readonly timeout?: string } = {}): Promise<void> {
    this.#stopped = true
  }

  /** As `stop`, for what `attach` gives. */
  close(): void {
    this.#stopped = true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  #document(verdict: Verdict, cause: Cause | null, known: boolean): ClockBound {
    const { low, high, support } = this.#state
    const wallNs = BigInt(Date.now()) * 1_000_000n
    const bounded = known && low !== null
    return {
      verdict,
      low: known ? low : null,
      high: known ? high : null,
      support: known ? support : null,
      witness: 'looks',
      asOf: formatInstant(wallNs),
      expires: bounded ? formatInstant(wallNs + lastsNs) : null,
      cause,
    }
  }
}

/** The host's own time, also where its tests fake it: a fake belongs to their world. */
function now(): string {
  return formatInstant(BigInt(Date.now()) * 1_000_000n)
}

function interval({ low, high }: { readonly low: number | null; readonly high: number | null }): IntervalNs | null {
  if (low === null || high === null) return null
  return { lowNs: BigInt(Math.floor(low * 1e9)), highNs: BigInt(Math.ceil(high * 1e9)) }
}

/** Fills in what was left out, and refuses what contradicts itself. */
function complete(state: FakeState): Required<FakeState> {
  const without = state.verdict !== undefined && state.low === undefined && !bounded(state.verdict)
  const low = state.low === undefined ? (without ? null : -0.001) : state.low
  const high = state.high === undefined ? (low === null ? null : 0.001) : state.high
  for (const [name, value] of [
    ['low', low],
    ['high', high],
  ] as const) {
    if (value === null || (typeof value === 'number' && Math.abs(value) < longSecondsLimit)) continue
    throw new OptionTypeError(name, 'must be a number of seconds or null', value)
  }
  if ((low === null) !== (high === null)) throw new OptionRangeError('high', 'must be null where low is', high)
  if (low !== null && high !== null && low > high)
    throw new OptionRangeError('high', `must not be below low (${low})`, high)
  const error = interval({ low, high })
  const judged = error ? judge(error, toleranceNs) : judge(null, toleranceNs)
  const verdict = state.verdict ?? judged.verdict
  if (bounded(verdict) && low === null)
    throw new OptionRangeError('verdict', 'needs a bound: give low and high', verdict)
  const cause = state.cause !== undefined ? state.cause : verdict === judged.verdict ? judged.cause : causes[verdict]
  return { verdict, low, high, support: state.support ?? (low === null ? null : 'voted'), cause }
}

function bounded(verdict: Verdict): boolean {
  return verdict === 'PROVEN' || verdict === 'VIOLATED'
}

const causes: Readonly<Record<Verdict, Cause | null>> = {
  PROVEN: null,
  VIOLATED: 'out-of-tolerance',
  INDETERMINATE: 'bound-too-wide',
  UNMONITORED: 'no-sample',
  OFF: 'suspend',
}
