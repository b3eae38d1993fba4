/**
 * The SQLite file of an index: rows in, rows out. Every failure ends as "there is no index": an index is never needed.
 * @module
 */
import { createRequire } from 'node:module'
import type Database from 'better-sqlite3'

/** One canonical block of a trail. */
export interface Row {
  readonly block: number
  /** Encoded facts. */
  readonly facts: string
  /** JSON: where its bytes stand and what they hash to, and the record it ends with. */
  readonly origin: string
  /** HMAC-SHA-256 over trail, block, facts and origin, hex. */
  readonly mac: string
}

export interface IndexDatabase {
  readonly path: string
  /** All rows without their facts, in order of block. */
  outlines(): Omit<Row, 'facts'>[]
  facts(block: number): string | null
  /** How the trail's files looked when all rows were last found to fit them; signed by whoever wrote it. */
  marks(): string | null
  mark(text: string): void
  /** Replaces rows; on failure (a rival writes, the disk is full) nothing is stored. */
  put(rows: readonly Row[]): void
  /** Removes the rows of `block` and all behind it. */
  dropFrom(block: number): void
  close(): void
}

/** How long a rival's writing is waited for (ms). */
const busyMs = 200

/**
 * Opens or makes an index file.
 * @param path a file, or `:memory:`
 * @returns the reason in words where it cannot be used
 */
export function openDatabase(path: string): IndexDatabase | string {
  try {
    const database = load(path)
    if (typeof database === 'string') return database
    if (path !== ':memory:') database.pragma('journal_mode = WAL')
    database.pragma('synchronous = NORMAL')
    prepare(database)
    return wrap(database, path)
  } catch (error) {
    return (error as Error).message
  }
}

function load(path: string): Database.Database | string {
  const require = createRequire(import.meta.url)
  const { version } = require('better-sqlite3/package.json') as { version: string }
  // From version 13 on its binaries need Node-API 10 and would crash an older Node.
  if (Number.parseInt(version, 10) >= 13 && Number(process.versions.napi) < 10) {
    return `better-sqlite3 ${version} needs a newer Node`
  }
  const Open = require('better-sqlite3') as typeof Database
  return new Open(path, { timeout: busyMs })
}

const columns = 'block INTEGER PRIMARY KEY, facts TEXT NOT NULL, origin TEXT NOT NULL, mac TEXT NOT NULL'

/** Marks the file as an index of ours: 'NTPA'. */
const applicationId = 0x4e545041
const version = 2

/** The table as this version writes it; another version's is thrown away, another program's database left alone. */
function prepare(database: Database.Database): void {
  const id = database.pragma('application_id', { simple: true })
  const { tables } = database.prepare('SELECT count(*) AS tables FROM sqlite_master').get() as { tables: number }
  if (id !== applicationId && tables > 0) throw new Error('the file is a database of another program; name another')
  if (id !== applicationId) database.pragma(`application_id = ${applicationId}`)
  if (database.pragma('user_version', { simple: true }) !== version) {
    database.exec('DROP TABLE IF EXISTS block; DROP TABLE IF EXISTS mark')
    database.pragma(`user_version = ${version}`)
  }
  database.exec(`CREATE TABLE IF NOT EXISTS block (${columns}) STRICT`)
  database.exec('CREATE TABLE IF NOT EXISTS mark (id INTEGER PRIMARY KEY CHECK (id = 1), files TEXT NOT NULL) STRICT')
}

function wrap(database: Database.Database, path: string): IndexDatabase {
  const outlines = database.prepare<[], Omit<Row, 'facts'>>('SELECT block, origin, mac FROM block ORDER BY block')
  const facts = database.prepare<[number], { facts: string }>('SELECT facts FROM block WHERE block = ?')
  const insert = database.prepare<[Row]>('INSERT OR REPLACE INTO block VALUES (@block, @facts, @origin, @mac)')
  const drop = database.prepare<[number]>('DELETE FROM block WHERE block >= ?')
  const marks = database.prepare<[], { files: string }>('SELECT files FROM mark')
  const mark = database.prepare<[string]>('INSERT OR REPLACE INTO mark VALUES (1, ?)')
  const putAll = database.transaction((rows: readonly Row[]) => {
    for (const row of rows) insert.run(row)
  })
  return {
    path,
    outlines: () => outlines.all(),
    facts: (block) => facts.get(block)?.facts ?? null,
    marks: () => marks.get()?.files ?? null,
    mark: (text) => quietly(() => mark.run(text)),
    put: (rows) => quietly(() => putAll(rows)),
    dropFrom: (block) => quietly(() => drop.run(block)),
    close: () => quietly(() => database.close()),
  }
}

function quietly(run: () => void): void {
  try {
    run()
  } catch {
    // Read-only, locked or full: the answers come from the trail then.
  }
}
