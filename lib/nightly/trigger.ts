/**
 * When a running auditor looks whether reports are due: once after its first usable sample, and whenever the evidence passes the
 * nightly hour. The wall clock may be set as it likes: it is not asked.
 * @module
 */
import { DateTime } from 'luxon'
import { marginNs } from './due.js'

export interface TriggerOptions {
  /** Time of day: `00:10`. */
  readonly at: string
  /** IANA zone. */
  readonly zone: string
}

/** How many samples are heard, as many as the job itself hears: one that lies wakes nobody up, and lets nobody sleep on. */
const heard = 5
/** So long behind the hour is looked once more: what the first look could not be sure of, it is by then. */
const againNs = 30n * 60_000_000_000n

export class Trigger {
  readonly #options: TriggerOptions
  #recent: bigint[] = []
  #nextNs: bigint | null = null

  constructor(options: TriggerOptions) {
    this.#options = options
  }

  /**
   * A sample told the time.
   * @param utcNs UTC that has passed
   * @returns whether to look now
   */
  sample(utcNs: bigint): boolean {
    this.#recent = [...this.#recent.slice(1 - heard), utcNs]
    const first = this.#nextNs === null
    if (!first && this.#recent.length < heard) return false
    const told = [...this.#recent].sort((a, b) => (a < b ? -1 : Number(a > b)))
    const median = told[(told.length - 1) >> 1] as bigint
    if (this.#nextNs !== null && median < this.#nextNs) return false
    const nextNs = nextNight(median, this.#options)
    const againAtNs = nextNight(median - againNs, this.#options) + againNs
    this.#nextNs = !first && againAtNs > median && againAtNs < nextNs ? againAtNs : nextNs
    return true
  }
}

/** The first nightly hour behind an instant. One right behind midnight is moved to where a sample can have closed the day. */
export function nextNight(utcNs: bigint, { at, zone }: TriggerOptions): bigint {
  const [hour = 0, minute = 0] = at.split(':').map(Number)
  const least = Number(marginNs / 60_000_000_000n) + 1
  const asked = hour * 60 + minute < least ? { hour: 0, minute: least } : { hour, minute }
  const now = DateTime.fromMillis(Number(utcNs / 1_000_000n), { zone })
  for (let days = 0; ; days++) {
    // Where summer time skips that hour it is the one behind; where it comes twice, the first.
    const night = now.startOf('day').plus({ days }).set(asked)
    const ns = BigInt(night.toMillis()) * 1_000_000n
    if (ns > utcNs) return ns
  }
}
