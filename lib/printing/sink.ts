/**
 * Where receipts go: a program that prints its standard input, or a file, pipe or device. Nothing here ever blocks: devices are opened
 * and written without waiting, programs have a deadline.
 * @module
 */
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type { ReceiptsConfig } from '../config/types.js'
import { PrintError } from '../errors.js'
import { runProgram } from '../program.js'

export interface Sink {
  /** What `print` records name as the program. */
  readonly words: readonly string[]
  /**
   * Resolves when all of the text was taken.
   * @throws {PrintError} it was not, or not all of it
   */
  print(text: string, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** The sink that a configuration names. */
export function sinkOf({ command, file, timeoutNs }: ReceiptsConfig): Sink {
  const timeoutMs = Number(timeoutNs / 1_000_000n)
  return command === null ? new FileSink(file ?? '', timeoutMs) : new ProgramSink(command, timeoutMs)
}

/** Each text is a job of its own. */
class ProgramSink implements Sink {
  readonly words: readonly string[]
  readonly #timeoutMs: number

  constructor(command: readonly string[], timeoutMs: number) {
    this.words = command
    this.#timeoutMs = timeoutMs
  }

  async print(text: string, signal: AbortSignal): Promise<void> {
    const input = Buffer.from(text)
    const { ok, message } = await runProgram(this.words, { input, timeoutMs: this.#timeoutMs, signal })
    if (!ok) throw new PrintError(message)
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

/** How long a device that takes nothing is left alone before it is tried again (ms). */
const fullMs = 100

/** What the system's codes mean of a printer. */
const meanings: Readonly<Record<string, string>> = {
  ENXIO: 'nobody reads from that pipe, or no device answers there',
  ENODEV: 'no device answers there; is the printer switched on?',
  ENOENT: 'there is no such file, or no folder for it; is the printer switched on?',
  EBUSY: 'another program holds the device',
  EACCES: 'this user may not write it (for printers often: membership in the group "lp")',
  EISDIR: 'that is a folder',
  EPIPE: 'the reader of the pipe went away',
  EIO: 'the device does not answer',
  ENOSPC: 'the disk, or the printer, is full',
}

/** A regular file is opened for each text, so that it can be moved away; a pipe or device stays open, or its reader would see an end. */
class FileSink implements Sink {
  readonly words: readonly string[]
  readonly #path: string
  readonly #timeoutMs: number
  #kept: FileHandle | null = null

  constructor(path: string, timeoutMs: number) {
    this.words = [path]
    this.#path = path
    this.#timeoutMs = timeoutMs
  }

  async print(text: string, signal: AbortSignal): Promise<void> {
    try {
      const handle = this.#kept ?? (await open(this.#path, flags(this.#path), 0o640))
      this.#kept = handle
      const regular = (await handle.stat()).isFile()
      await (regular ? appendWhole(handle, Buffer.from(text)) : this.#write(handle, Buffer.from(text), signal))
      if (regular) await this.close()
    } catch (error) {
      await this.close()
      if (error instanceof PrintError) throw error
      const { code = '', message } = error as NodeJS.ErrnoException
      throw new PrintError(`${this.#path}: ${meanings[code] ?? message}${code === '' ? '' : ` (${code})`}`)
    }
  }

  async close(): Promise<void> {
    const handle = this.#kept
    this.#kept = null
    await handle?.close().catch(() => {})
  }

  /** Gives a pipe or device as much as it takes, until it has all. */
  async #write(handle: FileHandle, bytes: Buffer, signal: AbortSignal): Promise<void> {
    let at = 0
    let waitedMs = 0
    while (at < bytes.length) {
      if (signal.aborted) throw new PrintError(`${this.#path}: the auditor stops`)
      try {
        const { bytesWritten } = await handle.write(bytes, at)
        at += bytesWritten
        waitedMs = bytesWritten === 0 ? waitedMs : 0
        if (bytesWritten > 0) continue
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      }
      if (waitedMs >= this.#timeoutMs) {
        throw new PrintError(`${this.#path}: took nothing for ${this.#timeoutMs / 1000} s; is there paper?`)
      }
      await pause(fullMs, undefined, { signal }).catch(() => {})
      waitedMs += fullMs
    }
  }
}

/** Never waits, never becomes our terminal, and makes no file where devices are. */
function flags(path: string): number {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK = 0, O_NOCTTY = 0 } = constants
  const make = /^(?:\/dev\/|\\\\)/.test(path) ? 0 : O_CREAT
  return O_WRONLY | O_APPEND | make | O_NONBLOCK | O_NOCTTY
}

/** Appends all or nothing to a regular file, and waits for the disk. */
async function appendWhole(handle: FileHandle, bytes: Buffer): Promise<void> {
  const { size } = await handle.stat()
  try {
    for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten
    await handle.datasync()
  } catch (error) {
    await handle.truncate(size).catch(() => {})
    throw error
  }
}
