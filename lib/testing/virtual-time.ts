/**
 * True time for simulations: it stands still, jumps from timer to timer, and flows with the real clock only while packets are
 * under way. A simulated day of one sample per 64 s and four looks a second takes seconds, with real sockets.
 * @module
 */
import type { Timers } from '../clock/types.js'
import { OptionRangeError } from '../errors.js'
import { type PendingTimer, TimerHeap } from './timer-heap.js'

export interface RunOptions {
  /**
   * Whether something is under way that only the event loop can finish (a packet on the wire, a worker's message). While it
   * says so, time flows as the real clock does. Default: nothing ever is.
   */
  readonly busy?: () => boolean
  /**
   * How long (real milliseconds) time flows while `busy` says so and no timer is set or runs, before it jumps on all the same:
   * a silent reference then costs this and not its whole time-out. All parties must live in this thread, where loopback
   * packets arrive within a turn of the event loop. Default: for ever.
   */
  readonly patienceMs?: number
}

/** Turns of the event loop that `patienceMs` takes at least, so that a starved process does not lose packets. */
const patientTurns = 50
/** Real milliseconds of jumping after which the event loop gets a turn. */
const sliceMs = 5
/** What a stretch in which this process did not run counts at most. */
const stallNs = 1_000_000n
/** The longest delay that a real timer takes; beyond it, it would run at once. */
const longestMs = 2 ** 31 - 1

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
/** Runs after all promise reactions and ticks that are due. */
const drained = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve))

/**
 * A clock that is right by definition, and timers on it.
 *
 * ```ts
 * const time = new VirtualTime(parseInstant('2026-03-03T00:00:00.000000000Z'))
 * time.timers.setTimeout(() => ..., 250)
 * await time.run(time.nowNs() + 86_400_000_000_000n, { busy: () => exchanges > 0, patienceMs: 20 })
 * ```
 */
export class VirtualTime {
  readonly #startNs: bigint
  readonly #heap = new TimerHeap()
  /** Passed since the start, up to {@link #flowedTo} where time flows. */
  #elapsedNs = 0n
  /** process.hrtime at which #elapsedNs held, or null while time stands still. */
  #flowedTo: bigint | null = null
  /** Time that timers did not see pass. */
  #sleptNs = 0n
  #leapNs = 0n
  #running = false

  /** Timers that run when simulated time comes to them. Delays in milliseconds; less than 1 counts as 1, as in Node. */
  readonly timers: Timers

  /** @param startNs UTC at the start, nanoseconds since the Unix epoch */
  constructor(startNs: bigint) {
    this.#startNs = startNs
    this.timers = {
      setTimeout: (run, ms) => this.#setTimeout(run, ms),
      clearTimeout: (handle) => {
        if (handle !== undefined && handle !== null) this.#heap.cancel(handle as PendingTimer)
      },
    }
  }

  /** Nanoseconds since the start: never goes back, and no leap second moves it. */
  elapsedNs(): bigint {
    if (this.#flowedTo !== null) {
      const now = process.hrtime.bigint()
      const passed = now - this.#flowedTo
      this.#flowedTo = now
      this.#elapsedNs += passed < stallNs ? passed : stallNs
    }
    return this.#elapsedNs
  }

  /** UTC, nanoseconds since the Unix epoch. */
  nowNs(): bigint {
    return this.utcAt(this.elapsedNs())
  }

  /** UTC at that many nanoseconds since the start, as the leap seconds so far have it. */
  utcAt(elapsedNs: bigint): bigint {
    return this.#startNs + elapsedNs + this.#leapNs
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#heap.size
  }

  /** Whether time passes by itself now. */
  get flowing(): boolean {
    return this.#flowedTo !== null
  }

  /**
   * Lets time pass as the real clock does; a stretch of more than a millisecond in which nobody looked counts as one, so that
   * a starved process does not make simulated packets late. Timers run from `run` only.
   */
  flow(): void {
    this.#flowedTo ??= process.hrtime.bigint()
  }

  /** Holds time. */
  freeze(): void {
    this.#elapsedNs = this.elapsedNs()
    this.#flowedTo = null
  }

  /**
   * Jumps to the next timer and runs it. A timer that is overdue runs without a jump.
   * @returns whether there was one
   */
  jumpToNextTimer(): boolean {
    const timer = this.#heap.take()
    if (timer === undefined) return false
    const ahead = timer.dueNs - this.#awakeNs()
    if (ahead > 0n) this.#elapsedNs += ahead
    timer.run()
    return true
  }

  /**
   * Runs all timers that are due up to `ns` (UTC), each at its own instant, then stands at `ns`. Promise reactions do not
   * run in between: what awaits needs {@link run}. An instant that has passed is no error; overdue timers run.
   */
  advanceTo(ns: bigint): void {
    for (;;) {
      const next = this.#heap.peek()
      if (next === undefined || next.dueNs - this.#awakeNs() > ns - this.nowNs()) break
      this.jumpToNextTimer()
    }
    const rest = ns - this.nowNs()
    if (rest > 0n) this.#elapsedNs += rest
  }

  /** Time passes, timers stand still, as in a computer that is suspended. `ns` >= 0. */
  sleep(ns: bigint): void {
    if (ns < 0n) throw new OptionRangeError('ns', 'must not be negative', ns)
    this.#elapsedNs += ns
    this.#sleptNs += ns
  }

  /** Time passes and nothing runs, as in a process that was stopped: timers that came due meanwhile run late. `ns` >= 0. */
  stall(ns: bigint): void {
    if (ns < 0n) throw new OptionRangeError('ns', 'must not be negative', ns)
    this.#elapsedNs += ns
  }

  /** A leap second happens now: with 1, UTC shows the last second again; with -1, it skips one. */
  leap(seconds: 1 | -1): void {
    this.#leapNs -= BigInt(seconds) * 1_000_000_000n
  }

  /**
   * Runs timers, and what awaits them, until `untilNs` (UTC): jumps while nothing is busy, otherwise lets real time flow.
   * Returns standing at `untilNs`, or later where something was busy beyond it. Rejects with what a timer throws.
   */
  async run(untilNs: bigint, options: RunOptions = {}): Promise<void> {
    if (this.#running) throw new Error('this virtual time is running already; await the first run')
    const busy = options.busy ?? (() => false)
    const patienceMs = options.patienceMs ?? Number.POSITIVE_INFINITY
    this.#running = true
    try {
      let sliceEnd = performance.now() + sliceMs
      await turn()
      for (;;) {
        await drained()
        if (busy()) {
          await this.#whileBusy(busy, patienceMs)
        } else {
          this.freeze()
          if (!(await this.#next(untilNs, busy))) return
        }
        if (performance.now() > sliceEnd) {
          await turn()
          sliceEnd = performance.now() + sliceMs
        }
      }
    } finally {
      this.freeze()
      this.#running = false
    }
  }

  /** The next timer up to `untilNs`, else a jump there. @returns whether to go on */
  async #next(untilNs: bigint, busy: () => boolean): Promise<boolean> {
    const next = this.#heap.peek()
    const rest = untilNs - this.nowNs()
    if (next !== undefined && next.dueNs - this.#awakeNs() <= rest) return this.jumpToNextTimer()
    if (rest > 0n) this.#elapsedNs += rest
    // What ran last may have put a packet on the wire.
    await turn()
    await drained()
    return busy()
  }

  /** Lets time flow until nothing is busy, or until it was quiet for so long that only a timer can go on. */
  async #whileBusy(busy: () => boolean, patienceMs: number): Promise<void> {
    this.flow()
    let quietSince = performance.now()
    let turns = 0
    let set = this.#heap.everSet
    while (busy()) {
      const next = this.#heap.peek()
      const due = next !== undefined && next.dueNs <= this.#awakeNs()
      const impatient = turns >= patientTurns && performance.now() - quietSince >= patienceMs
      if (due || (impatient && next !== undefined)) {
        this.freeze()
        this.jumpToNextTimer()
        await drained()
        this.flow()
      }
      if (due || impatient || set !== this.#heap.everSet) {
        quietSince = performance.now()
        turns = 0
        set = this.#heap.everSet
      }
      await turn()
      turns += 1
    }
  }

  /** The scale of timers: what a process that slept with the computer saw pass. */
  #awakeNs(): bigint {
    return this.elapsedNs() - this.#sleptNs
  }

  #setTimeout(run: () => void, ms: number): PendingTimer {
    if (!(ms <= longestMs))
      throw new OptionRangeError('ms', `must be at most ${longestMs} (a real timer would run at once)`, ms)
    const delayMs = ms >= 1 ? ms : 1
    return this.#heap.add(this.#awakeNs() + BigInt(Math.ceil(delayMs * 1_000_000)), run)
  }
}
