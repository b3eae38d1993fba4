import { describe, expect, test } from '@jest/globals'
import { formatInstant, parseInstant } from '../../lib/instant.js'
import { findProfile } from '../../reports/profiles/index.js'
import { checksIn, hoursIn } from '../../reports/windows.js'

const at = (text: string) => parseInstant(`${text}:00.000000000Z`)
const short = (ns: bigint) => formatInstant(ns).slice(0, 16)
const period = (from: string, to: string, zone = 'UTC') => ({ fromNs: at(from), toNs: at(to), zone })
const hours = (own: object, when: ReturnType<typeof period>) =>
  hoursIn(findProfile('r', { r: own }), when)?.map(({ fromNs, toNs }) => `${short(fromNs)} ${short(toNs)}`) ?? null

describe('the hours of a rule', () => {
  test('are all of the period where it names none', () => {
    expect(hours({}, period('2026-11-21T00:00', '2026-11-24T00:00'))).toBeNull()
  })

  test('lie on its days, in its zone, without its holidays, cut by the period', () => {
    const own = {
      hours: { zone: 'America/New_York', from: '09:30', to: '16:00' },
      holidays: ['2026-11-26'],
    }
    expect(hours(own, period('2026-11-20T20:00', '2026-11-27T15:00'))).toEqual([
      '2026-11-20T20:00 2026-11-20T21:00',
      '2026-11-23T14:30 2026-11-23T21:00',
      '2026-11-24T14:30 2026-11-24T21:00',
      '2026-11-25T14:30 2026-11-25T21:00',
      '2026-11-27T14:30 2026-11-27T15:00',
    ])
  })

  test('follow summer time: the same local hours are other hours of UTC', () => {
    const own = { hours: { from: '08:00', to: '09:00', days: ['sat', 'sun'] } }
    expect(hours(own, period('2026-10-23T22:00', '2026-10-25T23:00', 'Europe/Berlin'))).toEqual([
      '2026-10-24T06:00 2026-10-24T07:00',
      '2026-10-25T07:00 2026-10-25T08:00',
    ])
  })

  test('from midnight to midnight hold 25 hours on the day that summer time ends', () => {
    const own = { hours: { days: ['sun'] } }
    expect(hours(own, period('2026-10-23T22:00', '2026-10-26T23:00', 'Europe/Berlin'))).toEqual([
      '2026-10-24T22:00 2026-10-25T23:00',
    ])
  })

  test('are everything but the holidays where a rule has only those, in the zone of the report', () => {
    expect(
      hours({ holidays: ['2026-12-25'] }, period('2026-12-23T23:00', '2026-12-26T23:00', 'Europe/Berlin')),
    ).toEqual(['2026-12-23T23:00 2026-12-24T23:00', '2026-12-25T23:00 2026-12-26T23:00'])
  })
})

describe('the checks of a rule', () => {
  const finra = findProfile('finra-50ms')

  test('are wanted on each business day whose morning lies in the period', () => {
    const days = checksIn(finra, period('2026-11-20T05:00', '2026-11-24T14:30'))
    expect(days.map(({ day, fromNs, toNs }) => [day, short(fromNs), short(toNs)])).toEqual([
      ['2026-11-20', '2026-11-20T05:00', '2026-11-20T14:30'],
      ['2026-11-23', '2026-11-23T05:00', '2026-11-23T14:30'],
      ['2026-11-24', '2026-11-24T05:00', '2026-11-24T14:30'],
    ])
  })

  test('are not wanted where the period begins in the middle of the morning, or ends in it', () => {
    expect(checksIn(finra, period('2026-11-20T05:01', '2026-11-23T14:29'))).toEqual([])
  })
})
