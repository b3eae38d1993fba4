/**
 * Follows a trail that another process writes: looks for new records now and then, from the place where it last stood.
 * @module
 */
import { systemTimers } from '../clock/timers.js'
import { isPlaced, readTrail } from '../trail/read.js'
import { listSegments } from '../trail/segments.js'
import type { Placed } from '../trail/types.js'

export interface FollowerOptions {
  readonly trail: string
  /** Gets each record: first those of the newest segment as they stand (`news` false), then what comes. */
  readonly onRecord: (placed: Placed, news: boolean) => void
  readonly onProblem: (error: Error) => void
  readonly keepAlive: boolean
}

/** How often it is looked for new records (ms). */
const pauseMs = 500

export class Follower {
  readonly #options: FollowerOptions
  readonly #stop = new AbortController()
  #next: { fromSegment: number; fromOffset: number } | null = null
  #timer: unknown = null
  #told = ''

  constructor(options: FollowerOptions) {
    this.#options = options
  }

  /**
   * Goes to the end of the trail and follows from there.
   * @throws {TrailReadError} there is no such folder, or it cannot be read
   */
  async start(): Promise<void> {
    const { segments } = await listSegments(this.#options.trail)
    const last = segments.at(-1)
    if (last) this.#next = { fromSegment: last.number, fromOffset: 0 }
    await this.#read(false)
    this.#soon()
  }

  stop(): void {
    this.#stop.abort()
    systemTimers.clearTimeout(this.#timer)
  }

  #soon(): void {
    if (this.#stop.signal.aborted) return
    const timer = systemTimers.setTimeout(() => void this.#again(), pauseMs) as NodeJS.Timeout
    if (!this.#options.keepAlive) timer.unref()
    this.#timer = timer
  }

  async #again(): Promise<void> {
    try {
      await this.#read(true)
      this.#told = ''
    } catch (error) {
      // Said once, not at every look.
      if (!this.#stop.signal.aborted && error instanceof Error && error.message !== this.#told) {
        this.#told = error.message
        this.#options.onProblem(error)
      }
    }
    this.#soon()
  }

  async #read(news: boolean): Promise<void> {
    const { trail, onRecord } = this.#options
    for await (const items of readTrail(trail, { ...this.#next, signal: this.#stop.signal })) {
      for (const item of items) {
        if (this.#stop.signal.aborted) return
        const whole = isPlaced(item)
        this.#next = { fromSegment: item.segment, fromOffset: item.offset + item.length + (whole ? 1 : 0) }
        if (whole) onRecord(item, news)
      }
    }
  }
}
