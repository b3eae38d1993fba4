/** An index that heard of a trail's records while somebody verified them is the one that is built by following the trail. */
import { cpSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import Database from 'better-sqlite3'
import { trailSource } from '../../lib/evidence/source.js'
import { openIndex, type Primer } from '../../lib/index-store/index.js'
import { verifyTrail } from '../../lib/trail/verify.js'
import { removeFolders, temporaryFolder } from '../support/simulated-audit.js'
import { TrailBuilder } from '../support/trail-builder.js'
import { linesOf, putLines, segmentFiles } from '../support/trail-folder.js'

let model = ''
let folder = ''
let trail = ''

/** About 2,600 records in six segments. */
beforeAll(() => {
  model = join(temporaryFolder(), 'trail')
  const builder = new TrailBuilder({ folder: model, utc: '2026-03-01T00:10:00.000000000Z' })
  builder.open()
  for (let i = 0; i < 1_300; i += 1) {
    builder.advance(200).sample({ width: 0.002 })
    builder.advance(200)
    if (i % 97 === 50) builder.set(i % 2 === 0 ? -5 : 5)
    else builder.heartbeat()
  }
  builder.close()
})
afterAll(removeFolders)

beforeEach(() => {
  folder = temporaryFolder()
  trail = join(folder, 'trail')
  cpSync(model, trail, { recursive: true })
})

/** Verifies the trail while the index listens. @returns the segments of which it heard to the end */
async function primed(path: string): Promise<{ heard: number[]; bytes: number }> {
  const heard: number[] = []
  let bytes = 0
  const prime = async ({ listen }: Primer): Promise<void> => {
    await verifyTrail(trail, {
      memory: { recall: () => null, keep: () => {} },
      listen: (segment) => {
        const listener = listen(segment)
        return (
          listener && {
            record: (placed) => listener.record(placed),
            end: async (sha256) => {
              await listener.end(sha256)
              heard.push(segment)
            },
          }
        )
      },
    })
  }
  const onProgress = ({ done }: { readonly done: number }) => (bytes = done)
  const source = await openIndex({ trail, index: path, prime, onProgress })
  const plain = await trailSource(trail)
  try {
    expect([source.reason, source.lastSeq]).toEqual([null, plain.lastSeq])
    for (let block = 0; block * 512 < plain.lastSeq; block += 1) {
      expect(await source.block(block)).toEqual(await plain.block(block))
    }
  } finally {
    source.close()
  }
  return { heard, bytes }
}

/** All rows but their signatures, which hang on the key of each index. */
function rows(path: string): unknown[] {
  const database = new Database(path, { readonly: true })
  try {
    return database.prepare('SELECT block, digest, outline, origin, facts FROM block ORDER BY block').all()
  } finally {
    database.close()
  }
}

async function compare(): Promise<{ heard: number[]; bytes: number; rows: number }> {
  const [one, other] = [join(folder, 'one.sqlite'), join(folder, 'other.sqlite')]
  const found = await primed(one)
  ;(await openIndex({ trail, index: other })).close()
  expect(rows(one)).toEqual(rows(other))
  return { ...found, rows: rows(one).length }
}

const files = () => segmentFiles(trail)

test('all closed segments are heard, and only what stands behind the last complete block is read again', async () => {
  const whole = files().reduce((sum, path) => sum + linesOf(trail, path).join('\n').length + 1, 0)
  const { heard, bytes, rows: count } = await compare()
  expect(files().length).toBe(7)
  expect(heard).toEqual([1, 2, 3, 4, 5, 6])
  expect(count).toBe(5)
  expect(bytes).toBeLessThan(whole / 5)
})

test('compressed segments are heard like others', async () => {
  for (const path of files().slice(0, 3)) {
    writeFileSync(join(trail, `${path}.gz`), gzipSync(`${linesOf(trail, path).join('\n')}\n`))
    rmSync(join(trail, path))
  }
  expect((await compare()).heard).toEqual([1, 2, 3, 4, 5, 6])
})

const damage: readonly (readonly [string, (path: string) => void])[] = [
  ['a line that is no record', (path) => edit(path, (lines) => lines.splice(40, 1, '{"seq":1}'))],
  ['a record is missing', (path) => edit(path, (lines) => lines.splice(40, 1))],
  ['a record stands twice', (path) => edit(path, (lines) => lines.splice(40, 0, lines[40]!))],
  ['two records changed places', (path) => edit(path, (lines) => lines.splice(40, 2, lines[41]!, lines[40]!))],
  ['an older record comes again', (path) => edit(path, (lines) => lines.splice(40, 0, lines[10]!))],
  ['the last line does not end', (path) => writeFileSync(join(trail, path), linesOf(trail, path).join('\n'))],
  [
    'a record was written anew',
    (path) => edit(path, (lines) => lines.splice(40, 1, lines[40]!.replace('"looks":', '"looks":9'))),
  ],
]

function edit(path: string, change: (lines: string[]) => void): void {
  const lines = linesOf(trail, path)
  change(lines)
  putLines(trail, path, lines)
}

test.each(damage)('%s: no further segment is heard, and the index says what the trail says', async (_, change) => {
  change(files()[2]!)
  const { heard } = await compare()
  // The verification hands on records of other segments; the index no longer listens.
  expect(heard.filter((segment) => segment <= 2)).toEqual([1, 2])
  expect(heard.filter((segment) => segment > 3)).toEqual([])
})

test('a segment that is missing: the one behind it is listened to and not taken', async () => {
  rmSync(join(trail, files()[3]!))
  expect((await compare()).heard).toEqual([1, 2, 3, 5])
})

test('a file that is away at the beginning', async () => {
  renameSync(join(trail, files()[0]!), join(folder, 'away'))
  expect((await compare()).heard).toEqual([2])
})

test('whoever primes and fails leaves the trail to be read as ever', async () => {
  const source = await openIndex({
    trail,
    index: join(folder, 'one.sqlite'),
    prime: async ({ listen }) => {
      listen(1)?.record({} as never)
      throw new Error('no')
    },
  })
  expect(source.lastSeq).toBe((await trailSource(trail)).lastSeq)
  source.close()
})
