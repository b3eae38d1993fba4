/**
 * The facts of one block as bytes, and back. Clock fields are written as differences from the fact before.
 * @module
 */
import type { Fact, FactBase } from '../evidence/types.js'
import type { IntervalNs } from '../interval.js'
import { Reader, Writer } from './bytes.js'

/** Changes when the bytes change: an index of another format is thrown away. */
export const factsFormat = 1

const kinds = ['open', 'sample', 'clock-change', 'gap', 'damage', 'close', 'other'] as const
const notices = ['none', 'seen', 'absent'] as const
const clocks = ['raw', 'mono', 'boot'] as const
const openReasons = ['start', 'rotation', 'restart', 'repair'] as const
const reasons = ['startup', 'scheduled', 'clock-change', 'recheck', 'resume', 'requested', 'shutdown'] as const
const states = ['agreed', 'ambiguous', 'single', 'conflict', 'none'] as const
const supports = [null, 'voted', 'paired', 'single'] as const
const classes = ['step', 'slew', 'leap', 'set-during-suspend', 'unknown'] as const
const bys = ['daemon', 'foreign', 'unknown'] as const
const breaks = ['mono', 'wall', 'none'] as const
const gapCauses = [
  'auditor-down',
  'suspend',
  'boot',
  'starved',
  'no-reference',
  'trail-damaged',
  'write-failed',
  'worker-died',
] as const

type Of<K extends Fact['kind']> = Extract<Fact, { kind: K }>
type Own<K extends Fact['kind']> = Omit<Of<K>, keyof FactBase>

/** @returns bytes from which {@link decodeFacts} makes the same facts */
export function encodeFacts(facts: readonly Fact[]): Uint8Array {
  const out = new Encoder()
  for (const fact of facts) out.fact(fact)
  return out.finish()
}

/** @throws {RangeError} for bytes that {@link encodeFacts} does not write */
export function decodeFacts(bytes: Uint8Array): Fact[] {
  const input = new Decoder(bytes)
  const facts: Fact[] = []
  while (!input.done) facts.push(input.fact())
  return facts
}

/** The clock fields before the first fact. */
const zero = { seq: 0, aNs: 0n, bootNs: 0n, wallNs: 0n, dNs: 0n }
type Last = typeof zero

class Encoder extends Writer {
  readonly #texts = new Map<string, number>()
  #last: Last = zero

  word<T>(list: readonly T[], word: T): void {
    const index = list.indexOf(word)
    if (index < 0) throw new RangeError(`no such word: ${String(word)}`)
    this.natural(index)
  }

  /** A text that comes again is written once. */
  shared(text: string): void {
    const known = this.#texts.get(text)
    this.natural(known ?? this.#texts.size)
    if (known !== undefined) return
    this.#texts.set(text, this.#texts.size)
    this.text(text)
  }

  interval({ lowNs, highNs }: IntervalNs): void {
    this.integer(lowNs)
    this.integer(highNs - lowNs)
  }

  nullable<T>(value: T | null, write: (value: T) => void): void {
    this.byte(value === null ? 0 : 1)
    if (value !== null) write(value)
  }

  fact(fact: Fact): void {
    const last = this.#last
    this.word(kinds, fact.kind)
    this.integer(BigInt(fact.seq - last.seq))
    this.shared(fact.boot)
    this.integer(fact.aNs - last.aNs)
    this.integer(fact.bootNs - last.bootNs)
    this.integer(fact.wallNs - last.wallNs)
    this.integer(fact.d.lowNs - last.dNs)
    this.integer(fact.d.highNs - fact.d.lowNs)
    this.interval(fact.chord)
    this.natural(fact.looks)
    this.natural(fact.small)
    this.integer(fact.widestSilenceNs)
    this.word(notices, fact.notice)
    this.word(clocks, fact.clock)
    this.#last = { seq: fact.seq, aNs: fact.aNs, bootNs: fact.bootNs, wallNs: fact.wallNs, dNs: fact.d.lowNs }
    this.#body(fact)
  }

  #body(fact: Fact): void {
    const { aNs, wallNs } = fact
    switch (fact.kind) {
      case 'open':
        this.word(openReasons, fact.reason)
        this.integer(fact.ratePpb)
        this.byte(Number(fact.steered) + 2 * Number(fact.coupled))
        return
      case 'sample':
        this.word(reasons, fact.reason)
        this.word(states, fact.state)
        this.word(supports, fact.support)
        this.integer(fact.atNs - aNs)
        this.nullable(fact.m, (m) => this.interval(m))
        this.nullable(fact.error, (error) => this.interval(error))
        this.integer(BigInt(fact.taiUtc))
        this.integer(fact.ratePpb)
        this.nullable(fact.cause, (cause) => this.shared(cause))
        this.nullable(fact.trigger, (seq) => this.natural(seq))
        return
      case 'clock-change':
        this.integer(fact.earliestNs - aNs)
        this.integer(fact.latestNs - aNs)
        this.interval(fact.size)
        this.word(classes, fact.class)
        this.word(bys, fact.by)
        this.integer(fact.wallBeforeNs - wallNs)
        this.integer(fact.wallAfterNs - wallNs)
        return
      case 'gap':
        this.word(gapCauses, fact.cause)
        this.word(breaks, fact.breaks)
        this.nullable(fact.fromNs, (ns) => this.integer(ns - aNs))
        this.nullable(fact.toNs, (ns) => this.integer(ns - aNs))
        this.integer(fact.wallFromNs - wallNs)
        this.integer(fact.wallToNs - wallNs)
        return
      case 'damage':
        this.shared(fact.why)
        return
      case 'other':
        this.shared(fact.type)
    }
  }
}

class Decoder extends Reader {
  readonly #texts: string[] = []
  #last: Last = zero

  word<T>(list: readonly T[]): T {
    const index = this.natural()
    const word = list[index]
    if (word === undefined) throw new RangeError(`no word has the number ${index}`)
    return word
  }

  shared(): string {
    const index = this.natural()
    const known = this.#texts[index]
    if (known !== undefined) return known
    const text = this.text()
    if (index !== this.#texts.length || this.#texts.includes(text)) throw new RangeError('a text stands twice')
    this.#texts.push(text)
    return text
  }

  interval(): IntervalNs {
    const lowNs = this.integer()
    return { lowNs, highNs: lowNs + this.integer() }
  }

  nullable<T>(read: () => T): T | null {
    const flag = this.byte()
    if (flag > 1) throw new RangeError('a flag is neither 0 nor 1')
    return flag === 0 ? null : read()
  }

  fact(): Fact {
    const last = this.#last
    const kind = this.word(kinds)
    const seq = last.seq + Number(this.integer())
    const boot = this.shared()
    const aNs = last.aNs + this.integer()
    const bootNs = last.bootNs + this.integer()
    const wallNs = last.wallNs + this.integer()
    const dNs = last.dNs + this.integer()
    const d = { lowNs: dNs, highNs: dNs + this.integer() }
    this.#last = { seq, aNs, bootNs, wallNs, dNs }
    const base: FactBase = {
      ...{ seq, boot, aNs, bootNs, wallNs, d },
      chord: this.interval(),
      looks: this.natural(),
      small: this.natural(),
      widestSilenceNs: this.integer(),
      notice: this.word(notices),
      clock: this.word(clocks),
    }
    return this.#body(base, kind)
  }

  #body(base: FactBase, kind: Fact['kind']): Fact {
    switch (kind) {
      case 'open':
        return { ...base, kind, ...this.#open() }
      case 'sample':
        return { ...base, kind, ...this.#sample(base.aNs) }
      case 'clock-change':
        return { ...base, kind, ...this.#change(base) }
      case 'gap':
        return { ...base, kind, ...this.#gap(base) }
      case 'damage':
        return { ...base, kind, why: this.shared() }
      case 'close':
        return { ...base, kind }
      case 'other':
        return { ...base, kind, type: this.shared() }
    }
  }

  #open(): Omit<Own<'open'>, 'kind'> {
    const reason = this.word(openReasons)
    const ratePpb = this.integer()
    const flags = this.byte()
    if (flags > 3) throw new RangeError('flags out of range')
    return { reason, ratePpb, steered: (flags & 1) === 1, coupled: (flags & 2) === 2 }
  }

  #sample(aNs: bigint): Omit<Own<'sample'>, 'kind'> {
    return {
      reason: this.word(reasons),
      state: this.word(states),
      support: this.word(supports),
      atNs: aNs + this.integer(),
      m: this.nullable(() => this.interval()),
      error: this.nullable(() => this.interval()),
      taiUtc: Number(this.integer()),
      ratePpb: this.integer(),
      cause: this.nullable(() => this.shared() as NonNullable<Of<'sample'>['cause']>),
      trigger: this.nullable(() => this.natural()),
    }
  }

  #change({ aNs, wallNs }: FactBase): Omit<Own<'clock-change'>, 'kind'> {
    return {
      earliestNs: aNs + this.integer(),
      latestNs: aNs + this.integer(),
      size: this.interval(),
      class: this.word(classes),
      by: this.word(bys),
      wallBeforeNs: wallNs + this.integer(),
      wallAfterNs: wallNs + this.integer(),
    }
  }

  #gap({ aNs, wallNs }: FactBase): Omit<Own<'gap'>, 'kind'> {
    return {
      cause: this.word(gapCauses),
      breaks: this.word(breaks),
      fromNs: this.nullable(() => aNs + this.integer()),
      toNs: this.nullable(() => aNs + this.integer()),
      wallFromNs: wallNs + this.integer(),
      wallToNs: wallNs + this.integer(),
    }
  }
}
