/**
 * What readers ask of an index.
 * @module
 */
import type { FactSource } from '../evidence/types.js'
import type { Placed } from '../trail/types.js'

export interface IndexOptions {
  /** The folder of the trail. */
  readonly trail: string
  /** Path of the index file, or `:memory:`; default: one file per trail in the user's cache folder. */
  readonly index?: string | undefined
  /** Called while records are read from the trail. */
  readonly onProgress?: ((progress: IndexProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

export interface IndexProgress {
  /** Bytes of the trail read so far, and how many were there to read. */
  readonly bytes: number
  readonly totalBytes: number
  readonly records: number
}

export interface IndexStats {
  /** Where the index is kept. */
  readonly kind: 'file' | 'memory'
  readonly path: string | null
  /** Why it is not kept in a file though none said so; `null` where all is well. */
  readonly why: string | null
  /** Whole blocks of 512 records that the index holds. */
  readonly blocks: number
  /** Blocks found in the index when it was opened, and blocks built from the trail since. */
  readonly found: number
  readonly built: number
  /** Blocks of the index that did not match the trail or were not written by us, thrown away. */
  readonly refused: number
}

/** Facts by way of an index. The answers are those of the trail alone, whatever the index holds. */
export interface IndexedSource extends FactSource {
  readonly stats: IndexStats
  /** Reads what was written since. */
  refresh(): Promise<void>
  /** Throws the index away and builds it again. */
  rebuild(): Promise<void>
  /** Finds the record with this seq and where it stands; `null` where the trail has none. */
  place(seq: number): Promise<Placed | null>
  close(): void
}
