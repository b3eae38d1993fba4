/**
 * What an auditor does besides auditing, as its configuration asks: each service hears what is durable and may record in turn.
 * Services fail on their own: none of them can hold up the audit or another.
 * @module
 */
import type { Seal } from '../anchor/types.js'
import type { Placed, ServiceBody } from '../trail/types.js'

/** What a service may do. */
export interface ServiceHost {
  /** Writes a record, and beside the trail's seals a file that it names; resolves once both are durable. */
  record(body: ServiceBody, attachment?: Attachment): Promise<{ readonly seq: number }>
  /** Tells the application, and the other services. */
  problem(code: string, message: string): void
}

/** A file that belongs to a record: a time-stamp token. */
export interface Attachment {
  /** Path below the trail folder, under `seals/`. */
  readonly path: string
  readonly bytes: Uint8Array
}

/** What a service hears; each part is optional. */
export interface Service {
  /** The audit stands. */
  started?(): void
  /** A record is durable. */
  heard?(placed: Placed): void
  /** A seal is durable. */
  sealed?(seal: Seal, lastOfDay: boolean): void
  /** Something failed inside the auditor. */
  problem?(code: string, message: string): void
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

  sealed(seal: Seal, lastOfDay: boolean): void {
    this.#each((service) => service.sealed?.(seal, lastOfDay))
  }

  problem(code: string, message: string): void {
    this.#each((service) => service.problem?.(code, message))
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
