import { appendFileSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { unsyncedFiles } from '../../lib/scribe/files.js'
import { Scribe } from '../../lib/scribe/scribe.js'
import type { Draft, Placed, RecoverBody, TrailRecord } from '../../lib/trail/types.js'
import { verifyTrail } from '../../lib/trail/verify.js'
import { type Call, type FaultyFiles, faultyFiles } from '../support/faulty-files.js'
import { openDraft, TrailBuilder } from '../support/trail-builder.js'
import { freshFolder, readAll, segmentFiles } from '../support/trail-folder.js'

interface Bench {
  readonly folder: string
  readonly files: FaultyFiles
  readonly scribe: Scribe
  readonly clock: TrailBuilder
  draft(): Draft
}

/** A scribe on a file system that will fail, with two records written. */
function bench(): Bench {
  const clock = new TrailBuilder()
  const { folder } = clock
  const files = faultyFiles(unsyncedFiles)
  const scribe = Scribe.open({ folder, zone: 'UTC', files })
  scribe.begin(openDraft, clock.stamp())
  let id = 0
  const draft = (): Draft => {
    id += 1
    const stamp = clock.advance(1).stamp({ chord: { low: -id / 1000, high: 0 } })
    return { stamp, body: { type: 'note', on: 1, text: `note ${id}`, by: 'bench' }, id, triggerId: null }
  }
  scribe.append(draft())
  return { folder, files, scribe, clock, draft }
}

/** Fails the nth call of a kind from now on, and no other. */
function failOnce(files: FaultyFiles, wanted: Call, code: string, path = ''): void {
  files.fault = (call, at) => {
    if (call !== wanted || !at.includes(path)) return null
    files.fault = () => null
    return code
  }
}

const notes = (placed: readonly Placed[]): string[] =>
  placed.flatMap(({ record }) => (record.type === 'note' ? [record.text] : []))
const recovers = (placed: readonly Placed[]): (TrailRecord & RecoverBody)[] =>
  placed.flatMap(({ record }) => (record.type === 'recover' ? [record] : []))

async function sound(folder: string): Promise<Placed[]> {
  const { placed, broken } = await readAll(folder)
  expect(broken).toEqual([])
  const result = await verifyTrail(folder)
  expect([result.intact, result.records]).toEqual(['self-consistent', placed.length])
  return placed
}

describe('one failure is mended in the same call', () => {
  test.each<[string, Call, string]>([
    ['a write', 'write', 'EIO'],
    ['a sync', 'syncData', 'EIO'],
    ['a look at the file', 'facts', 'EIO'],
    ['a look at the path', 'pathFacts', 'EIO'],
  ])('%s fails', async (_, call, code) => {
    const { folder, files, scribe, draft } = bench()
    failOnce(files, call, code, '.ndjson')
    const first = draft()
    const placed = scribe.append(first)
    expect(placed.record).toMatchObject({ type: 'note', text: 'note 2', wall: first.stamp.wall, seq: 5 })
    scribe.append(draft())
    scribe.abandon()
    const all = await sound(folder)
    expect(all.map(({ record, segment }) => [segment, record.type])).toEqual([
      [1, 'open'],
      [1, 'note'],
      [2, 'open'],
      [2, 'recover'],
      [2, 'note'],
      [2, 'note'],
    ])
    expect(all[2]?.record).toMatchObject({ reason: 'repair', supersedes: null })
    const [recover] = recovers(all)
    const offset = (all[1]?.offset ?? 0) + (all[1]?.length ?? 0) + 1
    expect(recover).toMatchObject({ finding: 'torn', segment: 1, offset })
    expect(recover?.message).toContain(code)
    if (call === 'syncData') {
      expect(recover?.bytes).toBeGreaterThan(100)
      expect(readFileSync(join(folder, recover?.quarantine ?? '')).length).toBe(recover?.bytes)
    } else if (call === 'write') {
      expect(recover).toMatchObject({ bytes: 0, quarantine: null })
    }
  })

  test('what the witness saw stands once, in the first record written at that look', async () => {
    const { folder, files, scribe, draft } = bench()
    failOnce(files, 'syncData', 'EIO')
    scribe.append(draft())
    scribe.abandon()
    const all = await sound(folder)
    expect(all.slice(2).map(({ record }) => record.since.chord.lowNs)).toEqual(['-2000000', '0', '0'])
  })
})

describe('a disk that is full', () => {
  test('a write that came short is cut off; nothing acknowledged is lost, whatever the room', async () => {
    for (let room = 0; room < 2200; room += 61) {
      const { folder, files, scribe, draft } = bench()
      files.room = room
      const kept: Draft[] = []
      const first = draft()
      try {
        scribe.append(first)
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_TRAIL_WRITE' })
        expect((error as Error).message).toContain('free some space and recording goes on')
        expect((error as Error).cause).toMatchObject({ code: 'ENOSPC' })
        kept.push(first)
      }
      const before = readdirSync(join(folder, '2026/03'))
      for (let again = 0; again < 5 && kept.length > 0; again++)
        expect(() => scribe.append(first)).toThrow('disk is full')
      expect(readdirSync(join(folder, '2026/03')).length).toBeLessThanOrEqual(before.length + 1)
      files.room = Number.POSITIVE_INFINITY
      for (const draftKept of kept) scribe.append(draftKept)
      scribe.append(draft())
      scribe.close('stop', first.stamp)
      const all = await sound(folder)
      expect(notes(all)).toEqual(['note 1', 'note 2', 'note 3'])
      expect(all.at(-1)?.record.type).toBe('close')
      for (const { record } of all) if (record.type === 'open') expect(record.supersedes).toBeNull()
      for (const { bytes, quarantine } of recovers(all)) expect(quarantine === null).toBe(bytes === 0)
    }
  }, 60_000)

  test('leaves no heap of broken segments behind however often it is tried', () => {
    const { folder, files, scribe, draft } = bench()
    const kept = draft()
    for (let i = 0; i < 50; i++) {
      files.room = 300
      expect(() => scribe.append(kept)).toThrow('the disk is full')
    }
    expect(segmentFiles(folder).length).toBeLessThanOrEqual(2)
    expect(existsSync(join(folder, 'quarantine')) ? readdirSync(join(folder, 'quarantine')).length : 0).toBeLessThan(2)
    scribe.abandon()
  })
})

describe('a failure that lasts', () => {
  test('EROFS: the caller keeps the draft and says it again until it is written', async () => {
    const { folder, files, scribe, draft } = bench()
    files.fault = (call) =>
      ['write', 'open', 'truncate', 'makeFolder', 'remove', 'link', 'rename'].includes(call) ? 'EROFS' : null
    const kept = draft()
    for (let i = 0; i < 3; i++) {
      expect(() => scribe.append(kept)).toThrow('the file system is read-only; remount it for writing')
    }
    files.fault = () => null
    expect(scribe.append(kept).record).toMatchObject({ type: 'note', text: 'note 2' })
    scribe.close('stop', kept.stamp)
    expect(notes(await sound(folder))).toEqual(['note 1', 'note 2'])
  })

  test('a rest that cannot be cut is superseded, also when it is a whole record', async () => {
    const { folder, files, scribe, draft } = bench()
    const kept = draft()
    let failing = true
    files.fault = (call, path) => {
      if (call === 'truncate') return 'EIO'
      if (call !== 'syncData' || !failing || !path.includes('000001')) return null
      failing = false
      return 'EIO'
    }
    const placed = scribe.append(kept)
    expect(placed).toMatchObject({ segment: 2, record: { text: 'note 2' } })
    scribe.append(draft())
    scribe.abandon()
    const all = await sound(folder)
    expect(notes(all)).toEqual(['note 1', 'note 2', 'note 3'])
    const offset = (all[1]?.offset ?? 0) + (all[1]?.length ?? 0) + 1
    expect(all[2]?.record).toMatchObject({ type: 'open', supersedes: { segment: 1, offset } })
    const next = Scribe.open({ folder, zone: 'UTC', files: unsyncedFiles })
    expect(next.tail).toMatchObject({ seq: 6 })
    expect(next.recovered).toEqual([])
    next.abandon()
  })

  test('a new segment that can be neither finished nor removed is superseded too', async () => {
    const { folder, files, scribe, draft } = bench()
    const kept = draft()
    files.fault = (call, path) => {
      if (call === 'truncate' || call === 'remove') return 'EIO'
      return call === 'syncData' && /00000[12]/.test(path) ? 'EIO' : null
    }
    expect(() => scribe.append(kept)).toThrow('the disk reports an error')
    expect(scribe.append(kept)).toMatchObject({ segment: 3 })
    scribe.abandon()
    const all = await sound(folder)
    expect(notes(all)).toEqual(['note 1', 'note 2'])
    expect(all[2]?.record).toMatchObject({ type: 'open', segment: 3, supersedes: { segment: 1 } })
    expect(segmentFiles(folder)).toHaveLength(3)
  })

  test('begin may be called again', async () => {
    const clock = new TrailBuilder()
    const files = faultyFiles(unsyncedFiles)
    const scribe = Scribe.open({ folder: clock.folder, zone: 'UTC', files })
    files.fault = (call) => (call === 'syncData' ? 'EIO' : null)
    expect(() => scribe.begin(openDraft, clock.stamp())).toThrow('the disk reports an error')
    files.fault = () => null
    const placed = scribe.begin(openDraft, clock.stamp())
    expect(placed).toHaveLength(1)
    expect(placed[0]?.record).toMatchObject({ seq: 1, segment: 1, reason: 'start' })
    scribe.abandon()
    expect(await sound(clock.folder)).toHaveLength(1)
  })

  test('a stop that cannot be recorded gives the lock back all the same', () => {
    const { folder, files, scribe, clock } = bench()
    files.fault = (call) => (call === 'write' ? 'EIO' : null)
    expect(() => scribe.close('stop', clock.stamp())).toThrow('the disk reports an error')
    expect(existsSync(join(folder, 'lock'))).toBe(false)
  })
})

describe('the trail is disturbed while it is written', () => {
  test('its folder deleted: recording goes on in a new folder, and verification says what is missing', async () => {
    const { folder, scribe, draft } = bench()
    rmSync(folder, { recursive: true })
    const placed = scribe.append(draft())
    expect(placed.record).toMatchObject({ type: 'note', seq: 5 })
    expect(existsSync(join(folder, 'lock'))).toBe(true)
    scribe.abandon()
    const { placed: all } = await readAll(folder)
    expect(all.map(({ record }) => [record.seq, record.type])).toEqual([
      [3, 'open'],
      [4, 'recover'],
      [5, 'note'],
    ])
    expect(recovers(all)[0]).toMatchObject({ finding: 'damaged', segment: 1, bytes: 0, quarantine: null })
    expect(recovers(all)[0]?.message).toContain('the segment is gone')
    const { intact, findings } = await verifyTrail(folder)
    expect(intact).toBe(false)
    expect(findings[0]).toMatchObject({ code: 'segment-missing', message: 'records 1 to 2: segment 1 is missing' })
  })

  test('its folder moved away: nothing more is written into the old one', async () => {
    const { folder, scribe, draft } = bench()
    const away = freshFolder()
    renameSync(folder, join(away, 'old'))
    const placed = scribe.append(draft())
    expect(placed).toMatchObject({ segment: 2 })
    scribe.abandon()
    const { placed: old } = await readAll(join(away, 'old'))
    expect(notes(old)).toEqual(['note 1'])
    expect(notes((await readAll(folder)).placed)).toEqual(['note 2'])
  })

  test('somebody else appends to the segment: his bytes go into quarantine', async () => {
    const { folder, scribe, draft } = bench()
    appendFileSync(join(folder, segmentFiles(folder)[0] ?? ''), 'graffiti\n')
    scribe.append(draft())
    scribe.abandon()
    const all = await sound(folder)
    expect(notes(all)).toEqual(['note 1', 'note 2'])
    const [recover] = recovers(all)
    expect(readFileSync(join(folder, recover?.quarantine ?? ''), 'utf8')).toBe('graffiti\n')
  })

  test('somebody shortens the segment: acknowledged bytes are gone, which is told and found', async () => {
    const { folder, scribe, draft } = bench()
    truncateSync(join(folder, segmentFiles(folder)[0] ?? ''), 1500)
    scribe.append(draft())
    scribe.abandon()
    const { placed } = await readAll(folder)
    const told = recovers(placed).at(-1)
    expect(told).toMatchObject({ finding: 'damaged', segment: 1 })
    expect(told?.message).toContain('acknowledged bytes are gone')
    expect((await verifyTrail(folder)).intact).toBe(false)
  })

  test('its lock file deleted: it is taken anew', async () => {
    const { folder, scribe, draft } = bench()
    rmSync(join(folder, 'lock'))
    scribe.append(draft())
    expect(existsSync(join(folder, 'lock'))).toBe(true)
    scribe.abandon()
    expect(await sound(folder)).toHaveLength(3)
  })

  test('its lock deleted and another auditor started: the first stops writing', async () => {
    const { folder, scribe, draft } = bench()
    for (const name of readdirSync(folder)) if (name.startsWith('lock')) rmSync(join(folder, name))
    const other = Scribe.open({ folder, zone: 'UTC', files: unsyncedFiles })
    other.begin(openDraft, draft().stamp)
    expect(() => scribe.append(draft())).toThrow(expect.objectContaining({ code: 'ERR_TRAIL_LOCKED' }))
    other.abandon()
    expect(() => scribe.append(draft())).toThrow('has written into the trail')
    scribe.abandon()
    expect(await sound(folder)).toHaveLength(3)
  })
})

test('whatever fails, in whatever order, what was acknowledged stands, once and in order', async () => {
  const calls: Call[] = [
    'write',
    'syncData',
    'truncate',
    'remove',
    'open',
    'facts',
    'pathFacts',
    'syncFolder',
    'rename',
  ]
  const plan = fc.array(
    fc.record({
      at: fc.nat(40),
      call: fc.constantFrom(...calls),
      code: fc.constantFrom('EIO', 'ENOSPC', 'EROFS', 'EACCES'),
    }),
    { maxLength: 12 },
  )
  await fc.assert(
    fc.asyncProperty(plan, fc.array(fc.nat(900), { maxLength: 3 }), async (faults, rooms) => {
      const { folder, files, scribe, draft } = bench()
      const left = [...faults]
      let count = 0
      files.fault = (call, path) => {
        if (path.includes('lock')) return null
        const index = left.findIndex((fault) => fault.call === call && fault.at <= count)
        count += 1
        return index < 0 ? null : (left.splice(index, 1)[0]?.code ?? null)
      }
      const acknowledged: string[] = ['note 1']
      for (let i = 0; i < 6; i++) {
        const next = draft()
        files.room = rooms[i] ?? Number.POSITIVE_INFINITY
        for (let attempt = 0; ; attempt++) {
          if (attempt > 10) files.room = Number.POSITIVE_INFINITY
          try {
            const placed = scribe.append(next)
            acknowledged.push(...notes([placed]))
            break
          } catch (error) {
            if ((error as { code?: string }).code !== 'ERR_TRAIL_WRITE') throw error
          }
        }
      }
      files.fault = () => null
      scribe.abandon()
      expect(notes(await sound(folder))).toEqual(acknowledged)
      const next = Scribe.open({ folder, zone: 'UTC', files: unsyncedFiles })
      expect(next.recovered).toEqual([])
      next.abandon()
      rmSync(folder, { recursive: true })
    }),
    { numRuns: 150 },
  )
}, 120_000)
