/**
 * `ntp-auditor run`: audits until SIGTERM or SIGINT. Prints `ready` when the audit stands, `first-sample` later, and a line for
 * each event. Losing the reader of these lines does not end the audit. A service manager that waits for it is told `READY=1`.
 * @module
 */
import type { Configuration } from '../config/types.js'
import type { Placed, ServiceBody } from '../trail/types.js'
import type { Io } from './io.js'
import type { AuditorListeners, Parts, RunningAuditor } from './parts.js'
import type { Receipts } from './receipts.js'
import { rangeText } from './record-text.js'
import { serviceManager } from './service-manager.js'
import { type AuditOptions, auditSettings, tellNotes } from './settings.js'
import { harmless, moveText, nanosecondsOf, paintVerdict, sideText } from './text.js'

/** @returns 0 after an orderly stop */
export async function run(options: AuditOptions, io: Io, parts: Parts): Promise<number> {
  const configuration = auditSettings(options, 'trail', io)
  await tellNotes(configuration.notes, io)
  const reporter = new Reporter(io, options.json === true)
  const manager = serviceManager(io.env)
  const tell = async (state: string) => {
    const failure = await manager.tell(state)
    if (failure !== null) reporter.problem(new Error(failure))
  }
  let undo = () => {}
  const stopped = new Promise<string>((resolve) => {
    undo = io.onSignal(resolve)
  })
  try {
    const auditor = await parts.startAuditor(configuration, reporter)
    const receipts = await startReceipts(configuration, auditor, reporter, io)
    reporter.ready(configuration.trail)
    await tell(`READY=1\nSTATUS=auditing into ${configuration.trail}`)
    const signal = await stopped
    await tell(`STOPPING=1\nSTATUS=stopping on ${signal}`)
    await auditor.stop()
    await receipts?.stop(receiptsMs)
    reporter.stopped(signal)
    await reporter.flushed()
    return 0
  } finally {
    undo()
  }
}

/** How long the receipts of the last records may take (ms). */
const receiptsMs = 5000

/** Prints what becomes durable, where the configuration asks for it. */
async function startReceipts(
  configuration: Configuration,
  auditor: RunningAuditor,
  reporter: Reporter,
  { pause }: Pick<Io, 'pause'>,
): Promise<Receipts | null> {
  const { trail, receipts: config } = configuration
  if (config === null) return null
  const { Receipts } = await import('./receipts.js')
  const record = (body: ServiceBody) => auditor.record(body)
  const receipts = new Receipts({ trail, receipts: config }, { record, problem: reporter.problem, pause })
  reporter.onRecord = (placed) => receipts.heard(placed)
  return receipts
}

/** Lines for events, in their order. */
class Reporter implements AuditorListeners {
  readonly #io: Io
  readonly #json: boolean
  #first = true
  #written: Promise<void> = Promise.resolve()
  /** What happened between the start and `ready`. */
  #early: (() => void)[] | null = []
  /** Hears every durable record. */
  onRecord: (placed: Placed) => void = () => {}

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

  stopped(signal: string): void {
    this.#say('stopped', { signal }, null)
  }

  readonly record = (placed: Placed): void => this.onRecord(placed)

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
