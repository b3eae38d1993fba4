/**
 * The readers' index over a trail: facts that need not be parsed again. Built by whoever reads, by following the trail; never
 * believed: the bytes that a block came from are hashed at each use and its row is signed, and what does not match is thrown away.
 * Absent, read-only, falsified or broken, the answers are those of the trail alone.
 * @module
 */
import { rmSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { trailSource } from '../evidence/source.js'
import { blockOfSeq, blockSize, type Fact, type FactSource } from '../evidence/types.js'
import { type Surveyed, survey } from '../trail/survey.js'
import { follow, type Rest } from './builder.js'
import { decodeFacts } from './codec.js'
import { type IndexDatabase, openDatabase } from './database.js'
import { digestSpan, macOf, type Origin, readOrigin, sameMac } from './origin.js'
import { defaultIndexPath, keyOf, trailIdentity } from './place.js'

export interface OpenIndexOptions {
  /** The trail folder. */
  readonly trail: string
  /** The index file, or `:memory:`. Default: in the user's cache folder. */
  readonly index?: string | undefined
  /** Bytes of the trail read while the index is brought up to date. */
  readonly onProgress?: ((progress: { readonly done: number; readonly total: number }) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

export interface IndexedSource extends FactSource {
  /** Where the index lies: a file, `:memory:`, or `null` where facts are read from the trail. */
  readonly path: string | null
  /** Why there is no index, or not the one that was asked for; `null` where all is well. */
  readonly reason: string | null
  close(): void
}

/** @throws {TrailReadError} where the trail cannot be read; never for the index's sake */
export async function openIndex(options: OpenIndexOptions): Promise<IndexedSource> {
  const { trail, signal } = options
  const { segments, doubles } = await survey(trail, 0, signal)
  if (doubles.length > 0 || segments.some(({ order, number }) => order !== number)) {
    return plainSource(trail, 'segments were renamed or doubled: the trail is read as it stands', signal)
  }
  const wanted = options.index ?? defaultIndexPath(trail)
  const opened = openWith(wanted)
  const memory = typeof opened !== 'string' || wanted === ':memory:' ? opened : openWith(':memory:')
  if (typeof memory === 'string') return plainSource(trail, memory, signal)
  try {
    return await attach(memory, segments, options, typeof opened === 'string' ? `${wanted}: ${opened}` : null)
  } catch (error) {
    signal?.throwIfAborted()
    // Whatever the index stumbled over: the trail itself says what it says.
    return plainSource(trail, (error as Error).message, signal)
  }
}

/**
 * Throws the index of a trail away and makes it anew. A file in the cache folder that is no database is removed; one that was named
 * by the caller is left alone, whatever it is, and the index made in memory.
 */
export async function rebuildIndex(options: OpenIndexOptions): Promise<IndexedSource> {
  const path = options.index ?? defaultIndexPath(options.trail)
  const opened = openWith(path)
  if (typeof opened !== 'string') {
    opened.database.dropFrom(0)
    opened.database.close()
  } else if (options.index === undefined) {
    for (const suffix of ['', '-wal', '-shm', '.key']) {
      try {
        rmSync(`${path}${suffix}`, { force: true })
      } catch {
        // A folder that cannot be written: the index is made in memory then.
      }
    }
  }
  return openIndex(options)
}

interface Opened {
  readonly database: IndexDatabase
  readonly key: Buffer
}

function openWith(path: string): Opened | string {
  try {
    const key = keyOf(path)
    const database = openDatabase(path)
    return typeof database === 'string' ? database : { database, key }
  } catch (error) {
    return (error as Error).message
  }
}

async function plainSource(trail: string, reason: string, signal: AbortSignal | undefined): Promise<IndexedSource> {
  const { lastSeq, block } = await trailSource(trail, signal)
  return { lastSeq, block, path: null, reason, close: () => {} }
}

async function attach(
  { database, key }: Opened,
  segments: readonly Surveyed[],
  options: OpenIndexOptions,
  reason: string | null,
): Promise<IndexedSource> {
  const { trail, signal, onProgress } = options
  const total = await sizeOf(trail, segments)
  const build = (known: readonly Origin[]) =>
    follow({
      folder: trail,
      segments,
      trail: trailIdentity(trail),
      key,
      from: known.at(-1)?.last ?? null,
      store: (rows) => database.put(rows),
      onProgress: (done) => onProgress?.({ done: Math.min(done, total), total }),
      signal,
    })
  try {
    const files = await lookOf(trail, segments)
    let known = usable(database, segments)
    if (known.length > 0 && !(await fits(database, key, trail, segments, known, files))) known = []
    if (known.length === 0) database.dropFrom(0)
    let rest = await build(known)
    if (!rest) {
      database.dropFrom(0)
      rest = await build([])
    }
    database.mark(signedMarks(key, trail, files))
    if (!rest) throw new Error('a trail that is read from its beginning always has one')
    return new Index({ database, key, segments, trail, signal, rest, reason })
  } catch (error) {
    database.close()
    throw error
  }
}

/** Size, times and identity of each file: what changes when its bytes do. By path. */
type Look = Readonly<Record<string, string>>

async function lookOf(trail: string, segments: readonly Surveyed[]): Promise<Look> {
  const looks = await Promise.all(
    segments.map(async ({ path, endsAt }) => {
      const { size, mtimeNs, ctimeNs, ino } = await stat(join(trail, path), { bigint: true })
      return [path, [size, mtimeNs, ctimeNs, ino, endsAt].join(' ')] as const
    }),
  )
  return Object.fromEntries(looks)
}

function signedMarks(key: Buffer, trail: string, files: Look): string {
  const facts = JSON.stringify(files)
  return JSON.stringify({ facts, mac: macOf(key, trailIdentity(trail), { block: -1, facts, origin: '' }) })
}

function readMarks(key: Buffer, trail: string, text: string | null): Look {
  try {
    const { facts, mac } = JSON.parse(text ?? '') as { facts: string; mac: string }
    return sameMac(macOf(key, trailIdentity(trail), { block: -1, facts, origin: '' }), mac)
      ? (JSON.parse(facts) as Look)
      : {}
  } catch {
    return {}
  }
}

/**
 * Whether every known block still stands in the trail's bytes, and its last row is ours. Files that look as they did when this was last
 * found are not read again; a block's own bytes are hashed once more when it is asked for.
 */
async function fits(
  database: IndexDatabase,
  key: Buffer,
  trail: string,
  segments: readonly Surveyed[],
  known: readonly Origin[],
  files: Look,
): Promise<boolean> {
  const last = known.length - 1
  const row = database.outlines()[last]
  const facts = database.facts(last)
  if (!row || facts === null) return false
  if (!sameMac(macOf(key, trailIdentity(trail), { block: last, facts, origin: row.origin }), row.mac)) return false
  const marks = readMarks(key, trail, database.marks())
  const byOrder = new Map(segments.map((segment) => [segment.order, segment]))
  for (const { spans } of known) {
    for (const { order, path, from, to, sha256 } of spans) {
      if (marks[path] !== undefined && marks[path] === files[path]) continue
      const segment = byOrder.get(order)
      if (!segment || sha256 === '' || (await digestSpan(trail, segment, from, to)) !== sha256) return false
    }
  }
  return true
}

/** The blocks, where they stand in the segments as these are now one behind the other; with a hole or a stranger, none. */
function usable(database: IndexDatabase, segments: readonly Surveyed[]): Origin[] {
  const known: Origin[] = []
  let rows: ReturnType<IndexDatabase['outlines']> = []
  try {
    rows = database.outlines()
  } catch {
    // A file that is no database any more: nothing is known.
  }
  for (const [index, { block, origin: text }] of rows.entries()) {
    const origin = readOrigin(text)
    if (block !== index || !origin || !stands(origin, known.at(-1) ?? null, segments)) break
    known.push(origin)
  }
  return known.length < rows.length ? [] : known
}

/** Whether a block's spans go on where those before end, over the very segments that lie there. */
function stands(origin: Origin, before: Origin | null, segments: readonly Surveyed[]): boolean {
  const end = before?.spans.at(-1)
  const begin = end ? { order: end.order, offset: end.to ?? 0 } : { order: segments[0]?.order ?? 0, offset: 0 }
  const first = origin.spans[0]
  const last = origin.spans.at(-1)
  if (!first || !last || first.order !== begin.order || first.from !== begin.offset || last.to === null) return false
  const touched = segments.filter(({ order }) => order >= first.order && order <= last.order)
  return (
    touched.length === origin.spans.length &&
    touched.every(({ order, path }, i) => origin.spans[i]?.order === order && origin.spans[i]?.path === path)
  )
}

async function sizeOf(trail: string, segments: readonly Surveyed[]): Promise<number> {
  const sizes = await Promise.all(segments.map(async ({ path }) => (await stat(join(trail, path))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

interface IndexParts extends Opened {
  readonly segments: readonly Surveyed[]
  readonly trail: string
  readonly signal: AbortSignal | undefined
  readonly rest: Rest
  readonly reason: string | null
}

class Index implements IndexedSource {
  readonly lastSeq: number
  readonly path: string
  reason: string | null
  readonly #parts: IndexParts
  readonly #rows: readonly IndexRow[]
  readonly #rest = new Map<number, Fact[]>()
  /** The trail itself, once the index was found wrong. */
  #trail: Promise<FactSource> | null = null

  constructor(parts: IndexParts) {
    this.#parts = parts
    this.lastSeq = parts.rest.lastSeq
    this.path = parts.database.path
    this.reason = parts.reason
    this.#rows = parts.database.outlines().flatMap(({ block, origin: text, mac }) => {
      const origin = readOrigin(text)
      return origin ? [{ block, text, mac, origin }] : []
    })
    for (const fact of parts.rest.facts) {
      const block = blockOfSeq(fact.seq)
      const facts = this.#rest.get(block)
      if (facts) facts.push(fact)
      else this.#rest.set(block, [fact])
    }
  }

  async block(index: number): Promise<readonly Fact[]> {
    if (this.#trail !== null) return this.#plain(index)
    const facts = await this.#fetch(index)
    if (facts) return facts
    this.reason = `block ${index} of the index was not what the trail says; the index was thrown away`
    this.#parts.database.dropFrom(0)
    this.#trail = trailSource(this.#parts.trail, this.#parts.signal)
    return this.#plain(index)
  }

  close(): void {
    this.#parts.database.close()
  }

  async #plain(index: number): Promise<readonly Fact[]> {
    const facts = (await (await this.#trail)?.block(index)) ?? []
    return facts.filter(({ seq }) => seq <= this.lastSeq)
  }

  /** @returns `null` where the index cannot be believed */
  async #fetch(index: number): Promise<readonly Fact[] | null> {
    const row = this.#rows[index]
    const rest = this.#rest.get(index)
    if (!row) return rest ?? (index * blockSize >= this.lastSeq || index < 0 ? [] : null)
    const facts = await this.#verify(row)
    if (!facts) return null
    return rest ? [...facts, ...rest] : facts
  }

  async #verify(row: IndexRow): Promise<Fact[] | null> {
    const { database, key, trail, segments } = this.#parts
    try {
      const facts = database.facts(row.block)
      if (facts === null) return null
      const signed = macOf(key, trailIdentity(trail), { block: row.block, facts, origin: row.text })
      if (!sameMac(signed, row.mac)) return null
      for (const { order, from, to, sha256 } of row.origin.spans) {
        const segment = segments.find((one) => one.order === order)
        if (!segment || sha256 === '' || (await digestSpan(trail, segment, from, to)) !== sha256) return null
      }
      return decodeFacts(facts)
    } catch {
      return null
    }
  }
}

interface IndexRow {
  readonly block: number
  readonly text: string
  readonly mac: string
  readonly origin: Origin
}
