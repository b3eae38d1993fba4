/**
 * Receipts of a running audit: each sample, or only what changed, printed as it happens. What is printed is read from the trail itself, so a
 * printer that is off delays and loses nothing, and nothing piles up in memory.
 * @module
 */
import { createHash } from 'node:crypto'
import type { ReceiptsConfig } from '../config/types.js'
import { PrintError } from '../errors.js'
import { Choice, receiptsName } from '../printing/choice.js'
import { type LastPrinted, readLastPrinted, writeLastPrinted } from '../printing/receipt-state.js'
import { type Sink, sinkOf } from '../printing/sink.js'
import { isPlaced, readPlaced, readSeqs, readTrail } from '../trail/read.js'
import type { Placed, ServiceBody } from '../trail/types.js'
import { brokenText, recordText, type Setting, settable } from './record-text.js'
import { wrap } from './text.js'

export interface ReceiptsHost {
  /** Writes into the trail that printing failed, or works again. */
  record(body: ServiceBody): Promise<unknown>
  problem(error: Error): void
  pause(ms: number, signal: AbortSignal): Promise<void>
}

/** Text handed over at once (characters): what is printed again after a failure at most. */
const batch = 32 * 1024
/** How soon a printer that failed is tried again, at first and at last (ms). */
const retryMs = { first: 5000, most: 60_000 } as const

interface Outage {
  readonly from: number
  readonly message: string
}

export class Receipts {
  readonly #trail: string
  readonly #config: ReceiptsConfig
  readonly #setting: Setting
  readonly #host: ReceiptsHost
  readonly #sink: Sink
  /** Aborts at the wish to stop, and when no more time is left. */
  readonly #wish = new AbortController()
  readonly #end = new AbortController()
  #last: LastPrinted | null = null
  /** Where the next line stands; `null`: to be found. */
  #next: { fromSegment: number; fromOffset: number } | null = null
  #saved = true
  /** The last record that is known to be durable, and its segment. */
  #upTo = 0
  #segment = 0
  #heading = 'receipts'
  #outage: Outage | null = null
  #told = new Set<string>()
  #wake: () => void = () => {}
  #news = false
  #work: Promise<void>

  constructor(
    { trail, receipts }: { readonly trail: string; readonly receipts: ReceiptsConfig },
    host: ReceiptsHost,
    sink: Sink = sinkOf(receipts),
  ) {
    this.#trail = trail
    this.#config = receipts
    this.#setting = { columns: receipts.columns, ascii: true }
    this.#host = host
    this.#sink = sink
    this.#work = this.#run()
  }

  /** A record is durable: up to this one may be printed. */
  heard({ record, segment }: Pick<Placed, 'record' | 'segment'>): void {
    this.#upTo = record.seq
    this.#segment = segment
    this.#news = true
    this.#wake()
  }

  /** Prints what is left, for at most so long. What remains is printed by the next run. */
  async stop(budgetMs: number): Promise<void> {
    this.#wish.abort()
    this.#wake()
    const timer = setTimeout(() => this.#end.abort(), budgetMs)
    await this.#work
    clearTimeout(timer)
  }

  async #run(): Promise<void> {
    try {
      this.#last = await readLastPrinted(this.#config.state)
    } catch (error) {
      this.#problem(
        `${(error as Error).message}; receipts begin with this run. "ntp-auditor show" prints what is before`,
      )
    }
    let wait: number = retryMs.first
    while (await this.#due()) {
      this.#news = false
      try {
        await this.#print()
        if (wait !== retryMs.first) this.#told.clear() // a next failure is told again
        wait = retryMs.first
      } catch (error) {
        this.#news = true
        this.#failed(error as Error)
        if (this.#wish.signal.aborted) break
        await this.#host.pause(wait, this.#wish.signal)
        wait = Math.min(2 * wait, retryMs.most)
      }
    }
    await this.#save()
    await this.#sink.close()
  }

  /** Waits for something to print. @returns false when it is time to end */
  async #due(): Promise<boolean> {
    while (!this.#news) {
      if (this.#wish.signal.aborted) return false
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return true
  }

  /** Prints from where printing stood up to the last durable record. */
  async #print(): Promise<void> {
    this.#next ??= await this.#place()
    const choice = new Choice(this.#config.what, this.#last?.verdict)
    let text = ''
    let first = 0
    let held = '' // damage is printed with the record behind it
    let done = this.#last
    const flush = async () => {
      if (text !== '') await this.#handOver(text, first, done?.seq ?? 0)
      if (done !== null && done !== this.#last) {
        this.#last = done
        this.#next = { fromSegment: done.segment, fromOffset: done.offset + done.length + 1 }
        this.#saved = false
      }
      if (text !== '') await this.#save()
      text = ''
    }
    for await (const items of readTrail(this.#trail, { ...this.#next, signal: this.#end.signal })) {
      for (const item of items) {
        if (!isPlaced(item)) {
          held += brokenText(item, this.#setting)
          continue
        }
        const { seq } = item.record
        if (seq > this.#upTo) return flush()
        if (seq <= (this.#last?.seq ?? 0)) continue
        if (text === '') first = seq
        text += held + (choice.wants(item) ? recordText(item.record, this.#setting) : '')
        held = ''
        done = lastOf(item, choice.verdict)
        if (text.length >= batch) await flush()
      }
    }
    await flush()
  }

  async #handOver(text: string, first: number, last: number): Promise<void> {
    const heading =
      this.#heading === ''
        ? ''
        : `\n${wrap(`# ${this.#heading}, ${settable(this.#trail, this.#setting)}, from record ${first}`, this.#config.columns, '#   ')}\n`
    const whole = heading + text
    const bytes = this.#config.newline === 'crlf' ? whole.replaceAll('\n', '\r\n') : whole
    try {
      await this.#sink.print(bytes, this.#end.signal)
    } catch (error) {
      if (this.#outage === null) {
        const { message } = error as Error
        this.#outage = { from: first, message }
        this.#record(false, bytes, `from record ${first} on: ${message}`)
      }
      this.#heading = 'receipts after an outage'
      throw error
    }
    this.#heading = ''
    if (this.#outage === null) return
    const { from, message } = this.#outage
    this.#outage = null
    this.#record(true, bytes, `records ${from} to ${last} after an outage: ${message}`)
  }

  /** Where printing goes on: behind the record that was printed last, else with the start of this run. */
  async #place(): Promise<{ fromSegment: number; fromOffset: number }> {
    const last = this.#last
    if (last === null) return this.#beginning()
    const there = await readPlaced(this.#trail, last.segment, last.offset, last.length).catch(() => null)
    if (there?.hash === last.hash) return behind(there)
    const found = last.seq <= this.#upTo ? (await readSeqs(this.#trail, [last.seq])).get(last.seq) : null
    if (found?.hash === last.hash) return behind(found)
    if (found === undefined) {
      this.#problem(
        `record ${last.seq}, which was printed last, is not in the trail any more; receipts go on with the one behind`,
      )
      return { fromSegment: 0, fromOffset: 0 }
    }
    this.#problem(
      `${this.#config.state} tells of another trail than ${this.#trail}; receipts begin with this run. "ntp-auditor show" prints what is before`,
    )
    this.#last = null
    return this.#beginning()
  }

  /** The last start of an auditor in the newest segment. */
  async #beginning(): Promise<{ fromSegment: number; fromOffset: number }> {
    const begin = { fromSegment: this.#segment, fromOffset: 0 }
    for await (const items of readTrail(this.#trail, { ...begin, signal: this.#end.signal })) {
      for (const item of items) {
        if (!isPlaced(item) || item.record.seq > this.#upTo) continue
        if (item.record.type === 'open' && item.record.reason !== 'rotation') {
          begin.fromSegment = item.segment
          begin.fromOffset = item.offset
        }
      }
    }
    return begin
  }

  async #save(): Promise<void> {
    if (this.#saved || this.#last === null) return
    try {
      await writeLastPrinted(this.#config.state, this.#last)
      this.#saved = true
    } catch (error) {
      this.#problem(
        `what was printed last cannot be remembered: ${(error as Error).message}; after a restart some receipts may come again`,
      )
    }
  }

  #failed(error: Error): void {
    if (error instanceof PrintError) {
      this.#problem(
        `receipts are not printed: ${error.message}. Next step: see to the printer; nothing is lost, records from ${this.#outage?.from ?? 1} on are printed when it answers`,
      )
    } else if (!this.#end.signal.aborted) this.#problem(`receipts cannot be read from the trail: ${error.message}`)
  }

  /** Says a thing once until printing works again. */
  #problem(message: string): void {
    if (this.#told.has(message)) return
    this.#told.add(message)
    this.#host.problem(new PrintError(message))
  }

  #record(ok: boolean, text: string, message: string): void {
    const bytes = Buffer.byteLength(text)
    const sha256 = createHash('sha256').update(text).digest('hex')
    const body = { type: 'print', ok, file: receiptsName, bytes, sha256, command: this.#sink.words, message } as const
    this.#host.record(body).catch((error: Error & { code?: unknown }) => {
      if (error.code !== 'ERR_STOPPED') this.#problem(`a print record cannot be written: ${error.message}`)
    })
  }
}

function behind({ segment, offset, length }: Placed): { fromSegment: number; fromOffset: number } {
  return { fromSegment: segment, fromOffset: offset + length + 1 }
}

function lastOf({ record, hash, segment, offset, length }: Placed, verdict: string): LastPrinted {
  return { seq: record.seq, hash, segment, offset, length, verdict }
}
