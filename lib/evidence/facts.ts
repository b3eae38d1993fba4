/**
 * From records to facts: what evidence needs of a record, and nothing else.
 * @module
 */
import { parseInstant } from '../instant.js'
import type { IntervalNs } from '../interval.js'
import { middle } from '../interval.js'
import type { StoredInterval, StoredStamp, TrailItem, TrailRecord } from '../trail/types.js'
import type { Fact, FactBase } from './types.js'

function interval(stored: StoredInterval): IntervalNs {
  return { lowNs: BigInt(stored.lowNs), highNs: BigInt(stored.highNs) }
}

/**
 * Which clock of a stamp is A: the one that D was taken from, that is the one nearest to wall - D. Of equals it does not
 * matter which; raw goes before mono, mono before boot.
 */
function auditClock(stamp: StoredStamp, aNs: bigint): { clock: FactBase['clock']; aNs: bigint } {
  const away = (ns: bigint): bigint => (ns > aNs ? ns - aNs : aNs - ns)
  const candidates: { clock: FactBase['clock']; aNs: bigint }[] = [
    { clock: 'mono', aNs: BigInt(stamp.monoNs) },
    { clock: 'boot', aNs: BigInt(stamp.bootNs) },
  ]
  if (stamp.rawNs !== null) candidates.unshift({ clock: 'raw', aNs: BigInt(stamp.rawNs) })
  return candidates.reduce((best, next) => (away(next.aNs) < away(best.aNs) ? next : best))
}

/** Takes the fact from a record. The record was checked when it was read: every field is what it should be. */
export function factOf(record: TrailRecord): Fact {
  const d = interval(record.d)
  const wallNs = parseInstant(record.wall)
  const base: FactBase = {
    seq: record.seq,
    boot: record.bootId,
    ...auditClock(record, wallNs - middle(d)),
    bootNs: BigInt(record.bootNs),
    wallNs,
    d,
    chord: interval(record.since.chord),
    looks: record.since.looks,
    small: record.since.small.count,
    widestSilenceNs: BigInt(record.since.widestSilenceNs),
    notice: record.since.notice,
  }
  switch (record.type) {
    case 'open':
      return {
        ...base,
        kind: 'open',
        reason: record.reason,
        ratePpb: BigInt(record.ratePpb),
        steered: record.steered,
        coupled: record.coupled,
      }
    case 'sample': {
      const { state, support, m, lowNs, highNs } = record.consensus
      return {
        ...base,
        kind: 'sample',
        reason: record.reason,
        state,
        support,
        atNs: BigInt(record.atNs),
        m: m === null ? null : interval(m),
        error: lowNs === null || highNs === null ? null : interval({ lowNs, highNs }),
        taiUtc: record.taiUtc,
        ratePpb: BigInt(record.ratePpb),
        // A doubt goes with a bound: then the other cause is one that a bound shows by itself.
        cause: record.leapDoubt === true ? 'leap-doubt' : record.cause,
        trigger: record.trigger,
      }
    }
    case 'clock-change':
      return {
        ...base,
        kind: 'clock-change',
        earliestNs: BigInt(record.earliestNs),
        latestNs: BigInt(record.latestNs),
        size: interval(record.size),
        class: record.class,
        by: record.by,
        wallBeforeNs: parseInstant(record.wallBefore),
        wallAfterNs: parseInstant(record.wallAfter),
      }
    case 'gap':
      return {
        ...base,
        kind: 'gap',
        cause: record.cause,
        breaks: record.breaks,
        fromNs: record.fromNs === null ? null : BigInt(record.fromNs),
        toNs: record.toNs === null ? null : BigInt(record.toNs),
        wallFromNs: parseInstant(record.wallFrom),
        wallToNs: parseInstant(record.wallTo),
      }
    case 'close':
      return { ...base, kind: 'close' }
    default:
      return { ...base, kind: 'other', type: record.type }
  }
}

/**
 * Turns what reading a trail gives into facts, one after the other. Damage becomes a fact of its own: a lost record may
 * have told of a sleep or of another boot, so nothing is carried across it, neither D nor M.
 */
export class FactReader {
  #last: Fact | null
  #hash: string | null
  #why: string | null

  /**
   * @param last the fact before, where reading does not begin at the beginning
   * @param hash leaf hash of its record
   * @param why what is broken between it and the next record, `null` where nothing is
   */
  constructor(last: Fact | null = null, hash: string | null = null, why: string | null = null) {
    this.#last = last
    this.#hash = hash
    this.#why = why
  }

  /** The facts of the next item: none for a broken stretch, two for the record that follows it. */
  next(item: TrailItem): Fact[] {
    if (!('record' in item)) {
      this.#why ??= item.why
      return []
    }
    const fact = factOf(item.record)
    const last = this.#last
    const follows =
      last === null || (fact.seq === last.seq + 1 && item.record.prev === (this.#hash ?? item.record.prev))
    const why = this.#why ?? (follows ? null : 'records are missing')
    this.#last = fact
    this.#hash = item.hash
    this.#why = null
    return why === null ? [fact] : [damage(last ?? fact, fact.seq, why), fact]
  }

  /** The damage that no record follows. */
  end(): Fact[] {
    const last = this.#last
    return this.#why === null || last === null ? [] : [damage(last, last.seq, this.#why)]
  }
}

function damage(stamp: Fact, seq: number, why: string): Fact {
  const { boot, aNs, clock, bootNs, wallNs, d } = stamp
  const chord = { lowNs: 0n, highNs: 0n }
  return {
    ...{ seq, boot, aNs, clock, bootNs, wallNs, d, chord, looks: 0, small: 0, widestSilenceNs: 0n, notice: 'none' },
    kind: 'damage',
    why,
  }
}
