/** Lines come out whole, wherever the pieces end in which a file is read. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { segmentLines } from '../../lib/trail/lines.js'
import { parseSegmentPath } from '../../lib/trail/paths.js'
import { freshFolder } from '../support/trail-folder.js'

const folder = freshFolder()
const plain = parseSegmentPath('2026/03/2026-03-03.000001.ndjson')!
const compressed = parseSegmentPath('2026/03/2026-03-04.000002.ndjson.gz')!
const text = 'one\n\ntwo and more\n3\nwhat somebody is writing'
const wanted = [
  { offset: 0, text: 'one', whole: true },
  { offset: 4, text: '', whole: true },
  { offset: 5, text: 'two and more', whole: true },
  { offset: 18, text: '3', whole: true },
  { offset: 20, text: 'what somebody is writing', whole: false },
]

beforeAll(() => {
  mkdirSync(join(folder, '2026/03'), { recursive: true })
  writeFileSync(join(folder, plain.path), text)
  writeFileSync(join(folder, compressed.path), gzipSync(text))
})
afterAll(() => rmSync(folder, { recursive: true }))

async function linesOf(segment: typeof plain, options: { chunk?: number; from?: number }) {
  const lines: { offset: number; text: string; whole: boolean }[] = []
  for await (const batch of segmentLines(folder, segment, options)) {
    for (const { offset, bytes, whole } of batch) lines.push({ offset, text: bytes.toString(), whole })
  }
  return lines
}

test.each([1, 2, 3, 5, 7, 12, 13, 44, 45, 46, 1000])('read in pieces of %i bytes', async (chunk) => {
  expect(await linesOf(plain, { chunk })).toEqual(wanted)
  expect(await linesOf(plain, { chunk, from: 5 })).toEqual(wanted.slice(2))
  // What inflates hands on pieces of 64 bytes at least.
  const options = { chunk: Math.max(chunk, 64) }
  expect(await linesOf(compressed, options)).toEqual(wanted)
  expect(await linesOf(compressed, { ...options, from: 5 })).toEqual(wanted.slice(2))
})
