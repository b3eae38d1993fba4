/**
 * Chooses where an index is kept: the named file, the user's cache folder, or memory where neither will do.
 * @module
 */
import { closeSync, openSync, readSync, rmSync } from 'node:fs'
import { factsFormat } from './codec.js'
import { defaultIndex, indexKey } from './paths.js'
import { loadSqlite, type OpenDatabase } from './sqlite.js'
import { applicationId, MemoryStore, SqliteStore, type Store } from './store.js'

/** A store with the key of its rows. */
export interface Kept {
  readonly store: Store
  readonly key: Uint8Array
  readonly path: string | null
  readonly why: string | null
}

const noKey = new Uint8Array(32)

/**
 * Opens the store of a trail. Never fails: what cannot be opened is kept in memory, with the reason.
 * @param load loads better-sqlite3
 */
export async function openStore(trail: string, index: string | undefined, load = loadSqlite): Promise<Kept> {
  if (index === ':memory:') return inMemory(null)
  const sqlite = await load()
  if (typeof sqlite === 'string') return inMemory(sqlite)
  const path = index ?? defaultIndex(trail)
  try {
    return openFile(sqlite, path)
  } catch (error) {
    if (!isOurs(path, index === undefined)) return inMemory(`${path} cannot be used (${(error as Error).message})`)
  }
  try {
    removeIndex(path)
    return openFile(sqlite, path)
  } catch (error) {
    return inMemory(`${path} cannot be used (${(error as Error).message})`)
  }
}

export function inMemory(why: string | null): Kept {
  return { store: new MemoryStore(), key: noKey, path: null, why }
}

function openFile(sqlite: OpenDatabase, path: string): Kept {
  const key = indexKey(path)
  return { store: new SqliteStore(sqlite, path, factsFormat), key, path, why: null }
}

/** Removes an index with the files beside it. The key stays. */
function removeIndex(path: string): void {
  for (const name of [path, `${path}-wal`, `${path}-shm`]) rmSync(name, { force: true })
}

/**
 * Whether a file that cannot be opened may be replaced: in the cache folder whatever it is; elsewhere only where its header
 * (SQLite file format, offsets 0 and 68) says that it was an index of ours.
 */
function isOurs(path: string, cached: boolean): boolean {
  const header = Buffer.alloc(72)
  try {
    const file = openSync(path, 'r')
    try {
      readSync(file, header, 0, 72, 0)
    } finally {
      closeSync(file)
    }
  } catch {
    return false
  }
  return (
    cached || (header.toString('latin1', 0, 16) === 'SQLite format 3\0' && header.readUInt32BE(68) === applicationId)
  )
}
