/**
 * Where a live record is published: shared memory with a sequence lock for the threads of one process, a line of text with a
 * checksum for other processes. One writer, any number of readers, none of whom ever waits.
 * @module
 */
import { createHash } from 'node:crypto'
import type { Cause } from '../consensus/types.js'
import type { LiveRecord } from './live-record.js'

/** Takes what the engine publishes. */
export interface LiveOutlet {
  publish(record: LiveRecord): void
  /** Whether somebody asked for a record since the last call: then it is worth while to publish more often. */
  wanted(): boolean
}

/** Gives the last record that was published; `null` where there is none, or none that is whole. */
export interface LiveInlet {
  latest(): LiveRecord | null
  /** Why there is none; default: nobody audits. */
  readonly missing?: Cause
}

/** In the order in which they stand in memory: a new one goes to the end. */
const names = [
  'aNs',
  'aSpanNs',
  'pNs',
  'slewPpb',
  'lookPNs',
  'silenceNs',
  'cLowNs',
  'cHighNs',
  'stepPpb',
  'sleeps',
  'mLowNs',
  'mHighNs',
  'ratePpb',
  'support',
  'lack',
  'sampleNs',
  'longestGapNs',
  'selfNs',
  'taiUtcNs',
  'leapAtNs',
  'toleranceNs',
  'seq',
] as const satisfies readonly (keyof LiveRecord)[]

/** How often a reader looks again where it met the writer at work. */
const patience = 200

/** One record within a thread: engine and application share it as it is. */
export class LocalBoard implements LiveOutlet, LiveInlet {
  #record: LiveRecord | null = null
  #wanted = false

  publish(record: LiveRecord): void {
    this.#record = record
  }

  wanted(): boolean {
    const was = this.#wanted
    this.#wanted = false
    return was
  }

  latest(): LiveRecord | null {
    this.#wanted = true
    return this.#record
  }

  peek(): LiveRecord | null {
    return this.#record
  }
}

/**
 * One record in memory that several threads share. The sequence number is odd while somebody writes; a reader that saw it odd, or
 * changed, reads again. All accesses are atomic ones, which no compiler and no processor reorders.
 */
export class SharedBoard implements LiveOutlet, LiveInlet {
  readonly buffer: SharedArrayBuffer
  /** The sequence number, and whether somebody asked. */
  readonly #words: Int32Array
  readonly #fields: BigInt64Array
  #seen = 0
  #record: LiveRecord | null = null

  /** @param buffer of another thread's board; default: a new, empty one */
  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(8 * (names.length + 1))) {
    this.buffer = buffer
    this.#words = new Int32Array(buffer, 0, 2)
    this.#fields = new BigInt64Array(buffer, 8, names.length)
  }

  publish(record: LiveRecord): void {
    // A writer that died at work left it odd: its successor takes over from there.
    const odd = Atomics.load(this.#words, 0) | 1
    Atomics.store(this.#words, 0, odd)
    for (const [i, name] of names.entries()) Atomics.store(this.#fields, i, record[name])
    Atomics.store(this.#words, 0, (odd + 1) | 0)
  }

  wanted(): boolean {
    return Atomics.exchange(this.#words, 1, 0) === 1
  }

  latest(): LiveRecord | null {
    if (Atomics.load(this.#words, 1) === 0) Atomics.store(this.#words, 1, 1)
    return this.peek()
  }

  /**
   * {@link latest} without asking for more. Where the writer was stopped at work it gives the record before: that is as true as it was, and
   * grows old where the writer never comes back.
   */
  peek(): LiveRecord | null {
    for (let n = 0; n < patience; n++) {
      const before = Atomics.load(this.#words, 0)
      if (before === this.#seen) break
      if ((before & 1) === 1) continue
      const record = fromFields((i) => Atomics.load(this.#fields, i))
      if (Atomics.load(this.#words, 0) !== before) continue
      this.#seen = before
      this.#record = record
      break
    }
    return this.#record
  }
}

function fromFields(field: (index: number) => bigint): LiveRecord {
  return Object.fromEntries(names.map((name, i) => [name, field(i)])) as unknown as LiveRecord
}

/** Who publishes, and where: a reader elsewhere must find itself on the same computer, in the same boot, at the same trail. */
export interface LiveOrigin {
  readonly bootId: string
  /** Of the lock: unique for each run. */
  readonly token: string
  readonly pid: number
  /** Counts the texts of one run. */
  readonly count: number
}

/** Length of the text in bytes: it is written over and over in its place. */
export const liveTextLength = 1536
const format = 'ntp-auditor-live-1'

/** The record as text of a fixed length: a JSON document, blanks, a newline. */
export function encodeLiveText(record: LiveRecord, origin: LiveOrigin): string {
  const { bootId, token, pid, count } = origin
  const head = JSON.stringify({ format, bootId, token, pid, count })
  const body = `${head.slice(0, -1)},${names.map((name) => `"${name}":"${record[name]}"`).join(',')}}`
  const text = `{"sum":"${checksum(body)}",${body.slice(1)}`
  if (text.length >= liveTextLength) throw new RangeError(`a live record takes ${text.length} bytes`)
  return `${text.padEnd(liveTextLength - 1)}\n`
}

/** Reads such a text; `null` for anything else, and for one that was met half written. */
export function decodeLiveText(text: string): { readonly record: LiveRecord; readonly origin: LiveOrigin } | null {
  const match = /^\{"sum":"([0-9a-f]{32})",(.*\}) *\n$/.exec(text)
  if (!match || checksum(`{${match[2]}`) !== match[1]) return null
  try {
    const all = JSON.parse(`{${match[2]}`) as Record<string, unknown>
    const { bootId, token, pid, count } = all
    if (all.format !== format || typeof bootId !== 'string' || typeof token !== 'string') return null
    if (!Number.isSafeInteger(pid) || !Number.isSafeInteger(count)) return null
    const record = fromFields((i) => whole(all[names[i] ?? '']))
    return { record, origin: { bootId, token, pid: pid as number, count: count as number } }
  } catch {
    return null
  }
}

function whole(value: unknown): bigint {
  if (typeof value !== 'string' || !/^-?\d{1,19}$/.test(value)) throw new TypeError('no whole number')
  return BigInt(value)
}

/** Against half-written texts, not against liars: whoever writes here could as well write the trail. */
function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
