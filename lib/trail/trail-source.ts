/**
 * Where a verification gets the bytes of a trail from: the files of a folder, or whatever else gives the same.
 * @module
 */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { TrailReadError } from '../errors.js'
import { type Line, segmentLines } from './lines.js'
import type { SegmentPath } from './paths.js'
import { type Survey, survey } from './survey.js'

/** No seal and no frontier comes near this: a longer file is read as zero bytes, which are neither. */
const longestFile = 4000

export interface TrailSource {
  /** Paths below `seals/`. Asked for first: a seal is made after its record, so each that is listed must find its record. */
  seals(): Promise<string[]>
  survey(signal?: AbortSignal): Promise<Survey>
  /** Bytes of a file as they lie there, for the progress; 0 where it went away. */
  size(path: string): Promise<number>
  lines(segment: SegmentPath, signal?: AbortSignal): AsyncIterable<Line[]>
  /**
   * Size, times and identity of a file: what changes when its bytes do, and when that was (ns since the Unix epoch); `null` where there is
   * no file. Absent where files have no such look.
   */
  look?(path: string): Promise<{ readonly text: string; readonly changedNs: bigint } | null>
  /** A small file; `null` where there is none. */
  read(path: string): Promise<Buffer | null>
}

/** The files of a trail folder. What cannot be read throws a {@link TrailReadError}. */
export function folderSource(folder: string): TrailSource {
  return {
    seals: () => below(folder, 'seals'),
    survey: (signal) => survey(folder, 0, signal),
    size: (path) =>
      stat(join(folder, path)).then(
        ({ size }) => size,
        () => 0,
      ),
    lines: (segment, signal) => segmentLines(folder, segment, { signal }),
    look: (path) =>
      stat(join(folder, path), { bigint: true }).then(
        ({ size, mtimeNs, ctimeNs, ino }) => ({ text: [size, mtimeNs, ctimeNs, ino].join(' '), changedNs: ctimeNs }),
        () => null,
      ),
    read: (path) => read(join(folder, path)),
  }
}

async function below(folder: string, path: string): Promise<string[]> {
  try {
    const found: string[] = []
    for (const entry of await readdir(join(folder, path), { withFileTypes: true })) {
      const inner = `${path}/${entry.name}`
      if (entry.isDirectory()) found.push(...(await below(folder, inner)))
      else found.push(inner)
    }
    return found
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw refused(join(folder, path), cause)
  }
}

/** Synchronous: a few hundred bytes, hundreds of times in a year's trail; a detour through the thread pool costs more than reading. */
async function read(path: string): Promise<Buffer | null> {
  try {
    // A pipe in the place of a seal must not hold us up.
    const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    try {
      if (!fstatSync(file).isFile()) return Buffer.alloc(0)
      const buffer = Buffer.allocUnsafe(longestFile + 1)
      const length = readSync(file, buffer, 0, longestFile + 1, 0)
      return length > longestFile ? Buffer.alloc(longestFile) : buffer.subarray(0, length)
    } finally {
      closeSync(file)
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    if (code === 'EISDIR') return Buffer.alloc(0) // where a folder cannot be opened at all
    throw refused(path, cause)
  }
}

function refused(path: string, cause: unknown): TrailReadError {
  const { code } = cause as NodeJS.ErrnoException
  return new TrailReadError(`${path} cannot be read (${code}); give the reader access to the whole trail`, { cause })
}
