/**
 * Messages that could not be delivered yet, as files: one for each message and channel, put there whole. They outlive restarts; what
 * cannot be read any more is set aside, and there is an end to their number.
 * @module
 */
import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Message } from './types.js'

/** One delivery that is still to be made. */
export interface Parcel {
  readonly file: string
  readonly channel: string
  readonly message: Message
}

const form = /^(\d{6,12})-([A-Za-z0-9._-]{1,64})-[0-9a-f-]{36}\.json$/
/** When there are more, the oldest go: nobody reads thousands of alerts of a week ago. */
const most = 1000

export class Outbox {
  readonly folder: string
  #last = 0

  /** @param folder made where it is missing, at the first message */
  constructor(folder: string) {
    this.folder = folder
  }

  /**
   * Keeps a message for a channel until {@link remove}.
   * @returns how many older ones had to go
   * @throws the system's error
   */
  put(message: Message, channel: string): { readonly parcel: Parcel; readonly dropped: number } {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 })
    const waiting = this.#names()
    this.#last = Math.max(this.#last, numberOf(waiting.at(-1) ?? '')) + 1
    const file = `${String(this.#last).padStart(6, '0')}-${channel}-${randomUUID()}.json`
    const path = join(this.folder, file)
    writeFileSync(`${path}.tmp`, JSON.stringify(message), { mode: 0o600, flush: true })
    renameSync(`${path}.tmp`, path)
    const surplus = waiting.slice(0, Math.max(0, waiting.length + 1 - most))
    for (const name of surplus) rmSync(join(this.folder, name), { force: true })
    return { parcel: { file, channel, message }, dropped: surplus.length }
  }

  /** What waits, oldest first. A file that is no message is renamed to `.bad`. */
  list(): Parcel[] {
    return this.#names().flatMap((file) => {
      const message = this.#read(file)
      return message ? [{ file, channel: form.exec(file)?.[2] ?? '', message }] : []
    })
  }

  /** It was delivered, or nobody is to get it any more. */
  remove(file: string): void {
    rmSync(join(this.folder, file), { force: true })
  }

  #names(): string[] {
    try {
      return readdirSync(this.folder)
        .filter((name) => form.test(name))
        .sort((a, b) => numberOf(a) - numberOf(b))
    } catch {
      return []
    }
  }

  #read(file: string): Message | null {
    const path = join(this.folder, file)
    try {
      const value = JSON.parse(readFileSync(path, 'utf8')) as Partial<Message>
      if (typeof value.id === 'string' && typeof value.condition === 'string' && typeof value.cause === 'string') {
        return value as Message
      }
    } catch {
      // Set aside below.
    }
    try {
      renameSync(path, `${path}.bad`)
    } catch {
      // It is gone, or the folder cannot be written: it is passed over again.
    }
    return null
  }
}

function numberOf(name: string): number {
  return Number(form.exec(name)?.[1] ?? 0)
}
