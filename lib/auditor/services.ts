/**
 * What an auditor does besides auditing, as its configuration asks: each service hears what is durable and may record in turn.
 * Services fail on their own: none of them can hold up the audit or another.
 * @module
 */
import { systemTimers } from '../clock/timers.js'
import type { Timers } from '../clock/types.js'
import type { Configuration } from '../config/types.js'
import type { ErrorData, SealNews } from '../scribe/messages.js'
import type { Attachment, Placed, ServiceBody } from '../trail/types.js'
import { alerting } from './alerting.js'
import { anchoring } from './anchoring.js'
import { disciplineWatch } from './discipline.js'

/** What a service may do. */
export interface ServiceHost {
  /** Writes a record, and beside the trail's seals a file that it names; resolves once both are durable. */
  record(body: ServiceBody, attachment?: Attachment): Promise<{ readonly seq: number }>
  /** Tells the application, and the other services. */
  problem(code: string, message: string): void
}

/** What a service hears; each part is optional. */
export interface Service {
  /** The audit stands. */
  started?(): void
  /** A record is durable. */
  heard?(placed: Placed): void
  /** A seal is durable. */
  sealed?(seal: SealNews): void
  /** Something failed inside the auditor, or a service says so. */
  problem?(problem: ErrorData): void
  /** The audit is about to end: whatever is under way has this many milliseconds. */
  stop?(budgetMs: number): Promise<void>
}

/** All services as one. What one throws is a problem of that one. */
export class Services {
  readonly #all: readonly Service[]
  readonly #onFailure: (error: Error) => void

  constructor(all: readonly Service[], onFailure: (error: Error) => void) {
    this.#all = all
    this.#onFailure = onFailure
  }

  started(): void {
    this.#each((service) => service.started?.())
  }

  heard(placed: Placed): void {
    this.#each((service) => service.heard?.(placed))
  }

  sealed(seal: SealNews): void {
    this.#each((service) => service.sealed?.(seal))
  }

  problem(problem: ErrorData): void {
    this.#each((service) => service.problem?.(problem))
  }

  async stop(budgetMs: number): Promise<void> {
    await Promise.all(
      this.#all.map(async (service) => {
        try {
          await service.stop?.(budgetMs)
        } catch (error) {
          this.#onFailure(error as Error)
        }
      }),
    )
  }

  #each(run: (service: Service) => void): void {
    for (const service of this.#all) {
      try {
        run(service)
      } catch (error) {
        this.#onFailure(error as Error)
      }
    }
  }
}

/** Timers that keep no process alive. */
const quietTimers: Timers = {
  setTimeout(run, ms) {
    const timer = systemTimers.setTimeout(run, ms) as NodeJS.Timeout
    timer.unref()
    return timer
  },
  clearTimeout: systemTimers.clearTimeout,
}

/**
 * The services that a configuration asks for.
 * @param about.simulation whether the audited clock is a simulated one
 * @throws {OptionRangeError} where a file that it names cannot be read
 */
export function servicesOf(configuration: Configuration, host: ServiceHost, about: { simulation: boolean }): Services {
  const all = [
    anchoring(configuration, host, quietTimers),
    alerting(configuration, host, { timers: quietTimers }),
    // What sets this computer's clock says nothing of a simulated one.
    about.simulation ? null : disciplineWatch(configuration, host, quietTimers),
  ]
  return new Services(
    all.filter((service) => service !== null),
    (error) => host.problem('ERR_SERVICE', error.message),
  )
}
