/**
 * When a rule looks: its hours as stretches of UTC, and the checks that it wants before an hour of the day. Local times that a zone
 * skips are moved forward by what was skipped; of one that occurs twice the first counts.
 * @module
 */
import { DateTime } from 'luxon'
import { floorDivide } from '../lib/instant.js'
import { fromMs } from './moment.js'
import type { Profile } from './profiles/types.js'

/** `toNs` is the first instant behind it. UTC. */
export interface Window {
  readonly fromNs: bigint
  readonly toNs: bigint
}

/** A day's check: from its local midnight to the hour before which it must have been made. */
export interface CheckWindow extends Window {
  /** `2026-11-23`. */
  readonly day: string
}

/** The hours of a rule inside a period, in order; `null`: all of it. */
export function hoursIn(
  { hours, holidays }: Pick<Profile, 'hours' | 'holidays'>,
  period: Window & { readonly zone: string },
): Window[] | null {
  if (!hours) {
    if (holidays.length === 0) return null
    const all = [1, 2, 3, 4, 5, 6, 7]
    return hoursIn({ hours: { zone: null, days: all, fromMinute: 0, toMinute: 1440 }, holidays }, period)
  }
  return localDays(period, hours.zone ?? period.zone)
    .filter(({ weekday, label }) => hours.days.includes(weekday) && !holidays.includes(label))
    .map(({ at }) => ({
      fromNs: later(at(hours.fromMinute), period.fromNs),
      toNs: earlier(at(hours.toMinute), period.toNs),
    }))
    .filter(({ fromNs, toNs }) => fromNs < toNs)
}

/** The checks that a rule wants in a period: those whose whole window lies in it. */
export function checksIn(
  { checkBefore, holidays }: Pick<Profile, 'checkBefore' | 'holidays'>,
  period: Window & { readonly zone: string },
): CheckWindow[] {
  if (!checkBefore) return []
  return localDays(period, checkBefore.zone ?? period.zone)
    .filter(({ weekday, label }) => checkBefore.days.includes(weekday) && !holidays.includes(label))
    .map(({ label, at }) => ({ day: label, fromNs: at(0), toNs: at(checkBefore.minute) }))
    .filter(({ fromNs, toNs }) => fromNs >= period.fromNs && toNs <= period.toNs)
}

interface LocalDay {
  readonly label: string
  readonly weekday: number
  /** UTC of a local time of this day, in minutes from midnight; 1440 is the start of the next day. */
  at(minute: number): bigint
}

function localDays({ fromNs, toNs }: Window, zone: string): LocalDay[] {
  const days: LocalDay[] = []
  let day = DateTime.fromMillis(Number(floorDivide(fromNs, 1_000_000n)), { zone }).startOf('day')
  while (fromMs(day) < toNs) {
    const start = day
    const next = start.plus({ days: 1 }).startOf('day')
    days.push({
      label: start.toFormat('yyyy-MM-dd'),
      weekday: start.weekday,
      at: (minute) => {
        if (minute === 0) return fromMs(start)
        if (minute === 1440) return fromMs(next)
        return fromMs(start.set({ hour: Math.floor(minute / 60), minute: minute % 60, second: 0, millisecond: 0 }))
      },
    })
    day = next
  }
  return days
}

function later(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

function earlier(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
