/**
 * From records to facts: what evidence needs of a record, and nothing else.
 * @module
 */
import type { IntervalNs } from '../interval.js'
import { middle } from '../interval.js'
import type { StoredInterval, TrailItem, TrailRecord } from '../trail/types.js'
import type { Fact, FactBase } from './types.js'

function interval(stored: StoredInterval): IntervalNs {
  return { lowNs: BigInt(stored.lowNs), highNs: BigInt(stored.highNs) }
}

/** `parseInstant` of a text that was held against it when the record was checked. */
function instantOf(iso: string): bigint {
  return BigInt(Date.parse(`${iso.slice(0, 19)}Z`)) * 1_000_000n + BigInt(iso.slice(20, 29))
}

function away(ns: bigint, from: bigint): bigint {
  return ns > from ? ns - from : from - ns
}

/** Takes the fact from a record. The record was checked when it was read: every field is what it should be. */
export function factOf(record: TrailRecord): Fact {
  const { seq, bootId: boot, since } = record
  const d = interval(record.d)
  const wallNs = instantOf(record.wall)
  const bootNs = BigInt(record.bootNs)
  // Which clock of the stamp is A: the one that D was taken from, that is the one nearest to wall - D. Of equals it does not
  // matter which; raw goes before mono, mono before boot.
  const sought = wallNs - middle(d)
  let clock: FactBase['clock'] = 'mono'
  let aNs = BigInt(record.monoNs)
  if (record.rawNs !== null) {
    const rawNs = BigInt(record.rawNs)
    if (away(rawNs, sought) <= away(aNs, sought)) [clock, aNs] = ['raw', rawNs]
  }
  if (away(bootNs, sought) < away(aNs, sought)) [clock, aNs] = ['boot', bootNs]
  const chord = interval(since.chord)
  const { looks, notice } = since
  const small = since.small.count
  const widestSilenceNs = BigInt(since.widestSilenceNs)
  // Spelled out: an object that is spread into another costs more than all of its values.
  switch (record.type) {
    case 'open': {
      const { reason, steered, coupled } = record
      const ratePpb = BigInt(record.ratePpb)
      return {
        ...{ seq, boot, clock, aNs, bootNs, wallNs, d, chord, looks, small, widestSilenceNs, notice },
        ...{ kind: 'open', reason, ratePpb, steered, coupled },
      }
    }
    case 'sample': {
      const { state, support, m, lowNs, highNs } = record.consensus
      return {
        seq,
        boot,
        clock,
        aNs,
        bootNs,
        wallNs,
        d,
        chord,
        looks,
        small,
        widestSilenceNs,
        notice,
        kind: 'sample',
        reason: record.reason,
        state,
        support,
        atNs: BigInt(record.atNs),
        m: m === null ? null : interval(m),
        error: lowNs === null || highNs === null ? null : { lowNs: BigInt(lowNs), highNs: BigInt(highNs) },
        taiUtc: record.taiUtc,
        ratePpb: BigInt(record.ratePpb),
        // A doubt goes with a bound: then the other cause is one that a bound shows by itself.
        cause: record.leapDoubt === true ? 'leap-doubt' : record.cause,
        trigger: record.trigger,
      }
    }
    case 'clock-change':
      return {
        ...{ seq, boot, clock, aNs, bootNs, wallNs, d, chord, looks, small, widestSilenceNs, notice },
        kind: 'clock-change',
        earliestNs: BigInt(record.earliestNs),
        latestNs: BigInt(record.latestNs),
        size: interval(record.size),
        class: record.class,
        by: record.by,
        wallBeforeNs: instantOf(record.wallBefore),
        wallAfterNs: instantOf(record.wallAfter),
      }
    case 'gap':
      return {
        ...{ seq, boot, clock, aNs, bootNs, wallNs, d, chord, looks, small, widestSilenceNs, notice },
        kind: 'gap',
        cause: record.cause,
        breaks: record.breaks,
        fromNs: record.fromNs === null ? null : BigInt(record.fromNs),
        toNs: record.toNs === null ? null : BigInt(record.toNs),
        wallFromNs: instantOf(record.wallFrom),
        wallToNs: instantOf(record.wallTo),
      }
    case 'close':
      return {
        ...{ seq, boot, clock, aNs, bootNs, wallNs, d, chord, looks, small, widestSilenceNs, notice },
        kind: 'close',
      }
    default: {
      const { type } = record
      return {
        seq,
        boot,
        clock,
        aNs,
        bootNs,
        wallNs,
        d,
        chord,
        looks,
        small,
        widestSilenceNs,
        notice,
        kind: 'other',
        type,
      }
    }
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
