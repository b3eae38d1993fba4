/**
 * Files that are there whole or not at all, whatever fails: written under another name, synced, renamed, and the name synced.
 * @module
 */
import { dirname, join, relative } from 'node:path'
import type { Files } from './files.js'

/**
 * Puts a file in its place, over one that may be there. Its bytes are on the disk when this returns; its name need not be.
 * @throws the system's error; what stood there before is then untouched
 */
export function putWhole(files: Files, path: string, bytes: Uint8Array, mode = 0o644): void {
  const temporary = `${path}.tmp`
  discard(files, temporary)
  const descriptor = files.open(temporary, 'wx', mode)
  try {
    try {
      if (files.write(descriptor, bytes) !== bytes.length) {
        throw Object.assign(new Error(`${path} was written short`), { code: 'ENOSPC' })
      }
      files.syncFile(descriptor)
    } finally {
      files.close(descriptor)
    }
    files.rename(temporary, path)
  } catch (error) {
    discard(files, temporary)
    throw error
  }
}

/** {@link putWhole}, and the name is on the disk as well: its folder's, and those of the folders above it up to `top`. */
export function putDurably(
  files: Files,
  path: string,
  bytes: Uint8Array,
  options: { mode?: number; top?: string } = {},
) {
  putWhole(files, path, bytes, options.mode)
  syncUp(files, dirname(path), options.top ?? dirname(path))
}

/** Syncs the names in a folder and in those above it, up to `top`. */
export function syncUp(files: Files, folder: string, top: string): void {
  const parts = relative(top, folder).split(/[\\/]/).filter(Boolean)
  for (; ; parts.pop()) {
    files.syncFolder(join(top, ...parts))
    if (parts.length === 0) return
  }
}

/** Removes a file if it is there and can be removed. */
export function discard(files: Files, path: string): void {
  try {
    files.remove(path)
  } catch {
    // Not there, or not ours to remove: it does no harm.
  }
}

/** The bytes of a file; `null` where there is none. @throws the system's error where it cannot be read */
export function readIfThere(files: Files, path: string): Buffer | null {
  try {
    return files.readAll(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw error
  }
}
