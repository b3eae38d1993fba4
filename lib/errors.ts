/**
 * The errors of this library: one base class, a literal `code` per error, typed data beside the message.
 *
 * A caller's mistake is an {@link OptionTypeError} or {@link OptionRangeError} (a `TypeError` or `RangeError` that names
 * option, rule and received value; the command exits with 2). Everything else is a subclass of {@link AuditorError}: the
 * environment failed (the command exits with 4) or evidence is not what it should be.
 * @module
 */

/** Base of all errors that are no caller's mistake. Test `error.code`, which survives worker boundaries. */
export abstract class AuditorError extends Error {
  abstract readonly code: string
}

function show(value: unknown): string {
  const json = typeof value === 'bigint' ? `${value}n` : (JSON.stringify(value) ?? String(value))
  return json.length > 200 ? `${json.slice(0, 200)}...` : json
}

/** An option of the wrong kind: unknown, missing, not of the type it must have. */
export class OptionTypeError extends TypeError {
  readonly code = 'ERR_OPTION'
  override readonly name = 'OptionTypeError'
  readonly option: string
  readonly rule: string
  readonly received: unknown
  constructor(option: string, rule: string, received: unknown) {
    super(`"${option}" ${rule}, got ${show(received)}`)
    this.option = option
    this.rule = rule
    this.received = received
  }
}

/** An option of the right kind with a value that the rule forbids. */
export class OptionRangeError extends RangeError {
  readonly code = 'ERR_OPTION'
  override readonly name = 'OptionRangeError'
  readonly option: string
  readonly rule: string
  readonly received: unknown
  constructor(option: string, rule: string, received: unknown) {
    super(`"${option}" ${rule}, got ${show(received)}`)
    this.option = option
    this.rule = rule
    this.received = received
  }
}

/** Why one reference gave no reading. Recorded in the trail as `{ code, message }`; never fatal. */
export type ReadingErrorCode =
  | 'ERR_TIMEOUT'
  | 'ERR_PORT_CLOSED'
  | 'ERR_UNREACHABLE'
  | 'ERR_NAME_UNKNOWN'
  | 'ERR_DNS'
  | 'ERR_KISS_DENY'
  | 'ERR_KISS_RSTR'
  | 'ERR_KISS_RATE'
  | 'ERR_KISS_OTHER'
  | 'ERR_TEST_FAILED'
  | 'ERR_BACKING_OFF'
  | 'ERR_CLOCK_CHANGED'
  | 'ERR_SOCKET'

/** One reference gave no reading. `code` says why, the message names the cause and the next step. */
export class ReadingError extends AuditorError {
  readonly code: ReadingErrorCode
  override readonly name = 'ReadingError'
  constructor(code: ReadingErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Another auditor holds this trail. */
export class TrailLockedError extends AuditorError {
  readonly code = 'ERR_TRAIL_LOCKED'
  override readonly name = 'TrailLockedError'
}

/** A file of the trail could not be created, written or synced; `cause` is the system's error. */
export class TrailWriteError extends AuditorError {
  readonly code = 'ERR_TRAIL_WRITE'
  override readonly name = 'TrailWriteError'
}

/** A trail could not be read: there is none, or its files cannot be opened. Damage inside is a finding, not this. */
export class TrailReadError extends AuditorError {
  readonly code = 'ERR_TRAIL_READ'
  override readonly name = 'TrailReadError'
}

/** The trail holds something that cannot be recorded upon or reported from. */
export class TrailDamagedError extends AuditorError {
  readonly code = 'ERR_TRAIL_DAMAGED'
  override readonly name = 'TrailDamagedError'
}

/** A worker thread died or did not answer. The auditor restarts it; the application lives on. */
export class WorkerError extends AuditorError {
  readonly code = 'ERR_WORKER'
  override readonly name = 'WorkerError'
}

/** No usable sample within the time given to `ready()`. The audit goes on. */
export class NotReadyError extends AuditorError {
  readonly code = 'ERR_NOT_READY'
  override readonly name = 'NotReadyError'
}

/** The auditor was stopped before the request was done. */
export class StoppedError extends AuditorError {
  readonly code = 'ERR_STOPPED'
  override readonly name = 'StoppedError'
}

/** A running auditor holds the trail and did not answer a request dropped into its inbox. */
export class InboxError extends AuditorError {
  readonly code = 'ERR_INBOX'
  override readonly name = 'InboxError'
}

/** A report or a proof cannot be made from what was asked: an empty, reversed or future period, no records. */
export class PeriodError extends AuditorError {
  readonly code = 'ERR_PERIOD'
  override readonly name = 'PeriodError'
}

/** An output file could not be written, or a file of that name with other bytes is in the way. */
export class OutputError extends AuditorError {
  readonly code = 'ERR_OUTPUT'
  override readonly name = 'OutputError'
}

/** What {@link ClockNotProvenError} tells. */
export interface NotProven {
  /** Against the limit: never `PROVEN`. */
  readonly verdict: 'PROVEN' | 'VIOLATED' | 'INDETERMINATE' | 'UNMONITORED' | 'OFF'
  readonly cause: string | null
  /** The limit as it was given: `50ms`. */
  readonly limit: string
  /** The bound of the clock's error in seconds, positive = slow; `null` where nothing is known. */
  readonly bound: { readonly low: number; readonly high: number } | null
  /** What the clock showed. */
  readonly asOf: string
}

/** `assertWithin`: the clock is not proven to be within the limit. It may be right all the same. */
export class ClockNotProvenError extends AuditorError implements NotProven {
  readonly code = 'ERR_CLOCK_NOT_PROVEN'
  override readonly name = 'ClockNotProvenError'
  readonly verdict: NotProven['verdict']
  override readonly cause: string | null
  readonly limit: string
  readonly bound: NotProven['bound']
  readonly asOf: string
  constructor({ verdict, cause, limit, bound, asOf }: NotProven) {
    const known =
      bound === null ? 'nothing is known of its error' : `its error lies between ${bound.low} and ${bound.high} s`
    super(`the clock is not proven to be within ${limit}: ${verdict}${cause === null ? '' : `, ${cause}`}; ${known}`)
    this.verdict = verdict
    this.cause = cause
    this.limit = limit
    this.bound = bound
    this.asOf = asOf
  }
}

/** An error of a worker thread, as the application hears of it: `code` and `message` are those of the original. */
export class ReportedError extends AuditorError {
  readonly code: string
  override readonly name = 'ReportedError'
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** A time stamp that proves nothing: refused, about other bytes, or with a signature that does not hold. */
export class TimeStampError extends AuditorError {
  readonly code = 'ERR_TIME_STAMP'
  override readonly name = 'TimeStampError'
}

/** A seal could not be put outside this computer: the service or the program did not take it. */
export class AnchorError extends AuditorError {
  readonly code = 'ERR_ANCHOR'
  override readonly name = 'AnchorError'
}

/** The trail is not the one whose genesis key the configuration names. */
export class GenesisError extends AuditorError {
  readonly code = 'ERR_GENESIS'
  override readonly name = 'GenesisError'
}

/** Nothing can be sealed: there is no key for this trail, or it is not the one that its keys remember. Recording goes on. */
export class UnsealedError extends AuditorError {
  readonly code = 'ERR_UNSEALED'
  override readonly name = 'UnsealedError'
}

/** Something could not be printed: the printer is off, out of paper, or its program failed. What was to be printed is kept. */
export class PrintError extends AuditorError {
  readonly code = 'ERR_PRINT'
  override readonly name = 'PrintError'
}

/** No bundle can be made of an answer: its records are under no seal yet, pruned or damaged, or there are none. */
export class BundleError extends AuditorError {
  readonly code = 'ERR_BUNDLE'
  override readonly name = 'BundleError'
}
