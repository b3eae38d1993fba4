/**
 * The period of a report: a day, month or year of a zone's calendar, or an arbitrary stretch, as two UTC instants.
 * @module
 */
import { DateTime } from 'luxon'
import { OptionRangeError, PeriodError } from '../lib/errors.js'
import { formatInstant } from '../lib/instant.js'
import { checkZone, fromMs, type MomentContext, parseMoment, startOfDay } from './moment.js'

/** What a caller may choose: one of `day` to `year`, or `from` with `to`. Nothing chosen means yesterday. */
export interface PeriodChoice {
  /** `2026-11-21`, `today` or `yesterday`. */
  readonly day?: string | undefined
  /** ISO 8601, from Monday: `2026-W47`. */
  readonly week?: string | undefined
  /** `2026-11`. */
  readonly month?: string | undefined
  /** `2026-Q4`. */
  readonly quarter?: string | undefined
  /** `2026`. */
  readonly year?: string | undefined
  /** Instants as {@link parseMoment} reads them. `to` defaults to `now`. */
  readonly from?: string | undefined
  readonly to?: string | undefined
}

export interface PeriodContext extends MomentContext {
  /**
   * The latest instant of which anything can be known: the later of `nowNs` and the trail's last record. A period that ends
   * behind it is refused. Default: `nowNs`.
   */
  readonly latestNs?: bigint
}

/** A period in UTC; `toNs` is the first instant behind it. */
export interface Period {
  readonly fromNs: bigint
  readonly toNs: bigint
  readonly zone: string
  /** For people: `day 2026-11-21`. */
  readonly words: string
  /** For file names: `2026-11-21_day`. */
  readonly stem: string
}

/**
 * Resolves a choice to UTC. A day of summer-time change has 23 or 25 hours.
 * @throws {OptionRangeError} for a text that is no day, month, year or instant, and for two choices at once
 * @throws {PeriodError} for an empty, reversed or future period
 */
export function resolvePeriod(choice: PeriodChoice, context: PeriodContext): Period {
  const zone = checkZone(context.zone)
  const made = make(choice, { ...context, zone })
  const latestNs = context.latestNs === undefined || context.latestNs < context.nowNs ? context.nowNs : context.latestNs
  if (made.toNs === made.fromNs) {
    throw new PeriodError(`the period ${made.words} is empty: it ends where it starts; choose a later end`)
  }
  if (made.toNs < made.fromNs) {
    throw new PeriodError(`the period ${made.words} is reversed: it ends before it starts; exchange both ends`)
  }
  if (made.toNs > latestNs) {
    const begun = made.fromNs < latestNs
    throw new PeriodError(
      `the period ${made.words} ${begun ? 'has not ended yet' : 'lies in the future'}: it ends at ` +
        `${formatInstant(made.toNs)}, it is ${formatInstant(latestNs)} now; ` +
        (begun ? `ask for what has passed: from ${formatInstant(made.fromNs)} to now` : 'choose an earlier one'),
    )
  }
  return made
}

function make(choice: PeriodChoice, context: MomentContext): Period {
  const { zone } = context
  const chosen = units.filter((name) => choice[name] !== undefined)
  const range = choice.from !== undefined || choice.to !== undefined
  const first = chosen[0]
  if (chosen.length + (range ? 1 : 0) > 1) {
    throw new OptionRangeError(first ?? 'from', 'must be the only choice of a period', [
      ...chosen,
      ...(range ? ['from/to'] : []),
    ])
  }
  if (range) {
    if (choice.from === undefined) throw new OptionRangeError('to', 'needs a start beside it: from', choice.to)
    const fromNs = parseMoment(choice.from, context, 'from')
    const toNs = parseMoment(choice.to ?? 'now', context, 'to')
    return {
      fromNs,
      toNs,
      zone,
      words: `${formatInstant(fromNs)} to ${formatInstant(toNs)}`,
      stem: `${compact(fromNs)}_${compact(toNs)}_period`,
    }
  }
  const unit = first ?? 'day'
  const text = choice[unit] ?? 'yesterday'
  const start = unit === 'day' ? dayStart(text, context) : calendarStart(unit, text, zone)
  const name = nameOf(unit, start)
  return {
    fromNs: fromMs(start),
    toNs: fromMs(start.plus({ [`${unit}s`]: 1 }).startOf(unit)),
    zone,
    words: `${unit} ${name}`,
    stem: `${name}_${unit}`,
  }
}

type Unit = 'day' | 'week' | 'month' | 'quarter' | 'year'

const units: readonly Unit[] = ['day', 'week', 'month', 'quarter', 'year']
const formats = { day: 'yyyy-MM-dd', week: "kkkk-'W'WW", month: 'yyyy-MM', year: 'yyyy' } as const
const looks = { day: 'YYYY-MM-DD', week: 'YYYY-Www', month: 'YYYY-MM', quarter: 'YYYY-Qn', year: 'YYYY' } as const

function nameOf(unit: Unit, start: DateTime): string {
  return unit === 'quarter' ? `${start.toFormat('yyyy')}-Q${start.quarter}` : start.toFormat(formats[unit])
}

function dayStart(text: string, context: MomentContext): DateTime {
  const word = text.trim().toLowerCase()
  if (word === 'today') return startOfDay(context, 0)
  if (word === 'yesterday') return startOfDay(context, -1)
  return calendarStart('day', text, context.zone)
}

function calendarStart(unit: Unit, text: string, zone: string): DateTime {
  const start = parseUnit(unit, text, zone).startOf(unit)
  if (!start.isValid || nameOf(unit, start) !== text) {
    const words = unit === 'day' ? `, today or yesterday, and exist in ${zone}` : ' and exist'
    throw new OptionRangeError(unit, `must look like ${looks[unit]}${words}`, text)
  }
  return start
}

function parseUnit(unit: Unit, text: string, zone: string): DateTime {
  if (unit !== 'quarter') return DateTime.fromFormat(text, formats[unit], { zone })
  const [, year, quarter] = /^(\d{4})-Q([1-4])$/.exec(text) ?? []
  return DateTime.fromFormat(`${year}-${Number(quarter) * 3 - 2}`, 'yyyy-M', { zone })
}

/** An instant that may stand in a file name: `2026-11-21T080000Z`. */
function compact(ns: bigint): string {
  const text = formatInstant(ns)
  return `${text.slice(0, 19).replaceAll(':', '')}Z`
}
