/**
 * One round over the references at a time: a single exchange each, or a burst whose first answers are told at once. A new
 * round ends the one under way; what that one still hears is thrown away, for a clock change has cut through it.
 * @module
 */
import type { Timers } from '../clock/types.js'
import type { SampleReason } from '../consensus/types.js'
import { type Reading, type Role, roles } from '../ntp/types.js'
import type { Sampler } from './sampler.js'

/** Spacing of the exchanges of a burst (RFC 5905 section 13.2: 2 s). */
const spacingMs = 2000

export interface Round {
  readonly reason: SampleReason
  /** Draft of the clock change that caused it. */
  readonly triggerId: number | null
  /** Exchanges per reference, 2 s apart. */
  readonly exchanges: number
  /** Whether it counts against the bucket for unscheduled packets. */
  readonly unscheduled: boolean
  /** Upper limit of each exchange's time-out. */
  readonly timeoutNs: bigint
  /** What its sample is judged against. */
  readonly toleranceNs: bigint
}

export type Collected = Partial<Record<Role, readonly Reading[]>>

export interface RoundsOptions {
  readonly sampler: Sampler
  readonly timers: Timers
  readonly onAnswers: (round: Round, part: 'first' | 'all', collected: Collected) => void
}

export class Rounds {
  readonly #options: RoundsOptions
  #generation = 0
  #current: Round | null = null

  constructor(options: RoundsOptions) {
    this.#options = options
  }

  /** The round under way. */
  get current(): Round | null {
    return this.#current
  }

  /** Begins a round at once; resolves when it is through, `false` when another took its place. */
  async begin(round: Round): Promise<boolean> {
    this.#generation += 1
    const mine = this.#generation
    this.#current = round
    const { sampler, onAnswers } = this.#options
    const collected: Partial<Record<Role, Reading[]>> = {}
    for (let i = 0; i < round.exchanges; i += 1) {
      if (i > 0) await this.#pause()
      if (mine !== this.#generation) return false
      const { timeoutNs } = round
      // The first packet of a scheduled sample keeps the poll floor; all others take tokens.
      const unscheduled = round.unscheduled || i > 0
      const readings = await sampler.ask({ unscheduled, timeoutNs, wanted: () => mine === this.#generation })
      if (mine !== this.#generation) return false
      for (const role of roles) {
        const reading = readings[role]
        if (reading) collected[role] = [...(collected[role] ?? []), reading]
      }
      if (i === 0 && round.exchanges > 1) onAnswers(round, 'first', collected)
      if (mine !== this.#generation) return false
    }
    this.#current = null
    onAnswers(round, 'all', collected)
    return mine === this.#generation
  }

  /** Ends the round under way. */
  cancel(): void {
    this.#generation += 1
    this.#current = null
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#options.timers.setTimeout(resolve, spacingMs)
    })
  }
}
