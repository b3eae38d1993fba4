import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import { segmentLines } from '../../lib/trail/lines.js'
import { parseSegmentPath } from '../../lib/trail/paths.js'
import { isPlaced, readPlaced, readSeqs, readTrail } from '../../lib/trail/read.js'
import { TrailBuilder } from '../support/trail-builder.js'
import { copyTrail, linesOf, putLines, readAll, segmentFiles } from '../support/trail-folder.js'

/** Three segments: four records, then midnight, then three, then a restart. */
function smallTrail(): TrailBuilder {
  const trail = new TrailBuilder({ utc: '2026-03-03T23:59:00.000000000Z' })
  trail.open()
  trail.sample({ reason: 'startup' })
  trail.advance(10).heartbeat()
  trail.advance(10).heartbeat()
  trail.advance(64).sample()
  trail.advance(64).sample()
  trail.close()
  trail.advance(5).open()
  trail.sample({ reason: 'startup' })
  trail.crash()
  return trail
}
const trail = smallTrail()
const files = segmentFiles(trail.folder)

function compress(folder: string, path: string): void {
  writeFileSync(join(folder, `${path}.gz`), gzipSync(readFileSync(join(folder, path))))
  rmSync(join(folder, path))
}

describe('readTrail', () => {
  test('gives every record in its place', async () => {
    const { placed, broken } = await readAll(trail.folder)
    expect(broken).toEqual([])
    expect(placed.map(({ record }) => record.type)).toEqual([
      'open',
      'sample',
      'heartbeat',
      'heartbeat',
      'open',
      'sample',
      'sample',
      'close',
      'open',
      'sample',
    ])
    expect(placed.map(({ segment }) => segment)).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3, 3])
    expect(placed.map(({ record }) => record.seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    for (const { segment, offset, length, record } of placed) {
      const bytes = readFileSync(join(trail.folder, files[segment - 1] ?? ''))
      expect(JSON.parse(bytes.subarray(offset, offset + length).toString())).toEqual(record)
      expect(bytes[offset + length]).toBe(10)
    }
    expect(placed.filter(({ record }) => record.type !== 'open')).toEqual(
      trail.placed.filter(({ record }) => record.type !== 'open'),
    )
  })

  test('gives the same of compressed segments', async () => {
    const copy = copyTrail(trail.folder)
    const before = await readAll(copy)
    compress(copy, files[0] ?? '')
    compress(copy, files[1] ?? '')
    expect(await readAll(copy)).toEqual(before)
  })

  test('goes on from a place', async () => {
    const { placed } = await readAll(trail.folder)
    const from = placed[6]
    if (!from) throw new Error('no such record')
    for (const gz of [false, true]) {
      const copy = copyTrail(trail.folder)
      if (gz) compress(copy, files[1] ?? '')
      const items = []
      for await (const batch of readTrail(copy, { fromSegment: from.segment, fromOffset: from.offset }))
        items.push(...batch)
      expect(items).toEqual(placed.slice(6))
    }
  })

  test('passes over what the last segment holds behind its last newline', async () => {
    const copy = copyTrail(trail.folder)
    const whole = await readAll(copy)
    for (const rest of ['{"a', '\0'.repeat(5000), linesOf(copy, files[2] ?? '')[1] ?? '']) {
      const other = copyTrail(trail.folder)
      appendFileSync(join(other, files[2] ?? ''), rest)
      expect(await readAll(other)).toEqual(whole)
    }
  })

  test('tells of a cut line in an earlier segment', async () => {
    const copy = copyTrail(trail.folder)
    appendFileSync(join(copy, files[0] ?? ''), '{"a')
    const { broken, placed } = await readAll(copy)
    expect(placed).toHaveLength(10)
    const offset = readFileSync(join(trail.folder, files[0] ?? '')).length
    expect(broken).toEqual([{ segment: 1, offset, length: 3, why: 'the line does not end: it was cut off' }])
  })

  test('tells of bytes that are no record, once for neighbours', async () => {
    const copy = copyTrail(trail.folder)
    const lines = linesOf(copy, files[0] ?? '')
    const [open = '', first = ''] = lines
    putLines(copy, files[0] ?? '', [open, first, 'nonsense', '{"b":1,"a":2}', ...lines.slice(2)])
    const { items } = await readAll(copy)
    const offset = Buffer.byteLength(open) + Buffer.byteLength(first) + 2
    expect(items[2]).toMatchObject({ segment: 1, offset, length: 9 + 14 })
    expect(items.filter(isPlaced)).toHaveLength(10)
    expect(items).toHaveLength(11)
  })

  test('tells where a record is missing', async () => {
    const copy = copyTrail(trail.folder)
    const lines = linesOf(copy, files[0] ?? '')
    putLines(copy, files[0] ?? '', lines.toSpliced(2, 1))
    const { items, broken } = await readAll(copy)
    expect(broken).toEqual([
      {
        segment: 1,
        offset: Buffer.byteLength(`${lines[0]}\n${lines[1]}\n`),
        length: 0,
        why: 'record 4 follows record 2: those between are missing',
      },
    ])
    expect(items.findIndex((item) => !isPlaced(item))).toBe(2)
  })

  test('tells where a record remembers another one', async () => {
    const copy = copyTrail(trail.folder)
    const lines = linesOf(copy, files[0] ?? '')
    const edited = (lines[2] ?? '').replace('"notice":"none"', '"notice":"seen"')
    expect(edited).not.toBe(lines[2])
    putLines(copy, files[0] ?? '', lines.with(2, edited))
    const { broken, placed } = await readAll(copy)
    expect(placed).toHaveLength(10)
    expect(broken.map(({ why, length }) => [why, length])).toEqual([['record 4 remembers another record 3', 0]])
  })

  test('hands on every seq once, and rising', async () => {
    const copy = copyTrail(trail.folder)
    const lines = linesOf(copy, files[0] ?? '')
    putLines(copy, files[0] ?? '', [...lines, lines[1] ?? '', lines[1] ?? ''])
    const { broken, placed } = await readAll(copy)
    expect(placed.map(({ record }) => record.seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(broken.map(({ why }) => why)).toEqual(['record 2 stands behind record 4'])
  })

  test('tells of missing records at the beginning', async () => {
    const copy = copyTrail(trail.folder)
    rmSync(join(copy, files[0] ?? ''))
    const { broken } = await readAll(copy)
    expect(broken.map(({ why }) => why)).toEqual(['record 5 follows record 0: those between are missing'])
  })

  test('reads on where the compressed bytes of a segment are damaged', async () => {
    const copy = copyTrail(trail.folder)
    compress(copy, files[0] ?? '')
    const path = join(copy, `${files[0]}.gz`)
    writeFileSync(path, readFileSync(path).subarray(0, 200))
    const { broken, placed } = await readAll(copy)
    expect(placed.map(({ segment }) => segment).filter((segment) => segment > 1)).toHaveLength(6)
    expect(broken.length).toBeGreaterThan(0)
    expect(broken[0]?.segment).toBe(1)
  })

  test('ends a stretch of a megabyte without a newline as what it is', async () => {
    const copy = copyTrail(trail.folder)
    const path = files[1] ?? ''
    const bytes = readFileSync(join(copy, path))
    writeFileSync(join(copy, path), Buffer.concat([bytes, Buffer.alloc(3_000_000, 0x41), Buffer.from('\n')]))
    const { broken, placed } = await readAll(copy)
    expect(placed).toHaveLength(10)
    expect(broken).toEqual([
      { segment: 2, offset: bytes.length, length: 3_000_001, why: 'the line does not end: it was cut off' },
    ])
  })

  test('stops when told to', async () => {
    const stop = new AbortController()
    stop.abort(new Error('enough'))
    const reading = async (): Promise<void> => {
      for await (const _ of readTrail(trail.folder, { signal: stop.signal }));
    }
    await expect(reading()).rejects.toThrow('enough')
  })
})

describe('readPlaced', () => {
  test('reads a record again, by number or by path, compressed or not', async () => {
    const { placed } = await readAll(trail.folder)
    const wanted = placed[6]
    if (!wanted) throw new Error('no such record')
    const { segment, offset, length } = wanted
    expect(await readPlaced(trail.folder, segment, offset, length)).toEqual(wanted)
    expect(await readPlaced(trail.folder, files[1] ?? '', offset, length)).toEqual(wanted)
    const copy = copyTrail(trail.folder)
    compress(copy, files[1] ?? '')
    expect(await readPlaced(copy, segment, offset, length)).toEqual(wanted)
  })

  test('refuses a place where no record stands', async () => {
    const { placed } = await readAll(trail.folder)
    const { segment = 0, offset = 0, length = 0 } = placed[6] ?? {}
    for (const [o, l] of [
      [offset + 1, length - 1],
      [offset, length - 1],
      [offset, length + 1],
      [offset + 10_000_000, length],
    ] as const) {
      await expect(readPlaced(trail.folder, segment, o, l)).rejects.toMatchObject({ code: 'ERR_TRAIL_DAMAGED' })
    }
    await expect(readPlaced(trail.folder, 9, 0, 1)).rejects.toMatchObject({ code: 'ERR_TRAIL_READ' })
  })
})

test('readSeqs finds records by their seq', async () => {
  const { placed } = await readAll(trail.folder)
  const found = await readSeqs(trail.folder, [2, 7, 10, 99])
  expect([...found.keys()].sort((a, b) => a - b)).toEqual([2, 7, 10])
  for (const [seq, one] of found) expect(one).toEqual(placed[seq - 1])
})

test('a segment that is compressed between being listed and being read is read all the same', async () => {
  const folder = copyTrail(trail.folder)
  const [path = ''] = files
  const segment = parseSegmentPath(path)
  if (!segment) throw new Error('no segment')
  compress(folder, path)
  const lines: string[] = []
  for await (const batch of segmentLines(folder, segment)) lines.push(...batch.map(({ bytes }) => bytes.toString()))
  expect(lines).toEqual(linesOf(trail.folder, path))
  rmSync(join(folder, `${path}.gz`))
  await expect(segmentLines(folder, segment).next()).rejects.toMatchObject({ code: 'ERR_TRAIL_READ' })
})
