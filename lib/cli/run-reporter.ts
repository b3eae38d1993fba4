/**
 * What `run` prints: `ready`, `first-sample`, and a line for each event, or a JSON object.
 * @module
 */
import type { Io } from './io.js'
import type { NightlyEnd } from './nightly-host.js'
import type { AuditorListeners } from './parts.js'
import { rangeText } from './record-text.js'
import { harmless, moveText, nanosecondsOf, paintVerdict, sideText } from './text.js'

/** Lines for events, in their order. */
export class Reporter implements AuditorListeners {
  readonly #io: Io
  readonly #json: boolean
  #first = true
  #written: Promise<void> = Promise.resolve()
  /** What happened between the start and `ready`. */
  #early: (() => void)[] | null = []

  constructor(io: Io, json: boolean) {
    this.#io = io
    this.#json = json
  }

  ready(trail: string): void {
    const early = this.#early ?? []
    this.#early = null
    this.#say('ready', { trail }, 'ready')
    for (const event of early) event()
  }

  /** @param keys options that changed; none: it is as it was */
  configured(keys: readonly string[]): void {
    const what = keys.length === 0 ? 'unchanged' : `taken: ${keys.join(', ')}`
    this.#say('configuration', { keys }, `configuration ${what}`)
  }

  nightly({ code, message }: NightlyEnd): void {
    const last = message.split('\n').at(-1) ?? ''
    this.#say('nightly', { code, message }, `nightly job ended with ${code ?? 'a signal'}: ${harmless(last)}`)
  }

  stopped(signal: string): void {
    this.#say('stopped', { signal }, null)
  }

  readonly sample: AuditorListeners['sample'] = (document) => {
    const { low, high } = document.consensus
    if (!this.#first || low === null || high === null) return
    this.#first = false
    this.#say(
      'first-sample',
      { ...document },
      `first-sample ${this.#verdict(document.verdict, document.cause, { low, high })}`,
    )
  }

  readonly clockChange: AuditorListeners['clockChange'] = (change) => {
    const moved = rangeText(nanosecondsOf(change.size.low), nanosecondsOf(change.size.high), moveText)
    const text = `${change.latest} clock-change ${change.class}, moved ${moved}, by ${change.by} (seq ${change.seq})`
    this.#say('clock-change', { ...change }, text)
  }

  readonly gap: AuditorListeners['gap'] = (gap) => {
    this.#say('gap', { ...gap }, `${gap.to} gap ${gap.cause} since ${gap.from}, breaks ${gap.breaks} (seq ${gap.seq})`)
  }

  readonly verdict: AuditorListeners['verdict'] = (change) => {
    this.#say(
      'verdict',
      { ...change },
      `${change.at} verdict ${this.#verdict(change.verdict, change.cause, change.bound)}`,
    )
  }

  readonly problem: AuditorListeners['problem'] = (error) => {
    const { code } = error as { code?: unknown }
    const fields = { code: typeof code === 'string' ? code : 'ERR_UNEXPECTED', message: error.message }
    if (this.#json) this.#say('problem', fields, null)
    else this.#after(() => this.#io.stderr.write(`ntp-auditor: ${harmless(error.message)}\n`))
  }

  flushed(): Promise<void> {
    return this.#written
  }

  #verdict(
    verdict: Parameters<typeof paintVerdict>[1],
    cause: string | null,
    bound: { low: number; high: number } | null,
  ): string {
    const error =
      bound === null ? '' : `, clock ${rangeText(nanosecondsOf(bound.low), nanosecondsOf(bound.high), sideText)}`
    return `${paintVerdict(this.#io, verdict)}${cause === null ? '' : ` (${cause})`}${error}`
  }

  /** @param text the line for eyes; `null`: only in JSON */
  #say(event: string, fields: object, text: string | null): void {
    if (this.#early !== null) {
      this.#early.push(() => this.#say(event, fields, text))
      return
    }
    if (this.#json) this.#after(() => this.#io.stdout.write(`${JSON.stringify({ event, ...fields })}\n`))
    else if (text !== null) this.#after(() => this.#io.stdout.write(`${text}\n`))
  }

  /** Writes in order; that a line cannot be written is no reason to end an audit. */
  #after(write: () => Promise<void>): void {
    this.#written = this.#written.then(write).catch(() => {})
  }
}
