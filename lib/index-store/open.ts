/**
 * The readers' index over a trail: facts that need not be parsed again. Built by whoever reads, by following the trail; never
 * believed: the bytes that a block came from are hashed at each use and its row is signed, and what does not match is thrown away.
 * Absent, read-only, falsified or broken, the answers are those of the trail alone.
 * @module
 */
import { rmSync } from 'node:fs'
import { trailSource } from '../evidence/source.js'
import type { FactSource } from '../evidence/types.js'
import { type Surveyed, survey } from '../trail/survey.js'
import type { SegmentListener } from '../trail/verify.js'
import { follow } from './builder.js'
import { type IndexDatabase, openDatabase } from './database.js'
import { IndexFeed } from './feed.js'
import { fits, lookOf, sizeOf, writeMarks } from './marks.js'
import { type Notebook, notebookOf } from './notebook.js'
import { type Origin, readOrigin } from './origin.js'
import { defaultIndexPath, keyOf, trailIdentity } from './place.js'
import { IndexSource } from './source.js'

export interface OpenIndexOptions {
  /** The trail folder. */
  readonly trail: string
  /** The index file, or `:memory:`. Default: in the user's cache folder. */
  readonly index?: string | undefined
  /** Bytes of the trail read while the index is brought up to date. */
  readonly onProgress?: ((progress: { readonly done: number; readonly total: number }) => void) | undefined
  readonly signal?: AbortSignal | undefined
  /** Asked, where the index holds nothing, to read the trail (for whatever it needs) and to let the index listen. */
  readonly prime?: ((primer: Primer) => Promise<void>) | undefined
}

/** An index that holds nothing yet. */
export interface Primer {
  /** Listens to the records of a closed segment. */
  listen(segment: number): SegmentListener | null
  readonly notebook: Notebook
}

export interface IndexedSource extends FactSource {
  /** Where the index lies: a file, `:memory:`, or `null` where facts are read from the trail. */
  readonly path: string | null
  /** Why there is no index, or not the one that was asked for; `null` where all is well. */
  readonly reason: string | null
  /** Where bytes are kept that follow from no blocks; absent where facts are read from the trail. */
  readonly notebook?: Notebook | undefined
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
  const identity = trailIdentity(trail)
  const held = { database, key, trail, identity, segments }
  try {
    const files = await lookOf(trail, segments)
    const total = sizeOf(files)
    const build = (known: readonly Origin[]) =>
      follow({
        ...{ folder: trail, segments, trail: identity, key, signal },
        from: known.at(-1)?.last ?? null,
        store: (rows) => database.put(rows),
        onProgress: (done) => onProgress?.({ done: Math.min(done, total), total }),
      })
    let known = usable(database, segments)
    if (known.length > 0 && !(await fits(held, known, files))) known = []
    if (known.length === 0) {
      database.dropFrom(0)
      if (options.prime) {
        const feed = new IndexFeed({
          folder: trail,
          segments,
          trail: identity,
          key,
          store: (rows) => database.put(rows),
        })
        await options.prime({
          listen: (segment) => feed.listen(segment),
          notebook: notebookOf(database, key, identity),
        })
        feed.close()
        known = usable(database, segments)
      }
    }
    let rest = await build(known)
    if (!rest) {
      database.dropFrom(0)
      rest = await build([])
    }
    database.mark(writeMarks(key, identity, files))
    if (!rest) throw new Error('a trail that is read from its beginning always has one')
    return new IndexSource({ ...held, signal, rest, reason })
  } catch (error) {
    database.close()
    throw error
  }
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
    touched.every(({ order, path }, i) => origin.spans[i]?.order === order && isSame(origin.spans[i]?.path, path))
  )
}

/** Whether two paths name one segment: digests are over its plain bytes, so it may have been compressed since. */
function isSame(known: string | undefined, path: string): boolean {
  return known?.replace(/\.gz$/, '') === path.replace(/\.gz$/, '')
}
