/**
 * The segment that is being written: one write and one sync a line, and nothing is said to be recorded before both
 * succeeded and the file is still the one that its path names.
 * @module
 */
import { dirname, join } from 'node:path'
import { segmentPath } from '../trail/paths.js'
import type { Files } from './files.js'

const newline = Buffer.from('\n')

export class SegmentFile {
  readonly number: number
  readonly label: string
  /** Below the trail folder. */
  readonly path: string
  /** How many bytes are known to be on the disk: the end of the last acknowledged line. */
  acknowledged = 0
  #full: string
  #files: Files
  #descriptor: number | null
  #identity: string

  private constructor(folder: string, label: string, number: number, files: Files, descriptor: number) {
    this.number = number
    this.label = label
    this.path = segmentPath(label, number)
    this.#full = join(folder, this.path)
    this.#files = files
    this.#descriptor = descriptor
    this.#identity = files.facts(descriptor).identity
  }

  /**
   * Makes a new, empty segment.
   * @throws the system's error; `EEXIST` where there is a file of that name
   */
  static create(folder: string, label: string, number: number, files: Files): SegmentFile {
    const full = join(folder, segmentPath(label, number))
    files.makeFolder(dirname(full))
    return new SegmentFile(folder, label, number, files, files.open(full, 'ax'))
  }

  /**
   * Writes one line, given without its newline.
   * @returns its offset
   * @throws the system's error, or an error with a code of its own where the write was short or the file is not the same;
   * the line is then not recorded, whatever stands on the disk
   */
  append(line: Uint8Array): number {
    if (this.#descriptor === null) throw failed('ECLOSED', 'the segment is closed')
    this.#stillOurs()
    const bytes = Buffer.concat([line, newline])
    const written = this.#files.write(this.#descriptor, bytes)
    if (written !== bytes.length) throw failed('ENOSPC', `only ${written} of ${bytes.length} bytes were written`)
    this.#files.syncData(this.#descriptor)
    const offset = this.acknowledged
    const { links, size } = this.#files.facts(this.#descriptor)
    if (links === 0) throw failed('ENOENT', 'the segment was deleted')
    if (size !== offset + bytes.length) throw failed('ESIZE', `it has ${size} bytes, not ${offset + bytes.length}`)
    this.acknowledged = size
    return offset
  }

  /** Before a write: the path still names our file, and nobody else wrote into it or cut it. */
  #stillOurs(): void {
    const { identity, size } = this.#files.pathFacts(this.#full)
    if (identity !== this.#identity) throw failed('ENOENT', 'another file stands in the place of the segment')
    if (size !== this.acknowledged) throw failed('ESIZE', `it has ${size} bytes, not ${this.acknowledged}`)
  }

  close(): void {
    if (this.#descriptor === null) return
    const descriptor = this.#descriptor
    this.#descriptor = null
    try {
      this.#files.close(descriptor)
    } catch {
      // All that counts was synced before.
    }
  }
}

function failed(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}
