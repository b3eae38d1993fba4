/**
 * That the trail is ours, and stays so while we write: its lock, taken anew where somebody deleted it or the whole folder.
 * @module
 */
import { TrailLockedError } from '../errors.js'
import type { Files } from './files.js'
import type { Processes } from './holder.js'
import { TrailLock } from './lock.js'
import type { takeSqliteLock } from './sqlite-lock.js'
import { findEnd } from './tail.js'

export interface OwnershipOptions {
  readonly files: Files
  readonly processes?: Processes
  /** Of a predecessor in this process that died. */
  readonly token?: string
  readonly sqlite?: typeof takeSqliteLock
}

export class Ownership {
  readonly #folder: string
  readonly #options: OwnershipOptions
  #lock: TrailLock

  /**
   * @throws {TrailLockedError} where another auditor holds the trail
   * @throws {TrailWriteError} where the lock cannot be written
   */
  constructor(folder: string, options: OwnershipOptions) {
    this.#folder = folder
    this.#options = options
    this.#lock = TrailLock.take(folder, options)
  }

  /** Names this run in the lock file. */
  get token(): string {
    return this.#lock.token
  }

  /** For the `open` record. */
  get kind(): string {
    return this.#lock.kind
  }

  /**
   * Makes sure that the trail is still ours.
   * @param next number that the next segment will have
   * @throws {TrailLockedError} where another auditor has it, or has written meanwhile
   */
  confirm(next: number): void {
    if (this.#lock.isHeld()) return
    const { files } = this.#options
    const { token } = this.#lock
    files.makeFolder(this.#folder)
    this.#lock.release()
    this.#lock = TrailLock.take(this.#folder, { ...this.#options, token })
    if (findEnd(this.#folder, files).next > next) {
      throw new TrailLockedError(
        `another auditor has written into the trail ${this.#folder} after its lock file was deleted; ` +
          'stop one of them and start the other again',
      )
    }
  }

  release(): void {
    this.#lock.release()
  }
}
