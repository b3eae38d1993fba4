/**
 * The engine: watches the clocks, asks the references on schedule and when the clock was changed, and makes drafts of records
 * of it all. It never touches the disk and never blocks; everything it needs is handed in, so that the same code runs in a
 * worker thread, in the calling thread and in simulated time.
 * @module
 */
import type { ClockChange, Stamp } from '../clock/types.js'
import { Witness } from '../clock/witness.js'
import type { Configuration } from '../config/types.js'
import { assemble } from '../consensus/assemble.js'
import type { SampleReason } from '../consensus/types.js'
import type { LiveOutlet } from '../evidence/live-board.js'
import type { Link } from '../scribe/link.js'
import type { Chore, EngineToScribe, ScribeToEngine, TailSummary } from '../scribe/messages.js'
import { encodeChange, encodeGap, encodeSample, encodeStamp } from '../trail/encode.js'
import type { Attachment, Draft, ServiceBody } from '../trail/types.js'
import { Courier } from './courier.js'
import { expiryProblem, leapDoubt, tableExpired } from './leap-doubt.js'
import type { AuditorToEngine, EngineToAuditor } from './messages.js'
import { describeOpen, emptySince } from './open-fields.js'
import { Outbox } from './outbox.js'
import type { EngineParts } from './parts.js'
import { Publisher } from './publisher.js'
import { rateOf } from './rate.js'
import { type Collected, type Round, Rounds } from './rounds.js'
import { Sampler } from './sampler.js'
import { Schedule } from './schedule.js'
import { taiUtcOf } from './tai.js'
import { type Waiting, WaitingList } from './waiting-list.js'
import { Watch, type WatchEvent } from './watch.js'
import { absenceOfScribe, indicatesLeap, sinceTail, witnessOptions } from './witnessing.js'

export interface EngineOptions {
  readonly configuration: Configuration
  readonly parts: EngineParts
  readonly scribe: Link<EngineToScribe, ScribeToEngine>
  readonly auditor: Link<EngineToAuditor, AuditorToEngine>
  readonly kind: 'worker' | 'inline'
  readonly simulation: boolean
  /** How many engines of this run died before this one. */
  readonly generation: number
  /** Where the live cone is published. */
  readonly live: LiveOutlet
}

/** Exchanges of a sample that answers a clock change, 2 s apart. */
const burst = 4
/** Ids of drafts that one engine may use. */
const idsPerEngine = 1_000_000_000
const notAuditing = { code: 'ERR_STOPPED', message: 'the auditor is not auditing; ask again' } as const

export class Engine {
  readonly #options: EngineOptions
  readonly #outbox: Outbox
  readonly #courier: Courier
  readonly #sampler: Sampler
  readonly #rounds: Rounds
  readonly #schedule: Schedule
  readonly #waiting: WaitingList
  readonly #publisher: Publisher
  readonly #ratePpb: bigint
  #watch: Watch | null = null
  #witness: Witness | null = null
  #lastDraftNs = 0n
  #lastBound: { atNs: bigint; wallNs: bigint } | null = null
  #leapIndicated = false
  /** Whether it was told that the leap second table has expired. */
  #expiryTold = false
  #stopping = false

  constructor(options: EngineOptions) {
    this.#options = options
    this.#outbox = new Outbox(options.generation * idsPerEngine)
    const { configuration, parts, scribe, auditor } = options
    this.#ratePpb = rateOf(configuration, parts.clocks)
    this.#publisher = new Publisher({
      outlet: options.live,
      configuration,
      clocks: parts.clocks,
      timers: parts.timers,
      leap: parts.leap,
      ratePpb: this.#ratePpb,
      generation: options.generation,
      leapIndicated: () => this.#leapIndicated,
    })
    this.#courier = new Courier({
      timers: parts.timers,
      nowNs: () => parts.clocks.auditNs(),
      kernel: () => parts.clocks.kernel?.() ?? null,
      deliver: (draft) => scribe.post({ kind: 'draft', draft }),
      amend: (draft) => this.#outbox.amend(draft),
    })
    this.#sampler = new Sampler({
      configuration,
      parts,
      ratePpb: this.#ratePpb,
      onLook: (reading, notice) => this.#watch?.feed(reading, notice) ?? false,
      onReference: (body) => this.#emit(body),
    })
    this.#rounds = new Rounds({
      sampler: this.#sampler,
      timers: parts.timers,
      onAnswers: (round, part, collected) => this.#record(round, part, collected),
    })
    this.#schedule = new Schedule({
      timers: parts.timers,
      intervalNs: configuration.intervalNs,
      uniform: parts.uniform,
      due: () => this.#due(this.#round('scheduled', null, configuration.exchanges)),
      again: (triggerId) => this.#due(this.#round('recheck', triggerId, 1)),
    })
    this.#waiting = new WaitingList(
      {
        promise: (requestId, draftId) => auditor.post({ kind: 'promise', requestId, draftId }),
        refuse: (requestId, error) => auditor.post({ kind: 'refuse', requestId, error }),
      },
      {
        promise: (token, draftId) => scribe.post({ kind: 'promise', token, draftId }),
        refuse: (token, error) => scribe.post({ kind: 'refuse', token, error }),
      },
    )
    scribe.listen((message) => {
      if (message.kind === 'tail') this.#begin(message.tail)
      else if (message.kind === 'written') {
        this.#outbox.written(message.draftId)
        this.#publisher.written(message.draftId, message.seq)
      } else this.#asked(message)
    })
    auditor.listen((message) => {
      if (message.kind === 'sample') this.#want({ requestId: message.requestId }, message.reason)
      else if (message.kind === 'record') this.#service(message, { requestId: message.requestId })
      else if (message.kind === 'chore') this.#chore({ requestId: message.requestId }, message.chore)
      else void this.#stop(message.reason, message.budgetMs)
    })
  }

  /** Ends at once: nothing more is watched, asked or said. */
  end(): void {
    this.#stopping = true
    this.#rounds.cancel()
    this.#watch?.stop()
    this.#publisher.stop()
    this.#schedule.stop()
    this.#courier.drop()
    this.#options.parts.clocks.close()
  }

  /** A scribe stands ready: the first of this run, or one that took over. */
  #begin(tail: TailSummary | null): void {
    const { configuration, parts, scribe, kind, simulation, generation } = this.#options
    const { firstId } = this.#outbox
    const open = describeOpen({
      configuration,
      clocks: parts.clocks,
      leap: parts.leap,
      ratePpb: this.#ratePpb,
      kind,
      simulation,
    })
    if (this.#watch) {
      this.#courier.pause()
      this.#watch.look()
      this.#courier.drop()
      const unwritten = this.#outbox.unwritten(tail?.last ?? null)
      const first = unwritten[0]
      const stamp = first
        ? { ...first.stamp, since: emptySince(first.stamp.since.notice) }
        : encodeStamp(this.#watch.stamp())
      scribe.post({ kind: 'begin', open, reason: 'restart', stamp, firstId })
      for (const draft of unwritten) scribe.post({ kind: 'draft', draft })
      if (tail) this.#emit(encodeGap(absenceOfScribe(tail, this.#watch.last)))
      return
    }
    const first = parts.clocks.read()
    const witness = new Witness(
      first,
      witnessOptions(configuration, parts, () => this.#leapIndicated),
      parts.clocks.notice(),
    )
    this.#witness = witness
    this.#watch = new Watch({
      clocks: parts.clocks,
      timers: parts.timers,
      witness,
      periodNs: configuration.witness.periodNs,
      noticeMs: parts.noticeMs,
      pace: parts.pace,
      onEvents: (events, before) => this.#saw(events, before),
      onFed: (look) => this.#publisher.looked(look),
      onLook: () => this.#beat(),
    })
    const reason = generation > 0 ? 'restart' : 'start'
    scribe.post({ kind: 'begin', open, reason, stamp: encodeStamp(this.#watch.stamp()), firstId })
    this.#lastDraftNs = first.aNs
    if (tail) for (const event of sinceTail(tail, first, this.#options)) this.#emitEvent(event)
    this.#publisher.looked(first)
    this.#watch.start()
    this.#schedule.start()
    void this.#rounds.begin(this.#round('startup', null, configuration.exchanges))
  }

  #round(reason: SampleReason, triggerId: number | null, exchanges: number): Round {
    const { timeoutNs, toleranceNs } = this.#options.configuration
    const unscheduled =
      reason === 'clock-change' || reason === 'recheck' || reason === 'resume' || reason === 'requested'
    return { reason, triggerId, exchanges, unscheduled, timeoutNs, toleranceNs }
  }

  /** What the witness told: recorded at once, and answered by a sample. */
  #saw(events: readonly WatchEvent[], before: Stamp | null): void {
    if (before) this.#emit({ type: 'heartbeat' }, null, before)
    let triggerId: number | null = null
    for (const event of events) {
      const id = this.#emitEvent(event, true)
      if (event.kind === 'gap') this.#publisher.gap(event)
      if (event.kind === 'clock-change') triggerId = id
    }
    if (this.#stopping) return
    this.#schedule.settle()
    const reason = triggerId === null ? 'resume' : 'clock-change'
    void this.#rounds.begin(this.#round(reason, triggerId, burst))
  }

  /** A sample is due, unless one is under way: that serves as well. */
  #due(round: Round): void {
    if (!this.#stopping && !this.#rounds.current) void this.#rounds.begin(round)
  }

  /** All that a round learned becomes a sample, at a look that closes it. */
  #record(round: Round, part: 'first' | 'all', collected: Collected): void {
    const watch = this.#watch
    const witness = this.#witness
    if (!watch || !witness) return
    const before = this.#rounds.current
    watch.look()
    // Not the reading itself: one that took too long to tell anything was passed over.
    const look = watch.last
    if (this.#rounds.current !== before) return // this very look saw a change: the new round answers
    const { configuration, parts } = this.#options
    const assembled = assemble({
      reason: round.reason,
      part,
      look,
      d: witness.d,
      exchanges: collected,
      configured: configuration.references.length,
      ratePpb: this.#ratePpb,
      toleranceNs: round.toleranceNs,
      trustLocal: configuration.trustLocal,
      taiUtc: taiUtcOf(collected) ?? parts.leap.taiUtc(look.wallNs),
    })
    const sample = { ...assembled, leapDoubt: leapDoubt(assembled, collected, parts.leap) }
    this.#leapIndicated = indicatesLeap(collected)
    if (sample.consensus.m) {
      this.#endSilence(sample.atNs, sample.wallNs)
      this.#lastBound = { atNs: sample.atNs, wallNs: sample.wallNs }
    }
    const body = encodeSample(sample, { ratePpb: this.#ratePpb, resolutionNs: parts.clocks.resolutionNs })
    const draft = this.#emit(body, round.triggerId)
    this.#publisher.sampled(draft.id, sample)
    if (!this.#expiryTold && tableExpired(sample, parts.leap)) {
      this.#expiryTold = true
      this.#options.auditor.post({ kind: 'problem', error: expiryProblem(parts.leap) })
    }
    witness.anchor()
    this.#waiting.satisfy(draft.id)
    const answers = round.reason === 'clock-change' || round.reason === 'resume' || round.reason === 'recheck'
    if (sample.consensus.m) this.#schedule.settle()
    else if (part === 'all' && answers && !this.#stopping) this.#schedule.retry(round.triggerId)
  }

  /** References were silent for longer than `longestGap`: the silence that ends here is a gap of its own. */
  #endSilence(atNs: bigint, wallNs: bigint): void {
    const last = this.#lastBound
    if (!last || atNs - last.atNs <= this.#options.configuration.longestGapNs) return
    this.#emit(
      encodeGap({
        kind: 'gap',
        cause: 'no-reference',
        breaks: 'none',
        fromNs: last.atNs,
        toNs: atNs,
        wallFromNs: last.wallNs,
        wallToNs: wallNs,
      }),
    )
  }

  /** Silence means something: a heartbeat where no record was due. */
  #beat(): void {
    const watch = this.#watch
    if (watch && watch.last.aNs - this.#lastDraftNs >= this.#options.configuration.heartbeatNs) {
      this.#emit({ type: 'heartbeat' })
    }
  }

  /** @param now whether it was seen just now, so that the kernel can tell who did it */
  #emitEvent(event: WatchEvent, now = false): number {
    if (event.kind === 'gap') return this.#emit(encodeGap(event)).id
    return this.#emit(encodeChange(event), null, undefined, now ? event : null).id
  }

  #emit(
    body: Draft['body'],
    triggerId: number | null = null,
    stamp?: Stamp,
    change: ClockChange | null = null,
    attachment?: Attachment,
  ): Draft {
    const watch = this.#watch
    if (!watch) throw new Error('a draft before the first look')
    const draft = this.#outbox.put(encodeStamp(stamp ?? watch.stamp()), body, triggerId, attachment)
    this.#lastDraftNs = watch.last.aNs
    this.#courier.take(draft, change)
    return draft
  }

  #want(who: Waiting, reason: SampleReason, toleranceNs = this.#options.configuration.toleranceNs): void {
    this.#waiting.add(who)
    if (this.#watch) this.#due({ ...this.#round(reason, null, this.#options.configuration.exchanges), toleranceNs })
  }

  #asked({ token, request }: ScribeToEngine & { kind: 'request' }): void {
    if (request.kind === 'sample') {
      const given = request.toleranceNs
      this.#want({ token }, 'requested', given === null ? undefined : BigInt(given))
    } else if (request.kind === 'note') {
      const { on, text, by } = request
      this.#service({ body: { type: 'note', on, text, by } }, { token })
    } else if (request.kind === 'seal' || request.kind === 'prune') this.#chore({ token }, request)
    else this.#service(request, { token })
  }

  /** The scribe does something behind a look of now. */
  #chore(who: Waiting, chore: Chore): void {
    if (!this.#watch || this.#stopping) {
      this.#waiting.answer(who, notAuditing)
      return
    }
    this.#watch.look()
    this.#options.scribe.post({ kind: 'chore', draftId: this.#emit({ type: 'heartbeat' }).id, who, chore })
  }

  /** What somebody asked to be recorded, at a look of now. */
  #service({ body, attachment }: { body: ServiceBody; attachment?: Attachment }, who: Waiting): void {
    if (!this.#watch || this.#stopping) {
      this.#waiting.answer(who, notAuditing)
      return
    }
    this.#watch.look()
    this.#waiting.answer(who, this.#emit(body, null, undefined, null, attachment).id)
  }

  /** One last sample within the budget, then the scribe closes the trail. */
  async #stop(reason: string, budgetMs: number): Promise<void> {
    if (this.#stopping) return
    this.#stopping = true
    const { configuration, scribe } = this.#options
    this.#schedule.stop()
    const watch = this.#watch
    if (!watch) return
    const budgetNs = BigInt(Math.floor(budgetMs * 1e6))
    const timeoutNs = configuration.timeoutNs < budgetNs ? configuration.timeoutNs : budgetNs
    if (timeoutNs > 0n) await this.#rounds.begin({ ...this.#round('shutdown', null, 1), timeoutNs })
    this.#rounds.cancel()
    this.#waiting.refuse({ code: 'ERR_STOPPED', message: 'the auditor stopped before the sample was taken' })
    watch.look()
    for (const event of watch.settle()) this.#emitEvent(event)
    watch.stop()
    this.#publisher.stop()
    this.#courier.release()
    scribe.post({ kind: 'close', reason, stamp: encodeStamp(watch.stamp()) })
  }
}
