/**
 * Files that a record names, such as the token of a time-stamping service: put into the trail before the record is.
 * @module
 */
import { dirname, join } from 'node:path'
import type { Attachment } from '../trail/types.js'
import { putDurably, readIfThere } from './durable.js'
import { writeFailure } from './failure.js'
import type { Files } from './files.js'

/** Whether a file of that path may still be put into the trail. */
export function isFree(folder: string, files: Files, path: string): boolean {
  return readIfThere(files, join(folder, path)) === null
}

/**
 * Puts a file in its place; over the same bytes only.
 * @throws {TypeError} where other bytes stand there
 * @throws {TrailWriteError} where it cannot be written
 */
export function attach(folder: string, files: Files, { path, base64 }: Attachment): void {
  const bytes = Buffer.from(base64, 'base64')
  const full = join(folder, path)
  try {
    const there = readIfThere(files, full)
    if (there?.equals(bytes)) return
    if (there) throw new TypeError(`${path} is there already, with other bytes`)
    files.makeFolder(dirname(full))
    putDurably(files, full, bytes, { top: folder })
  } catch (error) {
    throw error instanceof TypeError ? error : writeFailure(folder, error)
  }
}
