/**
 * The auditor as an application sees it: a thin face over the two workers. It starts them, passes on what they say once it is
 * durable, and never throws into the application on its own account.
 * @module
 */
import { EventEmitter } from 'node:events'
import { Chores } from './auditor/chores.js'
import type { Crew } from './auditor/crew.js'
import { WorkerCrew } from './auditor/crew.js'
import { type AuditorEvents, Narrator, type SampleDocument } from './auditor/events.js'
import type { inlineCrew } from './auditor/inline.js'
import { type AskableClock, type ClockBound, LiveClock, notProven, unaudited } from './auditor/live.js'
import { Readiness } from './auditor/readiness.js'
import { Requests } from './auditor/requests.js'
import { type ServiceHost, type Services, servicesOf } from './auditor/services.js'
import type { StartOptions } from './auditor/start-options.js'
import { openSight } from './clock/sight.js'
import { systemTimers } from './clock/timers.js'
import { parseConfiguration } from './config/parse.js'
import type { Configuration } from './config/types.js'
import { parseDuration } from './config/units.js'
import type { EngineToAuditor } from './engine/messages.js'
import { ReportedError, StoppedError, WorkerError } from './errors.js'
import { type Sight, sightOf } from './evidence/live.js'
import type { Chore, ErrorData, PruneNews, ScribeToAuditor, SealNews } from './scribe/messages.js'
import { canonicalize } from './trail/canonical.js'
import { sampleDocument } from './trail/document.js'
import { checkAttachment, checkServiceBody } from './trail/service-check.js'
import type { Attachment, Placed, ServiceBody } from './trail/types.js'

export type { AuditorEvents } from './auditor/events.js'
export type { StartOptions } from './auditor/start-options.js'

/** How long workers may take to open the trail (ms). */
const startLimitMs = 30_000
/** How long a scribe may take to give back its lock when all else failed (ms). */
const releaseMs = 300

/**
 * An audit of this computer's clock, writing to one trail.
 * @example
 * const auditor = await Auditor.start({ trail: './audit-trail', references: ['time.example.net'], tolerance: '50ms' })
 * auditor.on('clockChange', (change) => log(`the clock was moved by ${change.size.low} to ${change.size.high} s`))
 * await auditor.stop()
 */
export class Auditor extends EventEmitter<AuditorEvents> implements AskableClock {
  readonly configuration: Configuration
  readonly #narrator = new Narrator()
  readonly #requests = new Requests()
  readonly #keepAlive: boolean
  #crew: Crew | null = null
  #clock: LiveClock | null = null
  #sight: () => Sight
  #services: Services
  #waits = 0
  #stopping: Promise<void> | null = null
  #onClosed: (() => void) | null = null
  #closed = false
  /** Problems of the start, which nobody could listen to yet; `null`: it is over. */
  #early: ErrorData[] | null = []
  readonly #chores = new Chores()
  readonly #readiness = new Readiness()

  private constructor(configuration: Configuration, { keepAlive, parts }: StartOptions) {
    super()
    const clocks = parts?.clocks
    this.configuration = configuration
    this.#sight = clocks ? () => sightOf(clocks.read()) : openSight()
    this.#keepAlive = keepAlive ?? false
    const host: ServiceHost = {
      record: (body, attachment) => this.record(body, attachment),
      problem: (code, message) => this.#problem({ code, message }),
    }
    this.#services = servicesOf(configuration, host, { simulation: clocks !== undefined })
  }

  /**
   * Starts an audit. Resolves when the trail is open and the witness stands; never waits for the network.
   * @param input the options, in the shape of `ntp-auditor.json` (docs/configuration.md)
   * @throws {OptionTypeError | OptionRangeError} a wrong option
   * @throws {AuditorError} the trail cannot be opened: `ERR_TRAIL_LOCKED`, `ERR_TRAIL_WRITE`, ...
   */
  static async start(input: unknown, options: StartOptions = {}): Promise<Auditor> {
    return Auditor.startWith(parseConfiguration(input, { base: options.base ?? process.cwd() }), options)
  }

  /** {@link Auditor.start} with a configuration that was parsed already. */
  static async startWith(configuration: Configuration, options: StartOptions = {}): Promise<Auditor> {
    options.signal?.throwIfAborted()
    const auditor = new Auditor(configuration, options)
    // The engine and the scribe are loaded into the application's own thread only where they shall run there.
    const inline = options.engine === 'inline' ? (await import('./auditor/inline.js')).inlineCrew : null
    await auditor.#start(options, inline)
    auditor.#services.started()
    options.signal?.addEventListener('abort', () => void auditor.stop(), { once: true })
    return auditor
  }

  #start(options: StartOptions, inline: typeof inlineCrew | null): Promise<void> {
    return new Promise((resolve, reject) => {
      let settled = false
      const settle = (error: Error | null) => {
        if (settled) return
        settled = true
        systemTimers.clearTimeout(limit)
        if (error === null) {
          this.#crew?.hold(this.#keepAlive)
          resolve()
          // Whoever waits for the start listens before this runs.
          setImmediate(() => this.#tellEarly())
        } else {
          this.#stopping = Promise.resolve()
          void this.#end().then(() => reject(error))
        }
      }
      const late = `the workers did not open the trail within ${startLimitMs / 1000} s; is its disk answering?`
      const limit = systemTimers.setTimeout(() => settle(new WorkerError(late)), startLimitMs)
      const listener = {
        fromEngine: (message: EngineToAuditor) => this.#fromEngine(message),
        fromScribe: (message: ScribeToAuditor) => {
          if (message.kind === 'failed') {
            this.#closed = true
            if (settled) this.#problem(message.error)
            else settle(revive(message.error))
          } else {
            this.#fromScribe(message)
            if (message.kind === 'ready') settle(null)
          }
        },
        onProblem: (error: ErrorData) => {
          if (settled) this.#problem(error)
          else settle(new WorkerError(error.message))
        },
        onEngineLost: () => {
          this.#giveUp(new WorkerError('the engine worker died before it did what was asked; ask again'))
        },
      }
      this.#crew =
        inline !== null
          ? inline(this.configuration, listener, {
              simulation: options.parts?.clocks !== undefined,
              rekey: options.rekey ?? null,
              ...(options.parts ? { parts: options.parts } : {}),
            })
          : new WorkerCrew(this.configuration, listener, options.rekey ?? null)
      this.#clock = new LiveClock(this.#crew.live, this.#sight)
    })
  }

  /**
   * How far this computer's clock is from UTC at most, at this instant: microseconds, no waiting, never throws. It reads the clock itself
   * and holds it against the evidence that is durable: right after a set of the clock, before the first sample, with a worker that hangs
   * or was killed, and once {@link stop} was called, it is UNMONITORED.
   */
  bound(): ClockBound {
    return this.#stopping || !this.#clock ? unaudited(this.#sight) : this.#clock.bound()
  }

  /**
   * Throws unless the clock is proven to be within a limit, now.
   * @param limit a duration such as `50ms`; the configured tolerance plays no part
   * @returns the bound that proves it
   * @throws {ClockNotProvenError} with the verdict against this limit, the bound and the cause
   * @throws {OptionTypeError | OptionRangeError} `limit` is no duration
   */
  assertWithin(limit: string): ClockBound {
    if (!this.#stopping && this.#clock) return this.#clock.assertWithin(limit)
    parseDuration(limit, 'limit')
    throw notProven(unaudited(this.#sight), limit)
  }

  /**
   * Resolves when the first usable sample is durable.
   * @param options.timeout how long to wait, default `30s`
   * @throws {NotReadyError} there was none in that time; the audit goes on
   */
  async ready(options: { readonly timeout?: string } = {}): Promise<void> {
    const timeout = options.timeout ?? '30s'
    const timeoutMs = Number(parseDuration(timeout, 'timeout')) / 1e6
    if (this.#readiness.reached) return
    const hosts = this.configuration.references.map(({ host }) => host).join(', ')
    await this.#waiting(this.#readiness.within(timeoutMs, { timeout, hosts }))
  }

  /**
   * Takes a sample now (reason `requested`) and resolves with its document once it is durable.
   * @throws {StoppedError} the auditor was stopped before
   */
  async sample(): Promise<SampleDocument> {
    if (this.#stopping || !this.#crew) throw new StoppedError('the auditor was stopped; start another')
    const { requestId, answer } = this.#requests.add()
    this.#crew.toEngine({ kind: 'sample', requestId, reason: 'requested' })
    const { record } = await this.#waiting(answer)
    if (record.type !== 'sample') throw new WorkerError(`record ${record.seq} answers the request and is no sample`)
    return sampleDocument(record)
  }

  /**
   * Writes a record of the application's or an operator's into the trail, at a look of now; resolves once it is durable.
   * @param body what the record says (docs/trail-format.md), for example `{ type: 'note', on: 17, text: 'drill', by: 'ops' }`
   * @param attachment a file that the body names: the token of an anchor
   * @throws {TypeError} for a body that is no record, naming the field; nothing is written
   * @throws {StoppedError} the auditor was stopped before
   */
  async record(body: ServiceBody, attachment?: Attachment): Promise<{ readonly seq: number }> {
    canonicalize(checkServiceBody(body))
    if (attachment) checkAttachment(attachment, body)
    if (this.#stopping || !this.#crew) throw new StoppedError('the auditor was stopped; start another')
    const { requestId, answer } = this.#requests.add()
    this.#crew.toEngine({ kind: 'record', requestId, body, ...(attachment && { attachment }) })
    const { record } = await this.#waiting(answer)
    return { seq: record.seq }
  }

  /**
   * Closes the present epoch now, and resolves with its seal once that is on the disk.
   * @throws {AuditorError} `ERR_UNSEALED`: nothing is sealed at present, and why
   * @throws {StoppedError} the auditor was stopped before
   */
  async seal(): Promise<SealNews> {
    return (await this.#chore({ kind: 'seal' })) as SealNews
  }

  /**
   * Takes away the records of all segments whose label day lies before a day, as far as they end with a seal; what proves the rest
   * stays. The trail says so, and that is sealed before anything goes.
   * @param before such as `2026-01-01`
   * @throws {AuditorError} `ERR_UNSEALED`, `ERR_TRAIL_DAMAGED`, `ERR_TRAIL_WRITE`
   * @throws {StoppedError} the auditor was stopped before
   */
  async prune(before: string): Promise<PruneNews> {
    return (await this.#chore({ kind: 'prune', before })) as PruneNews
  }

  async #chore(chore: Chore): Promise<SealNews | PruneNews> {
    if (this.#stopping || !this.#crew) throw new StoppedError('the auditor was stopped; start another')
    const { requestId, answer } = this.#chores.add()
    this.#crew.toEngine({ kind: 'chore', requestId, chore })
    return this.#waiting(answer)
  }

  /**
   * Takes a last sample, closes the trail and ends the workers. Calling it again gives the same promise.
   * @param options.timeout what it may take, default `3s`; then the workers are ended as they are: nothing acknowledged is
   * lost, but the trail has no orderly end
   */
  stop(options: { readonly timeout?: string } = {}): Promise<void> {
    this.#stopping ??= this.#stop(Number(parseDuration(options.timeout ?? '3s', 'timeout')) / 1e6)
    return this.#stopping
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #stop(timeoutMs: number): Promise<void> {
    const crew = this.#crew
    if (!crew) return
    crew.hold(true)
    await this.#services.stop(timeoutMs / 4)
    await new Promise<void>((resolve) => {
      const timer = systemTimers.setTimeout(() => {
        const message = `the workers did not close the trail within ${timeoutMs / 1000} s and were ended; the next start says so`
        this.#problem({ code: 'ERR_WORKER', message })
        resolve()
      }, timeoutMs)
      this.#onClosed = () => {
        systemTimers.clearTimeout(timer)
        resolve()
      }
      crew.toEngine({ kind: 'stop', reason: 'stop', budgetMs: timeoutMs / 2 })
    })
    await this.#end()
    this.#giveUp(new StoppedError('the auditor was stopped'))
  }

  /** Ends the workers. A scribe that still can gives back its lock, so that this process may open the trail again. */
  async #end(): Promise<void> {
    const crew = this.#crew
    if (!crew) return
    if (!this.#closed) {
      await new Promise<void>((resolve) => {
        const timer = systemTimers.setTimeout(resolve, releaseMs)
        this.#onClosed = () => {
          systemTimers.clearTimeout(timer)
          resolve()
        }
        crew.toScribe({ kind: 'release' })
      })
    }
    await crew.end()
  }

  #fromEngine(message: EngineToAuditor): void {
    if (message.kind === 'problem') this.#problem(message.error)
    else if (message.kind === 'refuse') this.#refuse(message.requestId, message.error)
    else this.#requests.promise(message.requestId, message.draftId)
  }

  #fromScribe(message: ScribeToAuditor): void {
    if (message.kind === 'problem') this.#problem(message.error)
    else if (message.kind === 'closed') {
      this.#closed = true
      this.#onClosed?.()
    } else if (message.kind === 'record') this.#tell(message.draftId, message.placed)
    else if (message.kind === 'sealed') this.#sealed(message.seal)
    else if (message.kind === 'chore-answer') this.#chores.answer(message.requestId, message.answer)
  }

  #sealed(seal: SealNews): void {
    this.#services.sealed(seal)
    this.emit('sealed', seal)
  }

  #refuse(requestId: number, error: ErrorData): void {
    this.#requests.refuse(requestId, revive(error))
    this.#chores.answer(requestId, { ok: false, error })
  }

  /** Nobody will answer what is still open. */
  #giveUp(error: Error & { readonly code: string }): void {
    this.#requests.end(error)
    this.#chores.end(error)
  }

  #tell(draftId: number | null, placed: Placed): void {
    const { sample, clockChange, gap, verdict } = this.#narrator.tell(placed)
    if (draftId !== null) this.#requests.durable(draftId, placed)
    this.#services.heard(placed)
    this.emit('record', placed)
    if (sample) {
      if (sample.consensus.low !== null && !this.#readiness.reached) this.#readiness.reach()
      this.emit('sample', sample)
    }
    if (clockChange) this.emit('clockChange', clockChange)
    if (gap) this.emit('gap', gap)
    if (verdict) this.emit('verdict', verdict)
  }

  #problem(data: ErrorData): void {
    if (this.#early !== null) {
      this.#early.push(data)
      return
    }
    this.#services.problem(data)
    const error = revive(data)
    if (this.listenerCount('problem') > 0) this.emit('problem', error)
    else process.emitWarning(error.message, { type: 'NtpAuditorWarning', code: data.code })
  }

  #tellEarly(): void {
    const early = this.#early ?? []
    this.#early = null
    for (const data of early) this.#problem(data)
  }

  /** While somebody waits, the workers keep the process alive. */
  async #waiting<T>(promise: Promise<T>): Promise<T> {
    this.#waits += 1
    this.#crew?.hold(true)
    try {
      return await promise
    } finally {
      this.#waits -= 1
      if (this.#waits === 0 && !this.#stopping) this.#crew?.hold(this.#keepAlive)
    }
  }
}

/** An error as it was before it crossed a thread boundary, as far as code and message go. */
function revive({ code, message }: ErrorData): Error {
  return new ReportedError(code, message)
}
