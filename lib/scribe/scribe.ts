/**
 * The only one that writes a trail: takes its lock, mends its end, gives every record its place and says that it is
 * recorded when it is on the disk. All calls are synchronous; it lives in a worker of its own.
 * @module
 */
import { join } from 'node:path'
import { TrailLockedError, TrailWriteError } from '../errors.js'
import { canonicalize } from '../trail/canonical.js'
import { leafHash } from '../trail/hash.js'
import { longestLine } from '../trail/lines.js'
import { checkRecord } from '../trail/record.js'
import type { Body, CloseBody, Draft, OpenBody, Placed, RecoverBody, StoredStamp, TrailRecord } from '../trail/types.js'
import { Calendar } from './calendar.js'
import { codeOf, writeFailure } from './failure.js'
import { type Files, realFiles } from './files.js'
import type { Processes } from './holder.js'
import { Inbox } from './inbox.js'
import { TrailLock } from './lock.js'
import { Mender } from './mend.js'
import { SegmentFile } from './segment-file.js'
import type { takeSqliteLock } from './sqlite-lock.js'
import { findEnd } from './tail.js'

/** Below this many free bytes no trail is opened; below the other the operator should be told. */
export const refuseBelowBytes = 20_000_000n
export const alertBelowBytes = 100_000_000n

export interface ScribeOptions {
  /** The trail folder; made where it is missing. */
  readonly folder: string
  /** IANA zone of the label day. */
  readonly zone: string
  readonly files?: Files
  readonly processes?: Processes
  /** Takes the SQLite lock. */
  readonly sqlite?: typeof takeSqliteLock
  /** {@link Scribe.token} of a predecessor in this process that died: its lock is taken back. */
  readonly token?: string
  /** Milliseconds since the Unix epoch, for the age of requests in the inbox. */
  readonly now?: () => number
}

/** What the engine tells of a run; the scribe adds the rest. */
export type OpenDraft = Omit<
  OpenBody,
  'segment' | 'label' | 'zone' | 'lock' | 'syncsFolders' | 'afterCrash' | 'supersedes'
>

/** The end of a trail as it was found. */
export interface Tail {
  readonly seq: number
  readonly hash: string
  readonly record: TrailRecord
  /** The `open` that governs it; `null` where damage took it. */
  readonly lastOpen: OpenBody | null
  /** Whether the last auditor stopped in good order. */
  readonly orderly: boolean
}

export class Scribe {
  readonly folder: string
  /** What was found at the start; `null` for a new trail. */
  readonly tail: Tail | null
  /** What was found wrong at the end of the trail, and will be written behind the next `open`. */
  readonly recovered: readonly RecoverBody[]
  readonly inbox: Inbox
  /** Names this run in the lock file. */
  readonly token: string
  #files: Files
  #processes: Processes | undefined
  #sqlite: typeof takeSqliteLock | undefined
  #calendar: Calendar
  #lock: TrailLock
  #syncsFolders: boolean
  #seq: number
  #hash: string
  #next: number
  #run: OpenDraft | null = null
  /** Why the next segment is opened, where the run itself asked for it. */
  #reason: OpenBody['reason'] | null = null
  #segment: SegmentFile | null = null
  #failed: unknown = null
  #mender: Mender
  /** Whose `since` stands in the trail already, though the record itself does not. */
  #spent: unknown = null
  #triggers = new Map<number, number>()
  #closed = false

  private constructor(options: ScribeOptions, files: Files, lock: TrailLock) {
    this.folder = options.folder
    this.#files = files
    this.#processes = options.processes
    this.#sqlite = options.sqlite
    this.#calendar = new Calendar(options.zone)
    this.#lock = lock
    this.token = lock.token
    this.inbox = new Inbox(options.folder, files, options.now)
    this.#syncsFolders = files.syncFolder(options.folder)
    const end = findEnd(options.folder, files)
    this.#next = end.next
    this.#mender = new Mender(options.folder, files)
    for (const bad of end.bad) {
      if (this.#mender.end(bad) && bad.segment.number === this.#next - 1) this.#next = bad.segment.number
    }
    this.recovered = [...this.#mender.recovers]
    const { last, open } = end
    this.#seq = last?.record.seq ?? 0
    this.#hash = last?.hash ?? ''
    this.tail = last && {
      seq: last.record.seq,
      hash: last.hash,
      record: last.record,
      lastOpen: open,
      orderly: last.record.type === 'close' && this.recovered.length === 0,
    }
  }

  /**
   * Takes the trail: lock, room on the disk, its end. Nothing is recorded before {@link begin}.
   * @throws {TrailLockedError} where another auditor holds it
   * @throws {TrailWriteError} where the folder cannot be written or the disk is nearly full
   * @throws {OptionRangeError} for an unknown zone
   */
  static open(options: ScribeOptions): Scribe {
    const files = options.files ?? realFiles
    const { folder, processes, sqlite, token } = options
    let lock: TrailLock | null = null
    try {
      files.makeFolder(folder)
      lock = TrailLock.take(folder, {
        files,
        ...(processes && { processes }),
        ...(sqlite && { sqlite }),
        ...(token !== undefined && { token }),
      })
      const free = files.freeBytes(folder)
      if (free < refuseBelowBytes) {
        throw new TrailWriteError(
          `only ${free / 1_000_000n} MB are free where the trail ${folder} lies; ` +
            `free at least ${refuseBelowBytes / 1_000_000n} MB and start again`,
        )
      }
      return new Scribe(options, files, lock)
    } catch (error) {
      lock?.release()
      const { code } = error as NodeJS.ErrnoException
      throw code?.startsWith('ERR_') ? error : writeFailure(folder, error)
    }
  }

  /** seq of the last record. */
  get seq(): number {
    return this.#seq
  }

  /** Number of the segment that is being written; `null` before {@link begin}. */
  get segment(): number | null {
    return this.#segment?.number ?? null
  }

  /** Free bytes where the trail lies; compare with {@link alertBelowBytes}. */
  freeBytes(): bigint {
    return this.#files.freeBytes(this.folder)
  }

  /**
   * Opens a new segment with an `open` record, and behind it says what was mended.
   * @throws {TrailWriteError} and may then be called again
   */
  begin(open: OpenDraft, stamp: StoredStamp): Placed[] {
    this.#usable()
    const placed: Placed[] = []
    this.#retire()
    this.#run = open
    this.#reason = open.reason
    this.#triggers.clear()
    this.#insist(() => {
      if (!this.#segment) this.#start(stamp, placed, placed)
    })
    this.#spent = null
    return placed
  }

  /**
   * Records a draft: it is on the disk when this returns. May open a new segment before (the label day changed, or the last
   * write failed); the draft's `since` then stands in the first record that carries its clock fields.
   * @throws {TrailWriteError} nothing is recorded; call again with the same draft, as often as need be
   * @throws {TypeError} for a draft that is no record; nothing is recorded, and never will be
   */
  append(draft: Draft): Placed {
    this.#usable()
    const placed = this.#record(this.#bodyOf(draft), draft.stamp, draft.id)
    if (placed.record.type === 'clock-change') {
      this.#triggers.set(draft.id, placed.record.seq)
      if (this.#triggers.size > 256) for (const [first] of [...this.#triggers].slice(0, 1)) this.#triggers.delete(first)
    }
    return placed
  }

  /**
   * Writes the `close` record of an orderly stop and gives the lock back, whether or not that could be written.
   * @returns `null` where nothing was begun, or all is closed already
   * @throws {TrailWriteError} where the record could not be written
   */
  close(reason: string, stamp: StoredStamp): Placed | null {
    if (this.#closed) return null
    try {
      if (!this.#run) return null
      const body = (): CloseBody => ({
        type: 'close',
        epoch: this.#run?.epoch ?? 1,
        firstSeq: 1,
        count: this.#seq + 1,
        previousCheckpoint: '',
        nextKey: '',
        final: true,
        reason,
      })
      return this.#record(body, stamp, {})
    } finally {
      this.abandon()
    }
  }

  /** Gives the lock back without a `close` record, as if the auditor had died. */
  abandon(): void {
    if (this.#closed) return
    this.#closed = true
    this.#segment?.close()
    this.#lock.release()
  }

  #usable(): void {
    if (this.#closed) throw new TrailWriteError(`the trail ${this.folder} was closed; open it again`)
  }

  #bodyOf(draft: Draft): () => Body {
    const { body, triggerId } = draft
    if (body.type !== 'sample' || triggerId === null) return () => body
    return () => ({ ...body, trigger: this.#triggers.get(triggerId) ?? body.trigger })
  }

  #record(body: () => Body, stamp: StoredStamp, key: unknown): Placed {
    if (!this.#run)
      throw new TrailWriteError(`nothing was begun in the trail ${this.folder}; write its "open" record first`)
    const placed = this.#insist(() => {
      this.#confirmLock()
      if (this.#segment && this.#segment.label !== this.#calendar.label(stamp.wall)) this.#retire()
      if (!this.#segment) this.#start(stamp, key, [])
      return this.#write(body(), stamp, key)
    })
    this.#spent = null
    return placed
  }

  /** Tries, mends what failed, and tries once more. */
  #insist<T>(attempt: () => T): T {
    for (let again = true; ; again = false) {
      try {
        this.#repair()
        return attempt()
      } catch (error) {
        if (error instanceof TypeError || (error as { code?: string }).code === 'ERR_TRAIL_LOCKED') throw error
        this.#failed ??= error
        if (!again) throw writeFailure(this.folder, error)
      }
    }
  }

  /** Leaves the present segment; the next record opens another. */
  #retire(): void {
    if (this.#failed !== null) return
    this.#segment?.close()
    this.#segment = null
  }

  /** Opens the next segment: its `open` record, then what was mended. Adds what it wrote to `placed`. */
  #start(stamp: StoredStamp, key: unknown, placed: Placed[]): void {
    if (!this.#run) return
    this.#confirmLock()
    const label = this.#calendar.label(stamp.wall)
    const segment = this.#create(label)
    this.#segment = segment
    this.#next = segment.number + 1
    const reason = this.#reason ?? (this.#mender.recovers.length > 0 ? 'repair' : 'rotation')
    const open: OpenBody = {
      ...this.#run,
      segment: segment.number,
      label,
      zone: this.#calendar.zone,
      lock: this.#lock.kind,
      syncsFolders: this.#syncsFolders,
      afterCrash: reason === 'start' && this.tail !== null && !this.tail.orderly,
      reason,
      configuration: reason === 'start' ? this.#run.configuration : null,
      supersedes: this.#mender.supersedes,
    }
    placed.push(this.#write(open, stamp, key))
    this.#reason = null
    this.#mender.supersedes = null
    const { recovers } = this.#mender
    for (let recover = recovers[0]; recover; recover = recovers[0]) {
      placed.push(this.#write(recover, stamp, key))
      recovers.shift()
    }
  }

  /** A new, empty segment whose name is on the disk. */
  #create(label: string): SegmentFile {
    for (;;) {
      try {
        const segment = SegmentFile.create(this.folder, label, this.#next, this.#files)
        this.#segment = segment
        for (const part of [`${label.slice(0, 4)}/${label.slice(5, 7)}`, label.slice(0, 4), '']) {
          this.#files.syncFolder(join(this.folder, part))
        }
        return segment
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error
        this.#next += 1
      }
    }
  }

  #write(body: Body, stamp: StoredStamp, key: unknown): Placed {
    const segment = this.#segment
    if (!segment) throw new Error('no segment is open')
    const since = this.#spent === key ? nothingSince(stamp.since.notice) : stamp.since
    const record = checkRecord({ seq: this.#seq + 1, prev: this.#hash, ...stamp, since, ...body })
    const line = Buffer.from(canonicalize(record))
    if (line.length > longestLine) throw new TypeError(`the record has ${line.length} bytes, more than ${longestLine}`)
    const offset = segment.append(line)
    this.#seq = record.seq
    this.#hash = leafHash(line)
    this.#spent = key
    return { record, hash: this.#hash, segment: segment.number, offset, length: line.length }
  }

  /** After a failed write: what was not acknowledged is cut off, or the next segment says from where on it is void. */
  #repair(): void {
    if (this.#failed === null) return
    this.#confirmLock()
    const segment = this.#segment
    if (segment) {
      segment.close()
      if (this.#mender.failed(segment, codeOf(this.#failed))) this.#next = segment.number
    }
    this.#segment = null
    this.#failed = null
  }

  /**
   * Makes sure that the trail is still ours. Where somebody deleted the lock file, or the whole folder, it is taken anew.
   * @throws {TrailLockedError} where another auditor has it, or has written meanwhile
   */
  #confirmLock(): void {
    if (this.#lock.isHeld()) return
    const { token } = this.#lock
    const processes = this.#processes
    this.#files.makeFolder(this.folder)
    this.#lock.release()
    this.#lock = TrailLock.take(this.folder, {
      files: this.#files,
      token,
      ...(processes && { processes }),
      ...(this.#sqlite && { sqlite: this.#sqlite }),
    })
    if (findEnd(this.folder, this.#files).next > this.#next) {
      throw new TrailLockedError(
        `another auditor has written into the trail ${this.folder} after its lock file was deleted; ` +
          'stop one of them and start the other again',
      )
    }
  }
}

/** What the witness saw since the last record where that record stands at the same look: nothing. */
function nothingSince(notice: StoredStamp['since']['notice']): StoredStamp['since'] {
  return {
    looks: 0,
    widestSilenceNs: '0',
    notice: notice === 'absent' ? 'absent' : 'none',
    small: { count: 0, sumNs: '0' },
    chord: { lowNs: '0', highNs: '0' },
  }
}
