/**
 * The day table: what each day of a period amounts to, and the weeks, months, quarters and years that the days add up to.
 * @module
 */
import type { Verdict } from '../lib/consensus/types.js'
import type { Cell } from '../lib/evidence/digest.js'
import type { Stretch } from '../lib/evidence/types.js'
import { formatInstant } from '../lib/instant.js'
import { type IntervalNs, largest, middle } from '../lib/interval.js'
import { type Day, daysOf, labelOf, type Unit } from './calendar.js'
import type { BoundAt, SpanRow } from './document.js'
import type { Run } from './runs.js'
import { boundSeconds, seconds } from './seconds.js'
import { verdicts } from './words.js'

type Worst = IntervalNs & { readonly atNs: bigint }

interface Tally {
  label: string
  fromNs: bigint
  toNs: bigint
  readonly ns: Record<Verdict, bigint>
  boundedNs: bigint
  scheduled: number
  unscheduled: number
  failed: number
  worst: Worst | null
  offset: { readonly ns: bigint; readonly atNs: bigint; readonly seq: number } | null
  changes: number
  gaps: number
  breaches: number
}

/** A sample as the day table counts it. */
export interface DaySample {
  readonly seq: number
  readonly utcNs: bigint
  readonly scheduled: boolean
  /** The bound of the error that it found; `null`: it failed. */
  readonly error: IntervalNs | null
}

/** Adds up the days of a period: cells, stretches and samples in order of time. */
export class DayTally {
  readonly days: readonly Day[]
  readonly #tallies: readonly Tally[]
  /** Where cells, stretches and samples have come to; each passes in order of time. */
  readonly #at = { cells: 0, stretches: 0, samples: 0 }

  constructor(period: { readonly fromNs: bigint; readonly toNs: bigint; readonly zone: string }) {
    this.days = daysOf(period)
    this.#tallies = this.days.map(empty)
  }

  /** Cells lie in one day each, as far as days begin with a quarter of an hour. */
  cell({ fromNs, toNs, worst }: Cell): void {
    const days = this.#tallies
    while (this.#at.cells < days.length - 1 && fromNs >= days[this.#at.cells]!.toNs) this.#at.cells += 1
    for (let i = this.#at.cells; i < days.length && days[i]!.fromNs < toNs; i += 1) {
      const day = days[i]!
      const from = fromNs > day.fromNs ? fromNs : day.fromNs
      const to = toNs < day.toNs ? toNs : day.toNs
      if (from >= to) continue
      day.boundedNs += to - from
      // A cell that lies in two days: each of them gets the worse of both.
      worsen(day, worst, worst.atNs < from ? from : worst.atNs < to ? worst.atNs : to - 1n)
    }
  }

  stretch({ fromNs, toNs, verdict }: Stretch): void {
    this.#over(fromNs, toNs, (day, ns) => {
      day.ns[verdict] += ns
    })
  }

  sample({ seq, utcNs, scheduled, error }: DaySample): void {
    this.#toDay(utcNs)
    const day = this.#tallies[this.#at.samples]
    if (!day) return
    if (scheduled) day.scheduled += 1
    else day.unscheduled += 1
    if (!error) {
      day.failed += 1
      return
    }
    const ns = middle(error)
    if (!day.offset || magnitude(ns) > magnitude(day.offset.ns)) day.offset = { ns, atNs: utcNs, seq }
  }

  /** Samples that found a bound; what {@link sample} makes of them. */
  run(run: Run): void {
    const { scheduled } = run.shape
    const days = this.#tallies
    let i = run.from
    while (i < run.to) {
      this.#toDay(run.utcNs(i))
      const day = days[this.#at.samples]
      if (!day) return
      // What lies before the first day or behind the last one counts there: the period has no others.
      const from = this.#at.samples === 0 ? Number.NEGATIVE_INFINITY : Number(day.fromNs - run.originNs)
      const to = this.#at.samples === days.length - 1 ? Number.POSITIVE_INFINITY : Number(day.toNs - run.originNs)
      let most = day.offset ? Number(magnitude(day.offset.ns)) : -1
      const first = i
      for (; i < run.to && run.since(i) >= from && run.since(i) < to; i += 1) {
        const ns = run.middleNs(i)
        if (Math.abs(ns) <= most) continue
        most = Math.abs(ns)
        day.offset = { ns: BigInt(ns), atNs: run.utcNs(i), seq: run.columns.seq[i]! }
      }
      if (scheduled) day.scheduled += i - first
      else day.unscheduled += i - first
    }
  }

  /** Counts an event on the day it began; what began before the period counts on the first day. */
  event(kind: 'changes' | 'gaps' | 'breaches', atNs: bigint): void {
    const day = this.#tallies.findLast(({ fromNs }) => fromNs <= atNs) ?? this.#tallies[0]
    if (day) day[kind] += 1
  }

  rows(): SpanRow[] {
    return this.#tallies.map(rowOf)
  }

  /** The days added up; empty where they add up to one. */
  rollUp(unit: Unit): SpanRow[] {
    const sums: Tally[] = []
    for (const day of this.#tallies) {
      const label = labelOf(unit, day.label)
      const sum = sums.at(-1)
      if (sum?.label === label) addTo(sum, day)
      else sums.push({ ...day, label, ns: { ...day.ns } })
    }
    return sums.length > 1 ? sums.map(rowOf) : []
  }

  /** Samples of a clock that is put right come in order of seq, hardly ever out of order of time. */
  #toDay(utcNs: bigint): void {
    const days = this.#tallies
    while (this.#at.samples > 0 && utcNs < days[this.#at.samples]!.fromNs) this.#at.samples -= 1
    while (this.#at.samples < days.length - 1 && utcNs >= days[this.#at.samples]!.toNs) this.#at.samples += 1
  }

  #over(fromNs: bigint, toNs: bigint, add: (day: Tally, ns: bigint) => void): void {
    const days = this.#tallies
    while (this.#at.stretches < days.length - 1 && fromNs >= days[this.#at.stretches]!.toNs) this.#at.stretches += 1
    for (let i = this.#at.stretches; i < days.length && days[i]!.fromNs < toNs; i += 1) {
      const day = days[i]!
      const from = fromNs > day.fromNs ? fromNs : day.fromNs
      const to = toNs < day.toNs ? toNs : day.toNs
      if (from < to) add(day, to - from)
    }
  }
}

function empty({ label, fromNs, toNs }: Day): Tally {
  return {
    ...{ label, fromNs, toNs, boundedNs: 0n, scheduled: 0, unscheduled: 0, failed: 0 },
    ns: { PROVEN: 0n, VIOLATED: 0n, INDETERMINATE: 0n, UNMONITORED: 0n, OFF: 0n },
    ...{ worst: null, offset: null, changes: 0, gaps: 0, breaches: 0 },
  }
}

function addTo(sum: Tally, day: Tally): void {
  sum.toNs = day.toNs
  for (const verdict of verdicts) sum.ns[verdict] += day.ns[verdict]
  for (const field of ['scheduled', 'unscheduled', 'failed', 'changes', 'gaps', 'breaches'] as const) {
    sum[field] += day[field]
  }
  sum.boundedNs += day.boundedNs
  if (day.worst) worsen(sum, day.worst, day.worst.atNs)
  if (day.offset && (!sum.offset || magnitude(day.offset.ns) > magnitude(sum.offset.ns))) sum.offset = day.offset
}

function worsen(day: Tally, bound: IntervalNs, atNs: bigint): void {
  if (!day.worst || largest(bound) > largest(day.worst)) day.worst = { ...bound, atNs }
}

function rowOf(day: Tally): SpanRow {
  const { ns } = day
  const on = ns.PROVEN + ns.VIOLATED + ns.INDETERMINATE + ns.UNMONITORED
  const share = (part: bigint) => (on === 0n ? 0 : Number((part * 1_000_000_000n) / on) / 1e9)
  const side = (verdict: Verdict) => (verdict === 'PROVEN' ? 'down' : 'up')
  return {
    label: day.label,
    from: formatInstant(day.fromNs),
    to: formatInstant(day.toNs),
    seconds: Object.fromEntries(verdicts.map((one) => [one, seconds(ns[one], side(one))])) as SpanRow['seconds'],
    verdict: verdictOf(ns, on),
    provenShare: share(ns.PROVEN),
    coverage: share(day.boundedNs < on ? day.boundedNs : on),
    samples: { scheduled: day.scheduled, unscheduled: day.unscheduled, failed: day.failed },
    worst: day.worst && boundAt(day.worst),
    worstOffset: day.offset && {
      offset: seconds(day.offset.ns),
      at: formatInstant(day.offset.atNs),
      seq: day.offset.seq,
    },
    changes: day.changes,
    gaps: day.gaps,
    breaches: day.breaches,
  }
}

function verdictOf(ns: Readonly<Record<Verdict, bigint>>, on: bigint): Verdict {
  if (ns.VIOLATED > 0n) return 'VIOLATED'
  if (on === 0n) return 'OFF'
  if (ns.PROVEN === on) return 'PROVEN'
  return ns.UNMONITORED > ns.INDETERMINATE ? 'UNMONITORED' : 'INDETERMINATE'
}

/** A bound at an instant, in seconds. */
export function boundAt(bound: IntervalNs & { readonly atNs: bigint }): BoundAt {
  return { ...boundSeconds(bound), at: formatInstant(bound.atNs) }
}

function magnitude(ns: bigint): bigint {
  return ns < 0n ? -ns : ns
}
