/**
 * Notes of whoever reports, kept in the index.
 * @module
 */
import type { IndexDatabase } from './database.js'
import { sameMac, signed } from './origin.js'

/**
 * Keeps bytes under a name, signed for this trail. Nothing binds them to the trail's bytes: whoever keeps one says in it how these looked,
 * and looks again before believing it.
 */
export interface Notebook {
  /** @returns `null` where nothing is kept that is ours */
  recall(name: string): Buffer | null
  keep(name: string, bytes: Buffer): void
}

/** @param identity the trail's real path */
export function notebookOf(database: IndexDatabase, key: Buffer, identity: string): Notebook {
  return {
    recall: (name) => {
      try {
        const note = database.note(name)
        return note && sameMac(signed(key, identity, 'note', name, note.bytes), note.mac) ? note.bytes : null
      } catch {
        return null
      }
    },
    keep: (name, bytes) => database.takeNote(name, { bytes, mac: signed(key, identity, 'note', name, bytes) }),
  }
}
