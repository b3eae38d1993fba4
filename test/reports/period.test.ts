import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { formatInstant, parseInstant } from '../../lib/instant.js'
import { parseMoment, ZonedWriter } from '../../reports/moment.js'
import { type PeriodChoice, resolvePeriod } from '../../reports/period.js'

const hour = 3_600_000_000_000n
const nowNs = parseInstant('2027-01-02T10:00:00.000000000Z')
const resolve = (choice: PeriodChoice, zone = 'UTC', now = nowNs) => resolvePeriod(choice, { zone, nowNs: now })
const hours = (choice: PeriodChoice, zone?: string) => {
  const { fromNs, toNs } = resolve(choice, zone)
  return Number((toNs - fromNs) / hour)
}

describe('a period', () => {
  test('is a day of UTC from midnight to midnight, with words and a file stem', () => {
    expect(resolve({ day: '2026-11-21' })).toEqual({
      fromNs: parseInstant('2026-11-21T00:00:00.000000000Z'),
      toNs: parseInstant('2026-11-22T00:00:00.000000000Z'),
      zone: 'UTC',
      words: 'day 2026-11-21',
      stem: '2026-11-21_day',
    })
  })

  test('is yesterday where nothing is chosen', () => {
    expect(resolve({}).words).toBe('day 2027-01-01')
    expect(resolve({ day: 'yesterday' }, 'Pacific/Auckland').words).toBe('day 2027-01-01')
    expect(resolve({ day: 'yesterday' }, 'America/Los_Angeles').words).toBe('day 2027-01-01')
    expect(resolve({}, 'Pacific/Auckland', parseInstant('2027-01-02T12:00:00.000000000Z')).words).toBe('day 2027-01-02')
  })

  test('of a day on which summer time begins has 23 hours, of one on which it ends 25', () => {
    expect(hours({ day: '2026-03-29' }, 'Europe/Berlin')).toBe(23)
    expect(hours({ day: '2026-10-25' }, 'Europe/Berlin')).toBe(25)
    expect(hours({ day: '2026-03-29' })).toBe(24)
    expect(formatInstant(resolve({ day: '2026-03-29' }, 'Europe/Berlin').fromNs)).toBe('2026-03-28T23:00:00.000000000Z')
    expect(formatInstant(resolve({ day: '2026-03-29' }, 'Europe/Berlin').toNs)).toBe('2026-03-29T22:00:00.000000000Z')
  })

  test('of a zone whose summer time begins at midnight starts with the first instant of the day', () => {
    const { fromNs, toNs } = resolve({ day: '2026-04-24' }, 'Africa/Cairo')
    expect(formatInstant(fromNs)).toBe('2026-04-23T22:00:00.000000000Z')
    expect(formatInstant(toNs)).toBe('2026-04-24T21:00:00.000000000Z')
  })

  test('of a month or a year keeps the calendar of the zone', () => {
    expect(hours({ month: '2026-03' }, 'Europe/Berlin')).toBe(31 * 24 - 1)
    expect(hours({ month: '2024-02' })).toBe(29 * 24)
    expect(hours({ year: '2026' }, 'Europe/Berlin')).toBe(365 * 24)
    expect(resolve({ month: '2026-03' }).stem).toBe('2026-03_month')
    expect(resolve({ year: '2026' }).words).toBe('year 2026')
  })

  test('of a week runs from Monday, of a quarter over three months, in the zone', () => {
    const week = resolve({ week: '2020-W53' }, 'Europe/Berlin')
    expect([week.words, week.stem]).toEqual(['week 2020-W53', '2020-W53_week'])
    expect(formatInstant(week.fromNs)).toBe('2020-12-27T23:00:00.000000000Z')
    expect(hours({ week: '2026-W43' }, 'Europe/Berlin')).toBe(169)
    const quarter = resolve({ quarter: '2026-Q1' }, 'Europe/Berlin')
    expect([quarter.words, quarter.stem]).toEqual(['quarter 2026-Q1', '2026-Q1_quarter'])
    expect(formatInstant(quarter.fromNs)).toBe('2025-12-31T23:00:00.000000000Z')
    expect(formatInstant(quarter.toNs)).toBe('2026-03-31T22:00:00.000000000Z')
  })

  test.each([
    [{ week: '2026-W54' }, '"week" must look like YYYY-Www and exist'],
    [{ week: '2026-47' }, '"week" must look like YYYY-Www and exist'],
    [{ quarter: '2026-Q5' }, '"quarter" must look like YYYY-Qn and exist'],
    [{ quarter: '2026-q1' }, '"quarter" must look like YYYY-Qn and exist'],
    [{ week: '2026-W01', quarter: '2026-Q1' }, '"week" must be the only choice of a period'],
  ])('is refused where no calendar has it: %j', (choice, message) => {
    expect(() => resolve(choice)).toThrow(message)
  })

  test('from one instant to another is exact to the nanosecond and ends now by default', () => {
    const made = resolve({ from: '2026-11-21T08:00:00.000000001Z' })
    expect(made.fromNs).toBe(parseInstant('2026-11-21T08:00:00.000000001Z'))
    expect(made.toNs).toBe(nowNs)
    expect(made.stem).toBe('2026-11-21T080000Z_2027-01-02T100000Z_period')
  })

  test.each([
    ['an empty one', { from: '2026-11-21', to: '2026-11-21T00:00' }, 'is empty'],
    ['a reversed one', { from: '2026-11-22', to: '2026-11-21' }, 'is reversed'],
    ['one that has not ended', { day: '2027-01-02' }, 'has not ended yet'],
    ['one in the future', { year: '2031' }, 'lies in the future'],
    ['two choices', { day: '2026-11-21', month: '2026-11' }, 'only choice'],
    ['a day beside a range', { day: '2026-11-21', from: '2026-11-20' }, 'only choice'],
    ['an end without a start', { to: '2026-11-21' }, 'needs a start'],
    ['a day that does not exist', { day: '2026-02-30' }, 'must look like'],
    ['a day in another spelling', { day: '21.11.2026' }, 'must look like'],
    ['a month that is none', { month: '2026-13' }, 'must look like'],
    ['a year of two digits', { year: '26' }, 'must look like'],
  ])('refuses %s', (_, choice, words) => {
    expect(() => resolve(choice)).toThrow(words)
  })

  test('refuses a zone that the calendar does not know', () => {
    expect(() => resolve({ day: '2026-11-21' }, 'Europe/Atlantis')).toThrow('zone')
  })

  test('may end behind now where the trail goes on behind it', () => {
    const latestNs = parseInstant('2027-01-03T00:00:00.000000000Z')
    expect(resolvePeriod({ day: '2027-01-02' }, { zone: 'UTC', nowNs, latestNs }).words).toBe('day 2027-01-02')
  })
})

describe('a moment', () => {
  const parse = (text: string, zone = 'UTC') => formatInstant(parseMoment(text, { zone, nowNs }, 'at'))

  test('may be local, carry an offset, and nine decimals after a dot or a comma', () => {
    expect(parse('2026-11-21T09:00', 'Europe/Berlin')).toBe('2026-11-21T08:00:00.000000000Z')
    expect(parse('2026-11-21 09:00:01,25+02:00')).toBe('2026-11-21T07:00:01.250000000Z')
    expect(parse('2026-11-21t09:00:01.123456789z')).toBe('2026-11-21T09:00:01.123456789Z')
    expect(parse('today', 'Asia/Tokyo')).toBe('2027-01-01T15:00:00.000000000Z')
  })

  test('that clocks skip, or show twice, is refused with the way out', () => {
    expect(() => parse('2026-03-29T02:30', 'Europe/Berlin')).toThrow('with an offset')
    expect(() => parse('2026-10-25T02:30', 'Europe/Berlin')).toThrow('occurs twice')
    expect(parse('2026-10-25T02:30+01:00', 'Europe/Berlin')).toBe('2026-10-25T01:30:00.000000000Z')
  })

  test.each(['', 'tomorrow', '2026-11-21T25:00Z', '2026-02-30', '2026-11-21T09:00:00.1234567890Z', '1e9'])(
    'is refused as %j',
    (text) => {
      expect(() => parse(text)).toThrow('at')
    },
  )

  test('is written in a zone with the offset in force', () => {
    const writer = new ZonedWriter('Europe/Berlin')
    expect(writer.write(parseInstant('2026-10-25T00:59:59.999999999Z'))).toBe('2026-10-25T02:59:59.999999999+02:00')
    expect(writer.write(parseInstant('2026-10-25T01:00:00.000000000Z'))).toBe('2026-10-25T02:00:00.000000000+01:00')
    expect(new ZonedWriter('Asia/Kathmandu').write(parseInstant('2026-11-21T00:00:00.000000001Z'))).toBe(
      '2026-11-21T05:45:00.000000001+05:45',
    )
    expect(new ZonedWriter('America/St_Johns').write(parseInstant('2026-11-21T00:00:00.000000000Z'))).toBe(
      '2026-11-20T20:30:00.000000000-03:30',
    )
  })

  test('written in any zone reads back as the same instant', () => {
    const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe')
    fc.assert(
      fc.property(zone, fc.bigInt(0n, 4_000_000_000_000_000_000n), (name, ns) => {
        expect(parseMoment(new ZonedWriter(name).write(ns), { zone: name, nowNs }, 'at')).toBe(ns)
      }),
    )
  })
})
