import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parseSegmentPath, segmentPath } from '../../lib/trail/paths.js'
import { listSegments, orderSegments } from '../../lib/trail/segments.js'
import { freshFolder, putLines } from '../support/trail-folder.js'

describe('segment paths', () => {
  test('carry label and number, and come back', () => {
    expect(segmentPath('2026-11-22', 123)).toBe('2026/11/2026-11-22.000123.ndjson')
    expect(parseSegmentPath('2026/11/2026-11-22.000123.ndjson')).toEqual({
      path: '2026/11/2026-11-22.000123.ndjson',
      label: '2026-11-22',
      number: 123,
      compressed: false,
      pruned: false,
    })
    expect(parseSegmentPath('2026/11/2026-11-22.1000000.ndjson.gz')).toMatchObject({
      number: 1_000_000,
      compressed: true,
    })
  })

  test.each([
    '2026/12/2026-11-22.000123.ndjson',
    '2025/11/2026-11-22.000123.ndjson',
    '2026/11/2026-11-22.123.ndjson',
    '2026/11/2026-11-22.0000123.ndjson',
    '2026/11/2026-11-22.000123.ndjson.bak',
    '2026/11/2026-11-22.000123.json',
    '2026-11-22.000123.ndjson',
  ])('%s is none', (path) => {
    expect(parseSegmentPath(path)).toBeNull()
  })
})

test('segments are ordered by number, whatever the date says', () => {
  const back = '2026/02/2026-02-28.000011.ndjson'
  const paths = ['2026/03/2026-03-01.000010.ndjson', back, '2026/03/2026-03-01.000012.ndjson.gz', '2025/12/x']
  const listed = orderSegments(paths)
  expect(listed.segments.map(({ number }) => number)).toEqual([10, 11, 12])
  expect(listed.segments[1]?.path).toBe(back)
  expect(listed.foreign).toEqual(['2025/12/x'])
})

test('a number that was found twice is a double', () => {
  const a = '2026/03/2026-03-01.000010.ndjson'
  const listed = orderSegments([`${a}.gz`, a])
  expect(listed.segments.map(({ path }) => path)).toEqual([a])
  expect(listed.doubles.map(({ path }) => path)).toEqual([`${a}.gz`])
})

test('lists a folder and leaves out what belongs to a trail besides', async () => {
  const folder = freshFolder()
  putLines(folder, '2026/03/2026-03-01.000001.ndjson', [])
  for (const path of ['quarantine/x', 'inbox/a.request.json', 'seals/2026/03/1.checkpoint', 'strange/x', '2026/note']) {
    putLines(folder, path, [])
  }
  for (const name of ['lock', 'lock.db', 'lock.db-journal', 'live.json', '2027', 'readme']) {
    writeFileSync(join(folder, name), '')
  }
  const listed = await listSegments(folder)
  expect(listed.segments.map(({ path }) => path)).toEqual(['2026/03/2026-03-01.000001.ndjson'])
  expect(listed.foreign).toEqual(['2026/note', 'readme', 'strange'])
})

test('says that there is no trail where there is no folder', async () => {
  const folder = join(freshFolder(), 'nothing')
  await expect(listSegments(folder)).rejects.toMatchObject({ code: 'ERR_TRAIL_READ' })
  await expect(listSegments(folder)).rejects.toThrow('there is no such folder; give the folder of a trail with --trail')
})
