import { chmodSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { unsyncedFiles } from '../../lib/scribe/files.js'
import { Scribe } from '../../lib/scribe/scribe.js'
import { sha256 } from '../../lib/trail/hash.js'
import type { Placed } from '../../lib/trail/types.js'
import { verifyTrail } from '../../lib/trail/verify.js'
import { faultyFiles } from '../support/faulty-files.js'
import { openDraft, TrailBuilder } from '../support/trail-builder.js'
import { copyTrail, linesOf, putLines, readAll, segmentFiles } from '../support/trail-folder.js'

/** Two segments: three records, then midnight, then three; no close. */
function crashed(): TrailBuilder {
  const trail = new TrailBuilder({ utc: '2026-03-03T23:59:50.000000000Z' })
  trail.open()
  trail.heartbeat()
  trail.advance(1).heartbeat()
  trail.advance(20).heartbeat()
  trail.advance(1).heartbeat()
  return trail.crash()
}
const trail = crashed()
const [first = '', last = ''] = segmentFiles(trail.folder)
const stamp = trail.stamp()

/** Starts on a copy of the trail whose files were tampered with, records one heartbeat and stops. */
function restart(change: (folder: string) => void): { folder: string; placed: Placed[]; scribe: Scribe } {
  const folder = copyTrail(trail.folder)
  change(folder)
  const scribe = Scribe.open({ folder, zone: 'UTC', files: unsyncedFiles })
  const placed = scribe.begin(openDraft, stamp)
  placed.push(scribe.append({ stamp, body: { type: 'heartbeat' }, id: 1, triggerId: null }))
  scribe.abandon()
  return { folder, placed, scribe }
}
const types = (placed: readonly Placed[]): string[] => placed.map(({ record }) => record.type)

describe('a torn end', () => {
  const bytes = readFileSync(join(trail.folder, last))
  const lastLine = bytes.lastIndexOf(10, -2) + 1

  test('is cut off at any length, quarantined byte for byte, and told', async () => {
    for (let length = lastLine; length < bytes.length; length++) {
      const { folder, placed, scribe } = restart((copy) => truncateSync(join(copy, last), length))
      const rest = bytes.subarray(lastLine, length)
      expect(scribe.tail).toMatchObject({ seq: 5, orderly: false })
      if (length === lastLine) {
        expect(types(placed)).toEqual(['open', 'heartbeat'])
        rmSync(folder, { recursive: true })
        continue
      }
      expect(types(placed)).toEqual(['open', 'recover', 'heartbeat'])
      const quarantine = `quarantine/2026-03-04.000002.ndjson.${lastLine}`
      expect(placed[1]?.record).toMatchObject({
        seq: 7,
        finding: 'torn',
        segment: 2,
        offset: lastLine,
        bytes: rest.length,
        sha256: sha256(rest),
        quarantine,
      })
      expect(readFileSync(join(folder, quarantine))).toEqual(rest)
      expect(readFileSync(join(folder, last))).toEqual(bytes.subarray(0, lastLine))
      if (length % 97 === 0) {
        expect(await verifyTrail(folder)).toMatchObject({ intact: 'self-consistent', records: 8 })
      }
      rmSync(folder, { recursive: true })
    }
  }, 120_000)

  test('is one where the size grew and the data did not arrive', async () => {
    for (const zeros of [1, 511, 512, 5000]) {
      const { placed, folder } = restart((copy) => writeFileSync(join(copy, last), Buffer.alloc(zeros), { flag: 'a' }))
      expect(placed[1]?.record).toMatchObject({ type: 'recover', finding: 'torn', offset: bytes.length, bytes: zeros })
      expect(await verifyTrail(folder)).toMatchObject({ intact: 'self-consistent', records: 9 })
    }
  })

  test('is one where a sector inside the last line is zero', async () => {
    const { placed, folder, scribe } = restart((copy) => {
      const torn = Buffer.from(bytes)
      torn.fill(0, lastLine + 20, lastLine + 120)
      writeFileSync(join(copy, last), torn)
    })
    expect(scribe.tail?.seq).toBe(5)
    expect(placed[1]?.record).toMatchObject({ finding: 'torn', offset: lastLine, bytes: bytes.length - lastLine })
    expect(await verifyTrail(folder)).toMatchObject({ intact: 'self-consistent', records: 8 })
  })

  test('takes a segment without any record away and uses its number again', async () => {
    for (const length of [0, 1, 600]) {
      const { folder, placed, scribe } = restart((copy) => truncateSync(join(copy, last), length))
      expect(scribe.tail).toMatchObject({ seq: 3, lastOpen: { segment: 1 } })
      expect(types(placed)).toEqual(['open', 'recover', 'heartbeat'])
      expect(placed[0]).toMatchObject({ segment: 2, record: { seq: 4, segment: 2 } })
      expect(placed[1]?.record).toMatchObject({ finding: 'torn', segment: 2, offset: 0, bytes: length })
      expect(segmentFiles(folder)).toEqual([first, last])
      expect(await verifyTrail(folder)).toMatchObject({ intact: 'self-consistent', records: 6 })
    }
  })

  test('may lie in two segments at once', async () => {
    const { placed, folder } = restart((copy) => {
      truncateSync(join(copy, last), 30)
      const size = readFileSync(join(copy, first)).length
      truncateSync(join(copy, first), size - 5)
    })
    expect(types(placed)).toEqual(['open', 'recover', 'recover', 'heartbeat'])
    expect(placed.map(({ record }) => record.seq)).toEqual([3, 4, 5, 6])
    expect(await verifyTrail(folder)).toMatchObject({ intact: 'self-consistent', records: 6 })
  })

  test('is copied, and the copy and its name synced, before it is cut; and the cut is synced', () => {
    const folder = copyTrail(trail.folder)
    truncateSync(join(folder, last), bytes.length - 1)
    const files = faultyFiles(unsyncedFiles)
    const scribe = Scribe.open({ folder, zone: 'UTC', files })
    scribe.abandon()
    const copy = join(folder, `quarantine/2026-03-04.000002.ndjson.${lastLine}`)
    const kinds = ['write', 'syncFile', 'syncFolder', 'truncate']
    const steps = files.calls.filter(({ call, path }) => kinds.includes(call) && !path.includes('lock'))
    expect(steps.slice(-5)).toEqual([
      { call: 'write', path: copy },
      { call: 'syncFile', path: copy },
      { call: 'syncFolder', path: join(folder, 'quarantine') },
      { call: 'truncate', path: join(folder, last) },
      { call: 'syncFile', path: join(folder, last) },
    ])
  })

  test('that cannot be cut is void: the next segment says so, and readers pass over it', async () => {
    const folder = copyTrail(trail.folder)
    writeFileSync(join(folder, last), '{"torn', { flag: 'a' })
    const files = faultyFiles(unsyncedFiles)
    files.fault = (call) => (call === 'truncate' ? 'EPERM' : null)
    const scribe = Scribe.open({ folder, zone: 'UTC', files })
    const placed = scribe.begin(openDraft, stamp)
    scribe.abandon()
    const offset = bytes.length
    expect(placed[0]?.record).toMatchObject({ type: 'open', supersedes: { segment: 2, offset } })
    expect(placed[1]?.record).toMatchObject({ type: 'recover', finding: 'torn', offset })
    const { broken } = await readAll(folder)
    expect(broken).toEqual([])
    const result = await verifyTrail(folder)
    expect([result.intact, result.records]).toEqual(['self-consistent', 8])
    expect(result.findings.map(({ code, file }) => [code, file])).toEqual([
      ['superseded', last],
      ['unsealed-tail', null],
    ])
  })
})

describe('a damaged end', () => {
  test('is left as it is: the trail goes on behind its last record, and verification finds the damage', async () => {
    let damaged = Buffer.alloc(0)
    const { folder, placed, scribe } = restart((copy) => {
      const lines = linesOf(copy, last)
      putLines(copy, last, lines.with(1, (lines[1] ?? '').replace('"type"', '"type')))
      damaged = readFileSync(join(copy, last))
    })
    expect(scribe.tail).toMatchObject({ seq: 6, orderly: false })
    expect(readFileSync(join(folder, last))).toEqual(damaged)
    const offset = damaged.indexOf(10) + 1
    expect(placed[1]?.record).toMatchObject({
      type: 'recover',
      seq: 8,
      finding: 'damaged',
      segment: 2,
      offset,
      bytes: damaged.length - offset,
      sha256: sha256(damaged.subarray(offset)),
      quarantine: null,
    })
    expect(existsSync(join(folder, 'quarantine'))).toBe(false)
    const result = await verifyTrail(folder)
    expect(result.intact).toBe(false)
    expect(result.findings.filter(({ severity }) => severity === 'damage').map(({ code, seq }) => [code, seq])).toEqual(
      [['edited', 5]],
    )
    const { broken, placed: read } = await readAll(folder)
    expect(broken).toHaveLength(1)
    expect(read.map(({ record }) => record.seq)).toEqual([1, 2, 3, 4, 6, 7, 8, 9])
  })

  test('is one where a record was edited: its successor remembers another', () => {
    const { placed, scribe } = restart((copy) => {
      const lines = linesOf(copy, last)
      putLines(copy, last, lines.with(1, (lines[1] ?? '').replace('"notice":"none"', '"notice":"seen"')))
    })
    expect(scribe.tail?.seq).toBe(6)
    expect(placed[1]?.record).toMatchObject({ type: 'recover', finding: 'damaged', segment: 2 })
  })

  test('is one where two lines changed places: no crash does that', () => {
    const { placed } = restart((copy) => {
      const [open = '', a = '', b = ''] = linesOf(copy, last)
      putLines(copy, last, [open, b, a])
    })
    expect(placed[1]?.record).toMatchObject({ type: 'recover', finding: 'damaged' })
  })

  test('lies in a compressed segment, which is never cut', async () => {
    const { folder, placed } = restart((copy) => {
      rmSync(join(copy, last))
      writeFileSync(join(copy, `${last}.gz`), 'no gzip')
    })
    expect(placed[1]?.record).toMatchObject({ type: 'recover', finding: 'damaged', segment: 2, offset: 0, bytes: 7 })
    expect(readFileSync(join(folder, `${last}.gz`), 'utf8')).toBe('no gzip')
    expect(placed[0]?.segment).toBe(3)
  })
})

test('a start on a healthy trail cuts nothing', () => {
  const before = readFileSync(join(trail.folder, last))
  const { folder, placed } = restart(() => {})
  expect(types(placed)).toEqual(['open', 'heartbeat'])
  expect(readFileSync(join(folder, last))).toEqual(before)
})

test('a start is refused where nothing can be written, or the disk is nearly full', () => {
  const folder = copyTrail(trail.folder)
  const files = faultyFiles(unsyncedFiles)
  files.freeBytes = () => 19_999_999n
  const full = (): unknown => Scribe.open({ folder, zone: 'UTC', files })
  expect(full).toThrow(`only 19 MB are free where the trail ${folder} lies; free at least 20 MB and start again`)
  expect(full).toThrow(expect.objectContaining({ code: 'ERR_TRAIL_WRITE' }))
  expect(existsSync(join(folder, 'lock'))).toBe(false)
  const readOnly = faultyFiles(unsyncedFiles)
  readOnly.fault = (call) => (call === 'open' ? 'EROFS' : null)
  expect(() => Scribe.open({ folder, zone: 'UTC', files: readOnly })).toThrow('cannot be written (EROFS)')
  const nowhere = faultyFiles(unsyncedFiles)
  nowhere.fault = (call) => (call === 'makeFolder' ? 'EACCES' : null)
  expect(() => Scribe.open({ folder, zone: 'UTC', files: nowhere })).toThrow(
    `${folder} cannot be written: permission is denied; give the user of the auditor the right to write there`,
  )
  chmodSync(folder, 0o755)
})
