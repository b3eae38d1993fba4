/**
 * Takes bytes that were never acknowledged off the end of a segment: first a copy into `quarantine/`, then the cut.
 * @module
 */
import { dirname, join } from 'node:path'
import { sha256 } from '../trail/hash.js'
import type { Files } from './files.js'

export interface Cut {
  readonly bytes: number
  readonly sha256: string
  /** Path of the copy below the trail folder; `null` where there was nothing to cut. */
  readonly quarantine: string | null
}

/**
 * Cuts a segment back to `length` bytes.
 * @throws the system's error; the segment is then as it was, or cut with its copy made
 */
export function cutBack(folder: string, path: string, length: number, files: Files): Cut {
  const descriptor = files.open(join(folder, path), 'r+')
  try {
    const bytes = Buffer.alloc(Math.max(0, files.facts(descriptor).size - length))
    for (let filled = 0; filled < bytes.length; ) {
      const count = files.read(descriptor, bytes.subarray(filled), length + filled)
      if (count === 0) throw new Error(`${path} ended while it was read`)
      filled += count
    }
    if (bytes.length === 0) return { bytes: 0, sha256: sha256(bytes), quarantine: null }
    const quarantine = keepCopy(folder, `quarantine/${path.slice(8)}.${length}`, bytes, files)
    files.truncate(descriptor, length)
    files.syncFile(descriptor)
    return { bytes: bytes.length, sha256: sha256(bytes), quarantine }
  } finally {
    files.close(descriptor)
  }
}

function keepCopy(folder: string, wanted: string, bytes: Buffer, files: Files): string {
  files.makeFolder(join(folder, 'quarantine'))
  for (let copy = 0; ; copy++) {
    const path = copy === 0 ? wanted : `${wanted}-${copy}`
    const full = join(folder, path)
    let descriptor: number
    try {
      descriptor = files.open(full, 'wx')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue
      throw error
    }
    try {
      if (files.write(descriptor, bytes) !== bytes.length) {
        throw Object.assign(new Error('the copy was written short'), { code: 'ENOSPC' })
      }
      files.syncFile(descriptor)
    } catch (error) {
      discard(files, full)
      throw error
    } finally {
      files.close(descriptor)
    }
    files.syncFolder(dirname(full))
    return path
  }
}

function discard(files: Files, path: string): void {
  try {
    files.remove(path)
  } catch {
    // A copy too many does no harm.
  }
}
