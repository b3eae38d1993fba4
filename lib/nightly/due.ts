/**
 * Which periods are to be reported now. Decided from what the trail itself says: what has been reported stands in it, and a period is over
 * when the trail's own evidence says so. No reading of a wall clock takes part, so none that was set can make a day be reported
 * twice, or not at all.
 * @module
 */
import { DateTime } from 'luxon'
import type { NightlyConfig } from '../config/types.js'
import type { Known } from './trail-time.js'

export type Unit = NightlyConfig['reports'][number]

/** A period that has been reported. */
export interface Done {
  readonly unit: Unit
  readonly profile: string
  readonly fromNs: bigint
  readonly toNs: bigint
}

/** A period that is to be reported. */
export interface Due extends Done {
  /** As `report` takes it: `2026-11-21`, `2026-W47`, `2026-11`, `2026-Q4`, `2026`. */
  readonly name: string
}

export interface Question {
  readonly units: readonly Unit[]
  readonly profiles: readonly string[]
  /** IANA zone of the calendar. */
  readonly zone: string
  readonly known: Known
  /** UTC at which the trail begins. */
  readonly firstNs: bigint
  readonly done: readonly Done[]
}

const minute = 60_000_000_000n
const hour = 60n * minute
/** A sample that lies so far behind a period closes it: later records change nothing in its report. */
export const marginNs = 5n * minute
/** For so long that sample is waited for; then the report is made without. */
export const graceNs = 12n * hour
/** So far back goes what is reported under a profile for the first time. */
const newcomerNs = 32n * 24n * hour
/** More are not reported at once; the rest remains due. */
const most = 400

/** Periods to be reported, the oldest first; of those that end together the shortest first. */
export function due(question: Question): Due[] {
  const all: Due[] = []
  for (const unit of question.units) {
    for (const profile of question.profiles) all.push(...dueOf(unit, profile, question))
  }
  return all.sort((a, b) => compare(a.toNs, b.toNs) || compare(b.fromNs, a.fromNs)).slice(0, most)
}

function dueOf(unit: Unit, profile: string, { zone, known, firstNs, done }: Question): Due[] {
  const mine = done.filter((one) => one.profile === profile)
  const covered = join(mine.filter((one) => one.unit === unit))
  // A kind of period that is new goes back to where its profile began; a profile that is new, a month.
  const begunNs = covered[0]?.toNs ?? earliest(mine) ?? known.nowNs - newcomerNs
  const sinceNs = begunNs > firstNs ? begunNs : firstNs
  const found: Due[] = []
  let start = DateTime.fromMillis(Number(sinceNs / 1_000_000n), { zone }).startOf(unit)
  for (;;) {
    const next = start.plus({ [`${unit}s`]: 1 }).startOf(unit)
    const [fromNs, toNs] = [nsOf(start), nsOf(next)]
    if (!isOver(toNs, known)) return found
    if (toNs > sinceNs && !covered.some((one) => one.fromNs <= fromNs && toNs <= one.toNs)) {
      found.push({ unit, profile, fromNs, toNs, name: nameOf(unit, start) })
    }
    start = next
  }
}

/** Whether a period that ends at `toNs` is over, and closed by a sample or not to be closed any more. */
export function isOver(toNs: bigint, { sampleNs, nowNs }: Known): boolean {
  return sampleNs >= toNs + marginNs || nowNs >= toNs + graceNs
}

/** Periods that touch or overlap as one: those of another zone count as far as they reach. In order of time. */
function join(done: readonly Done[]): { readonly fromNs: bigint; toNs: bigint }[] {
  const joined: { readonly fromNs: bigint; toNs: bigint }[] = []
  for (const { fromNs, toNs } of [...done].sort((a, b) => compare(a.fromNs, b.fromNs))) {
    const last = joined.at(-1)
    if (!last || fromNs > last.toNs) joined.push({ fromNs, toNs })
    else if (toNs > last.toNs) last.toNs = toNs
  }
  return joined
}

function earliest(done: readonly Done[]): bigint | null {
  return done.reduce<bigint | null>((least, { fromNs }) => (least === null || fromNs < least ? fromNs : least), null)
}

function nameOf(unit: Unit, start: DateTime): string {
  if (unit === 'quarter') return `${start.toFormat('yyyy')}-Q${start.quarter}`
  return start.toFormat({ day: 'yyyy-MM-dd', week: "kkkk-'W'WW", month: 'yyyy-MM', year: 'yyyy' }[unit])
}

function nsOf(instant: DateTime): bigint {
  return BigInt(instant.toMillis()) * 1_000_000n
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : Number(a > b)
}
