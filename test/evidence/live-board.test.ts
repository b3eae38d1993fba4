/** The board in shared memory and as text: whole records or none, whatever a reader meets. */
import { Worker } from 'node:worker_threads'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  decodeLiveText,
  encodeLiveText,
  LocalBoard,
  liveTextLength,
  SharedBoard,
} from '../../lib/evidence/live-board.js'
import type { LiveRecord } from '../../lib/evidence/live-record.js'
import '../support/seed.js'

const names = [
  ...['aNs', 'aSpanNs', 'pNs', 'slewPpb', 'lookPNs', 'silenceNs', 'cLowNs', 'cHighNs', 'stepPpb', 'sleeps', 'mLowNs'],
  ...['mHighNs', 'ratePpb', 'support', 'lack', 'sampleNs', 'longestGapNs', 'selfNs', 'taiUtcNs', 'leapAtNs'],
  ...['toleranceNs', 'seq'],
]
const of = (value: (index: number) => bigint): LiveRecord =>
  Object.fromEntries(names.map((name, i) => [name, value(i)])) as unknown as LiveRecord
const origin = { bootId: '00000000-0000-4000-8000-000000000001', token: 'a-token', pid: 7, count: 12 }

test('what is published is what is read, through shared memory and as text', () => {
  const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  fc.assert(
    fc.property(fc.array(int64, { minLength: names.length, maxLength: names.length }), (values) => {
      const record = of((i) => values[i]!)
      const board = new SharedBoard()
      expect(new SharedBoard(board.buffer).latest()).toBeNull()
      const reader = new SharedBoard(board.buffer)
      board.publish(record)
      expect(reader.latest()).toEqual(record)
      expect(reader.latest()).toBe(reader.peek())
      const text = encodeLiveText(record, origin)
      expect(Buffer.byteLength(text)).toBe(liveTextLength)
      expect(decodeLiveText(text)).toEqual({ record, origin })
    }),
  )
})

test('a writer that died at work: the record before stays, its successor is heard', () => {
  const writer = new SharedBoard()
  const reader = new SharedBoard(writer.buffer)
  writer.publish(of(() => 1n))
  expect(reader.latest()).toEqual(of(() => 1n))
  // Half of a second record.
  Atomics.add(new Int32Array(writer.buffer, 0, 1), 0, 1)
  new BigInt64Array(writer.buffer, 8).fill(2n, 0, 9)
  expect(reader.latest()).toEqual(of(() => 1n))
  expect(new SharedBoard(writer.buffer).latest()).toBeNull()
  new SharedBoard(writer.buffer).publish(of(() => 3n))
  expect(reader.latest()).toEqual(of(() => 3n))
})

test('a reader never meets half a record while another thread writes', async () => {
  const board = new SharedBoard()
  const url = new URL('../../lib/evidence/live-board.js', import.meta.url).href
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads')
    import(workerData.url).then(({ SharedBoard }) => {
      const board = new SharedBoard(workerData.buffer)
      for (let n = 1n; n <= 30000n; n++)
        board.publish(Object.fromEntries(workerData.names.map((name) => [name, n])))
      parentPort.postMessage('done')
    })`,
    { eval: true, workerData: { url, buffer: board.buffer, names } },
  )
  let done = false
  const ended = new Promise<void>((resolve) =>
    worker.once('message', () => {
      done = true
      resolve()
    }),
  )
  let last = 0n
  const seen = new Set<bigint>()
  while (!done) {
    for (let i = 0; i < 2_000; i++) {
      const record = board.latest()
      if (!record) continue
      const values = new Set(Object.values(record))
      if (values.size !== 1 || record.aNs < last) throw new Error(`torn: ${[...values]}`)
      last = record.aNs
      seen.add(last)
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
  await ended
  expect(board.latest()).toEqual(of(() => 30_000n))
  expect(seen.size).toBeGreaterThan(1)
  await worker.terminate()
}, 60_000)

test('asking is told to the writer once', () => {
  for (const board of [new SharedBoard(), new LocalBoard()]) {
    expect(board.wanted()).toBe(false)
    board.peek()
    expect(board.wanted()).toBe(false)
    board.latest()
    board.latest()
    expect(board.wanted()).toBe(true)
    expect(board.wanted()).toBe(false)
  }
})

test('any byte changed, cut off or added: no record', () => {
  const text = encodeLiveText(
    of((i) => BigInt(i) * 1_000_000_007n),
    origin,
  )
  const end = text.lastIndexOf('}')
  fc.assert(
    fc.property(fc.nat(end), fc.integer({ min: 32, max: 126 }), (at, code) => {
      const other = text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1)
      if (other !== text) expect(decodeLiveText(other)).toBeNull()
      expect(decodeLiveText(text.slice(0, at))).toBeNull()
    }),
    { numRuns: 2_000 },
  )
  const next = encodeLiveText(
    of((i) => BigInt(i) * 1_000_000_009n),
    { ...origin, count: 13 },
  )
  // Half of one, half of the other.
  for (let at = 1; at < end; at++) {
    const torn = next.slice(0, at) + text.slice(at)
    if (torn !== text && torn !== next) expect(decodeLiveText(torn)).toBeNull()
  }
})
