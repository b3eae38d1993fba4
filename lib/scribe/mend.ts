/**
 * Mends the end of a trail, after a crash or a failed write: what was never acknowledged is cut off, or, where that
 * cannot be done, the next segment will say that it is void. Collects what the next segment has to report.
 * @module
 */
import { join } from 'node:path'
import { sha256 } from '../trail/hash.js'
import type { OpenBody, RecoverBody } from '../trail/types.js'
import { type Cut, cutBack } from './cut.js'
import { codeOf, isFull } from './failure.js'
import type { Files } from './files.js'
import type { SegmentFile } from './segment-file.js'
import type { BadEnd } from './tail.js'

const nothing: Cut = { bytes: 0, sha256: sha256(Buffer.alloc(0)), quarantine: null }

export class Mender {
  /** To be written behind the next `open`. */
  readonly recovers: RecoverBody[] = []
  /** For the next `open`. */
  supersedes: OpenBody['supersedes'] = null
  #folder: string
  #files: Files

  constructor(folder: string, files: Files) {
    this.#folder = folder
    this.#files = files
  }

  /**
   * At the start: cuts a torn end, leaves a damaged one as it is.
   * @returns whether the segment was taken away, so that its number is free again
   * @throws the system's error where the disk has no room for the copy
   */
  end({ segment, offset, bytes, finding }: BadEnd): boolean {
    const { path, number } = segment
    const found = { type: 'recover', segment: number, offset, finding } as const
    if (finding === 'damaged') {
      const message = `${path} is damaged from byte ${offset} on and was left as it is; records follow the damage`
      this.recovers.push({ ...found, bytes: bytes.length, sha256: sha256(bytes), quarantine: null, message })
      return false
    }
    const cut = this.#cut(number, path, offset)
    const crash = `the last write into ${path} was cut off by a crash`
    if (typeof cut === 'string') {
      this.recovers.push({ ...found, ...nothing, message: `${crash}; its rest cannot be removed (${cut}) and is void` })
      return false
    }
    const message =
      cut.bytes === 0
        ? `${path} held no record and was taken away`
        : `${crash}; its ${cut.bytes} bytes lie in quarantine`
    this.recovers.push({ ...found, ...cut, message })
    return offset === 0 && this.#remove(path)
  }

  /**
   * After a failed write: takes off what stands behind the last acknowledged line, of a segment without any the whole file.
   * @returns whether the segment was taken away, so that its number is free again
   * @throws the system's error where the disk has no room for the copy; call again when it has
   */
  failed({ number, path, acknowledged }: SegmentFile, why: string): boolean {
    if (acknowledged === 0) {
      if (this.#remove(path)) return true
      this.#void(number, 0)
      return false
    }
    const found = { type: 'recover', segment: number, offset: acknowledged } as const
    const size = this.#sizeOf(path)
    if (size < acknowledged) {
      const what = size === -1 ? 'the segment is gone' : `${acknowledged - size} acknowledged bytes are gone`
      const message = `${what} (${why}); recording goes on in a new segment`
      this.recovers.push({ ...found, finding: 'damaged', ...nothing, message })
      return false
    }
    const cut = this.#cut(number, path, acknowledged)
    const end = typeof cut === 'string' ? `could not be cut off (${cut}) and is void` : 'was cut off'
    const message = `a write failed (${why}); what it left ${end}; the record was written again`
    this.recovers.push({ ...found, finding: 'torn', ...(typeof cut === 'string' ? nothing : cut), message })
    return false
  }

  /** What was cut, or the code of the error for which it is void. */
  #cut(segment: number, path: string, offset: number): Cut | string {
    try {
      return cutBack(this.#folder, path, offset, this.#files)
    } catch (error) {
      if (isFull(error)) throw error
      this.#void(segment, offset)
      return codeOf(error)
    }
  }

  #void(segment: number, offset: number): void {
    if (this.supersedes === null || segment < this.supersedes.segment) this.supersedes = { segment, offset }
  }

  #remove(path: string): boolean {
    try {
      this.#files.remove(join(this.#folder, path))
      return true
    } catch (error) {
      return codeOf(error) === 'ENOENT'
    }
  }

  /** Size of a segment; -1 where it is gone. */
  #sizeOf(path: string): number {
    try {
      return this.#files.pathFacts(join(this.#folder, path)).size
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return -1
      throw error
    }
  }
}
