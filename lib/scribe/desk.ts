/**
 * The scribe's desk: takes drafts in order, has each written and synced, and tells who waits for it. While the disk fails it
 * keeps the drafts and tries again; requests of other commands come in through the inbox.
 * @module
 */
import type { Timers } from '../clock/types.js'
import { sampleDocument } from '../trail/document.js'
import type { Draft, Placed, TrailRecord } from '../trail/types.js'
import type { Answer, Request } from './inbox.js'
import type { Link } from './link.js'
import {
  type AuditorToScribe,
  type Chore,
  type ChoreAnswer,
  type ChoreAsker,
  type EngineToScribe,
  type ErrorData,
  errorData,
  type ScribeToAuditor,
  type ScribeToEngine,
} from './messages.js'
import { DraftQueue } from './queue.js'
import { alertBelowBytes, type Scribe, type ScribeOptions } from './scribe.js'

/** What the desk wants to hear of its scribe. */
export type DeskHooks = Required<Pick<ScribeOptions, 'onSealed' | 'onProblem'>>

export interface DeskOptions {
  readonly folder: string
  /** Opens the trail: takes the lock, recovers, throws what stands in the way. */
  readonly open: (hooks: DeskHooks) => Scribe
  readonly timers: Timers
  readonly engine: Link<ScribeToEngine, EngineToScribe>
  readonly auditor: Link<ScribeToAuditor, AuditorToScribe>
  /** Keeps `live.json` while the trail is open; absent: nobody does. */
  readonly mirror?: { start(token: string): void; stop(): void }
}

/** How often the inbox is looked into, and a failing disk tried again. */
const inboxMs = 400
const retryMs = 1000
/** How many looks into the inbox pass between two at the room on the disk, and at segments to be compressed: about a minute. */
const looksPerTidying = 150
/** Drafts of which it is remembered that they are durable, for promises that arrive later. */
const remembered = 256

type Begin = EngineToScribe & { readonly kind: 'begin' }

export class Desk {
  readonly #options: DeskOptions
  readonly #queue = new DraftQueue()
  readonly #written = new Map<number, Placed>()
  /** Inbox tokens that wait for a draft. */
  readonly #promised = new Map<number, string[]>()
  /** What the inbox asked and no engine has answered: asked again of an engine that takes over. */
  readonly #asked = new Map<string, Request>()
  #scribe: Scribe | null = null
  /** The last record written here. */
  #last: TrailRecord | null = null
  /** A segment that waits to be opened, behind the drafts of an engine that died. */
  #beginning: Begin | null = null
  #begun = false
  #retry: unknown = null
  #inbox: unknown = null
  #failing = ''
  #looks = 0
  /** Whether little room was told. */
  #tight = false
  /** What is to be done behind a draft. */
  readonly #chores = new Map<number, { who: ChoreAsker; chore: Chore }[]>()
  #closed = false

  constructor(options: DeskOptions) {
    this.#options = options
  }

  /** Opens the trail and greets the engine. */
  start(): void {
    const { engine, auditor, open } = this.#options
    auditor.listen(() => this.#release())
    try {
      this.#scribe = open({
        onSealed: (seal) => auditor.post({ kind: 'sealed', seal }),
        onProblem: (error) => auditor.post({ kind: 'problem', error }),
      })
    } catch (error) {
      auditor.post({ kind: 'failed', error: errorData(error) })
      return
    }
    auditor.post({ kind: 'opened', token: this.#scribe.token })
    this.#options.mirror?.start(this.#scribe.token)
    engine.listen((message) => this.#hear(message))
    this.greet()
    this.#lookIntoInbox()
  }

  /** Tells a new engine where the trail ends. */
  greet(): void {
    if (!this.#scribe) return
    const found = this.#scribe.tail
    const last = this.#last ?? found?.record ?? null
    this.#options.engine.post({ kind: 'tail', tail: last && { last } })
    for (const [token, request] of this.#asked) this.#options.engine.post({ kind: 'request', token, request })
  }

  /** Ends at once, without a word in the trail. */
  end(): void {
    this.#closed = true
    const { timers } = this.#options
    timers.clearTimeout(this.#retry)
    timers.clearTimeout(this.#inbox)
    if (this.#scribe) this.#options.mirror?.stop()
    this.#scribe?.abandon()
    this.#scribe = null
  }

  #hear(message: EngineToScribe): void {
    if (this.#closed) return
    if (message.kind === 'begin') this.#begin(message)
    else if (message.kind === 'promise') this.#promise(message.token, message.draftId)
    else if (message.kind === 'chore') this.#doAfter(message)
    else if (message.kind === 'refuse') this.#reply(message.token, { ok: false, error: message.error })
    else if (message.kind === 'close') this.#close(message)
    else {
      this.#queue.put(message.draft)
      this.#pump()
    }
  }

  /** An engine begins. What an engine that died left in the queue comes first. */
  #begin(message: Begin): void {
    this.#beginning = message
    this.#pump()
  }

  /** @throws {TrailWriteError} the segment could not be opened; it is tried again with the next draft */
  #open({ open, reason, stamp }: Begin): void {
    for (const placed of this.#scribe?.begin({ type: 'open', ...open, reason }, stamp) ?? [])
      this.#announce(null, placed)
    this.#beginning = null
    if (this.#begun) return
    this.#begun = true
    this.#options.auditor.post({ kind: 'ready' })
  }

  /** Writes what waits. On failure everything stays where it is and is tried again. */
  #pump(): void {
    const scribe = this.#scribe
    if (!scribe || this.#retry !== null) return
    try {
      for (let draft = this.#queue.next(); draft && !this.#precedes(draft); draft = this.#queue.next()) {
        this.#write(scribe, draft)
      }
      if (this.#beginning) {
        this.#open(this.#beginning)
        this.#pump()
      }
    } catch (error) {
      if (this.#begun) this.#failed(error)
      else this.#refuse(error)
    }
  }

  /** Whether the segment that an engine asked for must be opened before this draft. */
  #precedes(draft: Draft): boolean {
    return this.#beginning !== null && (!this.#begun || draft.id > this.#beginning.firstId)
  }

  #write(scribe: Scribe, draft: Draft): void {
    try {
      const placed = scribe.append(draft)
      this.#queue.done(draft)
      this.#announce(draft.id, placed)
      this.#failing = ''
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      // It can never be written: a gap takes its place, so that the others are not held up for ever.
      this.#problem(errorData(error))
      this.#queue.spoil(draft)
    }
  }

  #failed(error: unknown): void {
    this.#problem(errorData(error))
    this.#retry = this.#options.timers.setTimeout(() => {
      this.#retry = null
      this.#pump()
    }, retryMs)
  }

  /** The trail could not even be begun. */
  #refuse(error: unknown): void {
    this.end()
    this.#options.auditor.post({ kind: 'failed', error: errorData(error) })
  }

  #announce(draftId: number | null, placed: Placed): void {
    const { auditor, engine } = this.#options
    this.#last = placed.record
    if (draftId !== null) {
      engine.post({ kind: 'written', draftId, seq: placed.record.seq })
      this.#written.set(draftId, placed)
      if (this.#written.size > remembered) this.#written.delete(this.#written.keys().next().value ?? draftId)
      for (const token of this.#promised.get(draftId) ?? []) this.#answer(token, placed)
      this.#promised.delete(draftId)
    }
    auditor.post({ kind: 'record', draftId, placed })
    if (draftId === null) return
    for (const { who, chore } of this.#chores.get(draftId) ?? []) this.#do(placed, who, chore)
    this.#chores.delete(draftId)
  }

  #doAfter({ draftId, who, chore }: EngineToScribe & { readonly kind: 'chore' }): void {
    const placed = this.#written.get(draftId)
    if (placed) this.#do(placed, who, chore)
    else this.#chores.set(draftId, [...(this.#chores.get(draftId) ?? []), { who, chore }])
  }

  /** Does what was asked behind a record, and tells who asked. */
  #do({ record }: Placed, who: ChoreAsker, chore: Chore): void {
    const answer = this.#done(record, chore)
    if ('requestId' in who) this.#options.auditor.post({ kind: 'chore-answer', requestId: who.requestId, answer })
    else this.#reply(who.token, answer.ok ? { ok: true, seq: answer.seq, document: answer.result } : answer)
  }

  #done(record: TrailRecord, chore: Chore): ChoreAnswer {
    const scribe = this.#scribe
    if (!scribe) return { ok: false, error: { code: 'ERR_STOPPED', message: 'the auditor was stopped' } }
    try {
      if (chore.kind === 'prune') {
        const result = scribe.prune(chore.before, record)
        return { ok: true, seq: result.seq ?? record.seq, result }
      }
      const result = scribe.seal('requested', record)
      return { ok: true, seq: result.seq, result }
    } catch (error) {
      return { ok: false, error: errorData(error) }
    }
  }

  #promise(token: string, draftId: number): void {
    const placed = this.#written.get(draftId)
    if (placed) this.#answer(token, placed)
    else this.#promised.set(draftId, [...(this.#promised.get(draftId) ?? []), token])
  }

  #answer(token: string, { record }: Placed): void {
    const document = record.type === 'sample' ? sampleDocument(record) : null
    this.#reply(token, { ok: true, seq: record.seq, document })
  }

  #reply(token: string, answer: Answer): void {
    this.#asked.delete(token)
    this.#scribe?.inbox.answer(token, answer)
  }

  #lookIntoInbox(): void {
    const { timers, engine } = this.#options
    this.#inbox = timers.setTimeout(() => {
      for (const { id, request } of this.#scribe?.inbox.take() ?? []) {
        const path = request.kind === 'record' ? request.attachment?.path : undefined
        if (path !== undefined && this.#scribe?.isFree(path) === false) {
          this.#reply(id, { ok: false, error: { code: 'ERR_INBOX', message: `${path} is in the trail already` } })
          continue
        }
        this.#asked.set(id, request)
        engine.post({ kind: 'request', token: id, request })
      }
      this.#tidy()
      if (!this.#closed) this.#lookIntoInbox()
    }, inboxMs)
  }

  /** Once a minute, when nothing waits. */
  #tidy(): void {
    this.#looks += 1
    if (this.#looks % looksPerTidying !== 1) return
    this.#lookAtRoom()
    if (this.#begun && this.#queue.size === 0) this.#scribe?.tidy()
  }

  /** Says it once when the disk becomes full, before it is. */
  #lookAtRoom(): void {
    try {
      const free = this.#scribe?.freeBytes() ?? alertBelowBytes
      if (free >= alertBelowBytes) this.#tight = false
      else if (!this.#tight) {
        this.#tight = true
        const message = `only ${free / 1_000_000n} MB are free where the trail ${this.#options.folder} lies. Next step: make room; recording goes on as long as there is any`
        this.#options.auditor.post({ kind: 'problem', error: { code: 'ERR_DISK_SPACE', message } })
      }
    } catch {
      // A disk that cannot say how much room it has will say so when it is written to.
    }
  }

  /** Said once per change, not once per try. */
  #problem(error: ErrorData): void {
    if (this.#failing === error.message) return
    this.#failing = error.message
    this.#options.auditor.post({ kind: 'problem', error })
  }

  #close({ reason, stamp }: EngineToScribe & { kind: 'close' }): void {
    if (this.#retry !== null) {
      this.#options.timers.clearTimeout(this.#retry)
      this.#retry = null
    }
    this.#pump()
    try {
      const placed = this.#queue.size === 0 ? this.#scribe?.close(reason, stamp) : null
      if (placed) this.#announce(null, placed)
    } catch (error) {
      this.#problem(errorData(error))
    }
    this.#release()
  }

  #release(): void {
    if (this.#closed) return
    this.end()
    this.#options.auditor.post({ kind: 'closed' })
  }
}
