/**
 * `ntp-auditor run`: audits until SIGTERM or SIGINT. Prints `ready` when the audit stands, `first-sample` later, and a line for
 * each event. Losing the reader of these lines does not end the audit. SIGHUP takes the configuration again. A service manager that
 * waits for it is told `READY=1`.
 * @module
 */
import type { Configuration } from '../config/types.js'
import type { ServiceBody } from '../trail/types.js'
import { UsageError } from './exit.js'
import type { Io } from './io.js'
import type { NightlyHost } from './nightly-host.js'
import type { Parts, RunningAuditor } from './parts.js'
import type { Receipts } from './receipts.js'
import { type Change, changeOf } from './reload.js'
import { Reporter } from './run-reporter.js'
import { serviceManager } from './service-manager.js'
import { type AuditOptions, auditSettings, tellNotes } from './settings.js'

/** @returns 0 after an orderly stop */
export async function run(options: AuditOptions, io: Io, parts: Parts): Promise<number> {
  const configuration = auditSettings(options, 'trail', io)
  await checkNightly(configuration)
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
    const running = await Running.start(configuration, { options, io, parts, reporter })
    reporter.ready(configuration.trail)
    const ignore = io.onHangup(() => running.reload())
    await tell(`READY=1\nSTATUS=auditing into ${configuration.trail}`)
    const signal = await Promise.race([stopped, running.lost])
    ignore()
    await tell(`STOPPING=1\nSTATUS=stopping on ${signal}`)
    await running.stop()
    reporter.stopped(signal)
    await reporter.flushed()
    return 0
  } finally {
    undo()
  }
}

/** What would only fail at night is refused now. */
async function checkNightly(configuration: Configuration): Promise<void> {
  if (configuration.nightly === null) return
  const { profileCheck } = await import('./config-check.js')
  const check = await profileCheck()
  check(configuration)
}

/** How long the receipts of the last records may take (ms). */
const receiptsMs = 5_000

interface Surroundings {
  readonly options: AuditOptions
  readonly io: Io
  readonly parts: Parts
  readonly reporter: Reporter
}

/** The auditor and the host of its nightly job, under the configuration in force. */
class Running {
  readonly #around: Surroundings
  #configuration: Configuration
  #auditor: RunningAuditor | null = null
  #host: NightlyHost | null = null
  #receipts: Receipts | null = null
  /** What is under way, one thing behind the other. */
  #turn: Promise<void> = Promise.resolve()
  #ending = false
  #lose: (error: Error) => void = () => {}
  /** Rejects where neither the new configuration nor the old one could be audited under. */
  readonly lost: Promise<never>

  private constructor(configuration: Configuration, around: Surroundings) {
    this.#configuration = configuration
    this.#around = around
    this.lost = new Promise((_, reject) => {
      this.#lose = reject
    })
    this.lost.catch(() => {})
  }

  static async start(configuration: Configuration, around: Surroundings): Promise<Running> {
    const running = new Running(configuration, around)
    await running.#startAuditor(configuration)
    await running.#startHost()
    return running
  }

  /** Takes the configuration again. A wrong one is told, and the one in force stays so. */
  reload(): void {
    this.#turn = this.#turn.then(async () => {
      if (this.#ending) return
      try {
        await this.#take()
      } catch (error) {
        if (this.#auditor === null) this.#lose(error as Error)
        else this.#around.reporter.problem(error as Error)
      }
    })
  }

  async stop(): Promise<void> {
    this.#ending = true
    await this.#turn
    await this.#host?.stop()
    await this.#stopAuditor()
  }

  async #take(): Promise<void> {
    const { options, io, reporter } = this.#around
    const before = this.#configuration
    let after: Configuration
    let change: Change | null
    try {
      after = auditSettings(options, 'trail', io)
      await checkNightly(after)
      change = changeOf(before, after)
    } catch (error) {
      const { message } = error as Error
      throw new UsageError(`the configuration was not taken, the one in force goes on: ${message}`)
    }
    if (change === null) return reporter.configured([])
    await tellNotes(after.notes, io)
    await this.#host?.stop()
    this.#host = null
    if (change.restart) await this.#restart(before, after)
    this.#configuration = after
    await this.#startHost()
    await this.#auditor?.record(change.body)
    reporter.configured(change.body.keys)
  }

  /** @throws where the new audit cannot begin; the old one runs again then */
  async #restart(before: Configuration, after: Configuration): Promise<void> {
    await this.#stopAuditor()
    try {
      await this.#startAuditor(after)
    } catch (error) {
      await this.#startAuditor(before)
      await this.#startHost()
      throw new UsageError(`the configuration was not taken, the one in force goes on: ${(error as Error).message}`)
    }
  }

  async #startAuditor(configuration: Configuration): Promise<void> {
    const { parts, reporter, io } = this.#around
    const auditor = await parts.startAuditor(configuration, {
      clockChange: reporter.clockChange,
      gap: reporter.gap,
      verdict: reporter.verdict,
      problem: reporter.problem,
      record: (placed) => this.#receipts?.heard(placed),
      sample: (document) => {
        reporter.sample(document)
        this.#host?.sample(document)
      },
    })
    this.#auditor = auditor
    const { trail, receipts } = configuration
    if (receipts === null) return
    const { Receipts } = await import('./receipts.js')
    const record = (body: ServiceBody) => auditor.record(body)
    this.#receipts = new Receipts({ trail, receipts }, { record, problem: reporter.problem, pause: io.pause })
  }

  async #stopAuditor(): Promise<void> {
    const [auditor, receipts] = [this.#auditor, this.#receipts]
    this.#auditor = null
    await auditor?.stop()
    await receipts?.stop(receiptsMs)
    this.#receipts = null
  }

  async #startHost(): Promise<void> {
    const { nightly, zone } = this.#configuration
    if (nightly === null) return
    const { NightlyHost, jobProcess } = await import('./nightly-host.js')
    const { options, io, reporter } = this.#around
    const args = [
      ...(options.config === undefined ? [] : ['--config', options.config]),
      ...(options.trail === undefined ? [] : ['--trail', options.trail]),
    ]
    this.#host = await NightlyHost.start({
      ...{ at: nightly.at, zone, start: jobProcess(args, io.cwd) },
      onEnd: (end) => reporter.nightly(end),
    })
  }
}
