/**
 * The days of a period as a calendar: each day says by its pattern what its verdict is. Up to two months as weeks of large fields,
 * beyond that a row for each month.
 * @module
 */
import type { SpanRow } from '../document.js'
import { nanoseconds } from '../seconds.js'
import { count, percent, verdicts } from '../words.js'
import { fillVerdict, ink, pale, soft } from './pattern.js'
import type { Sheet } from './sheet.js'

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const

/** Days since 1970-01-01 of a civil date `2026-11-21`. */
function dayNumber(label: string): number {
  return Math.floor(Date.parse(`${label}T00:00:00Z`) / 86_400_000)
}

/** 0 = Monday. */
function weekday(label: string): number {
  return (((dayNumber(label) + 3) % 7) + 7) % 7
}

/** Draws the calendar at the cursor. */
export function drawCalendar(sheet: Sheet, days: readonly SpanRow[]): void {
  const known = days.filter(({ label }) => /^\d{4}-\d\d-\d\d$/.test(label))
  if (known.length === 0) return
  if (known.length <= 62) drawWeeks(sheet, known)
  else drawMonths(sheet, known)
}

/** The calendar in words. */
function describe(days: readonly SpanRow[]): string {
  const counts = verdicts
    .map((verdict) => ({ verdict, number: days.filter((day) => day.verdict === verdict).length }))
    .filter(({ number }) => number > 0)
    .map(({ verdict, number }) => `${count(number, 'day')} ${verdict}`)
  return `Calendar of the days from ${days[0]?.label} to ${days.at(-1)?.label}: ${counts.join(', ')}. The table lists each day.`
}

function drawWeeks(sheet: Sheet, days: readonly SpanRow[]): void {
  const first = dayNumber(days[0]!.label) - weekday(days[0]!.label)
  const weeks = Math.floor((dayNumber(days.at(-1)!.label) - first) / 7) + 1
  const height = 34
  const gap = 4
  const width = (sheet.width - 6 * gap) / 7
  const head = 14
  sheet.figure(describe(days), head + weeks * (height + gap), () => {
    const top = sheet.y
    for (const [index, name] of weekdays.entries()) {
      sheet.line(name, sheet.left + index * (width + gap) + 2, top + 1, { size: 7, color: soft })
    }
    for (const day of days) {
      const number = dayNumber(day.label) - first
      const x = sheet.left + (number % 7) * (width + gap)
      const y = top + head + Math.floor(number / 7) * (height + gap)
      drawDay(sheet, day, { x, y, width, height })
    }
  })
  sheet.y += 4
}

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** One day: its date, its verdict, the share that is PROVEN, and a bar of how its time falls to the verdicts. */
function drawDay(sheet: Sheet, day: SpanRow, { x, y, width, height }: Box): void {
  const bar = 10
  const total = verdicts.reduce((sum, verdict) => sum + day.seconds[verdict], 0)
  sheet.paint((doc) => {
    let at = x
    for (const verdict of verdicts) {
      const wide = total > 0 ? (width * day.seconds[verdict]) / total : 0
      // What is not PROVEN is never thinner than a line, however short it was.
      const shown = verdict !== 'PROVEN' && wide > 0 ? Math.max(1.2, wide) : wide
      const left = Math.min(at, x + width - shown)
      if (shown > 0) fillVerdict(doc, verdict, { x: left, y: y + height - bar, width: shown, height: bar }, false)
      at += wide
    }
    const grave = day.verdict === 'VIOLATED'
    doc
      .lineWidth(grave ? 1.6 : 0.6)
      .rect(x, y, width, height)
      .stroke(ink)
  })
  sheet.line(day.label.slice(5), x + 3, y + 2, { size: 7.5, face: 'bold' })
  const whole = total - day.seconds.OFF
  const share = percent(nanoseconds(day.seconds.PROVEN), nanoseconds(Math.max(0, whole)), 'down')
  sheet.line(day.verdict === 'OFF' ? '' : share, x, y + 2.5, {
    size: 6.5,
    color: soft,
    width: width - 3,
    align: 'right',
  })
  sheet.line(day.verdict, x + 3, y + 12.5, { size: 6.5, width: width - 6 })
}

function drawMonths(sheet: Sheet, days: readonly SpanRow[]): void {
  const months = [...new Set(days.map(({ label }) => label.slice(0, 7)))]
  const name = 40
  const cell = (sheet.width - name) / 31
  const row = 15
  const head = 12
  // One figure for each twelve months: a figure stands on one page.
  for (let start = 0; start < months.length; start += 12) {
    const shown = months.slice(start, start + 12)
    const own = days.filter(({ label }) => shown.includes(label.slice(0, 7)))
    sheet.figure(describe(own), head + shown.length * row + 4, () => {
      const top = sheet.y
      for (let day = 1; day <= 31; day += 1) {
        sheet.line(String(day), sheet.left + name + (day - 1) * cell, top, {
          size: 6,
          color: soft,
          width: cell,
          align: 'center',
        })
      }
      for (const [index, month] of shown.entries()) {
        sheet.line(month, sheet.left, top + head + index * row + 2, { size: 7.5 })
        sheet.paint((doc) => doc.rect(sheet.left + name, top + head + index * row, cell * 31, row - 2).fill(pale))
      }
      for (const day of own) {
        const y = top + head + shown.indexOf(day.label.slice(0, 7)) * row
        const x = sheet.left + name + (Number(day.label.slice(8)) - 1) * cell
        sheet.paint((doc) => fillVerdict(doc, day.verdict, { x: x + 0.5, y, width: cell - 1, height: row - 2 }))
      }
    })
    sheet.y += 4
  }
}
