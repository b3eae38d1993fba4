/**
 * Puts files into a folder whole or not at all, and never over other bytes: a file of the same name and the same bytes is kept, one
 * with other bytes stays, and the new one gets `_seqN` before its suffix.
 * @module
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, link, open, rename, stat, unlink } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { OutputError } from '../lib/errors.js'
import { makeFolder } from '../lib/make-folder.js'
import type { ReportFile } from './types.js'

export interface Published extends ReportFile {
  readonly path: string
}

/** A folder that reports are written to. */
export class Shelf {
  readonly #folder: string
  readonly #asOf: number

  private constructor(folder: string, asOf: number) {
    this.#folder = folder
    this.#asOf = asOf
  }

  /** @throws {OutputError} where the folder cannot be made */
  static async open(folder: string, asOf: number): Promise<Shelf> {
    try {
      makeFolder(folder)
    } catch (error) {
      throw failed(folder, error)
    }
    return new Shelf(folder, asOf)
  }

  /**
   * Writes a file under `name`, or beside the one of that name with other bytes.
   * @throws {OutputError} where it cannot be written; nothing half written is left
   */
  async put(
    name: string,
    content: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
  ): Promise<Published> {
    const sheet = this.begin(name)
    try {
      for await (const piece of content) await sheet.write(piece)
      return await sheet.end()
    } catch (error) {
      await sheet.drop()
      throw error
    }
  }

  /** Begins a file that is written piece by piece; it has no name before it ends. Call `end` or `drop`. */
  begin(name: string): Sheet {
    return new Sheet(
      join(this.#folder, `.${name}.${process.pid}.tmp`),
      async (temporary, sha256, bytes) => {
        const kept = await this.#place(temporary, name, sha256)
        return { name: kept, path: join(this.#folder, kept), sha256, bytes }
      },
      (error) => (isSystem(error) ? failed(this.#folder, error) : error),
    )
  }

  async #place(temporary: string, name: string, sha256: string): Promise<string> {
    const suffix = extname(name)
    const stem = name.slice(0, name.length - suffix.length)
    for (let n = 0; ; n += 1) {
      const tried = n === 0 ? name : `${stem}_seq${this.#asOf}${n === 1 ? '' : `-${n}`}${suffix}`
      const path = join(this.#folder, tried)
      const present = await digestOf(path)
      if (present === sha256) {
        await unlink(temporary)
        return tried
      }
      if (present !== null) continue
      if (await claim(temporary, path)) return tried
    }
  }
}

/** A file that is being written. */
export class Sheet {
  readonly #temporary: string
  readonly #place: (temporary: string, sha256: string, bytes: number) => Promise<Published>
  readonly #explain: (error: unknown) => unknown
  readonly #hash = createHash('sha256')
  #file: Promise<FileHandle> | null = null
  #bytes = 0

  constructor(
    temporary: string,
    place: (temporary: string, sha256: string, bytes: number) => Promise<Published>,
    explain: (error: unknown) => unknown,
  ) {
    this.#temporary = temporary
    this.#place = place
    this.#explain = explain
  }

  /** @throws {OutputError} where it cannot be written */
  async write(piece: string | Uint8Array): Promise<void> {
    const buffer = typeof piece === 'string' ? Buffer.from(piece) : piece
    this.#hash.update(buffer)
    this.#bytes += buffer.length
    try {
      this.#file ??= open(this.#temporary, 'w')
      await (await this.#file).writeFile(buffer)
    } catch (error) {
      throw this.#explain(error)
    }
  }

  /** Gives the file its name. @throws {OutputError} where that cannot be done */
  async end(): Promise<Published> {
    try {
      this.#file ??= open(this.#temporary, 'w')
      const file = await this.#file
      await file.sync()
      await file.close()
      this.#file = null
      return await this.#place(this.#temporary, this.#hash.digest('hex'), this.#bytes)
    } catch (error) {
      throw this.#explain(error)
    }
  }

  /** Leaves nothing behind. */
  async drop(): Promise<void> {
    await this.#file?.then((file) => file.close()).catch(() => {})
    await unlink(this.#temporary).catch(() => {})
  }
}

/** Gives the file its name unless somebody took it meanwhile. */
async function claim(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path)
    await unlink(temporary)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    // No hard links on this file system: a rename is whole too, though it would win over a rival.
    await rename(temporary, path)
    return true
  }
}

async function digestOf(path: string): Promise<string | null> {
  try {
    if (!(await stat(path)).isFile()) return ''
    const hash = createHash('sha256')
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
    return hash.digest('hex')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

function isSystem(error: unknown): boolean {
  return typeof (error as NodeJS.ErrnoException)?.syscall === 'string'
}

function failed(folder: string, cause: unknown): OutputError {
  const { code, message } = cause as NodeJS.ErrnoException
  const next =
    code === 'ENOSPC'
      ? 'free space on that disk'
      : 'choose another folder with "out", or allow this user to write there'
  return new OutputError(`reports cannot be written to ${folder} (${code ?? message}). Next step: ${next}`, { cause })
}
