/** When the job is started beside a running audit, and that there is one at a time. */
import { expect, test } from '@jest/globals'
import { type NightlyEnd, NightlyHost } from '../../lib/cli/nightly-host.js'
import { documentOf } from './documents.js'

function hosted() {
  const started: { end: (end: NightlyEnd) => void; signal: AbortSignal }[] = []
  const ends: NightlyEnd[] = []
  let tick = () => {}
  let unscheduled = false
  const host = NightlyHost.start({
    ...{ at: '00:10', zone: 'UTC' },
    start: (signal) => new Promise((end) => started.push({ end, signal })),
    schedule: (_, run) => {
      tick = run
      return Promise.resolve(() => {
        unscheduled = true
      })
    },
    onEnd: (end) => ends.push(end),
  })
  return { host, started, ends, tick: () => tick(), unscheduled: () => unscheduled }
}

const sampleAt = (wall: string, low = 0) => ({
  ...documentOf(),
  wall,
  consensus: { ...documentOf().consensus, low, high: low },
})
const turn = () => new Promise((resolve) => setImmediate(resolve))

test('at the first usable sample, and when the evidence passes the hour; not for what the wall clock shows', async () => {
  const { host, started, ends } = hosted()
  const running = await host
  running.sample(documentOf({ state: 'none', cause: 'no-reference' }))
  expect(started).toHaveLength(0)
  running.sample(sampleAt('2026-03-02T12:00:00.000000000Z'))
  expect(started).toHaveLength(1)
  started[0]!.end({ code: 0, message: 'nothing is due' })
  await turn()
  expect(ends).toEqual([{ code: 0, message: 'nothing is due' }])
  // Set forward by two days: the samples say at once how far.
  for (let i = 0; i < 5; i++) running.sample(sampleAt('2026-03-04T12:00:00.000000000Z', -172_800))
  expect(started).toHaveLength(1)
  for (let i = 0; i < 5; i++) running.sample(sampleAt('2026-03-01T00:10:00.000000000Z', 172_800))
  expect(started).toHaveLength(2)
})

test('one at a time: who asks meanwhile gets one behind it', async () => {
  const { host, started, tick } = hosted()
  const running = await host
  tick()
  tick()
  tick()
  expect(started).toHaveLength(1)
  started[0]!.end({ code: 0, message: '' })
  await turn()
  expect(started).toHaveLength(2)
  started[1]!.end({ code: 0, message: '' })
  await turn()
  expect(started).toHaveLength(2)
  await running.stop()
})

test('a stop ends the job, waits for it, tells nothing of it and starts no other', async () => {
  const { host, started, ends, tick, unscheduled } = hosted()
  const running = await host
  tick()
  tick()
  const stopped = running.stop()
  expect(started[0]!.signal.aborted).toBe(true)
  started[0]!.end({ code: null, message: '' })
  await stopped
  tick()
  await turn()
  expect({ started: started.length, ends, unscheduled: unscheduled() }).toEqual({
    started: 1,
    ends: [],
    unscheduled: true,
  })
})
