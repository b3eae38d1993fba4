/**
 * Gives every record its place: the next seq, the hash of the one before, the segment of its label day. Says that it is recorded
 * when it is on the disk; mends what a failed write left, and goes on in another segment.
 * @module
 */
import { join } from 'node:path'
import { canonicalize } from '../trail/canonical.js'
import { leafHash } from '../trail/hash.js'
import { longestLine } from '../trail/lines.js'
import { checkRecord } from '../trail/record.js'
import type { Body, OpenBody, Placed, RecoverBody, StoredStamp } from '../trail/types.js'
import type { Calendar } from './calendar.js'
import { syncUp } from './durable.js'
import { codeOf, writeFailure } from './failure.js'
import type { Files } from './files.js'
import type { Mender } from './mend.js'
import type { Ownership } from './ownership.js'
import { SegmentFile } from './segment-file.js'

/** What an `open` record says of the run; the rest is the segment's. */
type RunFields = Omit<OpenBody, 'segment' | 'label' | 'zone' | 'lock' | 'syncsFolders' | 'afterCrash' | 'supersedes'>

export interface SegmentsOptions {
  readonly folder: string
  readonly files: Files
  readonly calendar: Calendar
  readonly ownership: Ownership
  readonly mender: Mender
  readonly syncsFolders: boolean
  /** Where the trail ends, and the number for the next segment. */
  readonly seq: number
  readonly hash: string
  readonly next: number
  /** Whether the auditor before did not stop in good order. */
  readonly afterCrash: boolean
  /** What the next `open` says of its run, as it is then. */
  readonly run: () => RunFields
  /** A record is on the disk. */
  readonly onPlaced: (placed: Placed) => void
}

export class Segments {
  readonly #options: SegmentsOptions
  #seq: number
  #hash: string
  #next: number
  /** Why the next segment is opened, where the run itself asked for it. */
  #reason: OpenBody['reason'] | null = null
  #present: SegmentFile | null = null
  #failed: unknown = null
  /** Whose `since` stands in the trail already, though the record itself does not. */
  #spent: unknown = null

  constructor(options: SegmentsOptions) {
    this.#options = options
    this.#seq = options.seq
    this.#hash = options.hash
    this.#next = options.next
  }

  /** seq of the last record. */
  get seq(): number {
    return this.#seq
  }

  /** Number and label day of the segment that is being written; `null` before the first. */
  get present(): { readonly number: number; readonly label: string } | null {
    return this.#present
  }

  /** Whether a record of that time opens another segment because its label day is another. */
  leaves(stamp: StoredStamp): boolean {
    return this.#present !== null && this.#present.label !== this.#options.calendar.label(stamp.wall)
  }

  /**
   * A run begins, or a part of it was started again: opens a segment with an `open` record, and says behind it what was mended.
   * @throws {TrailWriteError} and may then be called again
   */
  begin(reason: OpenBody['reason'], stamp: StoredStamp): void {
    const key = {}
    this.#retire()
    this.#reason = reason
    this.#insist(() => {
      if (!this.#present) this.#start(stamp, key)
    })
    this.#spent = null
  }

  /**
   * Records a body; opens a segment before it where there is none or the label day is another.
   * @param key whose look this is: further records of the same look have seen nothing since
   * @param stays whether it belongs to the present segment whatever its day; a further record of the same look may follow
   * @throws {TrailWriteError} nothing is recorded; call again with the same key
   * @throws {TypeError} for what is no record; nothing is recorded, and never will be
   */
  append(body: () => Body, stamp: StoredStamp, key: unknown, stays = false): Placed {
    const placed = this.#insist(() => {
      this.#options.ownership.confirm(this.#next)
      if (!stays && this.leaves(stamp)) this.#retire()
      if (!this.#present) this.#start(stamp, key)
      return this.#write(body(), stamp, key)
    })
    if (!stays) this.#spent = null
    return placed
  }

  close(): void {
    this.#present?.close()
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
        if (!again) throw writeFailure(this.#options.folder, error)
      }
    }
  }

  /** Leaves the present segment; the next record opens another. */
  #retire(): void {
    if (this.#failed !== null) return
    this.#present?.close()
    this.#present = null
  }

  /** Opens the next segment: its `open` record, then what was mended. */
  #start(stamp: StoredStamp, key: unknown): void {
    const { ownership, calendar, mender, run, syncsFolders, afterCrash } = this.#options
    ownership.confirm(this.#next)
    const label = calendar.label(stamp.wall)
    const segment = this.#create(label)
    this.#present = segment
    this.#next = segment.number + 1
    const reason = this.#reason ?? (mender.recovers.length > 0 ? 'repair' : 'rotation')
    const fields = run()
    const open: OpenBody = {
      ...fields,
      segment: segment.number,
      label,
      zone: calendar.zone,
      lock: ownership.kind,
      syncsFolders,
      afterCrash: reason === 'start' && afterCrash,
      reason,
      configuration: reason === 'start' ? fields.configuration : null,
      supersedes: mender.supersedes,
    }
    this.#write(open, stamp, key)
    this.#reason = null
    mender.supersedes = null
    for (let recover: RecoverBody | undefined = mender.recovers[0]; recover; recover = mender.recovers[0]) {
      this.#write(recover, stamp, key)
      mender.recovers.shift()
    }
  }

  /** A new, empty segment whose name is on the disk. */
  #create(label: string): SegmentFile {
    const { folder, files } = this.#options
    for (;;) {
      try {
        const segment = SegmentFile.create(folder, label, this.#next, files)
        this.#present = segment
        syncUp(files, join(folder, label.slice(0, 4), label.slice(5, 7)), folder)
        return segment
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error
        this.#next += 1
      }
    }
  }

  #write(body: Body, stamp: StoredStamp, key: unknown): Placed {
    const segment = this.#present
    if (!segment) throw new Error('no segment is open')
    const since = this.#spent === key ? nothingSince(stamp.since.notice) : stamp.since
    const record = checkRecord({ ...stamp, since, ...body, seq: this.#seq + 1, prev: this.#hash })
    const line = Buffer.from(canonicalize(record))
    if (line.length > longestLine) throw new TypeError(`the record has ${line.length} bytes, more than ${longestLine}`)
    const offset = segment.append(line)
    this.#seq = record.seq
    this.#hash = leafHash(line)
    this.#spent = key
    const placed = { record, hash: this.#hash, segment: segment.number, offset, length: line.length }
    this.#options.onPlaced(placed)
    return placed
  }

  /** After a failed write: what was not acknowledged is cut off, or the next segment says from where on it is void. */
  #repair(): void {
    if (this.#failed === null) return
    this.#options.ownership.confirm(this.#next)
    const segment = this.#present
    if (segment) {
      segment.close()
      if (this.#options.mender.failed(segment, codeOf(this.#failed))) this.#next = segment.number
    }
    this.#present = null
    this.#failed = null
  }
}

/** The clock fields of one more record at the look of another. */
export function sameLook({ wall, monoNs, bootNs, rawNs, bootId, d, since }: StoredStamp): StoredStamp {
  return { wall, monoNs, bootNs, rawNs, bootId, d, since: nothingSince(since.notice) }
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
