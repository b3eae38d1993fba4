/**
 * The days of a period in its zone, and the weeks, months, quarters and years they belong to. A day of summer-time change has 23 or 25
 * hours; a day that a zone skips is none.
 * @module
 */
import { DateTime } from 'luxon'
import { floorDivide } from '../lib/instant.js'
import { fromMs } from './moment.js'

/** A day, as far as it lies in the period. */
export interface Day {
  /** `2026-11-21`. */
  readonly label: string
  readonly fromNs: bigint
  readonly toNs: bigint
  /** 1 (Monday) to 7. */
  readonly weekday: number
}

export type Unit = 'week' | 'month' | 'quarter' | 'year'

/** The days that touch `[fromNs, toNs)`, in order; the first and the last may be cut. They follow one another without holes. */
export function daysOf({
  fromNs,
  toNs,
  zone,
}: {
  readonly fromNs: bigint
  readonly toNs: bigint
  readonly zone: string
}): Day[] {
  const days: Day[] = []
  let cursor = fromNs
  while (cursor < toNs) {
    const day = DateTime.fromMillis(Number(floorDivide(cursor, 1_000_000n)), { zone })
    const next = fromMs(day.startOf('day').plus({ days: 1 }).startOf('day'))
    const end = next > cursor && next < toNs ? next : toNs
    days.push({ label: day.toFormat('yyyy-MM-dd'), fromNs: cursor, toNs: end, weekday: day.weekday })
    cursor = end
  }
  return days
}

/** What a day belongs to: `2026-W47` (ISO 8601), `2026-11`, `2026-Q4`, `2026`. */
export function labelOf(unit: Unit, day: string): string {
  const date = DateTime.fromFormat(day, 'yyyy-MM-dd', { zone: 'UTC' })
  switch (unit) {
    case 'week':
      return date.toFormat("kkkk-'W'WW")
    case 'month':
      return day.slice(0, 7)
    case 'quarter':
      return `${day.slice(0, 4)}-Q${date.quarter}`
    case 'year':
      return day.slice(0, 4)
  }
}
