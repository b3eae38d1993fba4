/**
 * The seals of a trail as files: which there are, what the newest says, and how one is put in its place.
 * @module
 */
import { join } from 'node:path'
import { type Checkpoint, decodeCheckpoint } from '../trail/checkpoint.js'
import { decodeFrontier } from '../trail/frontier.js'
import { sha256 } from '../trail/hash.js'
import { Frontier } from '../trail/merkle.js'
import { parseSealPath } from '../trail/paths.js'
import { putDurably, readIfThere } from './durable.js'
import type { Files } from './files.js'
import { namesIn } from './tail.js'

/** A seal that is on the disk. */
export interface FoundSeal {
  readonly checkpoint: Checkpoint
  /** SHA-256 of its bytes. */
  readonly digest: string
}

/** The seal at a path below the trail; `null` where there is none, or something else. @throws the system's error */
export function readSeal(folder: string, path: string, files: Files): FoundSeal | null {
  const bytes = readIfThere(files, join(folder, path))
  if (bytes === null) return null
  try {
    return { checkpoint: decodeCheckpoint(bytes), digest: sha256(bytes) }
  } catch {
    return null
  }
}

/** Puts a seal in its place, durably. @throws the system's error */
export function putSeal(folder: string, path: string, text: string, files: Files): void {
  files.makeFolder(join(folder, path, '..'))
  putDurably(files, join(folder, path), Buffer.from(text), { top: folder })
}

/** Paths of the seals and frontiers of a trail, of the newest epoch first. */
function* newestFirst(folder: string, files: Files, ending: string): Generator<string> {
  const paths: { epoch: number; path: string }[] = []
  const seals = join(folder, 'seals')
  for (const year of names(seals, files)) {
    for (const month of names(join(seals, year), files)) {
      for (const name of names(join(seals, year, month), files)) {
        const [stem = '', suffix] = name.split('.')
        const seal = parseSealPath(`seals/${year}/${month}/${stem}.checkpoint`)
        if (seal && suffix === ending) paths.push({ epoch: seal.epoch, path: `seals/${year}/${month}/${name}` })
      }
    }
  }
  paths.sort((a, b) => b.epoch - a.epoch)
  for (const { path } of paths) yield path
}

function names(folder: string, files: Files): string[] {
  try {
    return namesIn(folder, files)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** The newest seal that can be read. @throws the system's error */
export function newestSeal(folder: string, files: Files): FoundSeal | null {
  for (const path of newestFirst(folder, files, 'checkpoint')) {
    const seal = readSeal(folder, path, files)
    if (seal) return seal
  }
  return null
}

/**
 * The trees before the closes of pruned epochs, newest first: each with the size and root of its checkpoint, which with the
 * close as the next leaf it must give.
 */
export function* frontiers(
  folder: string,
  files: Files,
): Generator<{ readonly size: number; readonly root: string; readonly before: Frontier }> {
  for (const path of newestFirst(folder, files, 'frontier')) {
    const seal = readSeal(folder, path.replace(/\.frontier$/, '.checkpoint'), files)
    const text = readIfThere(files, join(folder, path))?.toString('latin1')
    if (!seal || text === undefined) continue
    const { size, root } = seal.checkpoint
    try {
      yield { size, root, before: decodeFrontier(text, size - 1) }
    } catch {
      // Not a frontier: as if it were not there.
    }
  }
}

/** Whether a frontier belongs to a tree of that size and root. */
export function hashesTo(size: number, frontier: readonly string[], root: string): boolean {
  try {
    return Frontier.from(size, frontier).root() === root
  } catch {
    return false
  }
}
