/**
 * The scribe of a simulation: gives drafts their places, keeps the facts, and writes segments where a folder is named. It never
 * syncs and never fails.
 * @module
 */
import { appendFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { factOf } from '../evidence/facts.js'
import type { Fact } from '../evidence/types.js'
import { makeFolder } from '../make-folder.js'
import { Calendar } from '../scribe/calendar.js'
import type { Link } from '../scribe/link.js'
import type { EngineToScribe, OpenFields, ScribeToEngine } from '../scribe/messages.js'
import { auditNs } from '../trail/audit-clock.js'
import { canonicalize } from '../trail/canonical.js'
import { leafHash } from '../trail/hash.js'
import { segmentPath } from '../trail/paths.js'
import type { Body, OpenBody, StoredStamp, TrailRecord } from '../trail/types.js'

export interface LedgerOptions {
  /** The trail folder; `null`: nothing is written. */
  readonly folder: string | null
  readonly zone: string
  /** Gets every record that an engine made; where `false`, facts are not kept. */
  readonly onRecord?: ((record: TrailRecord) => void) | undefined
  readonly keep: boolean
}

type Since = StoredStamp['since']

export class Ledger {
  readonly facts: Fact[] = []
  last: TrailRecord | null = null
  /** How many records there are of each type. */
  readonly counts = new Map<string, number>()
  readonly #options: LedgerOptions
  readonly #calendar: Calendar
  #orderly = true
  #hash = ''
  #segment = 0
  #label = ''
  #run: OpenFields | null = null
  #lines: string[] = []

  constructor(options: LedgerOptions) {
    this.#options = options
    this.#calendar = new Calendar(options.zone)
  }

  /** Where an engine posts its drafts; `watch` hears of each with its A. */
  line(watch: (aNs: bigint, type: string) => void, closed: () => void): Link<EngineToScribe, ScribeToEngine> {
    let listener: (message: ScribeToEngine) => void = () => {}
    let ended = false
    const triggers = new Map<number, number>()
    return {
      listen: (handler) => {
        listener = handler
        const last = this.last
        queueMicrotask(() => handler({ kind: 'tail', tail: last && { last } }))
      },
      close: () => {
        ended = true
      },
      post: (message) => {
        if (ended) return
        if (message.kind === 'begin') this.#begin(message.open, message.reason, message.stamp)
        else if (message.kind === 'draft') {
          const { stamp, body, id, triggerId } = message.draft
          watch(auditNs(stamp), body.type)
          const trigger = triggerId === null ? undefined : triggers.get(triggerId)
          const seq = this.#place(body.type === 'sample' && trigger ? { ...body, trigger } : body, stamp)
          if (body.type === 'clock-change') triggers.set(id, seq)
          listener({ kind: 'written', draftId: id, seq })
        } else if (message.kind === 'close') {
          this.#close(message.reason, message.stamp)
          closed()
        }
      },
    }
  }

  /** Writes what waits to be written. */
  flush(): void {
    const { folder } = this.#options
    if (folder === null || this.#lines.length === 0) return
    const path = join(folder, segmentPath(this.#label, this.#segment))
    makeFolder(dirname(path))
    appendFileSync(path, `${this.#lines.join('\n')}\n`)
    this.#lines = []
  }

  #begin(run: OpenFields, reason: OpenBody['reason'], stamp: StoredStamp): void {
    this.#run = run
    this.#open(reason, stamp)
    this.#orderly = false
  }

  #open(reason: OpenBody['reason'], stamp: StoredStamp): void {
    if (!this.#run) return
    this.flush()
    this.#segment += 1
    this.#label = this.#calendar.label(stamp.wall)
    this.#write(
      {
        type: 'open',
        ...this.#run,
        ...{ segment: this.#segment, label: this.#label, zone: this.#calendar.zone, lock: 'simulated' },
        ...{ syncsFolders: false, afterCrash: reason === 'start' && this.last !== null && !this.#orderly, reason },
        configuration: reason === 'start' ? this.#run.configuration : null,
        supersedes: null,
      },
      stamp,
    )
  }

  /** A record in its segment; returns its seq. */
  #place(body: Body, stamp: StoredStamp): number {
    let own = stamp
    if (this.#label !== this.#calendar.label(stamp.wall)) {
      this.#open('rotation', stamp)
      own = { ...stamp, since: nothing(stamp.since.notice) }
    }
    return this.#write(body, own)
  }

  #close(reason: string, stamp: StoredStamp): void {
    this.#place(
      {
        ...{ type: 'close', epoch: 1, firstSeq: 1, count: (this.last?.seq ?? 0) + 1 },
        ...{ previousCheckpoint: '', nextKey: '', final: true, reason },
      },
      stamp,
    )
    this.#orderly = true
    this.flush()
  }

  #write(body: Body, stamp: StoredStamp): number {
    const { folder, onRecord, keep } = this.#options
    const record: TrailRecord = { seq: (this.last?.seq ?? 0) + 1, prev: this.#hash, ...stamp, ...body }
    if (folder !== null) {
      const line = canonicalize(record)
      this.#hash = leafHash(Buffer.from(line))
      this.#lines.push(line)
      if (this.#lines.length >= 1_000) this.flush()
    }
    if (keep) this.facts.push(factOf(record))
    this.counts.set(body.type, (this.counts.get(body.type) ?? 0) + 1)
    onRecord?.(record)
    this.last = record
    return record.seq
  }
}

/** The `since` of a record that stands at the same look as the `open` before it. */
function nothing(notice: Since['notice']): Since {
  const chord = { lowNs: '0', highNs: '0' }
  const told = notice === 'absent' ? 'absent' : 'none'
  return { looks: 0, widestSilenceNs: '0', notice: told, small: { count: 0, sumNs: '0' }, chord }
}
