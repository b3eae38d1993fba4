import { expect, test } from '@jest/globals'
import { Calendar } from '../../lib/scribe/calendar.js'

test.each([
  ['UTC', '2026-03-03T23:59:59.999999999Z', '2026-03-03'],
  ['UTC', '2026-03-04T00:00:00.000000000Z', '2026-03-04'],
  ['Europe/Berlin', '2026-03-03T22:59:59.999999999Z', '2026-03-03'],
  ['Europe/Berlin', '2026-03-03T23:00:00.000000000Z', '2026-03-04'],
  ['Europe/Berlin', '2026-07-03T22:00:00.000000000Z', '2026-07-04'],
  ['America/St_Johns', '2026-01-01T03:29:59.999999999Z', '2025-12-31'],
  ['Pacific/Apia', '2026-01-01T11:00:00.000000000Z', '2026-01-02'],
  ['UTC', '2036-02-07T06:28:16.000000000Z', '2036-02-07'],
  ['UTC', '1969-12-31T23:59:59.999999999Z', '1969-12-31'],
  ['UTC', '0999-01-01T00:00:00.000000000Z', '0999-01-01'],
])('in %s, %s belongs to %s', (zone, wall, label) => {
  expect(new Calendar(zone).label(wall)).toBe(label)
})

test('follows a clock back and forth over midnight', () => {
  const calendar = new Calendar('Europe/Berlin')
  const walls = ['2026-03-28T22:59:59', '2026-03-28T23:00:00', '2026-03-29T21:59:59', '2026-03-29T22:00:00']
  const there = walls.map((wall) => calendar.label(`${wall}.000000000Z`))
  const back = walls.toReversed().map((wall) => calendar.label(`${wall}.999999999Z`))
  expect(there).toEqual(['2026-03-28', '2026-03-29', '2026-03-29', '2026-03-30'])
  expect(back).toEqual(there.toReversed())
})
