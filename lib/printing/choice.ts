/**
 * What of a trail goes on paper as it happens: every sample, or only what changed.
 * @module
 */
import { isPlaced } from '../trail/read.js'
import type { TrailItem, TrailRecord } from '../trail/types.js'

/** Name of receipts in `print` records; these are not printed themselves, or an outage would feed itself. */
export const receiptsName = 'receipts'

/**
 * Chooses among the items of a trail, in their order. `samples`: all but heartbeats. `changes`: clock changes, gaps, starts and
 * orderly ends, new keys, damage, remarks, alerts, changes of the configuration and of what sets the clock; and of the samples
 * the first, each that says something else than the one before, and the one behind a clock change.
 */
export class Choice {
  readonly #what: 'samples' | 'changes'
  #verdict: string

  /** @param verdict what {@link Choice.verdict} was when it was last asked */
  constructor(what: 'samples' | 'changes', verdict = '') {
    this.#what = what
    this.#verdict = verdict
  }

  /** What the last sample said, for a choice that goes on from here. */
  get verdict(): string {
    return this.#verdict
  }

  wants(item: TrailItem): boolean {
    if (!isPlaced(item)) return true
    const { record } = item
    const news = this.#news(record)
    if (record.type === 'print' && record.file === receiptsName) return false
    return this.#what === 'samples' ? record.type !== 'heartbeat' : news
  }

  #news(record: TrailRecord): boolean {
    switch (record.type) {
      case 'sample': {
        const verdict = `${record.verdict} ${record.cause ?? ''}`.trim()
        const news = verdict !== this.#verdict
        this.#verdict = verdict
        return news
      }
      case 'clock-change':
        this.#verdict = '' // whatever the next sample says, it says it of a clock that was changed
        return true
      case 'open':
        return record.reason !== 'rotation'
      case 'close':
        return record.final && record.reason !== 'rotation'
      case 'heartbeat':
      case 'reference':
      case 'anchor':
      case 'print':
      case 'report':
        return false
      default:
        return true
    }
  }
}
