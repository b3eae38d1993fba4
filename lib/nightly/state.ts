/**
 * What a trail says of reports: what time it is by its evidence, when it begins, and which periods its `report` records name.
 * @module
 */
import { blockSize, type FactSource } from '../evidence/types.js'
import { parseInstant } from '../instant.js'
import type { Placed, ReportBody } from '../trail/types.js'
import type { Done, Unit } from './due.js'
import { type Known, TrailTime } from './trail-time.js'

export interface TrailState {
  /** `null`: no sample with a bound yet. */
  readonly known: Known | null
  readonly firstNs: bigint | null
  readonly done: readonly Done[]
}

/**
 * @param read gives records again by their seq, checked against the trail
 * @throws {TrailReadError} where the trail cannot be read
 */
export async function readState(
  source: FactSource,
  read: (seqs: readonly number[]) => Promise<ReadonlyMap<number, Placed>>,
): Promise<TrailState> {
  const time = new TrailTime()
  const reports: number[] = []
  for (let index = 0; index * blockSize < source.lastSeq; index++) {
    for (const fact of await source.block(index)) {
      time.hear(fact)
      if (fact.kind === 'other' && fact.type === 'report') reports.push(fact.seq)
    }
  }
  const done: Done[] = []
  for (const { record } of (await read(reports)).values()) {
    const one = record.type === 'report' ? doneOf(record) : null
    if (one) done.push(one)
  }
  return { known: time.known(), firstNs: time.firstNs, done }
}

/** The text of `report.period`. */
export function periodText(name: string, unit: Unit): string {
  return `${name} (${unit})`
}

/** The period that a record speaks of; `null` where it is none of the calendar. */
export function doneOf({ period, profile, from, to }: ReportBody): Done | null {
  const unit = /\b(day|week|month|quarter|year)\b/.exec(period)?.[1] as Unit | undefined
  return unit === undefined ? null : { unit, profile, fromNs: parseInstant(from), toNs: parseInstant(to) }
}
