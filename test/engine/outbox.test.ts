import { expect, test } from '@jest/globals'
import { Outbox } from '../../lib/engine/outbox.js'
import type { StoredStamp, TrailRecord } from '../../lib/trail/types.js'

const stamp = (ns: number): StoredStamp => ({
  wall: '2026-03-03T14:02:00.000000000Z',
  monoNs: `${ns}`,
  bootNs: `${ns}`,
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
})

const heartbeat = { type: 'heartbeat' } as const

/** As read back from disk: keys in another order. */
const record = (ns: number): TrailRecord => {
  const { since, d, ...rest } = stamp(ns)
  return { ...heartbeat, since, d, ...rest, seq: 9, prev: '' }
}

test('what was acknowledged is not sent again, what was not is', () => {
  const outbox = new Outbox()
  outbox.put(stamp(1), heartbeat, null)
  const second = outbox.put(stamp(2), heartbeat, null)
  const third = outbox.put(stamp(3), heartbeat, null)
  expect([second.id, third.id]).toEqual([2, 3])
  outbox.written(1)
  expect(outbox.unwritten(null)).toEqual([second, third])
})

test('a record that is durable although its writer died before saying so is not written twice', () => {
  const outbox = new Outbox()
  outbox.put(stamp(1), heartbeat, null)
  outbox.put(stamp(2), heartbeat, null)
  const third = outbox.put(stamp(3), heartbeat, null)
  expect(outbox.unwritten(record(2))).toEqual([third])
  expect(outbox.unwritten(record(2))).toEqual([third])
})

test('another last record leaves everything to be sent', () => {
  const outbox = new Outbox()
  const first = outbox.put(stamp(1), heartbeat, null)
  expect(outbox.unwritten(record(77))).toEqual([first])
})

test('with no scribe for long, heartbeats go first and clock changes stay', () => {
  const outbox = new Outbox()
  const change = outbox.put(
    stamp(0),
    {
      type: 'clock-change',
      earliestNs: '0',
      latestNs: '1',
      size: { lowNs: '-5', highNs: '-4' },
      class: 'step',
      by: 'unknown',
      seen: 'divergence',
      wallBefore: stamp(0).wall,
      wallAfter: stamp(0).wall,
    },
    null,
  )
  for (let i = 1; i <= 12_000; i += 1) outbox.put(stamp(i), heartbeat, null)
  const kept = outbox.unwritten(null)
  expect(kept.length).toBeLessThanOrEqual(10_000)
  expect(kept[0]).toEqual(change)
  expect(kept[1]?.body).toMatchObject({ type: 'gap', cause: 'write-failed', breaks: 'none', fromNs: '0' })
  expect(kept.at(-1)?.stamp.monoNs).toBe('12000')
  outbox.written(kept.at(-2)?.id ?? 0)
  expect(outbox.unwritten(null)).toEqual([kept.at(-1)])
})
