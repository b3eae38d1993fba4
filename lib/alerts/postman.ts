/**
 * Takes messages to their channels: at once, and again while they do not go, each channel at its own pace and in order. What waits lies
 * in the outbox, so that no message is lost with the process.
 * @module
 */
import type { Timers } from '../clock/types.js'
import type { ChannelConfig } from '../config/types.js'
import type { Outbox, Parcel } from './outbox.js'
import type { Message } from './types.js'

/** How one message fared with one channel. */
export interface Fared {
  readonly id: string
  readonly channel: string
  readonly state: 'sent' | 'queued' | 'failed'
  readonly message: string
}

export interface PostmanOptions {
  readonly channels: readonly ChannelConfig[]
  readonly outbox: Outbox
  readonly timers: Timers
  readonly deliver: (message: Message, channel: ChannelConfig) => Promise<string>
  /** After each first try, and when a message that waited was delivered. */
  readonly onFared: (fared: Fared) => void
}

const firstPauseMs = 15_000
const longestPauseMs = 3_600_000

interface Route {
  readonly channel: ChannelConfig
  readonly waiting: { readonly parcel: Parcel; told: boolean }[]
  busy: boolean
  failures: number
  timer: unknown
}

export class Postman {
  readonly #options: PostmanOptions
  readonly #routes: Map<string, Route>
  #stopped = false
  #idle: (() => void)[] = []

  constructor(options: PostmanOptions) {
    this.#options = options
    this.#routes = new Map(
      options.channels.map((channel) => [
        channel.name,
        { channel, waiting: [], busy: false, failures: 0, timer: null },
      ]),
    )
  }

  /** Takes up what an earlier run left; messages for channels that are no more are dropped. */
  resume(): void {
    for (const parcel of this.#options.outbox.list()) {
      const route = this.#routes.get(parcel.channel)
      if (route) route.waiting.push({ parcel, told: true })
      else this.#options.outbox.remove(parcel.file)
    }
    for (const route of this.#routes.values()) void this.#walk(route)
  }

  /** Sends a message to each of its channels. */
  send(message: Message): void {
    for (const name of message.channels) {
      const route = this.#routes.get(name)
      if (!route) continue
      try {
        const { parcel, dropped } = this.#options.outbox.put(message, name)
        route.waiting.push({ parcel, told: false })
        if (dropped > 0) route.waiting.splice(0, Math.min(dropped, route.waiting.length - 1))
      } catch (error) {
        // The disk takes nothing: the message is delivered from memory, if at all.
        const file = ''
        route.waiting.push({ parcel: { file, channel: name, message }, told: false })
        this.#tell(
          message.id,
          name,
          'queued',
          `it cannot be kept in ${this.#options.outbox.folder}: ${(error as Error).message}`,
        )
      }
      const last = route.waiting.at(-1)
      if (route.timer === null || !last) void this.#walk(route)
      else {
        last.told = true
        this.#tell(message.id, name, 'queued', 'messages before it are waiting')
      }
    }
  }

  /** How many deliveries wait. */
  get waiting(): number {
    return [...this.#routes.values()].reduce((sum, { waiting }) => sum + waiting.length, 0)
  }

  /** Resolves when nothing is under way. */
  settled(): Promise<void> {
    if (![...this.#routes.values()].some(({ busy }) => busy)) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  stop(): void {
    this.#stopped = true
    for (const route of this.#routes.values()) {
      this.#options.timers.clearTimeout(route.timer)
      route.timer = null
    }
  }

  async #walk(route: Route): Promise<void> {
    if (route.busy) return
    route.busy = true
    try {
      for (let first = route.waiting[0]; first && !this.#stopped; first = route.waiting[0]) {
        if (!(await this.#hand(route, first))) break
      }
    } finally {
      route.busy = false
      if (![...this.#routes.values()].some(({ busy }) => busy)) for (const resolve of this.#idle.splice(0)) resolve()
    }
  }

  /** @returns whether to go on with the next */
  async #hand(route: Route, entry: { readonly parcel: Parcel; told: boolean }): Promise<boolean> {
    const { deliver, outbox, timers } = this.#options
    const { file, message } = entry.parcel
    const { name } = route.channel
    try {
      const answer = await deliver(message, route.channel)
      route.failures = 0
      if (route.waiting[0] === entry) route.waiting.shift()
      if (file !== '') outbox.remove(file)
      this.#tell(message.id, name, 'sent', answer)
      return true
    } catch (error) {
      for (const other of route.waiting) {
        if (!other.told) this.#tell(other.parcel.message.id, name, 'queued', (error as Error).message)
        other.told = true
      }
      if (this.#stopped) return false
      const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** route.failures)
      route.failures += 1
      timers.clearTimeout(route.timer)
      route.timer = timers.setTimeout(() => {
        route.timer = null
        void this.#walk(route)
      }, pauseMs)
      return false
    }
  }

  #tell(id: string, channel: string, state: Fared['state'], message: string): void {
    this.#options.onFared({ id, channel, state, message })
  }
}
