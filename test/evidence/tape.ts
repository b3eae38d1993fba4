/**
 * Facts written by hand: a computer whose A began at 0 when UTC was {@link start}, whose wall clock shows UTC unless told
 * otherwise. Times in seconds, deviations in milliseconds; both become whole nanoseconds.
 * @module
 */
import { pieces } from '../../lib/evidence/pieces.js'
import { memorySource } from '../../lib/evidence/source.js'
import { stretches } from '../../lib/evidence/stretches.js'
import type { Fact, FactBase, FactSource, Piece, Stretch } from '../../lib/evidence/types.js'
import type { IntervalNs } from '../../lib/interval.js'

/** 2026-06-01T00:00:00Z. */
export const start = 1_780_272_000_000_000_000n
const second = 1_000_000_000n
export const s = (seconds: number): bigint => BigInt(Math.round(seconds * 1e9))
export const ms = (milliseconds: number): bigint => BigInt(Math.round(milliseconds * 1e6))
/** UTC of an instant, in seconds since the start. */
export const since = (utcNs: bigint): number => Number(utcNs - start) / 1e9

/** In milliseconds, to ten nanoseconds. */
function inMs({ lowNs, highNs }: IntervalNs): [number, number] {
  const round = (ns: bigint): number => Math.round(Number(ns) / 10) / 1e5
  return [round(lowNs) + 0, round(highNs) + 0]
}

type Kind<K extends Fact['kind']> = Extract<Fact, { kind: K }>
type Extra = Partial<Omit<FactBase, 'seq'>> & { readonly wide?: bigint }

export class Tape {
  readonly facts: Fact[] = []
  readonly #ratePpb: bigint
  #boot = 'boot-1'
  /** UTC at which A was 0 in this boot. */
  #origin: bigint
  #bootUtc: bigint
  /** wall - UTC, as it truly is. */
  ahead = 0n
  taiUtc: number

  constructor(options: { ratePpb?: bigint; taiUtc?: number; startUtc?: bigint } = {}) {
    this.#ratePpb = options.ratePpb ?? 100_000n
    this.taiUtc = options.taiUtc ?? 37
    this.#origin = options.startUtc ?? start
    this.#bootUtc = this.#origin
  }

  get seq(): number {
    return this.facts.length
  }

  /** From now on A = 0 was at another UTC: the computer slept, or booted. */
  shift(seconds: number): this {
    this.#origin += s(seconds)
    return this
  }

  reboot(bootUtcSeconds: number): this {
    this.#boot = `boot-${Number(this.#boot.slice(5)) + 1}`
    this.#origin = start + s(bootUtcSeconds)
    this.#bootUtc = this.#origin
    return this
  }

  /** wall - A when the wall clock is right. */
  get right(): bigint {
    return this.#origin
  }

  #base(at: number, { wide = 0n, ...extra }: Extra): FactBase {
    const aNs = s(at)
    const d = this.#origin + this.ahead
    return {
      ...{
        seq: this.facts.length + 1,
        boot: this.#boot,
        aNs,
        bootNs: this.#origin + aNs - this.#bootUtc,
        clock: 'raw',
      },
      ...{ wallNs: aNs + d, d: { lowNs: d - wide, highNs: d + wide }, chord: { lowNs: 0n, highNs: 0n } },
      ...{ looks: this.facts.length === 0 ? 0 : 4, small: 0, widestSilenceNs: 250_000_000n, notice: 'none' },
      ...extra,
    }
  }

  add(fact: Fact): this {
    this.facts.push(fact)
    return this
  }

  open(at: number, extra: Partial<Kind<'open'>> = {}): this {
    const body = { kind: 'open', reason: 'start', ratePpb: this.#ratePpb, steered: false, coupled: true } as const
    return this.add({ ...this.#base(at, { looks: 0 }), ...body, ...extra })
  }

  beat(at: number, extra: Extra = {}): this {
    return this.add({ ...this.#base(at, extra), kind: 'other', type: 'heartbeat' })
  }

  /** A sample whose bound of the error is [low, high] ms if the wall clock is right. */
  sample(at: number, low: number, high: number, extra: Partial<Kind<'sample'>> = {}): this {
    const m = this.#origin + BigInt(this.taiUtc) * second
    const interval = { lowNs: m + ms(low), highNs: m + ms(high) }
    return this.#sample(at, interval, { state: 'agreed', support: 'voted', cause: null, ...extra })
  }

  /** A sample without a bound. */
  none(at: number, state: 'conflict' | 'none', cause: 'conflict' | 'self-reference' | 'no-reference'): this {
    return this.#sample(at, null, { state, support: null, cause })
  }

  #sample(at: number, m: IntervalNs | null, extra: Partial<Kind<'sample'>>): this {
    const base = this.#base(at, extra)
    return this.add({
      ...base,
      ...{ kind: 'sample', reason: 'scheduled', state: 'agreed', support: 'voted', atNs: base.aNs, m, error: null },
      ...{ taiUtc: this.taiUtc, ratePpb: this.#ratePpb, cause: null, trigger: null },
      ...extra,
    })
  }

  /** The wall clock was set by so many ms, somewhere between two looks. Afterwards it shows that. */
  change(earliest: number, latest: number, by: number, extra: Partial<Kind<'clock-change'>> = {}): this {
    const wallBeforeNs = s(earliest) + this.#origin + this.ahead
    this.ahead += ms(by)
    const base = this.#base(latest, {})
    return this.add({
      ...base,
      ...{
        kind: 'clock-change',
        earliestNs: s(earliest),
        latestNs: s(latest),
        size: { lowNs: ms(by), highNs: ms(by) },
      },
      ...{ class: 'step', by: 'unknown', wallBeforeNs, wallAfterNs: base.wallNs },
      ...extra,
    })
  }

  gap(
    from: number | null,
    to: number,
    cause: Kind<'gap'>['cause'],
    breaks: Kind<'gap'>['breaks'],
    extra: Partial<Kind<'gap'>> = {},
  ): this {
    const base = this.#base(to, {})
    const last = this.facts.at(-1)
    return this.add({
      ...base,
      ...{ kind: 'gap', cause, breaks, fromNs: from === null ? null : s(from), toNs: s(to) },
      ...{ wallFromNs: last?.wallNs ?? base.wallNs, wallToNs: base.wallNs },
      ...extra,
    })
  }

  get source(): FactSource {
    return memorySource(this.facts)
  }

  /** Pieces between two times since the start (s). */
  async pieces(from: number, to: number, longestGap = 60): Promise<Piece[]> {
    const found: Piece[] = []
    const period = { fromNs: start + s(from), toNs: start + s(to), longestGapNs: s(longestGap) }
    for await (const piece of pieces(this.source, period)) found.push(piece)
    return found
  }

  async stretches(from: number, to: number, toleranceMs: number, longestGap = 60): Promise<Stretch[]> {
    const found: Stretch[] = []
    for await (const stretch of stretches(await this.pieces(from, to, longestGap), ms(toleranceMs))) found.push(stretch)
    return found
  }

  /** What is said, in words: `0..10 PROVEN`, `10..20 OFF suspend`. */
  async words(from: number, to: number, toleranceMs: number, longestGap = 60): Promise<string[]> {
    const list = await this.stretches(from, to, toleranceMs, longestGap)
    return list.map(
      ({ fromNs, toNs, verdict, cause }) => `${since(fromNs)}..${since(toNs)} ${verdict}${cause ? ` ${cause}` : ''}`,
    )
  }

  /** The bound of the error at a time, [low, high] in ms, or the lack in words. */
  async at(time: number, longestGap = 60): Promise<[number, number] | string> {
    const [piece] = await this.pieces(time, time + 1e-9, longestGap)
    if (!piece?.bound) return `${piece?.lack?.verdict} ${piece?.lack?.cause}`
    return inMs(piece.bound.from)
  }

  /** Likewise as known then. */
  async known(time: number, longestGap = 60): Promise<[number, number] | string> {
    const [piece] = await this.pieces(time, time + 1e-9, longestGap)
    if (!piece?.forward) return `${piece?.forwardLack?.verdict} ${piece?.forwardLack?.cause}`
    return inMs(piece.forward.from)
  }
}
