import { expect, test } from '@jest/globals'
import { changedBy } from '../../lib/clock/changed-by.js'
import type { ChangeClass, ClockChange } from '../../lib/clock/types.js'

const change = (kind: ChangeClass): ClockChange => ({
  kind: 'clock-change',
  earliestNs: 0n,
  latestNs: 1n,
  size: { lowNs: 1n, highNs: 2n },
  class: kind,
  by: 'unknown',
  seen: 'divergence',
  wallBeforeNs: 0n,
  wallAfterNs: 2n,
})

test.each([
  ['step', 16_000_000_000n, 'foreign'],
  ['unknown', 16_000_500_000n, 'foreign'],
  ['step', 130_000n, 'daemon'],
  ['set-during-suspend', 15_999_999_999n, 'daemon'],
  ['slew', 16_000_000_000n, 'unknown'],
  ['leap', 16_000_000_000n, 'unknown'],
] as const)('a %s after which the kernel bounds its error by %s ns was made by: %s', (kind, maxErrorNs, by) => {
  expect(changedBy(change(kind), { maxErrorNs, ratePpb: 0n, state: 0 })).toBe(by)
})

test('without a kernel to ask, nobody knows', () => {
  expect(changedBy(change('step'), null)).toBe('unknown')
})
