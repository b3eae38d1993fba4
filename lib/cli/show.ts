/**
 * `ntp-auditor show`: the trail as text for eyes and line printers, or its records as they stand.
 * @module
 */
import { canonicalize } from '../trail/canonical.js'
import { isPlaced, readTrail } from '../trail/read.js'
import { listSegments } from '../trail/segments.js'
import type { TrailItem } from '../trail/types.js'
import { UsageError } from './exit.js'
import type { Io } from './io.js'
import { brokenText, recordHeading, recordText } from './record-text.js'
import { type CommonOptions, trailOf } from './settings.js'

export interface ShowOptions extends CommonOptions {
  /** Label day: `2026-11-22`. */
  readonly date?: string
  readonly follow?: boolean
  readonly columns?: string
}

/** How often `--follow` looks for new records. */
const followMs = 500

/** @returns 0, also when the reader of the output went away */
export async function show(options: ShowOptions, io: Io): Promise<number> {
  const trail = trailOf(options, io)
  const columns = columnsOf(options, io)
  const date = options.date ?? null
  if (date !== null && !/^\d{4}-\d{2}-\d{2}$/.test(date))
    throw new UsageError(`--date must look like 2026-11-22, got "${date}"`)
  const present = await demandTrail(trail, options.follow === true)
  const printer = new Printer(io, columns, options.json === true, date)
  if (!options.json) await io.stdout.write(recordHeading(trail, columns))
  const stop = new AbortController()
  const undo = io.onSignal(() => stop.abort())
  try {
    if (present) await printer.print(trail, stop.signal)
    while (options.follow && !stop.signal.aborted && !io.stdout.closed) {
      await io.pause(followMs, stop.signal)
      if (!stop.signal.aborted) await printer.print(trail, stop.signal)
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error
  } finally {
    undo()
  }
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

/** Prints what came since the last call. */
class Printer {
  readonly #io: Io
  readonly #columns: number
  readonly #json: boolean
  readonly #date: string | null
  /** Label of the segment being read. */
  #label = ''
  /** Where the next line stands. */
  #next: { fromSegment: number; fromOffset: number } | null = null
  shown = 0
  broken = 0

  constructor(io: Io, columns: number, json: boolean, date: string | null) {
    this.#io = io
    this.#columns = columns
    this.#json = json
    this.#date = date
  }

  async print(trail: string, signal: AbortSignal): Promise<void> {
    for await (const items of readTrail(trail, { ...this.#next, signal })) {
      const text = items.map((item) => this.#text(item)).join('')
      if (text !== '') await this.#io.stdout.write(text)
      if (this.#io.stdout.closed) return
    }
  }

  #text(item: TrailItem): string {
    this.#next = { fromSegment: item.segment, fromOffset: item.offset + item.length + (isPlaced(item) ? 1 : 0) }
    if (isPlaced(item) && item.record.type === 'open') this.#label = item.record.label
    if (this.#date !== null && this.#label !== this.#date) return ''
    if (!isPlaced(item)) {
      this.broken += 1
      return this.#json ? '' : brokenText(item, this.#columns)
    }
    this.shown += 1
    return this.#json ? `${canonicalize(item.record)}\n` : recordText(item.record, this.#columns)
  }
}
