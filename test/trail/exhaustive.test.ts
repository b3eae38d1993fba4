import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { verifySource, verifyTrail } from '../../lib/trail/verify.js'
import { filesOf, memorySource } from '../support/memory-trail.js'
import { TrailBuilder } from '../support/trail-builder.js'

/** One segment, two sealed epochs and a tail of one record. */
const tiny = new TrailBuilder({ sealedBy: 'tiny' })
tiny.open()
tiny.endEpoch()
tiny.advance(1).heartbeat()
tiny.endEpoch()
tiny.advance(1).heartbeat()
const segment = '2026/03/2026-03-03.000001.ndjson'

/** Four segments, four sealed epochs and a tail of two records. */
const small = new TrailBuilder({ sealedBy: 'small', utc: '2026-03-03T23:59:00.000000000Z' })
small.open()
small.note(1, 'two')
small.endEpoch()
small.heartbeat()
small.advance(86_400).heartbeat()
small.advance(10).note(5, 'seven')
small.advance(86_400).heartbeat()
small.close()
small.advance(5).open()
small.advance(5).heartbeat()

type Files = ReadonlyMap<string, Buffer>
const keys = [tiny.vkey, small.vkey]
const verdict = async (files: Files) => (await verifySource(memorySource(files), { keys })).intact
const linesOf = (bytes: Buffer): string[] => bytes.toString('utf8').split('\n').slice(0, -1)
const textOf = (lines: readonly string[]): Buffer => Buffer.from(lines.map((line) => `${line}\n`).join(''))

test('the trails that are attacked below are intact', async () => {
  for (const trail of [tiny, small]) {
    const files = filesOf(trail.folder)
    expect(await verdict(files)).toBe(true)
    expect((await verifyTrail(trail.folder, { keys })).findings.map(({ code }) => code)).toEqual(['unsealed-tail'])
  }
  expect([...filesOf(small.folder).keys()]).toHaveLength(8)
})

test('every bit of a small sealed trail flipped is found, but for those of the record behind the last seal', async () => {
  const files = filesOf(tiny.folder)
  const tailStart = (files.get(segment)?.lastIndexOf(10, -2) ?? 0) + 1
  let flips = 0
  let missed = 0
  const wrong: [string, number][] = []
  for (const [path, bytes] of files) {
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      flips += 1
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      if ((await verdict(files)) !== false) {
        missed += 1
        if (path !== segment || bit < tailStart * 8) wrong.push([path, bit])
      }
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    }
  }
  expect(wrong).toEqual([])
  // Pinned: the record behind the last seal, in which another value is a value too, and nothing remembers the right one.
  expect([flips, missed]).toEqual([30_648, 635])
}, 300_000)

test('the same in the files of a folder, a bit of every byte', async () => {
  const files = filesOf(tiny.folder)
  const missed: [string, number][] = []
  for (const [path, bytes] of files) {
    for (let at = 0; at < bytes.length; at += 7) {
      const other = Buffer.from(bytes)
      other[at] = (other[at] ?? 0) ^ (1 << (at & 7))
      writeFileSync(join(tiny.folder, path), other)
      if ((await verifyTrail(tiny.folder, { keys })).intact !== false) missed.push([path, at])
    }
    writeFileSync(join(tiny.folder, path), bytes)
  }
  const tailStart = (files.get(segment)?.lastIndexOf(10, -2) ?? 0) + 1
  expect(missed.filter(([path, at]) => path !== segment || at < tailStart)).toEqual([])
}, 120_000)

test('every truncation of every file is found, but for those of the tail under no seal', async () => {
  for (const trail of [tiny, small]) {
    const files = filesOf(trail.folder)
    const last = [...files.keys()].filter((path) => path.endsWith('.ndjson')).at(-1) ?? ''
    const sealedEnd = trail === tiny ? (files.get(last)?.lastIndexOf(10, -2) ?? 0) + 1 : 0
    const missed = new Map<string, number[]>()
    for (const [path, bytes] of files) {
      for (let length = 0; length < bytes.length; length += path.endsWith('ndjson') && trail === small ? 5 : 1) {
        if ((await verdict(new Map([...files, [path, bytes.subarray(0, length)]]))) === false) continue
        missed.set(path, [...(missed.get(path) ?? []), length])
      }
    }
    const wrong = [...missed].flatMap(([path, lengths]) => lengths.map((length) => [path, length]))
    expect(wrong.filter(([path, length]) => path !== last || Number(length) < sealedEnd)).toEqual([])
    expect(missed.has(last)).toBe(true)
  }
}, 300_000)

test('every line deleted, doubled or swapped with the next is found, but in the tail under no seal', async () => {
  const files = filesOf(small.folder)
  const missed: string[] = []
  for (const [path, bytes] of files) {
    if (!path.endsWith('ndjson')) continue
    const lines = linesOf(bytes)
    for (const [index, line] of lines.entries()) {
      const next = lines[index + 1]
      const variants = {
        deleted: lines.toSpliced(index, 1),
        doubled: lines.toSpliced(index, 0, line),
        foreign: lines.toSpliced(index, 0, '{}'),
        ...(next === undefined ? {} : { swapped: lines.with(index, next).with(index + 1, line) }),
      }
      for (const [name, changed] of Object.entries(variants)) {
        if ((await verdict(new Map([...files, [path, textOf(changed)]]))) !== false)
          missed.push(`${path} ${index} ${name}`)
      }
    }
  }
  expect(missed).toEqual(['2026/03/2026-03-05.000004.ndjson 1 deleted'])
})

test('every file missing, renamed or in the place of another is found, but for the last ones', async () => {
  const files = filesOf(small.folder)
  const missed: string[] = []
  const without = (path: string): Map<string, Buffer> => new Map([...files].filter(([name]) => name !== path))
  for (const [path, bytes] of files) {
    if ((await verdict(without(path))) !== false) missed.push(`${path} missing`)
    const other = path.replace('2026/03', '2026/04').replace('2026-03', '2026-04')
    if ((await verdict(new Map([...without(path), [other, bytes]]))) !== false) missed.push(`${path} renamed`)
    for (const [rival, theirs] of files) {
      if (rival === path || rival.startsWith('seals') !== path.startsWith('seals')) continue
      if ((await verdict(new Map([...files, [path, theirs]]))) !== false) missed.push(`${path} is ${rival}`)
    }
  }
  expect(missed).toEqual(['2026/03/2026-03-05.000004.ndjson missing'])
})
