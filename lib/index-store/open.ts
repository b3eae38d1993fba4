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
  const { segments } = await survey(trail, 0, signal)
  if (segments.some(({ order, number }) => order !== number)) {
    return plainSource(trail, 'segments were renamed: the trail is read as it stands', signal)
  }
  const wanted = options.index ?? defaultIndexPath(trail)
  const opened = openWith(wanted)
  if (typeof opened !== 'string') return attach(opened, segments, options, null)
  const memory = wanted === ':memory:' ? opened : openWith(':memory:')
  if (typeof memory === 'string') return plainSource(trail, memory, signal)
  return attach(memory, segments, options, `${wanted}: ${opened}`)
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
    let known = usable(database, segments)
    const last = known.length - 1
    if (last >= 0 && !isSigned(database, key, trail, last)) {
      database.dropFrom(0)
      known = []
    }
    let rest = await build(known)
    if (!rest) {
      database.dropFrom(0)
      known = []
      rest = await build([])
    }
    if (!rest) throw new Error('a trail that is read from its beginning always has one')
    return new Index({ database, key, segments, trail, signal, rest, reason })
  } catch (error) {
    database.close()
    throw error
  }
}

/** Whether a row is ours; the others are asked when they are used. */
function isSigned(database: IndexDatabase, key: Buffer, trail: string, block: number): boolean {
  const facts = database.facts(block)
  const row = database.outlines()[block]
  if (facts === null || !row) return false
  return sameMac(macOf(key, trailIdentity(trail), { block, facts, origin: row.origin }), row.mac)
}

/** Blocks from the first on that stand in the segments as these are now; what follows a hole or a stranger is dropped. */
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
  if (known.length < rows.length) database.dropFrom(known.length)
  return known
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

/** Verified blocks that are kept, for readers that go to and fro. */
const kept = 32

class Index implements IndexedSource {
  readonly lastSeq: number
  readonly path: string
  reason: string | null
  readonly #parts: IndexParts
  readonly #rows: readonly IndexRow[]
  readonly #rest = new Map<number, Fact[]>()
  readonly #verified = new Map<number, readonly Fact[]>()
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
    const facts = this.#verified.get(index) ?? (await this.#fetch(index))
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
    const all = rest ? [...facts, ...rest] : facts
    this.#verified.set(index, all)
    const oldest = this.#verified.keys().next()
    if (this.#verified.size > kept && !oldest.done) this.#verified.delete(oldest.value)
    return all
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
        if (!segment || (await digestSpan(trail, segment, from, to)) !== sha256) return null
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
