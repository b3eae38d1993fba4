/**
 * The scribe's desk: takes drafts in order, has each written and synced, and tells who waits for it. While the disk fails it
 * keeps the drafts and tries again; requests of other commands come in through the inbox.
 * @module
 */
import type { Timers } from '../clock/types.js'
import type { Link } from '../engine/link.js'
import {
  type AuditorToScribe,
  type EngineToScribe,
  type ErrorData,
  errorData,
  type ScribeToAuditor,
  type ScribeToEngine,
} from '../engine/messages.js'
import type { Placed } from '../trail/types.js'
import { answer, take } from './inbox.js'
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
    auditor.post({ kind: 'opened' })
    engine.listen((message) => this.#hear(message))
    this.greet()
    this.#lookIntoInbox()
  }

  /** Tells a new engine where the trail ends. */
  greet(): void {
    if (!this.#scribe) return
    const tail = this.#scribe.tail
    this.#options.engine.post({
      kind: 'tail',
      tail: tail && { last: tail.record, lastOpen: tail.lastOpen, orderly: tail.orderly },
    })
  }

  /** Ends at once, without a word in the trail. */
  end(): void {
    this.#closed = true
    const { timers } = this.#options
    timers.clearTimeout(this.#retry)
    timers.clearTimeout(this.#inbox)
    this.#scribe?.release()
    this.#scribe = null
  }

  #hear(message: EngineToScribe): void {
    if (this.#closed) return
    switch (message.kind) {
      case 'begin':
        return this.#begin(message)
      case 'draft':
        this.#queue.put(message.draft)
        return this.#pump()
      case 'promise':
        return this.#promise(message.token, message.draftId)
      case 'refuse':
        return answer(this.#options.folder, message.token, { ok: false, error: message.error })
      case 'close':
        return this.#close(message)
    }
  }

  #begin({ open, reason, stamp }: EngineToScribe & { kind: 'begin' }): void {
    const scribe = this.#scribe
    if (!scribe) return
    try {
      for (const placed of scribe.begin({ ...open, reason }, stamp)) this.#announce(null, placed)
    } catch (error) {
      if (this.#begun) this.#problem(errorData(error))
      else this.#options.auditor.post({ kind: 'failed', error: errorData(error) })
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
        const all = scribe.append(draft)
        this.#queue.done(draft)
        for (const placed of all.slice(0, -1)) this.#announce(null, placed)
        const placed = all.at(-1)
        if (placed) this.#announce(draft.id, placed)
        this.#failing = ''
      } catch (error) {
        this.#problem(errorData(error))
        this.#retry = this.#options.timers.setTimeout(() => {
          this.#retry = null
          this.#pump()
        }, retryMs)
        return
      }
    }
  }

  #announce(draftId: number | null, placed: Placed): void {
    const { auditor, engine, folder } = this.#options
    if (draftId !== null) {
      engine.post({ kind: 'written', draftId, seq: placed.record.seq })
      this.#written.set(draftId, placed)
      if (this.#written.size > remembered) this.#written.delete(this.#written.keys().next().value ?? draftId)
      for (const token of this.#promised.get(draftId) ?? []) answer(folder, token, { ok: true, record: placed.record })
      this.#promised.delete(draftId)
    }
    auditor.post({ kind: 'record', draftId, placed })
  }

  #promise(token: string, draftId: number): void {
    const placed = this.#written.get(draftId)
    if (placed) answer(this.#options.folder, token, { ok: true, record: placed.record })
    else this.#promised.set(draftId, [...(this.#promised.get(draftId) ?? []), token])
  }

  #lookIntoInbox(): void {
    const { timers, folder, engine } = this.#options
    this.#inbox = timers.setTimeout(() => {
      if (this.#closed) return
      try {
        for (const { token, request } of take(folder)) engine.post({ kind: 'request', token, request })
      } catch (error) {
        this.#problem(errorData(error))
      }
      this.#lookIntoInbox()
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
