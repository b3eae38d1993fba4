import { appendFileSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { type Files, unsyncedFiles } from '../../lib/scribe/files.js'
import { SegmentFile } from '../../lib/scribe/segment-file.js'
import { freshFolder } from '../support/trail-folder.js'

const line = Buffer.from('{"a":1}')

/** A segment with one line, on a file system with some calls replaced from then on. */
function segment(replaced: (path: string) => Partial<Files>): {
  file: SegmentFile
  path: string
  synced: () => number
} {
  const folder = freshFolder()
  let synced = 0
  const files: Files = {
    ...unsyncedFiles,
    syncData: () => {
      synced += 1
    },
  }
  const file = SegmentFile.create(folder, '2026-03-03', 1, files)
  const path = join(folder, file.path)
  file.append(line)
  Object.assign(files, replaced(path))
  return { file, path, synced: () => synced }
}

test('a line gets its newline and its offset', () => {
  const { file, path, synced } = segment(() => ({}))
  expect(file.append(line)).toBe(8)
  expect(file.acknowledged).toBe(16)
  expect(synced()).toBe(2)
  expect(readFileSync(path, 'utf8')).toBe('{"a":1}\n{"a":1}\n')
})

test('a segment is never made over another', () => {
  const folder = freshFolder()
  SegmentFile.create(folder, '2026-03-03', 1, unsyncedFiles)
  expect(() => SegmentFile.create(folder, '2026-03-03', 1, unsyncedFiles)).toThrow('EEXIST')
})

describe('a line is not acknowledged', () => {
  test.each<[string, string, (path: string) => Partial<Files>]>([
    [
      'when the write says that it was short, whatever the size',
      'only 7 of 8 bytes were written',
      () => ({
        write: (descriptor, bytes) => unsyncedFiles.write(descriptor, bytes) - 1,
      }),
    ],
    [
      'when somebody else writes at the same time',
      'it has 18 bytes, not 16',
      (path) => ({
        write: (descriptor, bytes) => {
          appendFileSync(path, '..')
          return unsyncedFiles.write(descriptor, bytes)
        },
      }),
    ],
    [
      'when the file is deleted at the same time',
      'the segment was deleted',
      (path) => ({
        syncData: () => rmSync(path),
      }),
    ],
    [
      'when another file stands in its place',
      'another file stands in the place of the segment',
      (path) => ({
        pathFacts: (at) => ({ ...unsyncedFiles.pathFacts(at), identity: path }),
      }),
    ],
  ])('%s', (_, message, replaced) => {
    const { file } = segment(replaced)
    expect(() => file.append(line)).toThrow(message)
    expect(file.acknowledged).toBe(8)
  })

  test('when the segment is closed', () => {
    const { file } = segment(() => ({}))
    file.close()
    file.close()
    expect(() => file.append(line)).toThrow('the segment is closed')
  })
})
