/** The face: starting, hearing, asking, stopping, with real workers and real packets on loopback. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from '@jest/globals'
import type { SampleDocument } from '../../lib/auditor/events.js'
import { Auditor } from '../../lib/auditor.js'
import { LoopbackReference } from '../../lib/testing/loopback-reference.js'
import type { ReferenceChange } from '../../lib/testing/loopback-settings.js'
import { readPlaced } from '../../lib/trail/read.js'
import type { Placed } from '../../lib/trail/types.js'
import { verifyTrail } from '../../lib/trail/verify.js'
import { only, recordsOf, removeFolders, temporaryFolder } from '../support/simulated-audit.js'

const open: { stop(): Promise<void> }[] = []

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.stop()
})
afterAll(removeFolders)

async function setUp(change: ReferenceChange = {}, options: object = {}) {
  const reference = await LoopbackReference.start(change)
  open.push(reference)
  const trail = join(temporaryFolder(), 'trail')
  const input = {
    trail,
    references: [`127.0.0.1:${reference.port}`],
    trustLocal: true,
    interval: '1s',
    tolerance: '500ms',
    ...options,
  }
  const start = async (more: Parameters<typeof Auditor.start>[1] = {}) => {
    const auditor = await Auditor.start(input, more)
    open.push(auditor)
    return auditor
  }
  return { reference, trail, input, start }
}

test('samples are heard when they are durable, in the order of the trail', async () => {
  const { trail, start } = await setUp()
  const auditor = await start()
  const heard: SampleDocument[] = []
  auditor.on('sample', (doc) => heard.push(doc))
  const verdicts: string[] = []
  auditor.on('verdict', ({ verdict }) => verdicts.push(verdict))
  await auditor.ready({ timeout: '20s' })
  const asked = await auditor.sample()
  expect(asked).toMatchObject({ reason: 'requested', verdict: 'PROVEN', consensus: { state: 'single' } })
  await auditor.stop()
  expect(verdicts).toEqual(['PROVEN'])
  const records = recordsOf(trail)
  expect(only(records, 'sample').map(({ seq }) => seq)).toEqual(heard.map(({ seq }) => seq))
  expect(records.at(-1)).toMatchObject({ type: 'close', final: true })
  expect(records[0]).toMatchObject({ type: 'open', engine: 'worker', reason: 'start', simulation: false })
  expect(await verifyTrail(trail)).toMatchObject({ intact: 'self-consistent', upTo: records.length })
})

test('every durable record is heard as it stands, up to the close', async () => {
  const { trail, start } = await setUp()
  const auditor = await start()
  const heard: Placed[] = []
  auditor.on('record', (placed) => heard.push(placed))
  await auditor.sample()
  await auditor.stop()
  const records = recordsOf(trail)
  const from = heard[0]?.record.seq ?? 0
  expect(heard.map(({ record }) => record)).toEqual(records.slice(from - 1))
  expect(heard.at(-1)?.record.type).toBe('close')
  for (const { segment, offset, length, hash, record } of heard) {
    expect(await readPlaced(trail, segment, offset, length)).toMatchObject({ hash, record })
  }
})

test('start resolves within a second although every reference is black-holed, and ready says so', async () => {
  const { start } = await setUp({ faults: ['silent'] })
  const before = performance.now()
  const auditor = await start()
  const took = performance.now() - before
  await expect(auditor.ready({ timeout: '300ms' })).rejects.toMatchObject({
    code: 'ERR_NOT_READY',
    message: expect.stringContaining('the audit goes on'),
  })
  expect(took).toBeLessThan(1000)
})

test('a record of an operator is durable when it resolves, and a wrong one is refused before anything is written', async () => {
  const { trail, start } = await setUp()
  const auditor = await start()
  const note = { type: 'note', on: 1, text: 'drill', by: 'ops' } as const
  const { seq } = await auditor.record(note)
  expect(recordsOf(trail).at(seq - 1)).toMatchObject({ seq, ...note })
  await expect(auditor.record({ ...note, on: 0 })).rejects.toThrow('"on" must be a whole number from 1')
  await expect(auditor.record({ ...note, type: 'open' } as never)).rejects.toThrow('"type" must be one of note')
  await auditor.stop()
  await expect(auditor.record(note)).rejects.toMatchObject({ code: 'ERR_STOPPED' })
  expect(only(recordsOf(trail), 'note')).toHaveLength(1)
})

describe('what stands in the way is said by start', () => {
  test('a second auditor on the same trail', async () => {
    const { start, input } = await setUp()
    await start()
    await expect(Auditor.start(input)).rejects.toMatchObject({
      code: 'ERR_TRAIL_LOCKED',
      message: expect.stringContaining(`${process.pid}`),
    })
  })

  test('a file where the trail folder should be', async () => {
    const path = join(temporaryFolder(), 'file')
    writeFileSync(path, 'mine')
    const { input } = await setUp()
    await expect(Auditor.start({ ...input, trail: join(path, 'trail') })).rejects.toMatchObject({
      code: 'ERR_TRAIL_WRITE',
    })
  })

  test('an unknown option, with the nearest known one', async () => {
    await expect(Auditor.start({ referenses: ['x'] })).rejects.toMatchObject({
      code: 'ERR_OPTION',
      message: expect.stringContaining('references'),
    })
  })

  test('an aborted signal', async () => {
    const { input } = await setUp()
    await expect(Auditor.start(input, { signal: AbortSignal.abort(new Error('no more')) })).rejects.toThrow('no more')
  })
})

test('stop is idempotent, and what is asked afterwards is refused', async () => {
  const { start } = await setUp()
  const auditor = await start()
  const first = auditor.stop()
  expect(auditor.stop()).toBe(first)
  await first
  await expect(auditor.sample()).rejects.toMatchObject({ code: 'ERR_STOPPED' })
})

test('an abort stops it, and the trail has an orderly end', async () => {
  const { trail, start } = await setUp()
  const control = new AbortController()
  const auditor = await start({ signal: control.signal })
  control.abort()
  await auditor.stop()
  expect(recordsOf(trail).at(-1)).toMatchObject({ type: 'close' })
})

test('the same trail goes on after a stop, with the downtime as a gap', async () => {
  const { trail, start } = await setUp()
  await (await start()).stop()
  const again = await start()
  await again.ready({ timeout: '20s' })
  await again.stop()
  const records = recordsOf(trail)
  expect(only(records, 'gap')).toMatchObject([{ cause: 'auditor-down', breaks: 'wall' }])
  expect(only(records, 'open').map(({ afterCrash }) => afterCrash)).toEqual([false, false])
  expect(await verifyTrail(trail)).toMatchObject({ intact: 'self-consistent', upTo: records.length })
})

test('several auditors in one process, one per trail', async () => {
  const one = await setUp()
  const two = await setUp()
  const [a, b] = await Promise.all([one.start(), two.start()])
  await Promise.all([a.ready({ timeout: '20s' }), b.ready({ timeout: '20s' })])
  expect((await b.sample()).verdict).toBe('PROVEN')
})

test('a stop that has no time ends the workers all the same, and the trail can be opened again at once', async () => {
  const { trail, start } = await setUp({ faults: ['silent'] })
  const auditor = await start()
  const problems: Error[] = []
  auditor.on('problem', (error) => problems.push(error))
  await auditor.stop({ timeout: '1ms' })
  const again = await start()
  await again.stop()
  expect(only(recordsOf(trail), 'open')).toHaveLength(2)
  expect(problems.length).toBeLessThanOrEqual(1)
})
