/** leap-second: inserted, deleted, carried out by the kernel or missed, known to the table or not; between samples and amid them. */
import { afterAll, expect, test } from '@jest/globals'
import type { SimulatedEvent } from '../../lib/testing/simulate-types.js'
import { removeFolders } from '../support/simulated-audit.js'
import { seconds } from './hold.js'
import { minute, ms, second, walk } from './walk.js'

afterAll(removeFolders)

const midnight = 20n * minute
const day = { start: '2026-06-30T23:40:00Z', length: '40m' } as const

function leap(of: 1 | -1, more: object = {}): SimulatedEvent {
  return { at: of === 1 ? midnight : midnight - second, do: 'leap', second: of, ...more }
}

test.each([1, -1] as const)(
  'leap %d, made by the kernel: no clock change is blamed, PROVEN on both sides',
  async (of) => {
    const { wrong, list, changed } = await walk({ ...day, events: [leap(of)] }, 100n * ms, [midnight])
    expect(wrong).toEqual([])
    expect(changed).toMatchObject([{ class: 'leap' }])
    expect(seconds(list, 'VIOLATED')).toBe(0)
    expect(seconds(list, 'PROVEN')).toBeGreaterThan(40 * 60 - 150)
  },
)

test.each([1, -1] as const)('leap %d, missed by the kernel: VIOLATED by a second from then on', async (of) => {
  const { wrong, list } = await walk(
    { ...day, computer: { daemon: false }, events: [leap(of, { kernel: false })] },
    100n * ms,
    [midnight],
  )
  expect(wrong).toEqual([])
  expect(seconds(list, 'VIOLATED')).toBeGreaterThan(17 * 60)
})

test('a leap between samples an hour apart', async () => {
  const { wrong } = await walk(
    {
      start: '2026-06-30T22:00:00Z',
      length: '4h',
      events: [{ at: 120n * minute, do: 'leap', second: 1 }],
      audit: { interval: '1h' },
    },
    second / 2n,
    [120n * minute],
  )
  expect(wrong).toEqual([])
})
