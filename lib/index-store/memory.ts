/**
 * What was worked out from blocks, kept beside them: each text is signed together with the signatures of the very rows that it
 * follows from, so that none outlives them, speaks of others or is somebody else's.
 * @module
 */
import type { Memory } from '../evidence/types.js'
import type { IndexDatabase } from './database.js'
import { sameMac, signed } from './origin.js'

/** Texts are written so many at a time. */
const batch = 256

export class IndexMemory implements Memory {
  readonly #database: IndexDatabase
  readonly #key: Buffer
  readonly #identity: string
  /** Signature of the row of a block; `null` where the block is not complete or its row is not believed. */
  readonly #macOf: (block: number) => string | null
  #waiting: { readonly name: string; readonly block: number; readonly text: string; readonly mac: string }[] = []

  constructor(database: IndexDatabase, key: Buffer, identity: string, macOf: (block: number) => string | null) {
    this.#database = database
    this.#key = key
    this.#identity = identity
    this.#macOf = macOf
  }

  recall(name: string, first: number, last: number): string | null {
    try {
      const kept = this.#database.recall(name, first)
      const mac = kept && this.#sign(name, first, last, kept.text)
      return kept && mac !== null && sameMac(mac, kept.mac) ? kept.text : null
    } catch {
      return null
    }
  }

  keep(name: string, first: number, last: number, text: string): void {
    const mac = this.#sign(name, first, last, text)
    if (mac === null) return
    this.#waiting.push({ name, block: first, text, mac })
    if (this.#waiting.length >= batch) this.flush()
  }

  /** Writes what waits. */
  flush(): void {
    if (this.#waiting.length > 0) this.#database.keep(this.#waiting.splice(0))
  }

  #sign(name: string, first: number, last: number, text: string): string | null {
    const macs: string[] = []
    for (let block = first; block <= last; block += 1) {
      const mac = this.#macOf(block)
      if (mac === null) return null
      macs.push(mac)
    }
    return signed(this.#key, this.#identity, 'memory', name, `${first} ${last}`, macs.join(), text)
  }
}
