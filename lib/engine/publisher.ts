/**
 * Publishes the live cone: at every look what the clocks show, from every sample that is durable what the references say. What
 * reads it stands in `evidence/live.ts`.
 * @module
 */
import type { ClockReading, ClockSource, Gap, LeapTable, Timers } from '../clock/types.js'
import type { Configuration } from '../config/types.js'
import type { Cause, Sample } from '../consensus/types.js'
import { isP, nextMonth, wallMinusP } from '../evidence/live.js'
import type { LiveOutlet } from '../evidence/live-board.js'
import { LiveCone } from '../evidence/live-cone.js'
import { lackCode, neverNs } from '../evidence/live-record.js'
import { meet, width } from '../interval.js'

export interface PublisherOptions {
  readonly outlet: LiveOutlet
  readonly configuration: Configuration
  readonly clocks: ClockSource
  readonly timers: Timers
  readonly leap: LeapTable
  readonly ratePpb: bigint
  /** How many engines of this run died before this one. */
  readonly generation: number
  /** Whether most references announce a leap second. */
  readonly leapIndicated: () => boolean
}

/** No kernel slews faster than a tenth (Linux: 10.05 %); against the slewed clock that is at most this (parts per billion). */
const fastestSlewPpb = 125_000_000n
/** While somebody asks, fresh pairs are published so often between looks (ms). */
const refreshMs = 50
/** For so many looks a question makes us expect another. */
const expectant = 8
/** Looks over which a `bound()` may be late. */
const patientLooks = 4n
/** A sample this near behind a leap second may still speak of the time before. */
const leapSeamNs = 2_000_000_000n
const farNs = 2n ** 62n
/** Samples that wait for the disk. */
const mostPending = 256

export class Publisher {
  readonly #options: PublisherOptions
  readonly #cone: LiveCone
  /** Samples that are not durable yet, by the number of their drafts. */
  #pending = new Map<number, Sample>()
  #look: ClockReading | null = null
  /** A reading after the look that brings the pair up to date. */
  #pair: ClockReading | null = null
  #leapAtNs = farNs
  #down = false
  #timer: unknown = null
  #expectant = 0

  constructor(options: PublisherOptions) {
    this.#options = options
    this.#cone = new LiveCone(options.ratePpb, options.generation > 0 ? 'worker-died' : 'no-sample')
  }

  /** The witness took this look and has told what it showed. */
  looked(look: ClockReading): void {
    if (look === this.#look) return
    this.#look = look
    this.#pair = look
    this.#publish()
    if (this.#options.outlet.wanted()) this.#expectant = isP(look) ? 0 : expectant
    else if (this.#expectant > 0) this.#expectant -= 1
    if (this.#expectant > 0 && this.#timer === null) this.#refreshSoon()
  }

  /**
   * Between two looks, where A is not the clock that others can read and somebody asks: a fresh pair of both makes their bounds narrower.
   * A reading that does not meet the last look is left to the witness.
   */
  #refreshSoon(): void {
    const { clocks, timers } = this.#options
    this.#timer = timers.setTimeout(() => {
      this.#timer = null
      const last = this.#look
      if (!last || this.#expectant === 0 || this.#down) return
      const reading = clocks.read()
      if (meet(wallMinusP(reading), wallMinusP(last)) !== null) {
        this.#pair = reading
        this.#publish()
      }
      this.#refreshSoon()
    }, refreshMs)
  }

  /** A sample was made; it counts once it is durable. */
  sampled(draftId: number, sample: Sample): void {
    this.#pending.set(draftId, sample)
    const [oldest] = this.#pending.keys()
    if (this.#pending.size > mostPending && oldest !== undefined) this.#pending.delete(oldest)
  }

  /** A draft is durable as record `seq`. */
  written(draftId: number, seq: number): void {
    const sample = this.#pending.get(draftId)
    if (!sample) return
    this.#pending.delete(draftId)
    const { consensus, atNs, cause, taiUtc } = sample
    const { state, support, m } = consensus
    this.#cone.fold({ seq, atNs, state, support, m, cause, taiUtc })
    if (m && this.#cone.sampleNs === atNs)
      this.#leapAtNs = this.#doubtfulMonth(atNs + m.lowNs - BigInt(taiUtc) * 1_000_000_000n)
    this.#publish()
  }

  /** The witness told a gap. Where A stood still, what waits for the disk speaks of the time before as well. */
  gap({ breaks, cause }: Pick<Gap, 'breaks' | 'cause'>): void {
    if (breaks !== 'mono') return
    this.#pending.clear()
    this.#cone.break(cause)
  }

  /** The auditor stops: nothing is watched from now on. */
  stop(): void {
    this.#options.timers.clearTimeout(this.#timer)
    this.#down = true
    this.#publish()
  }

  /** The first start of a month behind this instant (UTC) at which there is, or may be, a leap second. */
  #doubtfulMonth(utcNs: bigint): bigint {
    const { leap, leapIndicated } = this.#options
    let month = nextMonth(utcNs - leapSeamNs)
    if (leapIndicated()) return month
    // No sample lives as long as two months.
    for (let n = 0; n < 2; n++) {
      if (leap.expired(month) || leap.leapsBetween(month - 1n, month).length > 0) return month
      month = nextMonth(month)
    }
    return month
  }

  #publish(): void {
    const { outlet, configuration, clocks, ratePpb } = this.#options
    const look = this.#look
    const pair = this.#pair
    if (!look || !pair) return
    const { periodNs, maxRatePpb } = configuration.witness
    const c = wallMinusP(look)
    const same = isP(pair)
    const cone = this.#cone.fields(pair.aNs)
    outlet.publish({
      aNs: pair.aNs,
      aSpanNs: same ? 0n : width(pair.d),
      pNs: pair.monoNs,
      slewPpb: same ? 0n : fastestSlewPpb,
      lookPNs: look.monoNs,
      silenceNs: patientLooks * periodNs,
      cLowNs: c.lowNs,
      cHighNs: c.highNs,
      stepPpb: clocks.coupled ? 0n : maxRatePpb,
      sleeps: clocks.coupled ? 1n : 0n,
      ratePpb,
      longestGapNs: configuration.longestGapNs,
      leapAtNs: this.#leapAtNs,
      toleranceNs: configuration.toleranceNs,
      ...cone,
      ...(this.#down ? { ...down, sampleNs: neverNs } : {}),
    })
  }
}

const down = { support: 0n, lack: lackCode({ verdict: 'UNMONITORED', cause: 'auditor-down' as Cause }) }
