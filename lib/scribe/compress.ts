/**
 * Compresses old segments, one at a time. The compressed file stands whole, verified and synced under its name before the plain one
 * goes; a crash in between leaves both, which readers understand and the next turn ends.
 * @module
 */
import { dirname, join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { orderSegments } from '../trail/segments.js'
import { discard, syncUp } from './durable.js'
import { codeOf } from './failure.js'
import type { Files } from './files.js'
import type { ErrorData } from './messages.js'
import { listPaths } from './tail.js'

/** Compresses the old segments of a trail, one at each turn. */
export class Compressor {
  readonly #folder: string
  readonly #files: Files
  readonly #afterNs: bigint
  readonly #onProblem: (error: ErrorData) => void
  #told = ''

  /** @param afterNs how old the label day of a segment must be */
  constructor(folder: string, files: Files, afterNs: bigint, onProblem: (error: ErrorData) => void) {
    this.#folder = folder
    this.#files = files
    this.#afterNs = afterNs
    this.#onProblem = onProblem
  }

  /** Never throws: what fails is told, once. @param present number of the segment that is being written */
  turn(wall: string, present: number): void {
    try {
      compressOne(this.#folder, this.#files, { before: dayBefore(wall, this.#afterNs), below: present })
      this.#told = ''
    } catch (error) {
      const message =
        `old segments of ${this.#folder} cannot be compressed (${codeOf(error)}): they stay as they are. ` +
        'Next step: see that the folder can be written and has room'
      if (message !== this.#told) this.#onProblem({ code: 'ERR_TRAIL_WRITE', message })
      this.#told = message
    }
  }
}

/** Larger segments stay as they are: they would need as much memory. */
const largest = 512 * 1024 * 1024

/**
 * Compresses the first segment that is old enough.
 * @param about `before`: label days below this one are old; `below`: number of the segment that is being written
 * @returns its path; `null` where there is none
 * @throws the system's error; the plain segment is then untouched
 */
export function compressOne(
  folder: string,
  files: Files,
  about: { readonly before: string; readonly below: number },
): string | null {
  const { segments } = orderSegments(listPaths(folder, files))
  const old = segments.find(
    ({ path, label, number, compressed, pruned }) =>
      !compressed &&
      !pruned &&
      number < about.below &&
      label < about.before &&
      files.pathFacts(join(folder, path)).size <= largest,
  )
  if (!old) return null
  const plain = join(folder, old.path)
  const bytes = files.readAll(plain)
  const temporary = join(folder, '.compress.tmp')
  discard(files, temporary)
  const descriptor = files.open(temporary, 'wx')
  try {
    writeAll(files, descriptor, gzipSync(bytes, { level: 9 }))
    files.syncFile(descriptor)
  } catch (error) {
    discard(files, temporary)
    throw error
  } finally {
    files.close(descriptor)
  }
  if (!gunzipSync(files.readAll(temporary)).equals(bytes)) {
    discard(files, temporary)
    throw Object.assign(new Error(`${old.path} did not come back as it was from its compressed form`), { code: 'EIO' })
  }
  files.rename(temporary, `${plain}.gz`)
  syncUp(files, dirname(plain), folder)
  files.remove(plain)
  files.syncFolder(dirname(plain))
  return old.path
}

function writeAll(files: Files, descriptor: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) {
    const count = files.write(descriptor, bytes.subarray(written))
    if (count === 0) throw Object.assign(new Error('nothing was written'), { code: 'ENOSPC' })
    written += count
  }
}

/** The label day so many nanoseconds before an instant, counted in days of UTC. */
export function dayBefore(wall: string, ns: bigint): string {
  return new Date(Date.parse(`${wall.slice(0, 23)}Z`) - Number(ns / 1_000_000n)).toISOString().slice(0, 10)
}
