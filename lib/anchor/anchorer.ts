/**
 * Sees to it that seals leave this computer: which ones, to whom, and again while a keeper does not take them. A later seal
 * covers all earlier ones, so only the newest that is due waits.
 * @module
 */
import type { Timers } from '../clock/types.js'
import type { Keeper, Seal, Taken } from './types.js'

export interface AnchorerOptions {
  readonly keepers: readonly Keeper[]
  /** Least time between two anchored seals (ns); from a day on, only the last seal of each day is anchored. */
  readonly everyNs: bigint
  readonly timers: Timers
  /** One try with one keeper. */
  readonly take: (seal: Seal, keeper: Keeper) => Promise<Taken>
  /** Records how a try went; resolves when that is durable. */
  readonly record: (taken: Taken) => Promise<void>
  /** A keeper did not take a seal: told once for each new reason. */
  readonly onProblem: (message: string) => void
}

/** Waits before a keeper that failed is asked again: a minute, then doubled up to an hour. */
const firstPauseMs = 60_000
const longestPauseMs = 3_600_000
const dayNs = 86_400_000_000_000n

interface Errand {
  readonly keeper: Keeper
  /** The newest seal that is due and not kept yet. */
  waiting: Seal | null
  busy: boolean
  failures: number
  /** What was recorded last of a failure. */
  told: string
  timer: unknown
}

export class Anchorer {
  readonly #options: AnchorerOptions
  readonly #errands: readonly Errand[]
  #lastDueNs: bigint | null = null
  #stopped = false
  #idle: (() => void)[] = []

  constructor(options: AnchorerOptions) {
    this.#options = options
    this.#errands = options.keepers.map((keeper) => ({
      keeper,
      waiting: null,
      busy: false,
      failures: 0,
      told: '',
      timer: null,
    }))
  }

  /**
   * A seal was made.
   * @param lastOfDay whether its segment's day is over, or the auditor stopped with it
   * @param atNs when, by a clock that nobody sets
   */
  sealed(seal: Seal, { lastOfDay, atNs }: { readonly lastOfDay: boolean; readonly atNs: bigint }): void {
    const { everyNs } = this.#options
    const elapsed = this.#lastDueNs === null || atNs - this.#lastDueNs >= everyNs
    if (!lastOfDay && (everyNs >= dayNs || !elapsed)) return
    this.#lastDueNs = atNs
    this.due(seal)
  }

  /** This seal must go to every keeper (or, of an earlier run, to those that have not taken it). */
  due(seal: Seal, to: (keeper: Keeper) => boolean = () => true): void {
    for (const errand of this.#errands) {
      if (!to(errand.keeper)) continue
      errand.waiting = seal
      if (errand.timer === null) void this.#go(errand)
    }
  }

  /** Whether seals wait for a keeper. */
  get waiting(): number {
    return this.#errands.filter(({ waiting }) => waiting !== null).length
  }

  /** Resolves when every errand is done or waits for its next try. */
  settled(): Promise<void> {
    if (!this.#errands.some(({ busy }) => busy)) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  /** No more tries. What waits is found again at the next start: no record says that it was kept. */
  stop(): void {
    this.#stopped = true
    for (const errand of this.#errands) {
      this.#options.timers.clearTimeout(errand.timer)
      errand.timer = null
    }
  }

  async #go(errand: Errand): Promise<void> {
    if (errand.busy) return
    errand.busy = true
    try {
      while (errand.waiting !== null && !this.#stopped && (await this.#try(errand, errand.waiting)));
    } finally {
      errand.busy = false
      if (!this.#errands.some(({ busy }) => busy)) for (const resolve of this.#idle.splice(0)) resolve()
    }
  }

  /** @returns whether to go on at once */
  async #try(errand: Errand, seal: Seal): Promise<boolean> {
    const { take, record, onProblem, timers } = this.#options
    let failed = ''
    try {
      const taken = await take(seal, errand.keeper)
      if (!taken.body.ok) failed = taken.body.message
      if (taken.body.ok || failed !== errand.told) await record(taken)
    } catch (error) {
      failed = (error as Error).message
    }
    if (this.#stopped) return false
    if (failed === '') {
      if (errand.waiting === seal) errand.waiting = null
      errand.failures = 0
      errand.told = ''
      return true
    }
    if (failed !== errand.told) {
      errand.told = failed
      onProblem(`the seal of ${seal.size} records is not anchored: ${failed}`)
    }
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** errand.failures)
    errand.failures += 1
    errand.timer = timers.setTimeout(() => {
      errand.timer = null
      void this.#go(errand)
    }, pauseMs)
    return false
  }
}
