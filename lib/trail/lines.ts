/**
 * Lines of one segment as bytes, in batches of about a quarter megabyte, compressed or not.
 * @module
 */
import { createReadStream, existsSync, type ReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { createGunzip, gunzipSync } from 'node:zlib'
import { TrailReadError } from '../errors.js'
import type { SegmentPath } from './paths.js'

/** A stretch of bytes that ended in a newline (not counted), or what stood behind the last one. */
export interface Line {
  readonly offset: number
  readonly bytes: Buffer
  /** Whether a newline followed. */
  readonly whole: boolean
}

const chunkBytes = 256 * 1024
/** No record comes near this; longer stretches without a newline are handed on in parts, as what they are: no records. */
export const longestLine = 1024 * 1024
const newline = 10

/**
 * Reads the lines of a segment from a byte offset on (of the plain text; an offset where a line begins). The last line
 * of the last batch is not `whole` where bytes stand behind the last newline.
 * @throws {TrailReadError} where the file cannot be opened or read
 */
export async function* segmentLines(
  folder: string,
  segment: SegmentPath,
  options: {
    readonly from?: number
    readonly signal?: AbortSignal | undefined
    /** Bytes to read at a time. */
    readonly chunk?: number
  } = {},
): AsyncGenerator<Line[]> {
  let base = options.from ?? 0
  const held: Held = { rest: Buffer.alloc(0) }
  for await (const bytes of chunks(folder, segment, base, options.chunk ?? chunkBytes, held)) {
    options.signal?.throwIfAborted()
    const lines: Line[] = []
    let start = 0
    for (let end = bytes.indexOf(newline, held.rest.length); end >= 0; end = bytes.indexOf(newline, start)) {
      lines.push({ offset: base + start, bytes: bytes.subarray(start, end), whole: true })
      start = end + 1
    }
    if (bytes.length - start > longestLine) {
      lines.push({ offset: base + start, bytes: bytes.subarray(start), whole: false })
      start = bytes.length
    }
    held.rest = bytes.subarray(start)
    base += start
    if (lines.length > 0) yield lines
  }
  if (held.rest.length > 0) yield [{ offset: base, bytes: held.rest, whole: false }]
}

/** What stood behind the last line of a chunk: the next one begins with it. */
interface Held {
  rest: Buffer
}

async function* chunks(
  folder: string,
  segment: SegmentPath,
  from: number,
  size: number,
  held: Held,
): AsyncGenerator<Buffer> {
  const path = join(folder, segment.path)
  try {
    const file = segment.compressed ? null : await openPlain(path)
    if (file) yield* plain(file, from, size, held)
    else {
      const file = createReadStream(segment.compressed ? path : `${path}.gz`)
      for await (const chunk of inflated(file, from, size)) yield Buffer.concat([held.rest, chunk])
    }
  } catch (cause) {
    if (cause instanceof TrailReadError) throw cause
    const code = (cause as NodeJS.ErrnoException).code
    throw new TrailReadError(`${path} cannot be read (${code}); give the reader access to the whole trail`, { cause })
  }
}

/** `null` where the file went away and a compressed one took its place since the folder was listed. */
async function openPlain(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && existsSync(`${path}.gz`)) return null
    throw error
  }
}

async function* plain(file: FileHandle, from: number, size: number, held: Held): AsyncGenerator<Buffer> {
  try {
    let position = from
    for (;;) {
      const { rest } = held
      const buffer = Buffer.allocUnsafeSlow(rest.length + size)
      buffer.set(rest)
      const { bytesRead } = await file.read(buffer, rest.length, size, position)
      if (bytesRead === 0) return
      position += bytesRead
      yield buffer.subarray(0, rest.length + bytesRead)
    }
  } finally {
    await file.close()
  }
}

async function* inflated(file: ReadStream, from: number, size: number): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: size })
  file.on('error', (error) => gunzip.destroy(error))
  file.pipe(gunzip)
  let skip = from
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      const bytes = skip < chunk.length ? chunk.subarray(skip) : null
      skip = Math.max(0, skip - chunk.length)
      if (bytes) yield bytes
    }
  } catch (cause) {
    // Compressed bytes that cannot be inflated are damage inside the trail: what could be read was handed on.
    if (!(cause as NodeJS.ErrnoException).code?.startsWith('Z_')) throw cause
    yield Buffer.from('\0 the compressed bytes are damaged from here on')
  } finally {
    file.destroy()
    gunzip.destroy()
  }
}

/** Reads `length` bytes at an offset of a segment's plain text; fewer where it ends. */
export async function segmentBytes(
  folder: string,
  segment: SegmentPath,
  offset: number,
  length: number,
): Promise<Buffer> {
  const path = join(folder, segment.path)
  try {
    const file = await open(path, 'r')
    try {
      if (segment.compressed) return gunzipSync(await file.readFile()).subarray(offset, offset + length)
      const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, offset)
      return buffer.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    throw new TrailReadError(`${path} cannot be read (${code}); give the reader access to the whole trail`, { cause })
  }
}
