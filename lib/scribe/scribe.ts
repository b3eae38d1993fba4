/**
 * The only one that writes a trail: takes its lock, mends its end, gives every record its place, closes and seals its epochs. All
 * calls are synchronous; it lives in a worker of its own.
 * @module
 */
import { TrailWriteError, UnsealedError } from '../errors.js'
import type { Body, CloseBody, Draft, OpenBody, Placed, PruneBody, RecoverBody, StoredStamp } from '../trail/types.js'
import { attach, isFree } from './attach.js'
import { Calendar } from './calendar.js'
import { Compressor } from './compress.js'
import { Epochs } from './epochs.js'
import { codeOf, writeFailure } from './failure.js'
import { type Files, realFiles } from './files.js'
import type { Processes } from './holder.js'
import { Inbox } from './inbox.js'
import { Mender } from './mend.js'
import type { ErrorData, PruneNews, SealNews } from './messages.js'
import { Ownership } from './ownership.js'
import { pruneTrail } from './prune.js'
import { resume, type SealOptions } from './resume.js'
import { Segments, sameLook } from './segments.js'
import type { takeSqliteLock } from './sqlite-lock.js'
import { findTail, rotation, type Tail } from './start.js'
import { why } from './unsealed.js'

/** Below this many free bytes no trail is opened; below the other the operator should be told. */
export const refuseBelowBytes = 20_000_000n
export const alertBelowBytes = 100_000_000n

export interface ScribeOptions {
  /** The trail folder; made where it is missing. */
  readonly folder: string
  /** IANA zone of the label day. */
  readonly zone: string
  /** Default: nothing is sealed, and nothing is said about it. */
  readonly seals?: SealOptions
  /** Segments are compressed when their label day is so long ago. Default: never. */
  readonly compressAfterNs?: bigint
  readonly files?: Files
  readonly processes?: Processes
  readonly sqlite?: typeof takeSqliteLock
  /** {@link Scribe.token} of a predecessor in this process that died: its lock is taken back. */
  readonly token?: string
  /** Milliseconds since the Unix epoch, for the age of requests in the inbox. */
  readonly now?: () => number
  /** An epoch was sealed. */
  readonly onSealed?: (news: SealNews) => void
  /** Something failed that does not keep records from being written. */
  readonly onProblem?: (error: ErrorData) => void
}

/** What the engine tells of a run; the scribe adds the rest. */
export type OpenDraft = Omit<
  OpenBody,
  'segment' | 'label' | 'zone' | 'lock' | 'syncsFolders' | 'afterCrash' | 'supersedes'
>

export class Scribe {
  readonly folder: string
  /** What was found at the start; `null` for a new trail. */
  readonly tail: Tail | null
  /** What was found wrong at the end of the trail, and will be written behind the next `open`. */
  readonly recovered: readonly RecoverBody[]
  readonly inbox: Inbox
  readonly #options: ScribeOptions
  readonly #files: Files
  readonly #ownership: Ownership
  readonly #segments: Segments
  readonly #last: Placed | null
  #epochs: Epochs | null = null
  #run: OpenDraft | null = null
  #placed: Placed[] = []
  /** The last record. */
  #look: StoredStamp | null = null
  #triggers = new Map<number, number>()
  #closed = false
  readonly #compressor: Compressor | null

  private constructor(options: ScribeOptions, files: Files, ownership: Ownership) {
    const { folder } = options
    this.folder = folder
    this.#options = options
    this.#files = files
    this.#ownership = ownership
    this.inbox = new Inbox(folder, files, options.now)
    const { compressAfterNs: afterNs, onProblem = () => {} } = options
    this.#compressor = afterNs === undefined ? null : new Compressor(folder, files, afterNs, onProblem)
    const calendar = new Calendar(options.zone)
    const syncsFolders = files.syncFolder(folder)
    const mender = new Mender(folder, files)
    const { tail, last, next } = findTail(folder, files, mender, options.seals?.keys ?? null)
    this.recovered = [...mender.recovers]
    this.#last = last
    this.tail = tail
    this.#segments = new Segments({
      folder,
      files,
      calendar,
      ownership,
      mender,
      syncsFolders,
      seq: last?.record.seq ?? 0,
      hash: last?.hash ?? '',
      next,
      afterCrash: tail !== null && !tail.orderly,
      run: () => this.#runFields(),
      onPlaced: (placed) => {
        this.#placed.push(placed)
        this.#look = placed.record
        this.#epochs?.took(placed)
      },
    })
  }

  /**
   * Takes the trail: lock, room on the disk, its end. Nothing is recorded before {@link begin}.
   * @throws {TrailLockedError} where another auditor holds it
   * @throws {TrailWriteError} where the folder cannot be written or the disk is nearly full
   * @throws {OptionRangeError} for an unknown zone
   */
  static open(options: ScribeOptions): Scribe {
    const files = options.files ?? realFiles
    const { folder, processes, token, sqlite } = options
    let ownership: Ownership | null = null
    try {
      files.makeFolder(folder)
      ownership = new Ownership(folder, {
        files,
        ...(processes && { processes }),
        ...(token !== undefined && { token }),
        ...(sqlite && { sqlite }),
      })
      const free = files.freeBytes(folder)
      if (free < refuseBelowBytes) {
        throw new TrailWriteError(
          `only ${free / 1_000_000n} MB are free where the trail ${folder} lies; ` +
            `free at least ${refuseBelowBytes / 1_000_000n} MB and start again`,
        )
      }
      return new Scribe(options, files, ownership)
    } catch (error) {
      ownership?.release()
      const { code } = error as NodeJS.ErrnoException
      throw code?.startsWith('ERR_') ? error : writeFailure(folder, error)
    }
  }

  /** Names this run in the lock file. */
  get token(): string {
    return this.#ownership.token
  }

  /** seq of the last record. */
  get seq(): number {
    return this.#segments.seq
  }

  /** Number of the segment that is being written; `null` before {@link begin}. */
  get segment(): number | null {
    return this.#segments.present?.number ?? null
  }

  /** Free bytes where the trail lies; compare with {@link alertBelowBytes}. */
  freeBytes(): bigint {
    return this.#files.freeBytes(this.folder)
  }

  /**
   * Opens a new segment with an `open` record, and behind it says what was mended. At the first call what a crash left of a close
   * is sealed before.
   * @throws {GenesisError} the trail is not the one of the configured genesis key
   * @throws {OptionRangeError} the configured genesis key cannot be read
   * @throws {TrailWriteError} and may then be called again
   */
  begin(open: OpenDraft, stamp: StoredStamp): Placed[] {
    this.#usable()
    this.#run = open
    this.#triggers.clear()
    this.#placed = []
    this.#epochs ??= this.#resume(open)
    this.#segments.begin(open.reason, stamp)
    const rekey = this.#epochs?.rekey
    if (rekey) this.#segments.append(() => rekey, sameLook(stamp), {})
    return this.#placed
  }

  /**
   * Records a draft: it is on the disk when this returns. May close the epoch before and open a new segment (the label day
   * changed, or the last write failed); the draft's `since` then stands in the first record that carries its clock fields.
   * @throws {TrailWriteError} nothing is recorded; call again with the same draft, as often as need be
   * @throws {TypeError} for a draft that is no record; nothing is recorded, and never will be
   */
  append(draft: Draft): Placed {
    this.#usable()
    this.#begun()
    this.#placed = []
    const { stamp, id, attachment } = draft
    if (attachment) attach(this.folder, this.#files, attachment)
    // The last close of a day belongs to the day: it stands at the look of the record before it.
    if (this.#look && this.#segments.leaves(stamp)) this.#end(rotation, true, sameLook(this.#look), {})
    else if (this.#epochs?.isOver(stamp)) this.#end('epoch', false, stamp, id)
    this.#epochs?.settle()
    const placed = this.#segments.append(this.#bodyOf(draft), stamp, id)
    if (placed.record.type === 'clock-change') {
      this.#triggers.set(id, placed.record.seq)
      if (this.#triggers.size > 256) for (const [first] of [...this.#triggers].slice(0, 1)) this.#triggers.delete(first)
    }
    return placed
  }

  /**
   * Closes the epoch now, behind the last record.
   * @param stamp that record, or its clock fields
   * @throws {UnsealedError} nothing is sealed at present, and why
   * @throws {TrailWriteError} the close could not be written; nothing is recorded
   */
  seal(reason: string, stamp: StoredStamp): SealNews {
    this.#usable()
    this.#begun()
    this.#placed = []
    const news = this.#end(reason, false, sameLook(stamp), {})
    if (news) return news
    throw this.#unsealed()
  }

  /**
   * Takes away the records of the segments at the beginning of the trail whose label day lies before a day, behind the last
   * record; says so in the trail, and seals that before anything goes.
   * @param stamp that record, or its clock fields
   * @throws {UnsealedError} nothing is sealed at present, and why
   * @throws {TrailDamagedError} the range is not what its seals say; nothing went
   * @throws {TrailWriteError} something could not be written; to be called again
   */
  prune(before: string, stamp: StoredStamp): PruneNews {
    this.#usable()
    this.#begun()
    this.#placed = []
    const epochs = this.#epochs
    if (!epochs?.sealing) throw this.#unsealed()
    const announce = (body: PruneBody): number => {
      const { seq } = this.#segments.append(() => body, sameLook(stamp), {}).record
      if (this.#end('prune', false, sameLook(stamp), {}) && epochs.settled) return seq
      throw new TrailWriteError(
        `the prune record ${seq} of ${this.folder} could not be sealed; nothing went. Next step: try again`,
      )
    }
    try {
      return pruneTrail(this.folder, this.#files, { before, present: this.segment ?? 0, announce })
    } catch (error) {
      throw (error as { code?: string }).code?.startsWith('ERR_') ? error : writeFailure(this.folder, error)
    }
  }

  /** Does one piece of what keeps an old trail small. What fails is told, once. */
  tidy(): void {
    const wall = this.#placed.at(-1)?.record.wall
    if (!this.#closed && wall !== undefined) this.#compressor?.turn(wall, this.segment ?? 0)
  }

  /**
   * Writes the `close` record of an orderly stop, seals the epoch, and gives the lock back, whether or not that succeeded.
   * @returns `null` where nothing was begun, or all is closed already
   * @throws {TrailWriteError} where the record could not be written
   */
  close(reason: string, stamp: StoredStamp): Placed | null {
    if (this.#closed) return null
    try {
      if (!this.#run) return null
      this.#placed = []
      if (this.#end(reason, true, stamp, {})) return this.#placed.at(-1) ?? null
      const seq = () => this.#segments.seq + 1
      const body = () =>
        this.#epochs?.closeBody(seq(), { reason, final: true, seals: false }) ?? this.#plainClose(reason)
      return this.#segments.append(body, stamp, {})
    } finally {
      this.abandon()
    }
  }

  /** Gives the lock back without a `close` record, as if the auditor had died. */
  abandon(): void {
    if (this.#closed) return
    this.#closed = true
    this.#segments.close()
    this.#ownership.release()
  }

  #unsealed(): UnsealedError {
    return new UnsealedError(this.#epochs?.why || `nothing of the trail ${this.folder} is sealed at present`)
  }

  /** Whether a file of that path may still be put into the trail. */
  isFree(path: string): boolean {
    return isFree(this.folder, this.#files, path)
  }

  #usable(): void {
    if (this.#closed) throw new TrailWriteError(`the trail ${this.folder} was closed; open it again`)
  }

  #begun(): void {
    if (this.#run) return
    throw new TrailWriteError(`nothing was begun in the trail ${this.folder}; write its "open" record first`)
  }

  #resume({ origin, identity }: OpenDraft): Epochs | null {
    const { seals, onSealed = () => {}, onProblem = () => {} } = this.#options
    if (!seals) return null
    const { folder } = this
    const { machine } = identity
    const epoch = this.tail?.lastOpen?.epoch ?? 1
    const standing = resume(seals, { folder, files: this.#files, last: this.#last, epoch, origin, machine })
    const options = { folder, files: this.#files, epochNs: seals.epochNs, machine, onSealed, onProblem }
    try {
      return new Epochs(standing, options)
    } catch (error) {
      const reason = why.unreadable(seals.keys, codeOf(error))
      return new Epochs({ ...standing, kind: 'unsealed', why: reason }, options)
    }
  }

  /**
   * Ends the epoch with a `close` and seals it.
   * @param key whose look it is: the record that follows may be of the same
   * @returns `null` where nothing can be sealed at present; why was told
   */
  #end(reason: string, final: boolean, stamp: StoredStamp, key: unknown): SealNews | null {
    const epochs = this.#epochs
    if (!epochs?.ready()) return null
    const body = () => epochs.closeBody(this.#segments.seq + 1, { reason, final, seals: true })
    const placed = this.#segments.append(body, stamp, key, true)
    return epochs.closed(placed, this.#segments.present?.label ?? '')
  }

  #runFields(): OpenDraft {
    if (!this.#run) throw new Error('nothing was begun')
    return { ...this.#run, ...this.#epochs?.openFields(this.#segments.seq === 0) }
  }

  #bodyOf(draft: Draft): () => Body {
    const { body, triggerId } = draft
    if (body.type !== 'sample' || triggerId === null) return () => body
    return () => ({ ...body, trigger: this.#triggers.get(triggerId) ?? body.trigger })
  }

  /** Of a trail without keys. */
  #plainClose(reason: string): CloseBody {
    return {
      type: 'close',
      epoch: this.#run?.epoch ?? 1,
      firstSeq: 1,
      count: this.#segments.seq + 1,
      previousCheckpoint: '',
      nextKey: '',
      final: true,
      reason,
    }
  }
}
