/** The fake speaks as an auditor does, and has nothing behind it. */
import { expect, test } from '@jest/globals'
import type { AskableClock } from '../../lib/auditor/live.js'
import type { Auditor } from '../../lib/auditor.js'
import { ClockNotProvenError } from '../../lib/errors.js'
import { type FakeState, fakeAuditor } from '../../lib/testing/fake-auditor.js'

/** What an application takes: a real auditor fits, and so does the fake. */
type Taken = AskableClock & Pick<Auditor, 'sample' | 'stop' | 'ready'>

test('it says what it is told, and judges a limit itself', () => {
  const auditor = fakeAuditor({ verdict: 'PROVEN', low: -0.002, high: 0.003 })
  const taken: Taken = auditor
  expect(taken.bound()).toMatchObject({ verdict: 'PROVEN', low: -0.002, high: 0.003, support: 'voted', cause: null })
  expect(taken.assertWithin('3ms')).toMatchObject({ verdict: 'PROVEN', high: 0.003 })
  expect(() => taken.assertWithin('2ms')).toThrow(ClockNotProvenError)
  expect(() => taken.assertWithin('2ms')).toThrow(
    expect.objectContaining({
      code: 'ERR_CLOCK_NOT_PROVEN',
      verdict: 'INDETERMINATE',
      cause: 'bound-too-wide',
      limit: '2ms',
      bound: { low: -0.002, high: 0.003 },
    }),
  )
  expect(() => taken.assertWithin('2')).toThrow(expect.objectContaining({ code: 'ERR_OPTION' }))
})

test('another state is told as an event once', () => {
  const auditor = fakeAuditor()
  const heard: unknown[] = []
  auditor.on('verdict', (verdict) => heard.push(verdict))
  auditor.say({ verdict: 'UNMONITORED', cause: 'clock-change' })
  auditor.say({ verdict: 'UNMONITORED', cause: 'starved' })
  expect(heard).toEqual([
    { verdict: 'UNMONITORED', cause: 'clock-change', bound: null, at: expect.stringMatching(/^\d{4}-.*Z$/) },
  ])
  expect(auditor.bound()).toMatchObject({
    verdict: 'UNMONITORED',
    low: null,
    high: null,
    expires: null,
    cause: 'starved',
  })
  expect(() => auditor.assertWithin('1h')).toThrow(/UNMONITORED, starved; nothing is known/)
})

test('samples come at once and are heard; after stop nothing is known', async () => {
  const auditor = fakeAuditor({ low: 1.5, high: 1.6, support: 'paired' })
  const heard: unknown[] = []
  auditor.on('sample', (sample) => heard.push(sample))
  const sample = await auditor.sample()
  expect(sample).toMatchObject({
    seq: 1,
    verdict: 'VIOLATED',
    cause: 'out-of-tolerance',
    consensus: { low: 1.5, high: 1.6, support: 'paired', configured: 2 },
  })
  expect(heard).toEqual([sample])
  await auditor.stop()
  expect(auditor.bound()).toMatchObject({ verdict: 'UNMONITORED', cause: 'auditor-down', low: null })
  await expect(auditor.sample()).rejects.toMatchObject({ code: 'ERR_STOPPED' })
})

test.each<[FakeState, string]>([
  [{ verdict: 'PROVEN', low: null, high: null }, 'verdict'],
  [{ low: 2, high: 1 }, 'high'],
  [{ low: 1, high: null }, 'high'],
  [{ low: Number.NaN, high: 1 }, 'low'],
])('a state that no auditor could be in is refused: %j', (state, option) => {
  expect(() => fakeAuditor(state)).toThrow(expect.objectContaining({ code: 'ERR_OPTION', option }))
})

test('it keeps nothing open: no handle, no request', () => {
  const before = process.getActiveResourcesInfo().sort()
  const auditor = fakeAuditor()
  auditor.bound()
  expect(process.getActiveResourcesInfo().sort()).toEqual(before)
})
