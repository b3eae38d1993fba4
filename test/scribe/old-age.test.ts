/** Trails that grow old: segments are compressed, and pruned, and what is left still proves what it did. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import { TrailDamagedError, UnsealedError } from '../../lib/errors.js'
import { compressOne, dayBefore } from '../../lib/scribe/compress.js'
import { type Files, unsyncedFiles } from '../../lib/scribe/files.js'
import type { PruneNews } from '../../lib/scribe/messages.js'
import { isPlaced, readTrail } from '../../lib/trail/read.js'
import { verifyTrail } from '../../lib/trail/verify.js'
import { faultyFiles, systemError } from '../support/faulty-files.js'
import { sealsOf, TrailBuilder } from '../support/trail-builder.js'
import { allFiles, copyTrail, readAll, segmentFiles } from '../support/trail-folder.js'

/** A trail of so many days, with an epoch every six hours, still open. */
function days(count: number, options: { files?: Files; folder?: string } = {}): TrailBuilder {
  const trail = new TrailBuilder({ seals: { epochNs: 21_600_000_000_000n }, ...options })
  trail.open()
  for (let hour = 0; hour < count * 24; hour += 2) trail.advance(7200).heartbeat()
  return trail
}

const vkeyOf = (folder: string): string => readFileSync(sealsOf(folder).genesisBeside, 'utf8')
const verify = (folder: string, from = folder) => verifyTrail(folder, { keys: [vkeyOf(from)] })
const prune = (trail: TrailBuilder, before: string): PruneNews => {
  const news = trail.scribe.prune(before, trail.stamp())
  return news
}

describe('compression', () => {
  test('of old segments changes nothing that a reader sees', async () => {
    const trail = days(4)
    const before = await readAll(trail.folder)
    const plain = readFileSync(join(trail.folder, '2026/03/2026-03-03.000001.ndjson'))
    const about = { before: '2026-03-05', below: trail.scribe.segment ?? 0 }
    const done = [1, 2, 3].map(() => compressOne(trail.folder, unsyncedFiles, about))
    expect(done).toEqual(['2026/03/2026-03-03.000001.ndjson', '2026/03/2026-03-04.000002.ndjson', null])
    expect(segmentFiles(trail.folder).map((path) => path.slice(8))).toEqual([
      '2026-03-03.000001.ndjson.gz',
      '2026-03-04.000002.ndjson.gz',
      '2026-03-05.000003.ndjson',
      '2026-03-06.000004.ndjson',
      '2026-03-07.000005.ndjson',
    ])
    expect(gunzipSync(readFileSync(join(trail.folder, '2026/03/2026-03-03.000001.ndjson.gz')))).toEqual(plain)
    expect(await readAll(trail.folder)).toEqual(before)
    trail.close()
    expect(await verify(trail.folder)).toMatchObject({ intact: true, findings: [] })
    trail.open()
    trail.close()
    expect(trail.problems).toEqual([])
    expect(await verify(trail.folder)).toMatchObject({ intact: true, findings: [] })
  })

  test('is done by the auditor, one segment at a time, when the label day is old enough', () => {
    const trail = days(3)
    expect(dayBefore('2026-03-31T00:00:00.000000000Z', 30n * 86_400_000_000_000n)).toBe('2026-03-01')
    trail.scribe.tidy()
    expect(segmentFiles(trail.folder).filter((path) => path.endsWith('.gz'))).toEqual([])
    trail.crash()
    const old = new TrailBuilder({ folder: trail.folder, utc: '2026-03-08T00:00:00.000000000Z', compressAfter: 2n })
    old.open()
    for (const expected of [1, 2, 3, 3]) {
      old.scribe.tidy()
      expect(segmentFiles(trail.folder).filter((path) => path.endsWith('.gz'))).toHaveLength(expected)
    }
    old.crash()
  })

  test('a crash at any step leaves what readers understand, and the next turn ends', async () => {
    const trail = days(2)
    trail.close()
    const before = (await readAll(trail.folder)).placed
    const about = { before: '2026-03-04', below: 9 }
    const count = faultyFiles(unsyncedFiles)
    compressOne(copyTrail(trail.folder), count, about)
    for (let dies = 0; dies < count.calls.length; dies++) {
      const folder = copyTrail(trail.folder)
      const files = faultyFiles(unsyncedFiles)
      let dead = false
      files.fault = () => {
        dead ||= files.calls.length > dies
        return dead ? 'EDEAD' : null
      }
      expect(() => compressOne(folder, files, about)).toThrow('EDEAD')
      const { intact, findings } = await verify(folder, trail.folder)
      expect(intact).toBe(true)
      expect(findings.filter(({ code }) => code !== 'duplicate')).toEqual([])
      expect((await readAll(folder)).placed).toEqual(before)
      compressOne(folder, unsyncedFiles, about)
      expect(await verify(folder, trail.folder)).toMatchObject({ intact: true, findings: [] })
      expect(segmentFiles(folder).filter((path) => path.endsWith('.gz'))).toHaveLength(1)
      rmSync(folder, { recursive: true })
    }
  })

  test('that cannot be done is told once and leaves the segment', () => {
    const files = faultyFiles(unsyncedFiles)
    const trail = days(1, { files })
    trail.crash()
    const old = new TrailBuilder({
      folder: trail.folder,
      utc: '2026-04-08T00:00:00.000000000Z',
      files,
      compressAfter: 2n,
    })
    old.open()
    files.fault = (call, path) => (call === 'write' && path.endsWith('.compress.tmp') ? 'ENOSPC' : null)
    old.scribe.tidy()
    old.scribe.tidy()
    expect(old.problems).toMatchObject([{ message: expect.stringContaining('cannot be compressed (ENOSPC)') }])
    expect(allFiles(trail.folder).filter((path) => /gz|compress/.test(path))).toEqual([])
    old.crash()
  })
})

describe('pruning', () => {
  test('takes away whole days and keeps what proves the rest', async () => {
    const trail = days(6)
    const first = readFileSync(join(trail.folder, '2026/03/2026-03-03.000001.ndjson'), 'utf8').split('\n')
    const news = prune(trail, '2026-03-06')
    expect(news).toMatchObject({ fromSeq: 1, segments: 3, seq: expect.any(Number) })
    expect(news.bytes).toBeGreaterThan(5000)
    expect(
      segmentFiles(trail.folder)
        .slice(0, 4)
        .map((path) => path.slice(8)),
    ).toEqual([
      '2026-03-03.000001.pruned.ndjson',
      '2026-03-04.000002.pruned.ndjson',
      '2026-03-05.000003.pruned.ndjson',
      '2026-03-06.000004.ndjson',
    ])
    const left = readFileSync(join(trail.folder, '2026/03/2026-03-03.000001.pruned.ndjson'), 'utf8').split('\n')
    expect(left).toEqual(first.filter((line) => line === '' || /"type":"(?:open|close)"/.test(line)))
    trail.advance(7200).heartbeat()
    trail.close()
    const { intact, findings, sealedUpTo, upTo } = await verify(trail.folder)
    expect([intact, sealedUpTo]).toEqual([true, upTo])
    expect(findings.map(({ severity, code }) => `${severity} ${code}`)).toEqual(['note pruned'])
  })

  test('of a trail goes on being sealed, also where last-seal is lost, and can be done again', async () => {
    const trail = days(6)
    prune(trail, '2026-03-05')
    trail.close()
    rmSync(join(sealsOf(trail.folder).keys, 'last-seal'))
    trail.open()
    trail.advance(7200).heartbeat()
    const second = prune(trail, '2026-03-08')
    expect(second.segments).toBe(3)
    trail.close()
    expect(trail.problems).toEqual([])
    const { intact, findings } = await verify(trail.folder)
    expect([intact, findings.map(({ code }) => code)]).toEqual([true, ['pruned']])
    const records = []
    for await (const items of readTrail(trail.folder)) records.push(...items.filter(isPlaced))
    expect(records.at(-1)?.record.type).toBe('close')
  })

  test('takes compressed segments as well', async () => {
    const trail = days(4)
    compressOne(trail.folder, unsyncedFiles, { before: '2026-03-04', below: 4 })
    expect(prune(trail, '2026-03-05').segments).toBe(2)
    trail.close()
    expect(segmentFiles(trail.folder)[0]).toBe('2026/03/2026-03-03.000001.pruned.ndjson')
    expect(await verify(trail.folder)).toMatchObject({ intact: true })
  })

  test('never touches the present segment, and stops at the last one that ends with a seal', () => {
    const trail = days(2)
    expect(prune(trail, '2030-01-01')).toMatchObject({ segments: 2 })
    expect(prune(trail, '2030-01-01')).toEqual({ seq: null, fromSeq: 0, toSeq: 0, segments: 0, bytes: 0 })
    trail.crash().open()
    trail.advance(86_400).heartbeat()
    expect(prune(trail, '2030-01-01')).toMatchObject({ segments: 2 })
    trail.crash()
  })

  test('refuses where nothing can be sealed, and where a seal does not fit', () => {
    const plain = new TrailBuilder()
    plain.open()
    expect(() => plain.scribe.prune('2030-01-01', plain.stamp())).toThrow(UnsealedError)
    plain.crash()
    const trail = days(3)
    const path = join(trail.folder, '2026/03/2026-03-03.000001.ndjson')
    const whole = readFileSync(path, 'utf8')
    writeFileSync(path, whole.replace('"looks":28800', '"looks":28801'))
    expect(whole).toContain('"looks":28800')
    const files = allFiles(trail.folder)
    expect(() => prune(trail, '2026-03-04')).toThrow(TrailDamagedError)
    expect(() => prune(trail, '2026-03-04')).toThrow('record 2 is lost or altered')
    writeFileSync(path, whole)
    const [seal = ''] = files.filter((name) => name.endsWith('.checkpoint')).slice(3)
    const text = readFileSync(join(trail.folder, seal))
    rmSync(join(trail.folder, seal))
    expect(() => prune(trail, '2026-03-06')).toThrow(`${seal} is missing`)
    writeFileSync(join(trail.folder, seal), text)
    expect(allFiles(trail.folder)).toEqual(files)
    expect(prune(trail, '2026-03-05').segments).toBe(2)
    trail.crash()
  })

  test('a crash at any step leaves a trail that verifies, and that a second pruning brings to its end', async () => {
    const trail = days(3)
    trail.close()
    const start = (files: Files): TrailBuilder => {
      const folder = copyTrail(trail.folder)
      cpSync(sealsOf(trail.folder).keys, sealsOf(folder).keys, { recursive: true })
      cpSync(sealsOf(trail.folder).genesisBeside, sealsOf(folder).genesisBeside)
      const next = new TrailBuilder({ folder, files, utc: '2026-03-06T12:00:00.000000000Z', seals: {} })
      next.open()
      return next
    }
    const counting = faultyFiles(unsyncedFiles)
    const whole = start(counting)
    counting.calls.length = 0
    prune(whole, '2026-03-05')
    whole.crash()
    const writes = new Set(['open', 'write', 'rename', 'remove', 'syncFile', 'syncData'])
    const steps = counting.calls.flatMap(({ call }, index) => (writes.has(call) ? [index] : []))
    expect(steps.length).toBeGreaterThan(40)
    // Every third of them: each takes two starts and two verifications.
    for (const dies of steps.filter((_, index) => index % 3 === 0)) {
      const files = faultyFiles(unsyncedFiles)
      const next = start(files)
      files.calls.length = 0
      let dead = false
      files.fault = (call) => {
        dead ||= files.calls.length > dies
        if (!dead) return null
        throw systemError('EDEAD', call)
      }
      try {
        prune(next, '2026-03-05')
      } catch {
        // It died.
      }
      files.fault = () => null
      next.crash()
      const again = new TrailBuilder({ folder: next.folder, utc: '2026-03-06T13:00:00.000000000Z', seals: {} })
      again.open()
      const interim = await verify(next.folder)
      expect([dies, interim.intact, interim.findings.filter(({ severity }) => severity === 'damage')]).toEqual([
        dies,
        true,
        [],
      ])
      prune(again, '2026-03-05')
      again.close()
      const after = await verify(next.folder)
      expect([dies, after.intact, after.findings.filter(({ code }) => code !== 'pruned')]).toEqual([dies, true, []])
      expect(
        segmentFiles(next.folder)
          .slice(0, 2)
          .map((path) => path.slice(19)),
      ).toEqual(['000001.pruned.ndjson', '000002.pruned.ndjson'])
      rmSync(next.folder, { recursive: true })
      rmSync(sealsOf(next.folder).keys, { recursive: true })
    }
  }, 120_000)
})
