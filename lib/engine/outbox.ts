/**
 * Drafts on their way to the scribe: numbered, kept until the scribe says that they are durable, sent again to a scribe that
 * took over from one that died. Bounded as the scribe's own queue is: clock changes and gaps are kept first, and what goes leaves
 * a gap in its place.
 * @module
 */
import { DraftQueue } from '../scribe/queue.js'
import { canonicalize } from '../trail/canonical.js'
import type { Attachment, Draft, StoredStamp, TrailRecord } from '../trail/types.js'

const limit = 10_000
/** Gaps made here count down from it; the scribe's own queue uses ids just below zero. */
const firstGapId = -1_000_000_000

export class Outbox {
  #drafts: Draft[] = []
  /** Ids are counted up from here; each engine of a run has its own, so that late messages of a dead one are told apart. */
  readonly firstId: number
  #lastId: number

  constructor(firstId = 0) {
    this.firstId = firstId
    this.#lastId = firstId
  }

  /** Gives the draft its number and keeps it. */
  put(stamp: StoredStamp, body: Draft['body'], triggerId: number | null, attachment?: Attachment): Draft {
    this.#lastId += 1
    const draft: Draft = { id: this.#lastId, stamp, body, triggerId, ...(attachment && { attachment }) }
    this.#drafts.push(draft)
    if (this.#drafts.length > limit) this.#shrink()
    return draft
  }

  /** Puts a draft in the place of the one with its number. */
  amend(draft: Draft): void {
    const at = this.#drafts.findLastIndex(({ id }) => id === draft.id)
    if (at >= 0) this.#drafts[at] = draft
  }

  /** The draft `id` is durable, and so are all before it: the scribe writes in order. */
  written(id: number): void {
    this.#drafts.splice(0, this.#drafts.findIndex((draft) => draft.id === id) + 1)
  }

  /**
   * What a scribe that took over must write: everything after the last record that its predecessor made durable without
   * living to say so. A record is its draft with a place: the same body, the same clock fields, less what the scribe fills in
   * (`trigger`) or moves to a record it opened a segment with (`since`).
   */
  unwritten(last: TrailRecord | null): readonly Draft[] {
    if (last) {
      const wanted = signature(last)
      const at = this.#drafts.findIndex(({ stamp, body }) => signature({ ...stamp, ...body }) === wanted)
      this.#drafts.splice(0, at + 1)
    }
    return this.#drafts
  }

  /** Makes room as the scribe does while its disk fails: with gaps that carry on what the witness saw. */
  #shrink(): void {
    const queue = new DraftQueue({ limit: limit - 1, firstId: firstGapId - this.#lastId })
    for (const draft of this.#drafts) queue.put(draft)
    this.#drafts = []
    for (let draft = queue.next(); draft; draft = queue.next()) {
      this.#drafts.push(draft)
      queue.done(draft)
    }
  }
}

/** Text that is equal for a draft and the record made of it. */
function signature(record: object): string {
  const { seq, prev, since, trigger, ...rest } = record as Record<string, unknown>
  return canonicalize(rest)
}
