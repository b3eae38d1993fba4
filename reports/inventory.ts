/**
 * One walk over the records that a report rests on: what is counted, which record is the first and the last, which lie in a
 * file of another day, and how far into each file the evidence reaches.
 * @module
 */
import { parseInstant } from '../lib/instant.js'
import { Calendar } from '../lib/scribe/calendar.js'
import type { Placed } from '../lib/trail/types.js'
import { type FileEnd, type Material, SampleClock, type SeqRange } from './material.js'
import { ReferenceTally } from './references.js'
import type { ReportResult } from './types.js'

type Ends = Pick<ReportResult['integrity'], 'firstSeq' | 'lastSeq' | 'firstHash' | 'lastHash' | 'misdated'>
type Claims = Parameters<ReferenceTally['build']>[0]

export interface Inventory {
  readonly samples: ReportResult['samples']
  readonly references: ReportResult['references']
  readonly ends: Ends
  /** Per segment, of the records in the range. */
  readonly files: ReadonlyMap<number, FileEnd>
}

/**
 * @param used the records that the period's evidence rests on; samples are counted where their instant lies in the period
 * @param asOf the last record to list
 */
export async function takeInventory(
  material: Material,
  {
    used,
    asOf,
    period,
    claims,
  }: {
    readonly used: SeqRange
    readonly asOf: number
    readonly period: { readonly fromNs: bigint; readonly toNs: bigint }
    readonly claims: Claims
  },
): Promise<Inventory> {
  const tally = new ReferenceTally()
  const clock = new SampleClock()
  const dates = new Dates(material)
  const samples = { scheduled: 0, unscheduled: 0, withoutBound: 0 }
  const files = new Map<number, FileEnd>()
  let first: Placed | null = null
  let last: Placed | null = null
  for await (const batch of material.records({ firstSeq: material.firstOf(used), lastSeq: asOf })) {
    for (const placed of batch) {
      const { record, segment, offset, length } = placed
      if (record.seq <= used.lastSeq) {
        files.set(segment, { bytes: offset + length + 1, records: (files.get(segment)?.records ?? 0) + 1 })
      }
      if (record.seq < used.firstSeq) continue
      first ??= placed
      last = placed
      dates.see(placed)
      if (record.type !== 'sample' || record.seq > used.lastSeq) continue
      const utcNs = clock.utcNs(record, parseInstant(record.wall))
      if (utcNs < period.fromNs || utcNs >= period.toNs) continue
      tally.sample(record)
      if (record.reason === 'scheduled') samples.scheduled += 1
      else samples.unscheduled += 1
      if (!record.consensus.m) samples.withoutBound += 1
    }
  }
  const ends = {
    firstSeq: first?.record.seq ?? 0,
    lastSeq: last?.record.seq ?? 0,
    firstHash: first?.hash ?? '',
    lastHash: last?.hash ?? '',
    misdated: dates.misdated,
  }
  return { samples, references: tally.build(claims), ends, files }
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
