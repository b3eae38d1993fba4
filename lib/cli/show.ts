/**
 * `ntp-auditor show`: the trail as text for eyes and line printers, or its records as they stand.
 * @module
 */
import { Choice } from '../printing/choice.js'
import { canonicalize } from '../trail/canonical.js'
import { isPlaced, readTrail } from '../trail/read.js'
import { listSegments } from '../trail/segments.js'
import type { TrailItem } from '../trail/types.js'
import { DaySheet } from './day-sheet.js'
import { UsageError } from './exit.js'
import type { Io } from './io.js'
import { Pages } from './pages.js'
import { brokenText, recordHeading, recordText, type Setting } from './record-text.js'
import { type CommonOptions, trailOf } from './settings.js'
import { harmless } from './text.js'

export interface ShowOptions extends CommonOptions {
  /** Label day: `2026-11-22`. */
  readonly date?: string
  readonly follow?: boolean
  readonly columns?: string
  /** Lines of a page. */
  readonly pages?: string
  readonly ascii?: boolean
  /** Only what changed. */
  readonly changes?: boolean
}

/** How often `--follow` looks for new records. */
const followMs = 500

/** @returns 0, also when the reader of the output went away */
export async function show(options: ShowOptions, io: Io): Promise<number> {
  const trail = trailOf(options, io)
  const setting = { columns: columnsOf(options, io), ascii: options.ascii === true }
  const lines = linesOf(options)
  const date = options.date ?? null
  if (date !== null && !/^\d{4}-\d{2}-\d{2}$/.test(date))
    throw new UsageError(`--date must look like 2026-11-22, got "${date}"`)
  const present = await demandTrail(trail, options.follow === true)
  const printer = new Printer(io, {
    ...{ trail, setting, date },
    json: options.json === true,
    pages: lines === null ? null : new Pages(lines, setting),
    choice: options.changes ? new Choice('changes') : null,
    follow: options.follow === true,
  })
  const stop = new AbortController()
  const undo = io.onSignal(() => stop.abort())
  try {
    await printer.begin()
    if (present) await printer.print(stop.signal)
    while (options.follow && !stop.signal.aborted && !io.stdout.closed) {
      await io.pause(followMs, stop.signal)
      if (!stop.signal.aborted) await printer.printMore(stop.signal)
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error
  } finally {
    undo()
  }
  await printer.end()
  if (date !== null && printer.shown === 0 && !options.follow) {
    await io.stderr.write(
      `ntp-auditor: no record in a segment of ${date}; the days are labelled in the zone of the trail\n`,
    )
  }
  if (printer.broken > 0) {
    await io.stderr.write(
      `ntp-auditor: the trail is damaged in ${printer.broken} places; "ntp-auditor verify" tells more\n`,
    )
  }
  return 0
}

function columnsOf(options: ShowOptions, io: Io): number {
  if (options.columns === undefined) return io.stdout.isTerminal && io.stdout.columns >= 132 ? 132 : 80
  if (options.columns === '80' || options.columns === '132') return Number(options.columns)
  throw new UsageError(`--columns must be 80 or 132, got "${options.columns}"`)
}

function linesOf({ pages, json, ascii }: ShowOptions): number | null {
  if (json && (pages !== undefined || ascii)) {
    throw new UsageError('--pages and --ascii set text; with --json records come as they stand: leave one out')
  }
  if (pages === undefined) return null
  if (/^\d{1,4}$/.test(pages) && Number(pages) >= 10 && Number(pages) <= 1000) return Number(pages)
  throw new UsageError(`--pages must be the lines of a page, from 10 to 1000, got "${pages}"`)
}

/**
 * @returns whether there is at least one segment; where somebody waits for records, an empty folder will do
 * @throws {TrailReadError} no such folder, or no trail in it
 */
export async function demandTrail(trail: string, mayBeEmpty = false): Promise<boolean> {
  const { segments } = await listSegments(trail)
  if (segments.length > 0) return true
  if (mayBeEmpty) return false
  const { TrailReadError } = await import('../errors.js')
  throw new TrailReadError(
    `no trail at ${trail}: the folder holds no segment (YYYY/MM/*.ndjson). Give the folder of a trail with --trail DIR, or start one with "ntp-auditor run".`,
  )
}

interface Printing {
  readonly trail: string
  readonly setting: Setting
  readonly json: boolean
  readonly date: string | null
  readonly pages: Pages | null
  readonly choice: Choice | null
  readonly follow: boolean
}

/** Prints what came since the last call. */
class Printer {
  readonly #io: Io
  readonly #to: Printing
  readonly #sheet = new DaySheet()
  /** Label of the segment being read, and what the day is called. */
  #label = ''
  #day = ''
  /** Where the next line stands. */
  #next: { fromSegment: number; fromOffset: number } | null = null
  /** The last segment of the day that was asked for. */
  #until = Number.POSITIVE_INFINITY
  #told = ''
  shown = 0
  broken = 0

  constructor(io: Io, to: Printing) {
    this.#io = io
    this.#to = to
  }

  async begin(): Promise<void> {
    const { trail, setting, json, pages, date, follow } = this.#to
    if (!json && pages === null) await this.#io.stdout.write(recordHeading(trail, setting))
    if (date === null) return
    const numbers = (await listSegments(trail)).segments.filter(({ label }) => label === date).map((one) => one.number)
    const [first] = numbers
    if (first === undefined) return
    this.#next = { fromSegment: first, fromOffset: 0 }
    if (!follow) this.#until = numbers.at(-1) ?? first
  }

  async print(signal: AbortSignal): Promise<void> {
    for await (const items of readTrail(this.#to.trail, { ...this.#next, signal })) {
      const text = items.map((item) => (item.segment > this.#until ? '' : this.#text(item))).join('')
      if (text !== '') await this.#io.stdout.write(text)
      if (this.#io.stdout.closed || (items[0]?.segment ?? 0) > this.#until) return
    }
  }

  /** As {@link print}, where a file that is gone or locked for the moment is told once and looked for again. */
  async printMore(signal: AbortSignal): Promise<void> {
    try {
      await this.print(signal)
      this.#told = ''
    } catch (error) {
      const { code, message } = error as { code?: unknown; message: string }
      if (code !== 'ERR_TRAIL_READ' || signal.aborted) throw error
      if (message !== this.#told) await this.#io.stderr.write(`ntp-auditor: ${harmless(message)}; looking on\n`)
      this.#told = message
    }
  }

  async end(): Promise<void> {
    const { pages, date, setting } = this.#to
    if (pages === null) return
    const sheet = date === null ? '' : this.#sheet.text(this.#day || date, setting)
    await this.#io.stdout.write(`${sheet === '' ? '' : pages.add(sheet)}${pages.end()}`)
  }

  #text(item: TrailItem): string {
    const { json, date, pages, choice, setting, trail } = this.#to
    this.#next = { fromSegment: item.segment, fromOffset: item.offset + item.length + (isPlaced(item) ? 1 : 0) }
    let head = ''
    if (isPlaced(item) && item.record.type === 'open') {
      const { label, zone, host, simulation } = item.record
      this.#label = label
      if (date === null || date === label) {
        this.#day = `${label} (${zone})${simulation ? ', SIMULATION' : ''}`
        head = pages?.head({ host, day: this.#day }) ?? ''
      }
    }
    if (date !== null && this.#label !== date) return ''
    if (this.shown + this.broken === 0 && pages !== null) head += pages.add(recordHeading(trail, setting))
    this.#sheet.count(item)
    if (isPlaced(item)) this.shown += 1
    else this.broken += 1
    if (choice !== null && !choice.wants(item)) return head
    if (json) return isPlaced(item) ? `${canonicalize(item.record)}\n` : ''
    const text = isPlaced(item) ? recordText(item.record, setting) : brokenText(item, setting)
    return head + (pages === null ? text : pages.add(text))
  }
}
