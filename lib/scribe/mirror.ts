/**
 * Keeps `<trail>/live.json`, where other processes read what the engine publishes to the threads of this one. No evidence: a convenience.
 *
 * A file is made beside it and renamed into its place once; from then on the text, always of one length, is written over itself. Nothing is
 * synced: the text lives in the page cache, and the disk gets it when the system next writes back what is dirty. A reader that
 * meets half a text knows by its checksum. Whether anybody reads is told by the file's time of last access, where the file system
 * keeps that: only then is it written more often than the clock is looked at.
 * @module
 */
import { closeSync, fstatSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Timers } from '../clock/types.js'
import { encodeLiveText, type LiveOrigin } from '../evidence/live-board.js'
import { type LiveRecord, lackCode } from '../evidence/live-record.js'

/** Where the mirror takes its records from: `peek` without asking for more of them, `latest` asking. */
export interface MirrorSource {
  peek(): LiveRecord | null
  latest(): LiveRecord | null
}

export interface MirrorOptions {
  readonly folder: string
  readonly source: MirrorSource
  readonly timers: Timers
  /** Of the engine's looks (ms). */
  readonly periodMs: number
  readonly bootId: string
}

/** While somebody reads (ms). */
const busyMs = 50
/** After it was seen that somebody reads, this many rounds are busy ones. */
const busyRounds = 40
/** After a failure (ms). */
const restMs = 1_000
/** Rounds after which it is seen to that the file still has its name. */
const checkRounds = 16

export class Mirror {
  readonly #options: MirrorOptions
  #origin: Omit<LiveOrigin, 'count'> | null = null
  #descriptor: number | null = null
  #written: LiveRecord | null = null
  #accessNs = 0n
  #busy = 0
  #round = 0
  #count = 0
  #timer: unknown = null

  constructor(options: MirrorOptions) {
    this.#options = options
  }

  /** @param token of the lock that was taken */
  start(token: string): void {
    this.#origin = { bootId: this.#options.bootId, token, pid: process.pid }
    this.#next(busyMs)
  }

  /** Says that nobody audits any more, and removes the file. */
  stop(): void {
    this.#options.timers.clearTimeout(this.#timer)
    const last = this.#written
    if (last) this.#attempt(() => this.#write({ ...last, ...down }))
    if (this.#descriptor !== null) this.#attempt(() => unlinkSync(this.#path))
    this.#close()
    this.#origin = null
  }

  get #path(): string {
    return join(this.#options.folder, 'live.json')
  }

  #next(ms: number): void {
    this.#timer = this.#options.timers.setTimeout(() => {
      const failed = !this.#attempt(() => this.#mirror())
      if (failed) this.#close()
      this.#next(failed ? restMs : this.#busy > 0 ? busyMs : this.#options.periodMs)
    }, ms)
  }

  /** Whatever a file system may answer to a convenience is no problem of the audit. */
  #attempt(act: () => void): boolean {
    try {
      act()
      return true
    } catch {
      return false
    }
  }

  #mirror(): void {
    if (this.#descriptor !== null) this.#heed(this.#descriptor)
    const { source } = this.#options
    const record = this.#busy > 0 ? source.latest() : source.peek()
    if (record === null || record === this.#written) return
    this.#write(record)
  }

  /** Sees whether somebody read, and whether the file still stands. */
  #heed(descriptor: number): void {
    const { atimeNs, nlink } = fstatSync(descriptor, { bigint: true })
    if (atimeNs !== this.#accessNs) this.#busy = busyRounds
    else if (this.#busy > 0) this.#busy -= 1
    this.#accessNs = atimeNs
    this.#round += 1
    if (nlink === 0n && this.#round % checkRounds === 0) {
      this.#close()
      this.#written = null
    }
  }

  #write(record: LiveRecord): void {
    const origin = this.#origin
    if (!origin) return
    this.#count += 1
    const bytes = Buffer.from(encodeLiveText(record, { ...origin, count: this.#count }))
    if (this.#descriptor === null) this.#create(bytes)
    else if (writeSync(this.#descriptor, bytes, 0, bytes.length, 0) !== bytes.length) throw new Error('a short write')
    this.#written = record
  }

  #create(bytes: Buffer): void {
    const temporary = join(this.#options.folder, `.live.json.${process.pid}`)
    this.#attempt(() => unlinkSync(temporary))
    const descriptor = openSync(temporary, 'wx', 0o644)
    this.#descriptor = descriptor
    if (writeSync(descriptor, bytes, 0, bytes.length, 0) !== bytes.length) throw new Error('a short write')
    renameSync(temporary, this.#path)
    this.#accessNs = fstatSync(descriptor, { bigint: true }).atimeNs
  }

  #close(): void {
    const descriptor = this.#descriptor
    this.#descriptor = null
    if (descriptor !== null) this.#attempt(() => closeSync(descriptor))
  }
}

const down = { support: 0n, lack: lackCode({ verdict: 'UNMONITORED', cause: 'auditor-down' }) }
