/**
 * Where chunks are kept: in an SQLite file, or in memory. A store never says more than "this row stands here": whether it is
 * to be believed is found elsewhere, and a store that fails is left.
 * @module
 */
import type { Row } from './chunk.js'
import type { Database, OpenDatabase, Statement } from './sqlite.js'

/** The small columns of a row. */
export type Head = Omit<Row, 'facts'>

export interface Store {
  /** All rows in order of block, without their facts. */
  heads(): Head[]
  /** The facts of a row; `null` where it is gone. */
  facts(block: number): Uint8Array | null
  put(row: Row): void
  /** Removes a block and all behind it. */
  drop(fromBlock: number): void
  close(): void
}

/** Keeps rows in memory. */
export class MemoryStore implements Store {
  readonly #rows = new Map<number, Row>()

  heads(): Head[] {
    return [...this.#rows.values()].sort((a, b) => a.block - b.block)
  }

  facts(block: number): Uint8Array | null {
    return this.#rows.get(block)?.facts ?? null
  }

  put(row: Row): void {
    this.#rows.set(row.block, row)
  }

  drop(fromBlock: number): void {
    for (const block of [...this.#rows.keys()]) if (block >= fromBlock) this.#rows.delete(block)
  }

  close(): void {
    this.#rows.clear()
  }
}

/** "ntpA": tells our files from others'. */
export const applicationId = 0x6e747041

/** Keeps rows in an SQLite file, shared with other readers: every write is a short transaction of its own. */
export class SqliteStore implements Store {
  readonly #database: Database
  readonly #select: Statement
  readonly #insert: Statement
  readonly #delete: Statement

  /** @throws where the file is no database of ours or cannot be written */
  constructor(open: OpenDatabase, path: string, format: number) {
    const database = open(path)
    try {
      const version = prepare(database, format)
      if (version !== format) throw new Error(`it is an index of format ${version}`)
      this.#select = database.prepare('SELECT facts FROM chunk WHERE block = ?')
      this.#insert = database.prepare(
        'INSERT OR REPLACE INTO chunk (block, origin, facts, digest, mac) VALUES (?, ?, ?, ?, ?)',
      )
      this.#delete = database.prepare('DELETE FROM chunk WHERE block >= ?')
    } catch (error) {
      database.close()
      throw error
    }
    this.#database = database
  }

  heads(): Head[] {
    return this.#database.prepare('SELECT block, origin, digest, mac FROM chunk ORDER BY block').all() as Head[]
  }

  facts(block: number): Uint8Array | null {
    const row = this.#select.get(block) as { facts: unknown } | undefined
    return row && ArrayBuffer.isView(row.facts) ? (row.facts as Uint8Array) : null
  }

  put({ block, origin, facts, digest, mac }: Row): void {
    this.#insert.run(block, origin, facts, digest, mac)
  }

  drop(fromBlock: number): void {
    this.#delete.run(fromBlock)
  }

  close(): void {
    this.#database.close()
  }
}

/** Makes the table in a new file; refuses a file of somebody else. Gives back the format that the file has. */
function prepare(database: Database, format: number): number {
  const id = database.pragma('application_id') as [{ application_id: number }]
  const tables = database.prepare('SELECT count(*) AS tables FROM sqlite_master').get() as { tables: number }
  if (tables.tables === 0) {
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = NORMAL')
    database.exec(
      `BEGIN IMMEDIATE; PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${format};
       CREATE TABLE IF NOT EXISTS chunk (block INTEGER PRIMARY KEY, origin TEXT, facts BLOB, digest BLOB, mac BLOB); COMMIT`,
    )
    return format
  }
  if (id[0].application_id !== applicationId) throw new Error('the file is a database, but no index of ntp-auditor')
  database.pragma('synchronous = NORMAL')
  return (database.pragma('user_version') as [{ user_version: number }])[0].user_version
}
