/** One cheap reading of the wall clock: right, narrow, and deaf to fakes. */
import { afterEach, expect, jest, test } from '@jest/globals'
import { openSight, type WallSight } from '../../lib/clock/sight.js'
import { meet, width } from '../../lib/interval.js'

afterEach(() => {
  jest.useRealTimers()
})

const hrtime = process.hrtime.bigint
const now = Date.now

/** Date.now and hrtime around the sight: what it tells must fit between them. */
function fits(look: () => WallSight): void {
  for (let i = 0; i < 200; i++) {
    const [wall0, mono0] = [BigInt(now()) * 1_000_000n, hrtime()]
    const sight = look()
    const [mono1, wall1] = [hrtime(), BigInt(now() + 1) * 1_000_000n]
    expect(sight.wallNs).toBeGreaterThanOrEqual(wall0)
    expect(sight.wallNs).toBeLessThan(wall1)
    // hrtime at the reading is wall - c.
    expect(sight.wallNs - sight.c.lowNs).toBeGreaterThanOrEqual(mono0)
    expect(sight.wallNs - sight.c.highNs).toBeLessThanOrEqual(mono1)
  }
}

test('it lies between what Date.now and hrtime show around it; the best of many is a few microseconds wide', () => {
  const look = openSight()
  fits(look)
  const many = Array.from({ length: 200 }, look)
  const best = many.reduce((a, b) => (width(a.c) < width(b.c) ? a : b))
  expect(width(best.c)).toBeLessThan(10_000n)
  // Nobody sets the clock of the computer that tests.
  for (const { c } of many) expect(meet(c, best.c)).not.toBeNull()
})

test('faked after it was loaded, and faked before it was loaded: the same', async () => {
  jest.useFakeTimers({ now: 0 })
  fits(openSight())
  jest.resetModules()
  const fresh = (await import('../../lib/clock/sight.js')) as { openSight: typeof openSight }
  expect(fresh.openSight).not.toBe(openSight)
  fits(fresh.openSight())
})
