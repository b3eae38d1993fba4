/** Which periods are due. */
import { describe, expect, test } from '@jest/globals'
import { parseInstant } from '../../lib/instant.js'
import { type Due, due, type Question } from '../../lib/nightly/due.js'
import { doneOf, periodText } from '../../lib/nightly/state.js'
import { nextNight } from '../../lib/nightly/trigger.js'

const ns = (text: string) => parseInstant(text.length === 10 ? `${text}T00:00:00.000000000Z` : `${text}:00.000000000Z`)
const known = (text: string) => ({ sampleNs: ns(text), nowNs: ns(text) })
const names = (all: readonly Due[]) => all.map(({ unit, name, profile }) => `${unit} ${name} ${profile}`)
const ask = (more: Partial<Question>) =>
  due({
    ...{ units: ['day'], profiles: ['custom'], zone: 'UTC', firstNs: ns('2026-03-02T10:00'), done: [] },
    ...{ known: known('2026-03-04T00:10') },
    ...more,
  })
const reported = (unit: Due['unit'], from: string, to: string, profile = 'custom') => ({
  ...{ unit, profile, fromNs: ns(from), toNs: ns(to) },
})

test('all complete days since the trail began, the oldest first; then nothing', () => {
  const found = ask({})
  expect(names(found)).toEqual(['day 2026-03-02 custom', 'day 2026-03-03 custom'])
  expect(ask({ done: found })).toEqual([])
})

test('a day is over when a sample lies five minutes behind it, or half a day later without one', () => {
  const [one, none] = [['day 2026-03-02 custom'], []]
  expect(names(ask({ known: known('2026-03-03T00:04') }))).toEqual(none)
  expect(names(ask({ known: known('2026-03-03T00:05') }))).toEqual(one)
  expect(names(ask({ known: { sampleNs: ns('2026-03-02T20:00'), nowNs: ns('2026-03-03T11:59') } }))).toEqual(none)
  expect(names(ask({ known: { sampleNs: ns('2026-03-02T20:00'), nowNs: ns('2026-03-03T12:00') } }))).toEqual(one)
})

test('longer periods at their ends, behind the day that ends with them', () => {
  const done = [reported('day', '2025-12-01', '2025-12-31')]
  const units = ['day', 'week', 'month', 'quarter', 'year'] as const
  const at = { known: known('2026-01-01T00:10'), firstNs: ns('2025-12-01'), units, done }
  expect(names(ask(at))).toEqual([
    'week 2025-W49 custom',
    'week 2025-W50 custom',
    'week 2025-W51 custom',
    'week 2025-W52 custom',
    'day 2025-12-31 custom',
    'month 2025-12 custom',
    'quarter 2025-Q4 custom',
    'year 2025 custom',
  ])
})

test('each profile for itself; one that is new goes back a month, one that failed once is made up for', () => {
  const done = [reported('day', '2026-01-01', '2026-03-02'), reported('day', '2026-03-03', '2026-03-04')]
  const both = ask({ firstNs: ns('2026-01-01'), profiles: ['custom', 'mifid'], done })
  expect(names(both).filter((name) => name.endsWith('custom'))).toEqual(['day 2026-03-02 custom'])
  const fresh = names(both).filter((name) => name.endsWith('mifid'))
  expect(fresh[0]).toBe('day 2026-01-31 mifid')
  expect(fresh.at(-1)).toBe('day 2026-03-03 mifid')
  expect(fresh).toHaveLength(32)
})

describe('another zone from one night to the next leaves no hole', () => {
  const done = [reported('day', '2026-03-02', '2026-03-04')]
  test.each([
    ['Europe/Berlin', ['2026-03-04']],
    ['America/New_York', ['2026-03-03', '2026-03-04']],
  ])('%s', (zone, days) => {
    const found = ask({ zone, done, known: known('2026-03-05T06:00') })
    expect(found.map(({ name }) => name)).toEqual(days)
    expect(found[0]!.fromNs).toBeLessThanOrEqual(ns('2026-03-04'))
    expect(ask({ zone, done: [...done, ...found], known: known('2026-03-05T06:00') })).toEqual([])
  })
})

test('after a year away at most 400 at once; the next look takes the rest', () => {
  const done = [reported('day', '2026-03-02', '2026-03-03')]
  const away = { known: known('2027-06-01T00:10'), done }
  const first = ask(away)
  expect(first).toHaveLength(400)
  const second = ask({ ...away, done: [...done, ...first] })
  expect(names(second).at(-1)).toBe('day 2027-05-31 custom')
  expect(first.length + second.length).toBe(455)
})

test('what a record says of its period', () => {
  const body = { type: 'report', profile: 'custom', toleranceNs: '1', met: 'met', asOf: 1, files: [] } as const
  const rest = { intact: 'true', message: '' } as const
  const bounds = { from: '2026-03-02T00:00:00.000000000Z', to: '2026-03-03T00:00:00.000000000Z' }
  const record = { ...body, ...rest, ...bounds, period: periodText('2026-03-02', 'day') }
  expect(record.period).toBe('2026-03-02 (day)')
  expect(doneOf(record)).toEqual(reported('day', '2026-03-02', '2026-03-03'))
  expect(doneOf({ ...record, period: 'a stretch' })).toBe(null)
})

test.each([
  ['UTC', '00:10', '2026-03-02T10:00', '2026-03-03T00:10'],
  ['UTC', '00:10', '2026-03-03T00:10', '2026-03-04T00:10'],
  ['UTC', '23:00', '2026-03-02T10:00', '2026-03-02T23:00'],
  ['UTC', '00:00', '2026-03-02T10:00', '2026-03-03T00:06'],
  ['Europe/Berlin', '02:30', '2026-03-28T12:00', '2026-03-29T01:30'], // skipped: an hour later
  ['Europe/Berlin', '02:30', '2026-10-24T12:00', '2026-10-25T00:30'], // shown twice: the first
])('%s: the night at %s behind %s', (zone, at, now, night) => {
  expect(nextNight(ns(now), { at, zone })).toBe(ns(night))
})
