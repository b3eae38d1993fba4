/** live.json: made once, written over in place, gone with the auditor; what happens to it never disturbs the scribe. */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from '@jest/globals'
import { decodeLiveText, LocalBoard, liveTextLength } from '../../lib/evidence/live-board.js'
import type { LiveRecord } from '../../lib/evidence/live-record.js'
import { Mirror } from '../../lib/scribe/mirror.js'
import { VirtualTime } from '../../lib/testing/virtual-time.js'
import { removeFolders, temporaryFolder } from '../support/simulated-audit.js'

const names = [
  ...['aNs', 'aSpanNs', 'pNs', 'slewPpb', 'lookPNs', 'silenceNs', 'cLowNs', 'cHighNs', 'stepPpb', 'sleeps', 'mLowNs'],
  ...['mHighNs', 'ratePpb', 'support', 'lack', 'sampleNs', 'longestGapNs', 'selfNs', 'taiUtcNs', 'leapAtNs'],
  ...['toleranceNs', 'seq'],
]
const record = (value: bigint) => Object.fromEntries(names.map((name) => [name, value])) as unknown as LiveRecord
const ms = 1_000_000n

let folder = ''
let time: VirtualTime
let board: LocalBoard
let mirror: Mirror
const path = () => join(folder, 'live.json')
const found = () => decodeLiveText(readFileSync(path(), 'latin1'))
const pass = (ns: bigint) => time.advanceTo(time.nowNs() + ns)

beforeEach(() => {
  folder = temporaryFolder()
  time = new VirtualTime(0n)
  board = new LocalBoard()
  mirror = new Mirror({ folder, source: board, timers: time.timers, periodMs: 250, bootId: 'a-boot' })
})
afterAll(removeFolders)

test('what was published stands there within a period, always in the same file of the same length', () => {
  mirror.start('a-token')
  pass(300n * ms)
  expect(readdirSync(folder)).toEqual([])
  board.publish(record(1n))
  pass(251n * ms)
  const { ino } = statSync(path())
  expect(found()).toEqual({
    record: record(1n),
    origin: { bootId: 'a-boot', token: 'a-token', pid: process.pid, count: 1 },
  })
  board.publish(record(-(2n ** 62n)))
  pass(251n * ms)
  expect(found()).toMatchObject({ record: record(-(2n ** 62n)), origin: { count: 2 } })
  expect(statSync(path())).toMatchObject({ ino, size: liveTextLength })
  expect(readdirSync(folder)).toEqual(['live.json'])
  mirror.stop()
  expect(readdirSync(folder)).toEqual([])
  expect(time.pending).toBe(0)
})

test('nothing new: nothing is written; somebody reads: more is asked of the engine, for a while', () => {
  mirror.start('a-token')
  board.publish(record(1n))
  pass(500n * ms)
  pass(5_000n * ms)
  expect(found()?.origin.count).toBe(1)
  // The reading above is seen where the file system keeps access times; said here for those that do not.
  utimesSync(path(), 1_000, statSync(path()).mtimeMs / 1000)
  board.wanted()
  pass(251n * ms)
  expect(board.wanted()).toBe(true)
  board.publish(record(2n))
  pass(51n * ms)
  expect(found()?.record).toEqual(record(2n))
  utimesSync(path(), 2_000, 1_000)
  pass(10_000n * ms)
  board.wanted()
  pass(5_000n * ms)
  expect(board.wanted()).toBe(false)
  mirror.stop()
})

test('deleted, the whole folder too: it comes back when it can', () => {
  mirror.start('a-token')
  board.publish(record(1n))
  pass(300n * ms)
  rmSync(folder, { recursive: true })
  pass(10_000n * ms)
  board.publish(record(2n))
  pass(2_000n * ms)
  mkdirSync(folder)
  board.publish(record(3n))
  pass(2_000n * ms)
  expect(found()?.record).toEqual(record(3n))
  mirror.stop()
})

test('a link in its place is replaced, never followed', () => {
  const other = join(temporaryFolder(), 'other')
  writeFileSync(other, 'mine')
  symlinkSync(other, path())
  symlinkSync(other, join(folder, `.live.json.${process.pid}`))
  mirror.start('a-token')
  board.publish(record(1n))
  pass(300n * ms)
  expect(readFileSync(other, 'utf8')).toBe('mine')
  expect(found()?.record).toEqual(record(1n))
  mirror.stop()
})

test('stopped before anything was published: nothing is left', () => {
  mirror.start('a-token')
  mirror.stop()
  expect(readdirSync(folder)).toEqual([])
})
