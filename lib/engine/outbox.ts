/**
 * Drafts on their way to the scribe: numbered, kept until the scribe says that they are durable, sent again to a scribe that
 * took over from one that died. Bounded: with no scribe at all, the oldest heartbeats and references go first, then samples;
 * clock changes and gaps stay.
 * @module
 */
import { canonicalize } from '../trail/canonical.js'
import type { Draft, StoredStamp, TrailRecord } from '../trail/types.js'

const limit = 4096

export class Outbox {
  #drafts: Draft[] = []
  #lastId = 0

  /** Gives the draft its number and keeps it. */
  put(stamp: StoredStamp, body: Draft['body'], triggerId: number | null): Draft {
    this.#lastId += 1
    const draft: Draft = { id: this.#lastId, stamp, body, triggerId }
    this.#drafts.push(draft)
    if (this.#drafts.length > limit) this.#drop()
    return draft
  }

  /** The draft `id` is durable, and so are all before it: the scribe writes in order. */
  written(id: number): void {
    this.#drafts = this.#drafts.filter((draft) => draft.id > id)
  }

  /**
   * What a scribe that took over must write: everything after the last record that its predecessor made durable without
   * living to say so. A record is recognised by its type and clock fields.
   */
  unwritten(last: TrailRecord | null): readonly Draft[] {
    if (last) {
      const at = this.#drafts.findLastIndex(
        (draft) => draft.body.type === last.type && canonicalize(draft.stamp) === canonicalize(stampOf(last)),
      )
      if (at >= 0) this.#drafts = this.#drafts.slice(at + 1)
    }
    return this.#drafts
  }

  #drop(): void {
    const least = (type: string) => (type === 'heartbeat' || type === 'reference' ? 0 : type === 'sample' ? 1 : 2)
    let worst = 0
    for (let i = 1; i < this.#drafts.length; i += 1) {
      if (least(this.#drafts[i]?.body.type ?? '') < least(this.#drafts[worst]?.body.type ?? '')) worst = i
    }
    this.#drafts.splice(worst, 1)
  }
}

function stampOf(record: TrailRecord): StoredStamp {
  const { wall, monoNs, bootNs, rawNs, bootId, d, since } = record
  return { wall, monoNs, bootNs, rawNs, bootId, d, since }
}
