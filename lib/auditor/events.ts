/**
 * What an application hears: documents made of records that are durable.
 * @module
 */
import type { Verdict } from '../consensus/types.js'
import { formatInstant, parseInstant } from '../instant.js'
import { middle } from '../interval.js'
import type { SealNews } from '../scribe/messages.js'
import { auditNs } from '../trail/audit-clock.js'
import { type SampleDocument, sampleDocument, secondsDown, secondsUp } from '../trail/document.js'
import { decodeInterval } from '../trail/encode.js'
import type { ClockChangeBody, GapBody, Placed, StoredInterval, TrailRecord } from '../trail/types.js'

export type { SampleDocument } from '../trail/document.js'

/** A clock change, in the shape of an element of `report.clockChanges`; its sample follows as an event of its own. */
export interface ClockChangeDocument {
  readonly seq: number
  /** Between these instants (UTC as the last sample tells it, else as the wall clock showed it). */
  readonly earliest: string
  readonly latest: string
  /** How far the wall clock was moved, in seconds; positive = forward. */
  readonly size: { readonly low: number; readonly high: number }
  readonly class: ClockChangeBody['class']
  readonly by: ClockChangeBody['by']
  readonly wallBefore: string
  readonly wallAfter: string
  readonly sample: null
  readonly error: null
}

/** A gap, in the shape of an element of `report.gaps`. */
export interface GapDocument {
  readonly seq: number
  readonly from: string
  readonly to: string
  readonly cause: GapBody['cause']
  readonly breaks: GapBody['breaks']
  readonly estimated: boolean
}

export interface VerdictDocument {
  readonly verdict: Verdict
  readonly at: string
  readonly cause: string | null
  /** Bound of the clock's error in seconds; `null` where there is none. */
  readonly bound: { readonly low: number; readonly high: number } | null
}

/** What an auditor tells, here or in another process. */
export interface AuditorEvents {
  /** A sample is durable in the trail. */
  sample: [SampleDocument]
  clockChange: [ClockChangeDocument]
  /** What can be said of the clock changed. */
  verdict: [VerdictDocument]
  gap: [GapDocument]
  /** A record of any type is durable: the record as it stands, its hash, and its place in the trail. Heard before what is made of it. */
  record: [Placed]
  /** An epoch was sealed: its checkpoint is on the disk. Heard in the auditor's own process alone. */
  sealed: [SealNews]
  /** Something failed inside the auditor; it goes on. With no listener: `process.emitWarning`. */
  problem: [Error]
}

/** Follows the records of one trail and tells what an application should hear of each. */
export class Narrator {
  /** UTC - A by the last sample that had a bound. */
  #utcLine: { readonly boot: string; readonly ns: bigint } | null = null
  #verdict = ''

  /** Documents of one record; a record of no interest gives none. */
  tell({ record }: Placed): {
    sample?: SampleDocument
    clockChange?: ClockChangeDocument
    gap?: GapDocument
    verdict?: VerdictDocument
  } {
    if (record.type === 'sample') {
      const { m } = record.consensus
      if (m) {
        const ns = middle(decodeInterval(m)) - BigInt(record.taiUtc) * 1_000_000_000n
        this.#utcLine = { boot: record.bootId, ns }
      }
      const sample = sampleDocument(record)
      const { low, high } = sample.consensus
      const bound = low === null || high === null ? null : { low, high }
      return { sample, ...this.#changed(record.verdict, record.cause, record.wall, bound) }
    }
    if (record.type === 'clock-change') {
      const { seq, class: kind, by, wallBefore, wallAfter } = record
      const earliest = this.#utc(record, BigInt(record.earliestNs))
      const latest = this.#utc(record, BigInt(record.latestNs))
      const size = bound(record.size)
      const told =
        kind === 'slew' || kind === 'leap' ? {} : this.#changed('INDETERMINATE', 'clock-change', latest, null)
      return {
        clockChange: { seq, earliest, latest, size, class: kind, by, wallBefore, wallAfter, sample: null, error: null },
        ...told,
      }
    }
    if (record.type === 'gap') {
      const { seq, cause, breaks, fromNs, toNs, wallFrom, wallTo } = record
      const from = fromNs === null ? wallFrom : this.#utc(record, BigInt(fromNs))
      const to = toNs === null ? wallTo : this.#utc(record, BigInt(toNs))
      return { gap: { seq, from, to, cause, breaks, estimated: fromNs === null || toNs === null } }
    }
    return {}
  }

  #changed(verdict: Verdict, cause: string | null, at: string, bound: VerdictDocument['bound']) {
    const now = `${verdict} ${cause ?? ''}`
    if (now === this.#verdict) return {}
    this.#verdict = now
    return { verdict: { verdict, at, cause, bound } }
  }

  #utc(record: TrailRecord, aNs: bigint): string {
    const line = this.#utcLine
    if (line && line.boot === record.bootId) return formatInstant(aNs + line.ns)
    return formatInstant(parseInstant(record.wall) + aNs - auditNs(record))
  }
}

function bound(interval: StoredInterval): { low: number; high: number } {
  return { low: secondsDown(BigInt(interval.lowNs)), high: secondsUp(BigInt(interval.highNs)) }
}
