import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { unsyncedFiles } from '../../lib/scribe/files.js'
import { Scribe } from '../../lib/scribe/scribe.js'
import type { Draft, OpenBody } from '../../lib/trail/types.js'
import { verifyTrail } from '../../lib/trail/verify.js'
import { faultyFiles } from '../support/faulty-files.js'
import { PlainWriter } from '../support/plain-writer.js'
import { openDraft, TrailBuilder } from '../support/trail-builder.js'
import { allFiles, freshFolder, linesOf, readAll, segmentFiles } from '../support/trail-folder.js'

const heartbeat = (clock: TrailBuilder, id: number): Draft => ({
  stamp: clock.stamp(),
  body: { type: 'heartbeat' },
  id,
  triggerId: null,
})

describe('a new trail', () => {
  test('has no tail, and one segment after it was begun', () => {
    const clock = new TrailBuilder()
    const scribe = Scribe.open({ folder: clock.folder, zone: 'UTC', files: unsyncedFiles })
    expect(scribe.tail).toBeNull()
    expect(scribe.recovered).toEqual([])
    expect([scribe.seq, scribe.segment]).toEqual([0, null])
    const placed = scribe.begin(openDraft, clock.stamp())
    expect(placed).toHaveLength(1)
    expect(placed[0]).toMatchObject({ segment: 1, offset: 0 })
    expect(placed[0]?.record).toMatchObject({
      seq: 1,
      prev: '',
      type: 'open',
      segment: 1,
      label: '2026-03-03',
      zone: 'UTC',
      lock: 'file+sqlite',
      syncsFolders: true,
      afterCrash: false,
      reason: 'start',
      configuration: { tolerance: '1s' },
      supersedes: null,
    })
    expect([scribe.seq, scribe.segment]).toEqual([1, 1])
    scribe.close('stop', clock.stamp())
    expect(allFiles(clock.folder)).toEqual(['2026/03/2026-03-03.000001.ndjson', 'lock.db'])
  })

  test('holds the bytes that another implementation of the format writes', () => {
    const clock = new TrailBuilder()
    const folder = freshFolder()
    const plain = new PlainWriter(folder, 'UTC')
    const scribe = Scribe.open({ folder: clock.folder, zone: 'UTC', files: unsyncedFiles })
    scribe.begin(openDraft, clock.stamp())
    const own = { segment: 1, label: '', zone: 'UTC', lock: 'file+sqlite', syncsFolders: true, afterCrash: false }
    plain.open({ ...openDraft, ...own, supersedes: null } satisfies OpenBody, clock.stamp())
    for (let id = 1; id < 4; id++) {
      clock.advance(64)
      expect(scribe.append(heartbeat(clock, id))).toEqual(plain.append({ type: 'heartbeat' }, clock.stamp()))
    }
    expect(scribe.close('stop', clock.stamp())).toEqual(plain.close('stop', clock.stamp()))
    const path = '2026/03/2026-03-03.000001.ndjson'
    expect(readFileSync(join(clock.folder, path))).toEqual(readFileSync(join(folder, path)))
  })

  test('refuses a draft before it is begun, and after it is closed', () => {
    const clock = new TrailBuilder()
    const scribe = Scribe.open({ folder: clock.folder, zone: 'UTC', files: unsyncedFiles })
    expect(() => scribe.append(heartbeat(clock, 1))).toThrow('write its "open" record first')
    expect(scribe.close('stop', clock.stamp())).toBeNull()
    expect(scribe.close('stop', clock.stamp())).toBeNull()
    expect(() => scribe.append(heartbeat(clock, 1))).toThrow('was closed; open it again')
    expect(allFiles(clock.folder)).toEqual(['lock.db'])
  })

  test('refuses an unknown zone', () => {
    expect(() => Scribe.open({ folder: freshFolder(), zone: 'Middle-earth/Shire' })).toThrow(RangeError)
  })
})

test('one write and one sync of the data stand behind every record, and names are synced before the first', () => {
  const clock = new TrailBuilder()
  const files = faultyFiles()
  const scribe = Scribe.open({ folder: clock.folder, zone: 'UTC', files })
  files.calls.length = 0
  scribe.begin(openDraft, clock.stamp())
  const path = join(clock.folder, '2026/03/2026-03-03.000001.ndjson')
  const durable = files.calls.filter(({ call }) => ['open', 'write', 'syncData', 'syncFolder'].includes(call))
  expect(durable.map(({ call, path: at }) => [call, at])).toEqual([
    ['open', path],
    ['syncFolder', join(clock.folder, '2026/03')],
    ['syncFolder', join(clock.folder, '2026')],
    ['syncFolder', clock.folder],
    ['write', path],
    ['syncData', path],
  ])
  files.calls.length = 0
  scribe.append(heartbeat(clock, 1))
  expect(files.calls.map(({ call }) => call).filter((call) => call !== 'facts' && call !== 'pathFacts')).toEqual([
    'write',
    'syncData',
  ])
  scribe.abandon()
})

describe('the tail that the next start finds', () => {
  test('is orderly after a close', () => {
    const trail = new TrailBuilder()
    trail.open()
    trail.heartbeat()
    const close = trail.close('stop')
    const scribe = Scribe.open({ folder: trail.folder, zone: 'UTC', files: unsyncedFiles })
    expect(scribe.tail).toMatchObject({ seq: 3, hash: close.hash, record: close.record, orderly: true })
    expect(scribe.tail?.lastOpen).toMatchObject({ type: 'open', segment: 1, reason: 'start' })
    expect(scribe.begin(openDraft, trail.stamp())[0]?.record).toMatchObject({
      seq: 4,
      prev: close.hash,
      afterCrash: false,
    })
    scribe.abandon()
  })

  test('is not orderly after a crash, and the next open says so', async () => {
    const trail = new TrailBuilder()
    trail.open()
    const last = trail.advance(1).heartbeat()
    trail.crash()
    const scribe = Scribe.open({ folder: trail.folder, zone: 'UTC', files: unsyncedFiles })
    expect(scribe.tail).toMatchObject({ seq: 2, hash: last.hash, orderly: false })
    const [open] = scribe.begin(openDraft, trail.stamp())
    expect(open?.record).toMatchObject({ seq: 3, prev: last.hash, afterCrash: true, segment: 2 })
    scribe.abandon()
    expect(await verifyTrail(trail.folder)).toMatchObject({ intact: 'self-consistent', records: 3 })
  })
})

describe('rotation', () => {
  test('opens a segment when the label day changes in the zone, with the clock fields of the first draft', async () => {
    const trail = new TrailBuilder({ utc: '2026-03-28T22:59:00.000000000Z', zone: 'Europe/Berlin' })
    trail.open()
    trail.advance(59).heartbeat()
    const sample = trail.advance(1).sample({ chord: { low: -0.002, high: 0.001 } })
    const after = trail.advance(1).heartbeat()
    expect([sample.segment, sample.record.seq, after.segment]).toEqual([2, 4, 2])
    const { placed } = await readAll(trail.folder)
    const open = placed[2]?.record
    expect(open).toMatchObject({
      type: 'open',
      seq: 3,
      reason: 'rotation',
      segment: 2,
      label: '2026-03-29',
      configuration: null,
      afterCrash: false,
      configurationDigest: '0'.repeat(64),
    })
    const clocks = ({ wall, monoNs, bootNs, rawNs, bootId, d }: typeof sample.record): unknown => ({
      ...{ wall, monoNs, bootNs, rawNs, bootId, d },
    })
    expect(open && clocks(open)).toEqual(clocks(sample.record))
    expect(segmentFiles(trail.folder)).toEqual(['2026/03/2026-03-28.000001.ndjson', '2026/03/2026-03-29.000002.ndjson'])
    trail.crash()
  })

  test('gives what the witness saw to the first record at a look, and nothing to the second', async () => {
    const trail = new TrailBuilder({ utc: '2026-03-03T23:59:59.000000000Z' })
    trail.open()
    trail.advance(64).heartbeat({ chord: { low: -0.002, high: 0.001 }, looks: 256, widestSilence: 0.3, notice: 'seen' })
    trail.advance(1).heartbeat({ chord: { low: -0.5, high: 0 }, looks: 4 })
    const { placed } = await readAll(trail.folder)
    expect(placed.map(({ record }) => [record.type, record.since.chord.lowNs, record.since.looks])).toEqual([
      ['open', '0', 1],
      ['open', '-2000000', 256],
      ['heartbeat', '0', 0],
      ['heartbeat', '-500000000', 4],
    ])
    expect(placed[1]?.record.since).toMatchObject({ widestSilenceNs: '300000000', notice: 'seen' })
    expect(placed[2]?.record.since).toEqual({
      looks: 0,
      widestSilenceNs: '0',
      notice: 'none',
      small: { count: 0, sumNs: '0' },
      chord: { lowNs: '0', highNs: '0' },
    })
    trail.crash()
  })

  test('follows a clock set back over midnight, forward by a year and back again: sequence and numbers go on', async () => {
    const trail = new TrailBuilder({ utc: '2026-01-01T00:00:10.000000000Z' })
    trail.open()
    trail.advance(5).set(-60).change(-60)
    trail.advance(5).heartbeat()
    trail.advance(100).heartbeat()
    trail
      .advance(5)
      .set(365 * 86_400)
      .change(365 * 86_400)
    trail
      .advance(5)
      .set(-365 * 86_400)
      .change(-365 * 86_400)
    trail.advance(5).heartbeat()
    trail.close()
    expect(segmentFiles(trail.folder)).toEqual([
      '2026/01/2026-01-01.000001.ndjson',
      '2025/12/2025-12-31.000002.ndjson',
      '2026/01/2026-01-01.000003.ndjson',
      '2027/01/2027-01-01.000004.ndjson',
      '2026/01/2026-01-01.000005.ndjson',
    ])
    const { placed, broken } = await readAll(trail.folder)
    expect(broken).toEqual([])
    expect(placed.map(({ record }) => record.seq)).toEqual(placed.map((_, index) => index + 1))
    expect(await verifyTrail(trail.folder)).toMatchObject({ intact: 'self-consistent', records: 12 })
  })

  test('meets days that begin at one in the morning, and the leap day', () => {
    const trail = new TrailBuilder({ utc: '2023-03-25T21:59:59.000000000Z', zone: 'Africa/Cairo' })
    trail.open()
    trail.advance(2).heartbeat()
    trail.advance(33 * 86_400).heartbeat()
    trail.advance(86_400).heartbeat()
    trail.crash()
    expect(segmentFiles(trail.folder).map((path) => path.slice(8, 18))).toEqual([
      '2023-03-25',
      '2023-03-26',
      '2023-04-28',
      '2023-04-29',
    ])
  })
})

describe('a sample that a clock-change caused', () => {
  test('names its seq, also when the clock was set over midnight', async () => {
    const clock = new TrailBuilder({ utc: '2026-03-03T00:01:00.000000000Z' })
    const source = new TrailBuilder({ utc: '2026-03-03T00:01:00.000000000Z' })
    source.open()
    const change = source.advance(1).set(-180).change(-180)
    const sample = source.sample()
    source.crash()
    const scribe = Scribe.open({ folder: clock.folder, zone: 'UTC', files: unsyncedFiles })
    scribe.begin(openDraft, clock.stamp())
    const bodyOf = (record: object): Draft['body'] => {
      const { type } = record as Draft['body']
      return { ...(record as Draft['body']), type } as Draft['body']
    }
    clock.advance(1).set(-180)
    const changed = scribe.append({ stamp: clock.stamp(), body: bodyOf(change.record), id: 77, triggerId: null })
    expect(changed.record.seq).toBe(3)
    const followed = scribe.append({ stamp: clock.stamp(), body: bodyOf(sample.record), id: 78, triggerId: 77 })
    expect(followed.record).toMatchObject({ type: 'sample', trigger: 3, seq: 4 })
    const unknown = scribe.append({ stamp: clock.stamp(), body: bodyOf(sample.record), id: 79, triggerId: 5 })
    expect(unknown.record).toMatchObject({ trigger: null })
    scribe.abandon()
  })
})

test('a restarted engine begins another segment in the same run', () => {
  const clock = new TrailBuilder()
  const scribe = Scribe.open({ folder: clock.folder, zone: 'UTC', files: unsyncedFiles })
  scribe.begin(openDraft, clock.stamp())
  scribe.append(heartbeat(clock, 1))
  const [open] = scribe.begin({ ...openDraft, reason: 'restart' }, clock.advance(1).stamp())
  expect(open?.record).toMatchObject({ seq: 3, segment: 2, reason: 'restart', afterCrash: false, configuration: null })
  expect(scribe.append(heartbeat(clock, 1)).record.seq).toBe(4)
  scribe.abandon()
})

test('a close record counts the records of its epoch and leaves the fields of the keys empty', () => {
  const trail = new TrailBuilder()
  trail.open()
  trail.heartbeat()
  expect(trail.close('signal').record).toMatchObject({
    type: 'close',
    epoch: 1,
    firstSeq: 1,
    count: 3,
    previousCheckpoint: '',
    nextKey: '',
    final: true,
    reason: 'signal',
  })
  expect(existsSync(join(trail.folder, 'lock'))).toBe(false)
})

test('a draft that is no record is refused by name, and the trail goes on', async () => {
  const clock = new TrailBuilder()
  const scribe = Scribe.open({ folder: clock.folder, zone: 'UTC', files: unsyncedFiles })
  scribe.begin(openDraft, clock.stamp())
  const bad = { ...heartbeat(clock, 1), body: { type: 'note', on: 0, text: 'x', by: 'y' } } as Draft
  expect(() => scribe.append(bad)).toThrow(new TypeError('"on" must be a whole number from 1 to 9007199254740991'))
  const lone = { ...heartbeat(clock, 2), body: { type: 'note', on: 1, text: '\ud800', by: 'y' } } as Draft
  expect(() => scribe.append(lone)).toThrow(new TypeError('text holds half of a surrogate pair'))
  const huge = { ...heartbeat(clock, 3), body: { type: 'note', on: 1, text: 'x'.repeat(2 ** 20), by: 'y' } } as Draft
  expect(() => scribe.append(huge)).toThrow(TypeError)
  expect(scribe.append(heartbeat(clock, 4)).record.seq).toBe(2)
  scribe.abandon()
  expect(linesOf(clock.folder, segmentFiles(clock.folder)[0] ?? '')).toHaveLength(2)
  expect(await verifyTrail(clock.folder)).toMatchObject({ intact: 'self-consistent', records: 2 })
})
