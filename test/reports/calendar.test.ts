import { describe, expect, test } from '@jest/globals'
import { formatInstant, parseInstant } from '../../lib/instant.js'
import { daysOf, labelOf } from '../../reports/calendar.js'

const at = (text: string) => parseInstant(`${text}:00.000000000Z`)
const days = (from: string, to: string, zone: string) =>
  daysOf({ fromNs: at(from), toNs: at(to), zone }).map(
    ({ label, fromNs, toNs }) => `${label} ${Number(toNs - fromNs) / 3.6e12}h`,
  )

describe('the days of a period', () => {
  test('are cut at its ends and at the midnights of its zone', () => {
    expect(days('2026-11-20T22:00', '2026-11-23T06:00', 'Europe/Berlin')).toEqual([
      '2026-11-20 1h',
      '2026-11-21 24h',
      '2026-11-22 24h',
      '2026-11-23 7h',
    ])
  })

  test('have 23 and 25 hours where summer time begins and ends', () => {
    expect(days('2026-03-28T23:00', '2026-03-30T22:00', 'Europe/Berlin')).toEqual(['2026-03-29 23h', '2026-03-30 24h'])
    expect(days('2026-10-24T22:00', '2026-10-26T23:00', 'Europe/Berlin')).toEqual(['2026-10-25 25h', '2026-10-26 24h'])
  })

  test('are one where an hour around midnight is lived twice, and none where a zone skipped the day', () => {
    expect(days('2018-02-17T02:00', '2018-02-19T03:00', 'America/Sao_Paulo')).toEqual([
      '2018-02-17 25h',
      '2018-02-18 24h',
    ])
    expect(days('2011-12-29T10:00', '2011-12-31T10:00', 'Pacific/Apia')).toEqual(['2011-12-29 24h', '2011-12-31 24h'])
  })

  test('follow one another without holes', () => {
    const all = daysOf({ fromNs: at('2026-01-01T05:30'), toNs: at('2027-01-01T05:29'), zone: 'America/New_York' })
    expect(all.length).toBe(366)
    for (const [i, day] of all.entries()) if (i > 0) expect(day.fromNs).toBe(all[i - 1]!.toNs)
    expect(formatInstant(all[0]!.fromNs)).toBe('2026-01-01T05:30:00.000000000Z')
    expect(formatInstant(all.at(-1)!.toNs)).toBe('2027-01-01T05:29:00.000000000Z')
  })
})

test('a day belongs to its week by ISO 8601, whose year may be another', () => {
  expect(labelOf('week', '2027-01-03')).toBe('2026-W53')
  expect(labelOf('week', '2027-01-04')).toBe('2027-W01')
  expect(labelOf('month', '2027-01-03')).toBe('2027-01')
  expect(labelOf('quarter', '2026-06-30')).toBe('2026-Q2')
  expect(labelOf('year', '2026-06-30')).toBe('2026')
})
