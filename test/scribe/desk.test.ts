/** The desk with a disk that fails when told to: what is kept, said, tried again and answered. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { TrailWriteError } from '../../lib/errors.js'
import { Desk } from '../../lib/scribe/desk.js'
import { realFiles } from '../../lib/scribe/files.js'
import { ask } from '../../lib/scribe/inbox.js'
import { linkPair } from '../../lib/scribe/link.js'
import type { AuditorToScribe, EngineToScribe, ScribeToAuditor, ScribeToEngine } from '../../lib/scribe/messages.js'
import { Scribe } from '../../lib/scribe/scribe.js'
import type { Draft, StoredStamp } from '../../lib/trail/types.js'
import { recordsOf } from '../support/simulated-audit.js'

const settled = () => new Promise((resolve) => setImmediate(resolve))

const stamp = (n: number): StoredStamp => ({
  wall: `2026-03-03T14:02:${String(n).padStart(2, '0')}.000000000Z`,
  monoNs: `${n}000000000`,
  bootNs: `${n}000000000`,
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

const draft = (id: number): Draft => ({ id, stamp: stamp(id), body: { type: 'heartbeat' }, triggerId: null })

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ntp-auditor-desk-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

function setUp() {
  const [engine, deskEngine] = linkPair<EngineToScribe, ScribeToEngine>()
  const [auditor, deskAuditor] = linkPair<AuditorToScribe, ScribeToAuditor>()
  const timers: { run: () => void; ms: number }[] = []
  const disk = { failing: '' }
  const desk = new Desk({
    folder,
    open: () => {
      if (disk.failing) throw new TrailWriteError(disk.failing)
      const scribe = Scribe.open({ folder, zone: 'UTC' })
      const append = scribe.append.bind(scribe)
      scribe.append = (next) => {
        if (disk.failing) throw new TrailWriteError(disk.failing)
        return append(next)
      }
      return scribe
    },
    timers: {
      setTimeout: (run, ms) => {
        timers.push({ run, ms })
        return timers.at(-1)
      },
      clearTimeout: (handle) => {
        const at = timers.indexOf(handle as (typeof timers)[number])
        if (at >= 0) timers.splice(at, 1)
      },
    },
    engine: deskEngine,
    auditor: deskAuditor,
  })
  const toEngine: ScribeToEngine[] = []
  const toAuditor: ScribeToAuditor[] = []
  engine.listen((message) => toEngine.push(message))
  auditor.listen((message) => toAuditor.push(message))
  /** Runs the timer of that delay: 1000 tries the disk again, 400 looks into the inbox. */
  const fire = async (ms: number) => {
    const at = timers.findIndex((timer) => timer.ms === ms)
    timers.splice(at, 1)[0]?.run()
    await settled()
  }
  const begin = async () => {
    desk.start()
    engine.post({ kind: 'begin', open, reason: 'start', stamp: stamp(1), firstId: 0 })
    await settled()
  }
  return { desk, engine, auditor, disk, toEngine, toAuditor, fire, begin }
}

const open = {
  format: 1,
  origin: 'ntp-auditor/pc',
  host: 'pc',
  identity: { organisation: '', asset: '', site: '', machine: 'unknown' },
  versions: { auditor: '0', node: '20', os: 'Linux' },
  platform: 'linux-x64',
  clockSource: 'wasi',
  auditClock: 'hrtime',
  steered: true,
  coupled: true,
  resolutionNs: '1000',
  driftPpb: 100_000,
  ratePpb: 600_000,
  engine: 'worker',
  epoch: 1,
  publicKey: '',
  enrolled: false,
  simulation: false,
  configuration: null,
  configurationDigest: '',
} as const

test('the engine is greeted, the trail begins, drafts are acknowledged in order', async () => {
  const { begin, engine, toEngine, toAuditor } = setUp()
  await begin()
  engine.post({ kind: 'draft', draft: draft(2) })
  engine.post({ kind: 'draft', draft: draft(3) })
  await settled()
  expect(toEngine).toEqual([
    { kind: 'tail', tail: null },
    { kind: 'written', draftId: 2, seq: 2 },
    { kind: 'written', draftId: 3, seq: 3 },
  ])
  expect(toAuditor.map(({ kind }) => kind)).toEqual(['opened', 'record', 'ready', 'record', 'record'])
})

test('a disk that fails is told of once, nothing is acknowledged, and all is written when it recovers', async () => {
  const { begin, engine, disk, toEngine, toAuditor, fire } = setUp()
  await begin()
  disk.failing = 'the disk is full'
  for (const id of [2, 3, 4]) engine.post({ kind: 'draft', draft: draft(id) })
  await settled()
  await fire(1000)
  await fire(1000)
  expect(toAuditor.filter(({ kind }) => kind === 'problem')).toEqual([
    { kind: 'problem', error: { code: 'ERR_TRAIL_WRITE', message: 'the disk is full' } },
  ])
  expect(toEngine.filter(({ kind }) => kind === 'written')).toEqual([])
  disk.failing = ''
  await fire(1000)
  expect(toEngine.flatMap((message) => (message.kind === 'written' ? [message.draftId] : []))).toEqual([2, 3, 4])
  expect(recordsOf(folder).map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
})

test('what stands in the way of opening is told, and nothing is begun', async () => {
  const { desk, disk, toAuditor } = setUp()
  disk.failing = 'no room'
  desk.start()
  await settled()
  expect(toAuditor).toEqual([{ kind: 'failed', error: { code: 'ERR_TRAIL_WRITE', message: 'no room' } }])
})

test('an engine that takes over is told the last record, not the one found at the start', async () => {
  const { desk, begin, engine, toEngine } = setUp()
  await begin()
  engine.post({ kind: 'draft', draft: draft(2) })
  await settled()
  desk.greet()
  await settled()
  expect(toEngine.at(-1)).toMatchObject({ kind: 'tail', tail: { last: { seq: 2 } } })
})

test('close writes the end and gives the lock back', async () => {
  const { begin, engine, toAuditor } = setUp()
  await begin()
  engine.post({ kind: 'draft', draft: draft(2) })
  engine.post({ kind: 'close', reason: 'stop', stamp: stamp(3) })
  await settled()
  expect(toAuditor.at(-1)).toEqual({ kind: 'closed' })
  expect(recordsOf(folder).map(({ type }) => type)).toEqual(['open', 'heartbeat', 'close'])
  Scribe.open({ folder, zone: 'UTC' }).abandon()
})

test('a close while the disk fails gives up what could not be written, and the next start says so', async () => {
  const { begin, engine, disk, toAuditor } = setUp()
  await begin()
  disk.failing = 'the disk is full'
  engine.post({ kind: 'draft', draft: draft(2) })
  engine.post({ kind: 'close', reason: 'stop', stamp: stamp(3) })
  await settled()
  expect(toAuditor.at(-1)).toEqual({ kind: 'closed' })
  const next = Scribe.open({ folder, zone: 'UTC' })
  expect(next.tail).toMatchObject({ seq: 1, orderly: false })
  next.abandon()
})

test('a release without the engine gives the lock back at once', async () => {
  const { begin, auditor, toAuditor } = setUp()
  await begin()
  auditor.post({ kind: 'release' })
  await settled()
  expect(toAuditor.at(-1)).toEqual({ kind: 'closed' })
  Scribe.open({ folder, zone: 'UTC' }).abandon()
})

test('an engine takes over while the disk fails: the drafts of the dead one come first, then the new segment', async () => {
  const { begin, engine, disk, toEngine, fire } = setUp()
  await begin()
  disk.failing = 'the disk is full'
  engine.post({ kind: 'draft', draft: draft(2) })
  await settled()
  engine.post({ kind: 'begin', open, reason: 'restart', stamp: stamp(3), firstId: 100 })
  engine.post({ kind: 'draft', draft: { ...draft(4), id: 101 } })
  await settled()
  disk.failing = ''
  await fire(1000)
  const records = recordsOf(folder)
  expect(records.map(({ type, monoNs }) => `${type} ${monoNs}`)).toEqual([
    'open 1000000000',
    'heartbeat 2000000000',
    'open 3000000000',
    'heartbeat 4000000000',
  ])
  expect(toEngine.flatMap((message) => (message.kind === 'written' ? [message.draftId] : []))).toEqual([2, 101])
})

test('what the inbox asked is asked again of an engine that takes over', async () => {
  const { desk, begin, engine, toEngine, fire } = setUp()
  await begin()
  const answer = ask(folder, { kind: 'note', on: 1, text: 'seen', by: 'me' }, { timeoutMs: 5000, pollMs: 5 })
  await fire(400)
  desk.greet()
  await settled()
  const asked = toEngine.filter((message) => message.kind === 'request')
  expect(asked).toHaveLength(2)
  expect(asked[1]).toEqual(asked[0])
  const { token } = asked[0] as ScribeToEngine & { kind: 'request' }
  engine.post({ kind: 'draft', draft: draft(2) })
  engine.post({ kind: 'promise', token, draftId: 2 })
  expect(await answer).toMatchObject({ ok: true, seq: 2 })
})

test('a disk with little room is told of once, before it is full, and again when it became so again', async () => {
  let free = 99_000_000n
  const [, deskEngine] = linkPair<EngineToScribe, ScribeToEngine>()
  const [auditor, deskAuditor] = linkPair<AuditorToScribe, ScribeToAuditor>()
  const timers: (() => void)[] = []
  const desk = new Desk({
    folder,
    open: (hooks) => Scribe.open({ folder, zone: 'UTC', ...hooks, files: { ...realFiles, freeBytes: () => free } }),
    timers: { setTimeout: (run) => timers.push(run), clearTimeout: () => {} },
    engine: deskEngine,
    auditor: deskAuditor,
  })
  const problems: string[] = []
  auditor.listen((message) => {
    if (message.kind === 'problem') problems.push(`${message.error.code} ${message.error.message}`)
  })
  desk.start()
  const minutes = async (count: number) => {
    for (let look = 0; look < count * 150; look++) timers.shift()?.()
    await settled()
  }
  await minutes(3)
  expect(problems).toEqual([expect.stringContaining('ERR_DISK_SPACE only 99 MB are free where the trail')])
  free = 200_000_000n
  await minutes(2)
  free = 50_000_000n
  await minutes(2)
  expect(problems).toHaveLength(2)
  desk.end()
})
