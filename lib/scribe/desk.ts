/**
 * The scribe's desk: takes drafts in order, has each written and synced, and tells who waits for it. While the disk fails it
 * keeps the drafts and tries again; requests of other commands come in through the inbox.
 * @module
 */
import type { Timers } from '../clock/types.js'
import { sampleDocument } from '../trail/document.js'
import type { OpenBody, Placed, TrailRecord } from '../trail/types.js'
import type { Link } from './link.js'
import {
  type AuditorToScribe,
  type EngineToScribe,
  type ErrorData,
  errorData,
  type ScribeToAuditor,
  type ScribeToEngine,
} from './messages.js'
import { DraftQueue } from './queue.js'
import type { Scribe } from './scribe.js'

export interface DeskOptions {
  readonly folder: string
  /** Opens the trail: takes the lock, recovers, throws what stands in the way. */
  readonly open: () => Scribe
  readonly timers: Timers
  readonly engine: Link<ScribeToEngine, EngineToScribe>
  readonly auditor: Link<ScribeToAuditor, AuditorToScribe>
}

/** How often the inbox is looked into, and a failing disk tried again. */
const inboxMs = 400
const retryMs = 1000
/** Drafts of which it is remembered that they are durable, for promises that arrive later. */
const remembered = 256

export class Desk {
  readonly #options: DeskOptions
  readonly #queue = new DraftQueue()
  readonly #written = new Map<number, Placed>()
  /** Inbox tokens that wait for a draft. */
  readonly #promised = new Map<number, string[]>()
  #scribe: Scribe | null = null
  /** The last record written here, and the last `open`. */
  #last: TrailRecord | null = null
  #lastOpen: OpenBody | null = null
  #begun = false
  #retry: unknown = null
  #inbox: unknown = null
  #failing = ''
  #closed = false

  constructor(options: DeskOptions) {
    this.#options = options
  }

  /** Opens the trail and greets the engine. */
  start(): void {
    const { engine, auditor, open } = this.#options
    auditor.listen(() => this.#release())
    try {
      this.#scribe = open()
    } catch (error) {
      auditor.post({ kind: 'failed', error: errorData(error) })
      return
    }
    auditor.post({ kind: 'opened', token: this.#scribe.token })
    engine.listen((message) => this.#hear(message))
    this.greet()
    this.#lookIntoInbox()
  }

  /** Tells a new engine where the trail ends. */
  greet(): void {
    if (!this.#scribe) return
    const found = this.#scribe.tail
    const last = this.#last ?? found?.record ?? null
    const lastOpen = this.#lastOpen ?? found?.lastOpen ?? null
    this.#options.engine.post({
      kind: 'tail',
      tail: last && { last, lastOpen, orderly: this.#last === null && (found?.orderly ?? false) },
    })
  }

  /** Ends at once, without a word in the trail. */
  end(): void {
    this.#closed = true
    const { timers } = this.#options
    timers.clearTimeout(this.#retry)
    timers.clearTimeout(this.#inbox)
    this.#scribe?.abandon()
    this.#scribe = null
  }

  #hear(message: EngineToScribe): void {
    if (this.#closed) return
    if (message.kind === 'begin') this.#begin(message)
    else if (message.kind === 'promise') this.#promise(message.token, message.draftId)
    else if (message.kind === 'refuse') this.#scribe?.inbox.answer(message.token, { ok: false, error: message.error })
    else if (message.kind === 'close') this.#close(message)
    else {
      this.#queue.put(message.draft)
      this.#pump()
    }
  }

  #begin({ open, reason, stamp }: EngineToScribe & { kind: 'begin' }): void {
    const scribe = this.#scribe
    if (!scribe) return
    try {
      for (const placed of scribe.begin({ type: 'open', ...open, reason }, stamp)) this.#announce(null, placed)
    } catch (error) {
      if (this.#begun) this.#problem(errorData(error))
      else {
        this.end()
        this.#options.auditor.post({ kind: 'failed', error: errorData(error) })
      }
      return
    }
    this.#begun = true
    this.#options.auditor.post({ kind: 'ready' })
  }

  /** Writes what waits. On failure everything stays where it is and is tried again. */
  #pump(): void {
    const scribe = this.#scribe
    if (!scribe || !this.#begun || this.#retry !== null) return
    for (let draft = this.#queue.next(); draft; draft = this.#queue.next()) {
      try {
        const placed = scribe.append(draft)
        this.#queue.done(draft)
        this.#announce(draft.id, placed)
        this.#failing = ''
      } catch (error) {
        this.#problem(errorData(error))
        if (error instanceof TypeError) {
          this.#queue.spoil(draft)
          continue
        }
        this.#retry = this.#options.timers.setTimeout(() => {
          this.#retry = null
          this.#pump()
        }, retryMs)
        return
      }
    }
  }

  #announce(draftId: number | null, placed: Placed): void {
    const { auditor, engine } = this.#options
    this.#last = placed.record
    if (placed.record.type === 'open') this.#lastOpen = placed.record
    if (draftId !== null) {
      engine.post({ kind: 'written', draftId, seq: placed.record.seq })
      this.#written.set(draftId, placed)
      if (this.#written.size > remembered) this.#written.delete(this.#written.keys().next().value ?? draftId)
      for (const token of this.#promised.get(draftId) ?? []) this.#answer(token, placed)
      this.#promised.delete(draftId)
    }
    auditor.post({ kind: 'record', draftId, placed })
  }

  #promise(token: string, draftId: number): void {
    const placed = this.#written.get(draftId)
    if (placed) this.#answer(token, placed)
    else this.#promised.set(draftId, [...(this.#promised.get(draftId) ?? []), token])
  }

  #answer(token: string, { record }: Placed): void {
    const document = record.type === 'sample' ? sampleDocument(record) : null
    this.#scribe?.inbox.answer(token, { ok: true, seq: record.seq, document })
  }

  #lookIntoInbox(): void {
    const { timers, engine } = this.#options
    this.#inbox = timers.setTimeout(() => {
      for (const { id, request } of this.#scribe?.inbox.take() ?? [])
        engine.post({ kind: 'request', token: id, request })
      if (!this.#closed) this.#lookIntoInbox()
    }, inboxMs)
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
