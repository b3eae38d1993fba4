/** When a running auditor looks whether reports are due. */
import { expect, test } from '@jest/globals'
import { formatInstant, parseInstant } from '../../lib/instant.js'
import { Trigger } from '../../lib/nightly/trigger.js'

const ns = (text: string) => parseInstant(`${text}:00.000000000Z`)

/** Samples every minute; the instants at which a look is made. */
function looks(from: string, to: string, lie: (utcNs: bigint) => bigint = (utcNs) => utcNs): string[] {
  const trigger = new Trigger({ at: '00:10', zone: 'UTC' })
  const found: string[] = []
  for (let at = ns(from); at <= ns(to); at += 60_000_000_000n) {
    if (trigger.sample(lie(at))) found.push(formatInstant(at).slice(5, 16))
  }
  return found
}

test('at the first sample, at the hour by the median of five samples, and once more half an hour later', () => {
  expect(looks('2026-03-02T12:00', '2026-03-04T12:00')).toEqual([
    '03-02T12:00',
    '03-03T00:12',
    '03-03T00:42',
    '03-04T00:12',
    '03-04T00:42',
  ])
})

test('a start right behind the hour looks at once, and then the next night', () => {
  expect(looks('2026-03-02T00:20', '2026-03-03T00:20')).toEqual(['03-02T00:20', '03-03T00:12'])
})

test('a reference that lies for two samples by a year, ahead or behind, wakes nobody up and keeps nobody asleep', () => {
  const year = 365n * 86_400_000_000_000n
  for (const by of [year, -year]) {
    const lie = (utcNs: bigint) =>
      utcNs === ns('2026-03-02T20:00') || utcNs === ns('2026-03-02T20:01') ? utcNs + by : utcNs
    expect(looks('2026-03-02T12:00', '2026-03-03T00:20', lie)).toEqual(['03-02T12:00', '03-03T00:12'])
  }
})
