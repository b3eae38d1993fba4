/**
 * The SQLite file of an index: rows in, rows out. Every failure ends as "there is no index": an index is never needed.
 * @module
 */
import { createRequire } from 'node:module'
import type Database from 'better-sqlite3'

/** One canonical block of a trail. */
export interface Row {
  readonly block: number
  /** Encoded facts, and their SHA-256, hex. */
  readonly facts: Buffer
  readonly digest: string
  /** The encoded outline of the block. */
  readonly outline: Buffer
  /** JSON: where its bytes stand and what they hash to, and the record it ends with. */
  readonly origin: string
  /** HMAC-SHA-256 over trail, block, digest, outline and origin, hex. */
  readonly mac: string
}

/** A text that follows from blocks, signed. */
export interface Kept {
  readonly text: string
  readonly mac: string
}

/** Bytes that are kept under a name, signed. */
export interface Note {
  readonly bytes: Buffer
  readonly mac: string
}

export interface IndexDatabase {
  readonly path: string
  /** All rows without their facts, in order of block. */
  outlines(): Omit<Row, 'facts'>[]
  facts(block: number): Buffer | null
  /** How the trail's files looked when all rows were last found to fit them; signed by whoever wrote it. */
  marks(): string | null
  mark(text: string): void
  /** A text that was kept under a name and a number, and its signature. */
  recall(name: string, block: number): Kept | null
  note(name: string): Note | null
  takeNote(name: string, note: Note): void
  keep(texts: readonly (Kept & { readonly name: string; readonly block: number })[]): void
  /** Replaces rows; on failure (a rival writes, the disk is full) nothing is stored. */
  put(rows: readonly Row[]): void
  /** Removes the rows of `block` and all behind it, and every kept text and note. */
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

/** Facts stand last: who reads the other columns need not pass over them. */
const columns = [
  'block INTEGER PRIMARY KEY, digest TEXT NOT NULL, outline BLOB NOT NULL, origin TEXT NOT NULL, mac TEXT NOT NULL',
  'facts BLOB NOT NULL',
].join(', ')
/** Texts are long: a table that keeps them in its tree of names would be searched through them. */
const memoColumns = [
  'name TEXT NOT NULL, block INTEGER NOT NULL, text TEXT NOT NULL, mac TEXT NOT NULL',
  'PRIMARY KEY (name, block)',
].join(', ')

const noteColumns = 'name TEXT PRIMARY KEY, mac TEXT NOT NULL, bytes BLOB NOT NULL'

/** Marks the file as an index of ours: 'NTPA'. */
const applicationId = 0x4e545041
const version = 6

/** The table as this version writes it; another version's is thrown away, another program's database left alone. */
function prepare(database: Database.Database): void {
  const id = database.pragma('application_id', { simple: true })
  const { tables } = database.prepare('SELECT count(*) AS tables FROM sqlite_master').get() as { tables: number }
  if (id !== applicationId && tables > 0) throw new Error('the file is a database of another program; name another')
  if (id !== applicationId) database.pragma(`application_id = ${applicationId}`)
  if (database.pragma('user_version', { simple: true }) !== version) {
    database.exec(
      'DROP TABLE IF EXISTS block; DROP TABLE IF EXISTS mark; DROP TABLE IF EXISTS memo; DROP TABLE IF EXISTS note',
    )
    database.pragma(`user_version = ${version}`)
  }
  database.exec(`CREATE TABLE IF NOT EXISTS block (${columns}) STRICT`)
  database.exec(`CREATE TABLE IF NOT EXISTS memo (${memoColumns}) STRICT`)
  database.exec(`CREATE TABLE IF NOT EXISTS note (${noteColumns}) STRICT`)
  database.exec('CREATE TABLE IF NOT EXISTS mark (id INTEGER PRIMARY KEY CHECK (id = 1), files TEXT NOT NULL) STRICT')
}

function wrap(database: Database.Database, path: string): IndexDatabase {
  const outlines = database.prepare<[], Omit<Row, 'facts'>>(
    'SELECT block, digest, outline, origin, mac FROM block ORDER BY block',
  )
  const facts = database.prepare<[number], { facts: Buffer }>('SELECT facts FROM block WHERE block = ?')
  const insert = database.prepare<[Row]>(
    'INSERT OR REPLACE INTO block VALUES (@block, @digest, @outline, @origin, @mac, @facts)',
  )
  const drop = database.prepare<[number]>('DELETE FROM block WHERE block >= ?')
  const forget = database.prepare('DELETE FROM memo')
  const forgetNotes = database.prepare('DELETE FROM note')
  const note = database.prepare<[string], Note>('SELECT bytes, mac FROM note WHERE name = ?')
  const takeNote = database.prepare<[string, string, Buffer]>('INSERT OR REPLACE INTO note VALUES (?, ?, ?)')
  const recall = database.prepare<[string, number], Kept>('SELECT text, mac FROM memo WHERE name = ? AND block = ?')
  const keep = database.prepare<[string, number, string, string]>('INSERT OR REPLACE INTO memo VALUES (?, ?, ?, ?)')
  const marks = database.prepare<[], { files: string }>('SELECT files FROM mark')
  const mark = database.prepare<[string]>('INSERT OR REPLACE INTO mark VALUES (1, ?)')
  const putAll = database.transaction((rows: readonly Row[]) => {
    for (const row of rows) insert.run(row)
  })
  const keepAll = database.transaction((texts: Parameters<IndexDatabase['keep']>[0]) => {
    for (const { name, block, text, mac } of texts) keep.run(name, block, text, mac)
  })
  return {
    path,
    recall: (name, block) => recall.get(name, block) ?? null,
    note: (name) => note.get(name) ?? null,
    takeNote: (name, { bytes, mac }) => quietly(() => takeNote.run(name, mac, bytes)),
    keep: (texts) => quietly(() => keepAll(texts)),
    outlines: () => outlines.all(),
    facts: (block) => facts.get(block)?.facts ?? null,
    marks: () => marks.get()?.files ?? null,
    mark: (text) => quietly(() => mark.run(text)),
    put: (rows) => quietly(() => putAll(rows)),
    dropFrom: (block) =>
      quietly(() => {
        drop.run(block)
        forget.run()
        forgetNotes.run()
      }),
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
