/**
 * Facts as compact text and back: one JSON array a fact, whole nanoseconds as decimal strings. A law: decode(encode(x)) = x.
 * @module
 */
import type { Fact, FactBase } from '../evidence/types.js'
import type { IntervalNs } from '../interval.js'

type Cell = string | number | boolean | null

/** @param facts in order; @returns text for a row of the index */
export function encodeFacts(facts: readonly Fact[]): string {
  return JSON.stringify(facts.map(encode))
}

/** @throws {TypeError | SyntaxError} for text that {@link encodeFacts} did not write */
export function decodeFacts(text: string): Fact[] {
  return (JSON.parse(text) as Cell[][]).map((cells) => decode(new Cells(cells)))
}

function encode(fact: Fact): Cell[] {
  const { seq, boot, aNs, bootNs, wallNs, d, chord, looks, small, widestSilenceNs, notice, clock, kind } = fact
  const base = [seq, boot, ...ns(aNs, bootNs, wallNs), ...ends(d), ...ends(chord), looks, small]
  return [...base, ...ns(widestSilenceNs), notice, clock, kind, ...own(fact)]
}

function own(fact: Fact): Cell[] {
  switch (fact.kind) {
    case 'open':
      return [fact.reason, ...ns(fact.ratePpb), fact.steered, fact.coupled]
    case 'sample': {
      const { reason, state, support, atNs, m, error, taiUtc, ratePpb, cause, trigger } = fact
      return [reason, state, support, ...ns(atNs), ...ends(m), ...ends(error), taiUtc, ...ns(ratePpb), cause, trigger]
    }
    case 'clock-change': {
      const { earliestNs, latestNs, size, by, wallBeforeNs, wallAfterNs } = fact
      return [...ns(earliestNs, latestNs), ...ends(size), fact.class, by, ...ns(wallBeforeNs, wallAfterNs)]
    }
    case 'gap': {
      const { cause, breaks, fromNs, toNs, wallFromNs, wallToNs } = fact
      return [cause, breaks, maybe(fromNs), maybe(toNs), ...ns(wallFromNs, wallToNs)]
    }
    case 'damage':
      return [fact.why]
    case 'other':
      return [fact.type]
    case 'close':
      return []
  }
}

function decode(cells: Cells): Fact {
  const base: FactBase = {
    seq: cells.number(),
    boot: cells.text(),
    aNs: cells.ns(),
    bootNs: cells.ns(),
    wallNs: cells.ns(),
    d: cells.interval(),
    chord: cells.interval(),
    looks: cells.number(),
    small: cells.number(),
    widestSilenceNs: cells.ns(),
    notice: cells.text(),
    clock: cells.text(),
  }
  const kind: Fact['kind'] = cells.text()
  switch (kind) {
    case 'open':
      return Object.assign(base, {
        kind,
        reason: cells.text<'start'>(),
        ratePpb: cells.ns(),
        steered: cells.flag(),
        coupled: cells.flag(),
      })
    case 'sample':
      return {
        ...base,
        kind,
        reason: cells.text(),
        state: cells.text(),
        support: cells.maybe(() => cells.text()),
        atNs: cells.ns(),
        m: cells.maybeInterval(),
        error: cells.maybeInterval(),
        taiUtc: cells.number(),
        ratePpb: cells.ns(),
        cause: cells.maybe(() => cells.text()),
        trigger: cells.maybe(() => cells.number()),
      }
    case 'clock-change':
      return {
        ...base,
        kind,
        earliestNs: cells.ns(),
        latestNs: cells.ns(),
        size: cells.interval(),
        class: cells.text(),
        by: cells.text(),
        wallBeforeNs: cells.ns(),
        wallAfterNs: cells.ns(),
      }
    case 'gap':
      return {
        ...base,
        kind,
        cause: cells.text(),
        breaks: cells.text(),
        fromNs: cells.maybe(() => cells.ns()),
        toNs: cells.maybe(() => cells.ns()),
        wallFromNs: cells.ns(),
        wallToNs: cells.ns(),
      }
    case 'damage':
      return { ...base, kind, why: cells.text() }
    case 'other':
      return { ...base, kind, type: cells.text() }
    case 'close':
      return { ...base, kind }
    default:
      throw new TypeError(`no fact is of the kind ${JSON.stringify(kind)}`)
  }
}

/** Takes cells one after the other. */
class Cells {
  readonly #cells: readonly Cell[]
  #at = 0

  constructor(cells: readonly Cell[]) {
    this.#cells = cells
  }

  number(): number {
    return this.#take('number') as number
  }

  flag(): boolean {
    return this.#take('boolean') as boolean
  }

  /** A word; the row's signature vouches for its being one of the right ones. */
  text<T extends string>(): T {
    return this.#take('string') as T
  }

  ns(): bigint {
    return BigInt(this.#take('string') as string)
  }

  interval(): IntervalNs {
    return { lowNs: this.ns(), highNs: this.ns() }
  }

  maybe<T>(read: () => T): T | null {
    if (this.#cells[this.#at] !== null) return read()
    this.#at += 1
    return null
  }

  maybeInterval(): IntervalNs | null {
    const interval = this.maybe(() => this.interval())
    if (interval === null) this.#at += 1
    return interval
  }

  #take(kind: 'number' | 'boolean' | 'string'): Cell {
    const cell = this.#cells[this.#at]
    this.#at += 1
    if (typeof cell !== kind) throw new TypeError(`cell ${this.#at} of a fact is no ${kind}`)
    return cell as Cell
  }
}

function ns(...values: readonly bigint[]): string[] {
  return values.map(String)
}

function maybe(value: bigint | null): Cell {
  return value === null ? null : value.toString()
}

function ends(interval: IntervalNs | null): Cell[] {
  return interval === null ? [null, null] : [interval.lowNs.toString(), interval.highNs.toString()]
}
