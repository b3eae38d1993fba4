/**
 * The service that tells people: watches durable records and problems for what operators must know, records each alert, and hands it
 * to the channels.
 * @module
 */
import { randomUUID } from 'node:crypto'
import { AlertBook } from '../alerts/book.js'
import { Observer } from '../alerts/observe.js'
import { Office } from '../alerts/office.js'
import type { Fared } from '../alerts/postman.js'
import type { Condition, Message, Notice, Sign } from '../alerts/types.js'
import type { Timers } from '../clock/types.js'
import type { Configuration } from '../config/types.js'
import { parseInstant } from '../instant.js'
import type { AlertBody, TrailRecord } from '../trail/types.js'
import type { Service, ServiceHost } from './services.js'

export interface AlertingParts {
  readonly timers: Timers
  /** A clock that nobody sets, in nanoseconds. */
  readonly nowNs: () => bigint
  readonly newId: () => string
  readonly office: (onFared: (fared: Fared) => void) => Pick<Office, 'resume' | 'send' | 'stop'>
}

/** How long the record of an alert waits for the first tries of its channels (ms). */
const recordMs = 10_000
/** The least time without a sample that is told as silence. */
const leastSilenceNs = 120_000_000_000n
/** The longest pause between two looks into the book (ms): a timer that waits for days is none. */
const longestMs = 60_000

/** @returns `null` where nobody is to be told */
export function alerting(
  configuration: Pick<Configuration, 'alerts' | 'identity' | 'trail' | 'longestGapNs'>,
  host: ServiceHost,
  given: Partial<AlertingParts> & { readonly timers: Timers },
): Service | null {
  const { alerts } = configuration
  if (!alerts) return null
  const trouble = (message: string) => host.problem('ERR_ALERT', message)
  const parts: AlertingParts = {
    nowNs: () => process.hrtime.bigint(),
    newId: randomUUID,
    office: (onFared) => new Office(alerts, onFared, trouble),
    ...given,
  }
  return new Alerting({ ...configuration, alerts }, host, parts)
}

interface Open {
  readonly message: Message
  readonly channels: Map<string, Fared>
  timer: unknown
}

class Alerting implements Service {
  readonly #configuration: Pick<Configuration, 'identity' | 'trail' | 'longestGapNs'>
  readonly #host: ServiceHost
  readonly #parts: AlertingParts
  readonly #book: AlertBook
  readonly #observer: Observer
  readonly #office: Pick<Office, 'resume' | 'send' | 'stop'>
  /** Alerts whose record waits for the first tries of their channels. */
  readonly #open = new Map<string, Open>()
  readonly #silencedNs = new Map<string, bigint>()
  #wall = ''
  #lastSampleNs: bigint
  #timer: unknown = null
  #stopped = false

  constructor(
    configuration: Pick<Configuration, 'identity' | 'trail' | 'longestGapNs'> & {
      readonly alerts: NonNullable<Configuration['alerts']>
    },
    host: ServiceHost,
    parts: AlertingParts,
  ) {
    const { rules, warnNs } = configuration.alerts
    this.#configuration = configuration
    this.#host = host
    this.#parts = parts
    this.#book = new AlertBook(new Map(rules.map((rule) => [rule.condition, rule])))
    this.#observer = new Observer({ warnNs })
    this.#office = parts.office((fared) => this.#fared(fared))
    this.#lastSampleNs = parts.nowNs()
  }

  started(): void {
    void this.#office.resume()
    this.#plan()
  }

  heard({ record }: { readonly record: TrailRecord }): void {
    this.#wall = record.wall
    if (record.type === 'sample') this.#lastSampleNs = this.#parts.nowNs()
    if (record.type === 'alert' && record.state === 'silenced') this.#silence(record)
    this.#see(this.#observer.heard(record))
  }

  problem({ code, message }: { readonly code: string; readonly message: string }): void {
    if (code !== 'ERR_ALERT') this.#see(this.#observer.problem(code, message))
  }

  async stop(budgetMs: number): Promise<void> {
    this.#stopped = true
    const { timers } = this.#parts
    timers.clearTimeout(this.#timer)
    for (const open of this.#open.values()) timers.clearTimeout(open.timer)
    await Promise.all([...this.#open.keys()].map((id) => this.#record(id)))
    await this.#office.stop(budgetMs)
  }

  #see(signs: readonly Sign[]): void {
    if (this.#stopped) return
    const nowNs = this.#parts.nowNs()
    for (const sign of signs) for (const notice of this.#book.see(sign, nowNs)) this.#tell(notice)
    this.#plan()
  }

  /** Looks into the book when something in it is due. */
  #plan(): void {
    const { timers, nowNs } = this.#parts
    timers.clearTimeout(this.#timer)
    if (this.#stopped) return
    const nextNs = this.#book.nextNs()
    const ms = nextNs === null ? longestMs : Math.max(1, Math.min(longestMs, Number(nextNs - nowNs()) / 1e6))
    this.#timer = timers.setTimeout(() => this.#look(), ms)
  }

  #look(): void {
    const nowNs = this.#parts.nowNs()
    const silentNs = nowNs - this.#lastSampleNs
    const limitNs = this.#configuration.longestGapNs
    if (silentNs > (limitNs > leastSilenceNs ? limitNs : leastSilenceNs)) {
      this.#see(this.#observer.silent(silentNs))
    }
    for (const notice of this.#book.look(nowNs)) this.#tell(notice)
    this.#plan()
  }

  #silence({ condition, until, wall }: AlertBody & { readonly wall: string }): void {
    const forNs = until === undefined || until === null ? 0n : parseInstant(until) - parseInstant(wall)
    this.#silencedNs.set(condition, this.#parts.nowNs() + forNs)
  }

  #isSilenced(condition: Condition): boolean {
    const untilNs = this.#silencedNs.get(condition) ?? this.#silencedNs.get('all')
    return untilNs !== undefined && this.#parts.nowNs() < untilNs
  }

  #tell(notice: Notice): void {
    const { identity, trail } = this.#configuration
    const silenced = this.#isSilenced(notice.condition)
    const message: Message = {
      ...notice,
      channels: silenced ? [] : notice.channels,
      id: this.#parts.newId(),
      wall: this.#wall,
      host: identity.hostLabel,
      organisation: identity.organisation,
      asset: identity.asset,
      trail,
    }
    const open: Open = { message, channels: new Map(), timer: null }
    this.#open.set(message.id, open)
    if (message.channels.length === 0) {
      void this.#record(message.id)
      return
    }
    open.timer = this.#parts.timers.setTimeout(() => void this.#record(message.id), recordMs)
    this.#office.send(message)
  }

  #fared(fared: Fared): void {
    const open = this.#open.get(fared.id)
    if (!open) {
      if (fared.state === 'sent') return
      this.#host.problem('ERR_ALERT', `an alert waits for the channel ${fared.channel}: ${fared.message}`)
      return
    }
    open.channels.set(fared.channel, fared)
    if (fared.state !== 'sent') {
      this.#host.problem('ERR_ALERT', `an alert cannot be delivered by ${fared.channel} and waits: ${fared.message}`)
    }
    if (open.channels.size === open.message.channels.length) void this.#record(fared.id)
  }

  async #record(id: string): Promise<void> {
    const open = this.#open.get(id)
    if (!open) return
    this.#open.delete(id)
    this.#parts.timers.clearTimeout(open.timer)
    const { condition, key, state, severity, on, cause, next, channels } = open.message
    const body: AlertBody = {
      type: 'alert',
      condition: key === '' ? condition : `${condition} ${key}`,
      state,
      severity,
      on,
      cause,
      next,
      channels: channels.map((name) => {
        const fared = open.channels.get(name)
        return { name, state: fared?.state ?? 'queued', message: fared?.message ?? 'no answer yet' }
      }),
    }
    await this.#host.record(body).catch((error: Error) => {
      if (!this.#stopped) this.#host.problem('ERR_ALERT', `an alert could not be recorded: ${error.message}`)
    })
  }
}
