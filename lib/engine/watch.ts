/**
 * The watch: a look at the clocks every period and whenever an exchange takes one, handed to the witness; what it tells
 * is handed on at once.
 * @module
 */
import type { ClockChange, ClockReading, ClockSource, Gap, Stamp, Timers } from '../clock/types.js'
import type { Witness } from '../clock/witness.js'

export type WatchEvent = ClockChange | Gap

export interface WatchOptions {
  readonly clocks: ClockSource
  readonly timers: Timers
  readonly witness: Witness
  readonly periodNs: bigint
  /** Called inside the look that saw them, before anything else is stamped. */
  readonly onEvents: (events: readonly WatchEvent[]) => void
  /** Called after every look of the timer. */
  readonly onLook: () => void
}

export class Watch {
  readonly #options: WatchOptions
  #timer: unknown = null
  #stopped = false
  #last: ClockReading

  constructor(options: WatchOptions, first: ClockReading) {
    this.#options = options
    this.#last = first
  }

  start(): void {
    const { timers, periodNs } = this.#options
    const ms = Number(periodNs) / 1e6
    const tick = () => {
      if (this.#stopped) return
      this.#timer = timers.setTimeout(tick, ms)
      this.look()
      this.#options.onLook()
    }
    this.#timer = timers.setTimeout(tick, ms)
  }

  /** One look now. */
  look(): ClockReading {
    const { clocks } = this.#options
    const reading = clocks.read()
    this.feed(reading, clocks.notice())
    return reading
  }

  /**
   * A look that somebody else took (an exchange reads the clocks at sending and receiving).
   * @returns whether it showed that the wall clock or the flow of time was interrupted
   */
  feed(reading: ClockReading, notice: 'none' | 'seen' | 'absent'): boolean {
    if (this.#stopped || reading.aNs < this.#last.aNs) return false
    this.#last = reading
    const events = this.#options.witness.look(reading, notice)
    if (events.length > 0) this.#options.onEvents(events)
    return events.length > 0
  }

  /** The clock fields of a record at the last look. */
  stamp(): Stamp {
    return this.#options.witness.stamp()
  }

  /** The last look. */
  get last(): ClockReading {
    return this.#last
  }

  stop(): void {
    this.#stopped = true
    this.#options.timers.clearTimeout(this.#timer)
  }
}
