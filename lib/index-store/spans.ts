/**
 * Digests of spans of a trail's bytes as they stand now. Large segments pass through one small buffer; of compressed ones the last
 * few stay inflated, since neighbouring blocks come from the same file.
 * @module
 */
import { createHash } from 'node:crypto'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { segmentBytes } from '../trail/lines.js'
import type { Surveyed } from '../trail/survey.js'

/** Most blocks are read at once. */
const bufferBytes = 1024 * 1024
/** How many inflated segments are kept. */
const mostInflated = 2

export class SpanDigests {
  readonly #folder: string
  readonly #inflated = new Map<string, Promise<Buffer>>()
  #buffer: Buffer | null = null

  /** @param folder the trail folder */
  constructor(folder: string) {
    this.#folder = folder
  }

  /**
   * SHA-256 of the bytes between two offsets of a segment's plain text, hex; equal to no digest where there are fewer.
   * @param to `null`: to the end of what counts of it
   * @throws the system's error where the file cannot be read
   */
  async of(segment: Surveyed, from: number, to: number | null): Promise<string> {
    const hash = createHash('sha256')
    if (segment.compressed) {
      const bytes = await this.#inflate(segment)
      const end = to ?? segment.endsAt ?? bytes.length
      if (end > bytes.length) return ''
      return hash.update(bytes.subarray(from, Math.max(from, end))).digest('hex')
    }
    const path = join(this.#folder, segment.path)
    const end = to ?? segment.endsAt ?? (await stat(path)).size
    if (end <= from) return hash.digest('hex')
    const file = await open(path, 'r')
    // Two digests at a time would share the buffer: who comes second takes one of its own.
    const buffer = this.#buffer ?? Buffer.allocUnsafe(bufferBytes)
    this.#buffer = null
    try {
      return (await readInto(file, buffer, from, end, (bytes) => hash.update(bytes))) ? hash.digest('hex') : ''
    } finally {
      this.#buffer = buffer
      await file.close()
    }
  }

  async #inflate(segment: Surveyed): Promise<Buffer> {
    const kept = this.#inflated.get(segment.path)
    if (kept !== undefined) return kept
    const bytes = segmentBytes(this.#folder, segment, 0, Number.MAX_SAFE_INTEGER)
    this.#inflated.set(segment.path, bytes)
    bytes.catch(() => this.#inflated.delete(segment.path))
    for (const oldest of this.#inflated.keys()) {
      if (this.#inflated.size <= mostInflated) break
      this.#inflated.delete(oldest)
    }
    return bytes
  }
}

/** Hands on all bytes between two offsets. @returns whether there were that many */
async function readInto(
  file: FileHandle,
  buffer: Buffer,
  from: number,
  end: number,
  take: (bytes: Buffer) => void,
): Promise<boolean> {
  for (let at = from; at < end; ) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, end - at), at)
    if (bytesRead === 0) return false
    take(buffer.subarray(0, bytesRead))
    at += bytesRead
  }
  return true
}
