/** What was verified and has not changed is not read again; where something has, the findings are those of a full verification. */
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from '@jest/globals'
import { folderSource, type TrailSource } from '../../lib/trail/trail-source.js'
import type { VerifyResult } from '../../lib/trail/types.js'
import type { VerifyMemory } from '../../lib/trail/verified.js'
import { type VerifyOptions, verifySource, verifyTrail } from '../../lib/trail/verify.js'
import { TrailBuilder } from '../support/trail-builder.js'
import { allFiles, linesOf, putLines, segmentFiles } from '../support/trail-folder.js'

/** Sealed days, each of a segment, and a last one that goes on. */
function build(): TrailBuilder {
  const trail = new TrailBuilder({ utc: '2026-03-03T23:59:00.000000000Z', sealedBy: 'one' })
  trail.open()
  trail.sample({ reason: 'startup' })
  for (let day = 0; day < 4; day += 1) {
    trail.advance(10).heartbeat()
    trail.endEpoch()
    trail.advance(10).heartbeat()
    trail.advance(86_400).heartbeat()
  }
  return trail
}

class Note implements VerifyMemory {
  text: string | null = null
  recall(): string | null {
    return this.text
  }
  keep(text: string): void {
    this.text = text
  }
}

/** A folder whose files have lain still for long; `read` is told of every segment that is read. */
function still(folder: string, read: string[] = []): TrailSource {
  const source = folderSource(folder)
  return {
    ...source,
    look: async (path) => {
      const told = (await source.look?.(path)) ?? null
      return told && { ...told, changedNs: 0n }
    },
    lines: (segment, signal) => {
      read.push(segment.path)
      return source.lines(segment, signal)
    },
  }
}

/** What was found, however it was found. */
function told({ earlierUpTo: _earlier, digests: _digests, ...result }: VerifyResult): Omit<VerifyResult, 'digests'> {
  return result
}

async function both(folder: string, memory: Note, options: VerifyOptions): Promise<VerifyResult> {
  const found = await verifySource(still(folder), { ...options, memory })
  expect(told(found)).toEqual(await verifyTrail(folder, options))
  return found
}

test('closed files are read once, and the trail goes on behind them', async () => {
  const trail = build()
  const { folder } = trail
  const options = { keys: [trail.vkey] }
  const memory = new Note()
  const files = segmentFiles(folder)
  expect(files.length).toBe(6)
  const first = await both(folder, memory, options)
  expect(first.intact).toBe(true)
  expect(first.earlierUpTo).toBeUndefined()
  const read: string[] = []
  const second = await verifySource(still(folder, read), { ...options, memory })
  expect(read).toEqual(files.slice(-1))
  expect(second).toEqual({ ...first, earlierUpTo: linesUpTo(folder, 5) })
  // Under another key the same files tell another story.
  const other = new TrailBuilder({ utc: '2026-03-03T23:59:00.000000000Z', sealedBy: 'two' })
  other.open()
  expect((await both(folder, memory, { keys: [other.vkey] })).intact).toBe(false)
  trail.endEpoch()
  trail.advance(86_400).heartbeat()
  trail.advance(10).heartbeat()
  const grown = await both(folder, memory, options)
  expect(grown.earlierUpTo).toBe(second.earlierUpTo)
  expect((await both(folder, memory, options)).earlierUpTo).toBeGreaterThan(second.earlierUpTo ?? 0)
})

function linesUpTo(folder: string, files: number): number {
  return segmentFiles(folder)
    .slice(0, files)
    .reduce((sum, path) => sum + linesOf(folder, path).length, 0)
}

test('a file that was compressed holds the same records', async () => {
  const trail = build()
  const { folder } = trail
  const memory = new Note()
  await both(folder, memory, {})
  const [, second = ''] = segmentFiles(folder)
  writeFileSync(join(folder, `${second}.gz`), gzipSync(readFileSync(join(folder, second))))
  rmSync(join(folder, second))
  expect((await both(folder, memory, {})).earlierUpTo).toBe(upTo(memory))
})

function upTo(memory: Note): number {
  return (JSON.parse(memory.text ?? '') as { progress: { ledger: { upTo: number } } }).progress.ledger.upTo
}

const changes: readonly [string, (folder: string, files: readonly string[]) => void][] = [
  ['a record was edited', (folder, [, two = '']) => edit(folder, two)],
  [
    'a record was removed',
    (folder, [, , three = '']) =>
      putLines(
        folder,
        three,
        linesOf(folder, three).filter((_, i) => i !== 1),
      ),
  ],
  [
    'a record was doubled in a later file',
    (folder, files) => {
      const line = linesOf(folder, files[1] ?? '')[2] ?? ''
      appendFileSync(join(folder, files.at(-1) ?? ''), `${line}\n`)
    },
  ],
  ['a file is gone', (folder, [, two = '']) => rmSync(join(folder, two))],
  [
    'a file stands under another name',
    (folder, [, two = '']) => renameSync(join(folder, two), join(folder, two.replace('000002', '000012'))),
  ],
  ['a seal is gone', (folder) => rmSync(join(folder, sealsOf(folder)[1] ?? ''))],
  ['a seal was edited', (folder) => appendFileSync(join(folder, sealsOf(folder)[1] ?? ''), 'x')],
  [
    'a second seal of an epoch appeared',
    (folder) => {
      const [one = ''] = sealsOf(folder)
      const path = join(folder, one.replace('/03/', '/04/'))
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, readFileSync(join(folder, one)))
    },
  ],
]

function sealsOf(folder: string): string[] {
  return allFiles(folder).filter((path) => path.startsWith('seals/'))
}

function edit(folder: string, path: string): void {
  const lines = linesOf(folder, path)
  const at = lines.findIndex((line) => line.includes('"heartbeat"'))
  putLines(
    folder,
    path,
    lines.map((line, i) => (i === at ? line.replace('"looks":', '"looks":1') : line)),
  )
}

test.each(changes)('%s', async (_name, change) => {
  const trail = build()
  const memory = new Note()
  const { folder, vkey } = trail
  await both(folder, memory, { keys: [vkey] })
  const before = memory.text
  change(folder, segmentFiles(folder))
  const found = await both(folder, memory, { keys: [vkey] })
  expect(found.findings.length).toBeGreaterThan(0)
  // Of damage nothing is remembered.
  if (found.intact === false) expect(memory.text).toBe(before)
})

test('a file that changed just before it was read is read again', async () => {
  const trail = build()
  const memory = new Note()
  await verifyTrail(trail.folder, { memory })
  expect(memory.text).toBeNull()
})

test("somebody else's text is not believed to be of this version", async () => {
  const trail = build()
  const memory = new Note()
  memory.text = '{"version":0}'
  expect((await both(trail.folder, memory, {})).earlierUpTo).toBeUndefined()
})
