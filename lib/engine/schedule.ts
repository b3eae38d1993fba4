/**
 * When samples are due: at intervals, and again soon after an unscheduled sample that found no bound.
 * @module
 */
import type { Timers } from '../clock/types.js'
import { jitter } from '../ntp/association.js'

export interface ScheduleOptions {
  readonly timers: Timers
  readonly intervalNs: bigint
  /** A number in [0, 1). */
  readonly uniform: () => number
  /** A scheduled sample is due. */
  readonly due: () => void
  /** A sample that follows an unscheduled one without a bound is due; `triggerId` is that one's. */
  readonly again: (triggerId: number | null) => void
}

/** The first wait before trying again; doubled each time, up to an interval. */
const firstWaitMs = 4000

export class Schedule {
  readonly #options: ScheduleOptions
  readonly #intervalMs: number
  #scheduled: unknown = null
  #recheck: unknown = null
  #tries = 0

  constructor(options: ScheduleOptions) {
    this.#options = options
    this.#intervalMs = Number(options.intervalNs) / 1e6
  }

  start(): void {
    const { timers, intervalNs, uniform, due } = this.#options
    this.#scheduled = timers.setTimeout(
      () => {
        this.start()
        due()
      },
      Number(jitter(intervalNs, uniform())) / 1e6,
    )
  }

  /** An unscheduled sample found a bound, or something new happened: nothing is to be tried again. */
  settle(): void {
    this.#options.timers.clearTimeout(this.#recheck)
    this.#tries = 0
  }

  /** An unscheduled sample found no bound. */
  retry(triggerId: number | null): void {
    const { timers, again } = this.#options
    timers.clearTimeout(this.#recheck)
    const ms = Math.min(firstWaitMs * 2 ** this.#tries, this.#intervalMs)
    this.#tries += 1
    this.#recheck = timers.setTimeout(() => again(triggerId), ms)
  }

  stop(): void {
    this.#options.timers.clearTimeout(this.#scheduled)
    this.#options.timers.clearTimeout(this.#recheck)
  }
}
