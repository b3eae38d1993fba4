/**
 * A rebuildable index over a trail, built by readers and never believed: every block that is used is first compared with
 * the bytes of the trail that it was taken from, and thrown away where anything does not match.
 * @module
 */
import { realpath } from 'node:fs/promises'
import { TrailReadError } from '../errors.js'
import { Index } from './indexed.js'
import type { IndexedSource, IndexOptions } from './types.js'

export type { IndexedSource, IndexOptions, IndexProgress, IndexStats } from './types.js'

/**
 * Opens the index of a trail and reads what it does not hold yet. An index that is absent, read-only, damaged, falsified or
 * made from another state of the trail gives the same answers; without a place to keep it, it lives in memory.
 * @throws {TrailReadError} where the trail cannot be read
 */
export async function openIndex(options: IndexOptions): Promise<IndexedSource> {
  const trail = await realpath(options.trail).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'there is no such folder' : `it cannot be read (${cause.code})`
    throw new TrailReadError(`no trail at ${options.trail}: ${why}; give the folder of a trail with --trail`, { cause })
  })
  return Index.open({ ...options, trail })
}
