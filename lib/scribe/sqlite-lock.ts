/**
 * An exclusive SQLite lock beside the lock file: the operating system gives it back when a process dies, however it dies.
 * Where better-sqlite3 does not load, the lock file stands alone.
 * @module
 */
import { createRequire } from 'node:module'
import type Database from 'better-sqlite3'

export interface SqliteLock {
  release(): void
}

/**
 * Takes the lock.
 * @returns the lock; `'held'` where somebody else has it; `'unavailable'` where this computer or its file system cannot
 */
export function takeSqliteLock(path: string): SqliteLock | 'held' | 'unavailable' {
  let database: Database.Database | null = null
  try {
    const load = createRequire(import.meta.url)
    const { version } = load('better-sqlite3/package.json') as { version: string }
    // From version 13 on its binaries need Node-API 10 and would crash an older Node.
    if (Number.parseInt(version, 10) >= 13 && Number(process.versions.napi) < 10) return 'unavailable'
    const Open = load('better-sqlite3') as typeof Database
    const opened = new Open(path, { timeout: 0 })
    database = opened
    // Nothing is ever written: no journal, no syncs.
    opened.pragma('journal_mode = MEMORY')
    opened.pragma('synchronous = OFF')
    opened.pragma('locking_mode = EXCLUSIVE')
    opened.exec('BEGIN EXCLUSIVE')
    return { release: () => opened.close() }
  } catch (error) {
    try {
      database?.close()
    } catch {
      // Closing what did not open has nothing to say.
    }
    return (error as { code?: string }).code?.startsWith('SQLITE_BUSY') ? 'held' : 'unavailable'
  }
}
