/**
 * One walk over the records that a report rests on: what is counted, which record is the first and the last, which lie in a
 * file of another day, and how far into each file the evidence reaches.
 * @module
 */
import { parseInstant } from '../lib/instant.js'
import { Calendar } from '../lib/scribe/calendar.js'
import type { Placed } from '../lib/trail/types.js'
import { type FileEnd, type Material, SampleClock, type SeqRange } from './material.js'
import type { Closed } from './seals.js'
import type { Tallies } from './tallies.js'
import type { ReportResult } from './types.js'

type Ends = Pick<ReportResult['integrity'], 'firstSeq' | 'lastSeq' | 'firstHash' | 'lastHash' | 'misdated'>

export interface Inventory {
  readonly ends: Ends
  /** Per segment, of the records in the range. */
  readonly files: ReadonlyMap<number, FileEnd>
  /** The `close` records up to `asOf`, as far back as the walk went. */
  readonly closes: readonly Closed[]
}

/**
 * @param used the records that the period's evidence rests on
 * @param asOf the last record to list
 * @param tallies what counts the records
 */
export async function takeInventory(
  material: Material,
  { used, asOf, tallies }: { readonly used: SeqRange; readonly asOf: number; readonly tallies: Tallies },
): Promise<Inventory> {
  const clock = new SampleClock()
  const dates = new Dates(material)
  const files = new Map<number, Mutable<FileEnd>>()
  const closes: Closed[] = []
  const labels = material.labels()
  let ending: (() => void) | null = null
  let first: Placed | null = null
  let last: Placed | null = null
  for await (const batch of material.records({ firstSeq: material.firstOf(used), lastSeq: asOf })) {
    for (const placed of batch) {
      const { record, segment } = placed
      const within = record.seq <= used.lastSeq
      if (within) {
        const known = files.get(segment)
        if (known) reach(known, placed)
        else {
          ending?.()
          files.set(segment, begin(placed))
        }
        // Hashing the last record of each file is enough; which one that is, the next file tells.
        ending = () => {
          const end = files.get(segment)
          if (end) end.lastHash = placed.hash
        }
      }
      const counts = record.seq >= used.firstSeq
      if (counts) {
        first ??= placed
        last = placed
        dates.see(placed)
      }
      if (record.type === 'close' && record.nextKey !== '') {
        closes.push({ seq: record.seq, epoch: record.epoch, label: labels.get(segment)?.label ?? '' })
      }
      const utcNs = record.type === 'sample' ? clock.utcNs(record, parseInstant(record.wall)) : null
      // The head of the first segment says what was in force when the period began.
      if (counts || record.type === 'open') tallies.record(record, utcNs, counts && within)
    }
  }
  ending?.()
  const ends = {
    firstSeq: first?.record.seq ?? 0,
    lastSeq: last?.record.seq ?? 0,
    firstHash: first?.hash ?? '',
    lastHash: last?.hash ?? '',
    misdated: dates.misdated,
  }
  return { ends, files, closes }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

function begin(placed: Placed): Mutable<FileEnd> {
  const { seq } = placed.record
  const end = { bytes: 0, records: 0, firstSeq: seq, firstHash: placed.hash, lastSeq: seq, lastHash: '' }
  reach(end, placed)
  return end
}

function reach(end: Mutable<FileEnd>, { record, offset, length }: Placed): void {
  end.bytes = offset + length + 1
  end.records += 1
  end.lastSeq = record.seq
}

/** Finds the records whose wall time lies outside the day that their file is named after. */
class Dates {
  readonly misdated: { readonly seq: number; readonly wall: string; readonly label: string }[] = []
  readonly #labels: ReturnType<Material['labels']>
  readonly #calendars = new Map<string, Calendar>()

  constructor(material: Material) {
    this.#labels = material.labels()
  }

  see({ record, segment }: Placed): void {
    const day = this.#labels.get(segment)
    if (!day) return
    let calendar = this.#calendars.get(day.zone)
    if (!calendar) {
      calendar = new Calendar(day.zone)
      this.#calendars.set(day.zone, calendar)
    }
    if (calendar.label(record.wall) === day.label) return
    this.misdated.push({ seq: record.seq, wall: record.wall, label: day.label })
  }
}
