/**
 * The bytes of a trail as one row of segments: how long each is, and which extents lie between two positions.
 * @module
 */
import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { TrailReadError } from '../errors.js'
import { segmentBytes } from '../trail/lines.js'
import { type Surveyed, survey } from '../trail/survey.js'
import { type Extent, sha256 } from './chunk.js'

/** A byte of a segment; equal to its length: the end. */
export interface Position {
  readonly segment: number
  readonly offset: number
}

interface Sized {
  readonly segment: Surveyed
  /** How many of its bytes count. */
  readonly length: number
}

export class Layout {
  readonly #folder: string
  readonly #segments: readonly Sized[]

  private constructor(folder: string, segments: readonly Sized[]) {
    this.#folder = folder
    this.#segments = segments
  }

  /** @throws {TrailReadError} where the trail cannot be read */
  static async of(folder: string, signal?: AbortSignal): Promise<Layout> {
    const { segments } = await survey(folder, 0, signal)
    const sized: Sized[] = []
    for (const segment of segments) {
      const length = await lengthOf(folder, segment)
      sized.push({ segment, length: segment.endsAt === null ? length : Math.min(length, segment.endsAt) })
    }
    return new Layout(folder, sized)
  }

  /** Where the first byte stands; `null` for a trail without segments. */
  get start(): Position | null {
    const first = this.#segments[0]
    return first ? { segment: first.segment.order, offset: 0 } : null
  }

  has(segment: number): boolean {
    return this.#segments.some((one) => one.segment.order === segment)
  }

  /** How many bytes stand from a position to the end. */
  rest({ segment, offset }: Position): number {
    return this.#segments
      .filter((one) => one.segment.order >= segment)
      .reduce((sum, one) => sum + one.length - (one.segment.order === segment ? offset : 0), 0)
  }

  /** The extents from one position to another, without digests; `null` where they are not those of this trail. */
  between(from: Position, to: Position): Omit<Extent, 'sha256'>[] | null {
    const first = this.#segments.findIndex((one) => one.segment.order === from.segment)
    const last = this.#segments.findIndex((one) => one.segment.order === to.segment)
    if (first < 0 || last < first) return null
    const extents: Omit<Extent, 'sha256'>[] = []
    for (let i = first; i <= last; i++) {
      const one = this.#segments[i]
      if (!one) return null
      const offset = i === first ? from.offset : 0
      const end = i === last ? to.offset : one.length
      if (end < offset || end > one.length) return null
      if (end > offset) extents.push({ segment: one.segment.order, offset, length: end - offset })
    }
    return extents
  }

  /** The bytes of an extent; fewer where the trail has changed. */
  async read({ segment, offset, length }: Omit<Extent, 'sha256'>): Promise<Buffer> {
    const one = this.#segments.find(({ segment: { order } }) => order === segment)
    return one ? segmentBytes(this.#folder, one.segment, offset, length) : Buffer.alloc(0)
  }

  /** Whether the trail still holds the bytes that an extent was taken from. */
  async holds(extent: Extent): Promise<boolean> {
    const bytes = await this.read(extent)
    return bytes.length === extent.length && sha256(bytes).toString('hex') === extent.sha256
  }
}

/** How many bytes of plain text a segment holds; of a compressed one its last four bytes tell (RFC 1952, ISIZE). */
async function lengthOf(folder: string, segment: Surveyed): Promise<number> {
  const path = join(folder, segment.path)
  try {
    if (!segment.compressed) return (await stat(path)).size
    const file = await open(path, 'r')
    try {
      const { size } = await file.stat()
      const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, Math.max(0, size - 4))
      return bytesRead === 4 ? buffer.readUInt32LE() : 0
    } finally {
      await file.close()
    }
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    throw new TrailReadError(`${path} cannot be read (${code}); give the reader access to the whole trail`, { cause })
  }
}
