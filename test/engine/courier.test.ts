import { expect, test } from '@jest/globals'
import type { ClockChange, KernelState, Timers } from '../../lib/clock/types.js'
import { Courier } from '../../lib/engine/courier.js'
import { encodeChange } from '../../lib/trail/encode.js'
import type { Draft, StoredStamp } from '../../lib/trail/types.js'

const stamp: StoredStamp = {
  wall: '2026-03-03T14:02:00.000000000Z',
  monoNs: '1',
  bootNs: '1',
  rawNs: null,
  bootId: 'boot',
  d: { lowNs: '0', highNs: '1' },
  since: {
    looks: 1,
    widestSilenceNs: '0',
    notice: 'none',
    small: { count: 0, sumNs: '0' },
    chord: { lowNs: '0', highNs: '0' },
  },
}
const change: ClockChange = {
  kind: 'clock-change',
  earliestNs: 0n,
  latestNs: 1n,
  size: { lowNs: 5n, highNs: 5n },
  class: 'step',
  by: 'unknown',
  seen: 'kernel-notice',
  wallBeforeNs: 0n,
  wallAfterNs: 0n,
}
const heartbeat = (id: number): Draft => ({ id, stamp, body: { type: 'heartbeat' }, triggerId: null })
const step = (id: number): Draft => ({ id, stamp, body: encodeChange(change), triggerId: null })

const reset: KernelState = { maxErrorNs: 16_000_000_000n, ratePpb: 0n, state: 5 }
const written: KernelState = { ...reset, maxErrorNs: 500_000n }

function setUp(kernel: KernelState | null) {
  const waiting = new Map<number, { run: () => void; ms: number }>()
  let last = 0
  const timers: Timers = {
    setTimeout: (run, ms) => {
      waiting.set(++last, { run, ms })
      return last
    },
    clearTimeout: (handle) => void waiting.delete(handle as number),
  }
  const delivered: string[] = []
  const amended: string[] = []
  const told = ({ id, body }: Draft): string => `${id} ${body.type === 'clock-change' ? body.by : body.type}`
  const world = { kernel, nowNs: change.latestNs }
  const courier = new Courier({
    timers,
    kernel: () => world.kernel,
    nowNs: () => world.nowNs,
    deliver: (draft) => delivered.push(told(draft)),
    amend: (draft) => amended.push(told(draft)),
  })
  const fire = (): void => {
    const due = [...waiting.values()]
    waiting.clear()
    for (const { run } of due) run()
  }
  return { courier, world, delivered, amended, fire, delays: () => [...waiting.values()].map(({ ms }) => ms) }
}

test('a change that left the kernel bound reset for 20 ms is foreign; what came after it waits behind it', () => {
  const { courier, delivered, amended, delays, fire } = setUp(reset)
  courier.take(heartbeat(1))
  courier.take(step(2), change)
  courier.take(heartbeat(3))
  expect(delivered).toEqual(['1 heartbeat'])
  expect(delays()).toEqual([20])
  fire()
  expect(delivered).toEqual(['1 heartbeat', '2 foreign', '3 heartbeat'])
  expect(amended).toEqual(['2 foreign'])
  courier.take(heartbeat(4))
  expect(delivered.at(-1)).toBe('4 heartbeat')
})

test.each([
  [7_500_000n, 13],
  [19_000_000n, 1],
  [80_000_000n, 0],
])('the wait counts from the look that saw it: %d ns later it is %d ms', (laterNs, ms) => {
  const { courier, world, delivered, delays, fire } = setUp(reset)
  world.nowNs += laterNs
  courier.take(step(1), change)
  expect(delays()).toEqual([ms])
  expect(delivered).toEqual([])
  fire()
  expect(delivered).toEqual(['1 foreign'])
})

test('one that wrote the bound within 20 ms was a daemon', () => {
  const { courier, world, delivered, amended, fire } = setUp(reset)
  courier.take(step(1), change)
  world.kernel = written
  fire()
  expect(delivered).toEqual(['1 daemon'])
  expect(amended).toEqual(['1 foreign', '1 daemon'])
})

test('one that had written it when the change was seen waits for nothing', () => {
  const { courier, delivered, delays } = setUp(written)
  courier.take(step(1), change)
  expect(delivered).toEqual(['1 daemon'])
  expect(delays()).toEqual([])
})

test.each([
  ['a slew', { ...change, class: 'slew' } as const, reset],
  ['a leap second', { ...change, class: 'leap' } as const, reset],
  ['a kernel that cannot be asked', change, null],
  ['a change that was found across a restart', null, reset],
])('%s tells nothing and waits for nothing', (_, what, kernel) => {
  const { courier, delivered, delays } = setUp(kernel)
  courier.take(step(1), what)
  expect(delivered).toEqual(['1 unknown'])
  expect(delays()).toEqual([])
})

test('changes that follow at once wait no longer than the first', () => {
  const { courier, world, delivered, delays, fire } = setUp(reset)
  courier.take(step(1), change)
  courier.take(step(2), change)
  world.kernel = written
  courier.take(step(3), change)
  expect(delays()).toEqual([20])
  fire()
  expect(delivered).toEqual(['1 daemon', '2 daemon', '3 daemon'])
})

test('released early it is delivered as it stands, dropped it is not', () => {
  const { courier, delivered, delays } = setUp(reset)
  courier.take(step(1), change)
  courier.release()
  expect(delivered).toEqual(['1 foreign'])
  courier.pause()
  courier.take(heartbeat(2))
  courier.take(step(3), change)
  expect(delivered).toEqual(['1 foreign'])
  courier.drop()
  expect(delays()).toEqual([])
  courier.take(heartbeat(4))
  expect(delivered).toEqual(['1 foreign', '4 heartbeat'])
})
