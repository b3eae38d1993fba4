/**
 * Reads `<trail>/live.json` of an auditor in another process: one short read of a file that is kept open. What was written on another
 * computer, in another boot or by another run than the one that holds the trail's lock is no evidence here.
 * @module
 */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { Cause } from '../consensus/types.js'
import { decodeLiveText, type LiveInlet, liveTextLength } from '../evidence/live-board.js'
import type { LiveRecord } from '../evidence/live-record.js'
import { parseHolder } from '../scribe/holder.js'

/** A text met half written is whole a moment later. */
const patience = 20
/** After this time without a change the file is looked for by its name again (ns). */
const reopenNs = 300_000_000n

export interface LiveFileParts {
  readonly trail: string
  readonly bootId: string
  readonly nowNs: () => bigint
}

export class LiveFile implements LiveInlet {
  readonly #parts: LiveFileParts
  readonly #buffer = Buffer.alloc(liveTextLength)
  /** What `#record` was made of. */
  readonly #known = Buffer.alloc(liveTextLength)
  #descriptor: number | null = null
  #token: string | null = null
  #record: LiveRecord | null = null
  #changedNs: bigint
  #ended = false
  missing: Cause = 'auditor-down'

  constructor(parts: LiveFileParts) {
    this.#parts = parts
    this.#changedNs = parts.nowNs() - reopenNs - 1n
  }

  latest(): LiveRecord | null {
    if (this.#ended) return null
    if (this.#descriptor !== null && this.#read() && this.#fresh()) return this.#record
    const nowNs = this.#parts.nowNs()
    if (nowNs - this.#changedNs <= reopenNs) return this.#record
    this.#changedNs = nowNs
    this.#reopen()
    return this.#record
  }

  /** Gives back the file for good. */
  end(): void {
    this.#ended = true
    this.#close()
  }

  #close(): void {
    const descriptor = this.#descriptor
    this.#descriptor = null
    this.#record = null
    if (descriptor !== null) closeSync(descriptor)
  }

  #fresh(): boolean {
    return this.#parts.nowNs() - this.#changedNs <= reopenNs
  }

  /** Reads the text, and makes a record of it where it is a new one. @returns whether there is a whole text */
  #read(): boolean {
    const descriptor = this.#descriptor
    if (descriptor === null) return false
    for (let n = 0; n < patience; n++) {
      if (!this.#fill(descriptor)) break
      if (this.#buffer.equals(this.#known)) return true
      const text = decodeLiveText(this.#buffer.toString('latin1'))
      if (text === null) continue
      this.#buffer.copy(this.#known)
      this.#changedNs = this.#parts.nowNs()
      const { bootId, token } = text.origin
      this.missing = bootId === this.#parts.bootId ? 'auditor-down' : 'boot'
      this.#record = bootId === this.#parts.bootId && token === this.#token ? text.record : null
      return true
    }
    this.#record = null
    this.missing = 'auditor-down'
    return false
  }

  #fill(descriptor: number): boolean {
    try {
      return readSync(descriptor, this.#buffer, 0, liveTextLength, 0) === liveTextLength
    } catch {
      return false
    }
  }

  #reopen(): void {
    this.#close()
    this.missing = 'auditor-down'
    this.#known.fill(0)
    try {
      this.#token = tokenOf(join(this.#parts.trail, 'lock'))
      this.#descriptor = openFile(join(this.#parts.trail, 'live.json'))
      this.#read()
    } catch {
      this.#close()
    }
  }
}

/** Opens a plain file: no link is followed, and no pipe holds us up. */
function openFile(path: string): number {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants
  const descriptor = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  if (fstatSync(descriptor).isFile()) return descriptor
  closeSync(descriptor)
  throw new Error(`${path} is no file`)
}

/** Names the run that holds the trail; `null` where the lock says nothing of the kind. */
function tokenOf(path: string): string | null {
  const descriptor = openFile(path)
  try {
    const buffer = Buffer.alloc(4096)
    const length = readSync(descriptor, buffer, 0, buffer.length, 0)
    return parseHolder(buffer.toString('utf8', 0, length))?.token ?? null
  } finally {
    closeSync(descriptor)
  }
}
