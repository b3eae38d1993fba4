/** The index is never believed: whatever is done to it or to the trail, the answers are those of the trail alone. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import Database from 'better-sqlite3'
import { course } from '../../lib/evidence/digest.js'
import { trailSource } from '../../lib/evidence/source.js'
import type { Fact, FactSource } from '../../lib/evidence/types.js'
import { defaultIndexPath, openIndex, rebuildIndex } from '../../lib/index-store/index.js'
import { removeFolders, temporaryFolder } from '../support/simulated-audit.js'
import { TrailBuilder } from '../support/trail-builder.js'

let model = ''
let folder = ''
let trail = ''
let index = ''

/** About 2,000 records in several segments: samples, changes, gaps, a suspend, restarts, a day that turns. */
beforeAll(() => {
  model = join(temporaryFolder(), 'trail')
  const builder = new TrailBuilder({ folder: model, utc: '2026-03-03T20:00:00.000000000Z' })
  for (let run = 0; run < 3; run += 1) {
    builder.open()
    for (let i = 0; i < 330; i += 1) {
      builder.advance(32)
      builder.sample({ width: 0.002 })
      builder.advance(32)
      if (i % 97 === 50) builder.set(i % 2 === 0 ? -5 : 5)
      else builder.heartbeat()
    }
    if (run === 1) builder.crash()
    else builder.close()
    builder.advance(60)
  }
})
afterAll(removeFolders)

beforeEach(() => {
  folder = temporaryFolder()
  trail = join(folder, 'trail')
  index = join(folder, 'cache', 'index.sqlite')
  cpSync(model, trail, { recursive: true })
})

async function everything(source: FactSource): Promise<Fact[]> {
  const all: Fact[] = []
  for (let block = 0; block * 512 < source.lastSeq + 512; block += 1) all.push(...(await source.block(block)))
  return all
}

/** Holds the index against the trail, and gives why there was none. */
async function compare(path: string = index): Promise<string | null> {
  const plain = await trailSource(trail)
  const source = await openIndex({ trail, index: path })
  try {
    expect(source.lastSeq).toBe(plain.lastSeq)
    // The last block first: what stands before a block may change what it means.
    const last = Math.ceil(source.lastSeq / 512) - 1
    for (let block = last; block >= 0; block -= 1) expect(await source.block(block)).toEqual(await plain.block(block))
    expect(await everything(source)).toEqual(await everything(plain))
    expect(await source.block(-1)).toEqual([])
    expect(await source.block(99)).toEqual([])
    return source.reason
  } finally {
    source.close()
  }
}

function segments(): string[] {
  return readdirSync(trail, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ndjson'))
    .map((name) => join(trail, name))
    .sort()
}

function edit(run: (database: Database.Database) => void): void {
  const database = new Database(index)
  run(database)
  database.close()
}

test('absent, then present, then again: equal to the trail, and the second time nothing is built', async () => {
  expect(await compare()).toBeNull()
  expect(existsSync(index)).toBe(true)
  const progress: number[] = []
  const source = await openIndex({ trail, index, onProgress: ({ done }) => progress.push(done) })
  source.close()
  const bytes = segments().reduce((sum, path) => sum + statSync(path).size, 0)
  // Only what stands behind the last complete block is read again.
  expect(progress.at(-1)).toBeLessThan(bytes / 3)
  expect(await compare()).toBeNull()
})

test('the key is readable by its owner alone', async () => {
  await compare()
  expect(statSync(`${index}.key`).mode & 0o777).toBe(0o600)
})

test('a trail that grew is followed from where the index ended', async () => {
  const last = segments().at(-1)!
  const lines = readFileSync(last, 'utf8').split('\n')
  const rest = `${lines.splice(-40).join('\n')}`
  writeFileSync(last, `${lines.join('\n')}\n`)
  expect(await compare()).toBeNull()
  appendFileSync(last, rest)
  expect(await compare()).toBeNull()
})

describe('falsified', () => {
  beforeEach(async () => {
    await compare()
  })

  test.each([
    [
      'the facts of a row',
      "UPDATE block SET facts = CAST(replace(CAST(facts AS TEXT), 'step', 'slew') AS BLOB) WHERE block = 1",
    ],
    [
      'the facts of a row, replaced by those of another',
      'UPDATE block SET facts = (SELECT facts FROM block WHERE block = 0) WHERE block = 1',
    ],
    ['the outline of a row', 'UPDATE block SET outline = (SELECT outline FROM block WHERE block = 0) WHERE block = 1'],
    ['the digest of a row', "UPDATE block SET digest = replace(digest, substr(digest, 1, 4), 'abcd') WHERE block = 1"],
    [
      'where a row says that it stands',
      'UPDATE block SET origin = replace(origin, \'"from":0\', \'"from":1\') WHERE block = 0',
    ],
    ['the signature of a row', "UPDATE block SET mac = replace(mac, substr(mac, 1, 4), 'abcd') WHERE block = 1"],
    ['the number of a row', 'UPDATE block SET block = 77 WHERE block = 1'],
    [
      'two rows swapped',
      'UPDATE block SET block = 90 WHERE block = 0; UPDATE block SET block = 0 WHERE block = 1; UPDATE block SET block = 1 WHERE block = 90',
    ],
    ['a row deleted', 'DELETE FROM block WHERE block = 1'],
    ['the last row deleted', 'DELETE FROM block WHERE block = (SELECT max(block) FROM block)'],
    ['all rows deleted', 'DELETE FROM block'],
    [
      'a row copied over another',
      'UPDATE block SET (facts, digest, outline, origin, mac) = (SELECT facts, digest, outline, origin, mac FROM block WHERE block = 0) WHERE block = 1',
    ],
    [
      'rows that do not exist yet',
      'INSERT INTO block SELECT block + 50, digest, outline, origin, mac, facts FROM block',
    ],
    ['the table dropped', 'DROP TABLE block'],
    [
      'a last row that claims more than was read',
      'UPDATE block SET origin = replace(origin, \'"seq":1024\', \'"seq":1300\') WHERE block = 1',
    ],
  ])('%s', async (_what, sql) => {
    edit((database) => database.exec(sql))
    await compare()
    // And what was wrong does not come back.
    expect(await compare()).toBeNull()
  })

  test('a whole index of another trail', async () => {
    const other = join(temporaryFolder(), 'trail')
    const builder = new TrailBuilder({ folder: other })
    builder.open()
    for (let i = 0; i < 1500; i += 1) {
      builder.advance(60)
      builder.heartbeat()
    }
    builder.close()
    const source = await openIndex({ trail: other, index: join(temporaryFolder(), 'other.sqlite') })
    source.close()
    for (const suffix of ['', '.key']) cpSync(`${source.path}${suffix}`, `${index}${suffix}`)
    await compare()
  })

  test('the key lost', async () => {
    rmSync(`${index}.key`)
    expect(await compare()).toBeNull()
  })

  test('the key cut short', async () => {
    truncateSync(`${index}.key`, 5)
    expect(await compare()).toBeNull()
  })
})

describe('what was worked out and kept', () => {
  const period = { fromNs: 0n, toNs: 4_000_000_000_000_000_000n, longestGapNs: 256_000_000_000n }

  async function stretchesBy(source: FactSource): Promise<string> {
    const found = await course(source, period, 50_000_000n)
    return JSON.stringify(found, (_key, value) => (typeof value === 'bigint' ? `${value}` : value))
  }

  async function indexed(): Promise<string> {
    const source = await openIndex({ trail, index })
    try {
      return await stretchesBy(source)
    } finally {
      source.close()
    }
  }

  /** Texts that end in the first blocks, so that some of them are kept. */
  function kept(): number {
    let rows = 0
    edit((database) => {
      rows = (database.prepare('SELECT count(*) AS rows FROM memo').get() as { rows: number }).rows
    })
    return rows
  }

  test('is the same as from the trail alone, the first time and the second', async () => {
    const expected = await stretchesBy(await trailSource(trail))
    expect(await indexed()).toBe(expected)
    expect(kept()).toBeGreaterThan(0)
    expect(await indexed()).toBe(expected)
  })

  test.each([
    ['its text', `UPDATE memo SET text = replace(text, 'PROVEN', 'VIOLATED')`],
    ['its numbers', `UPDATE memo SET text = replace(text, '17', '18')`],
    ['its name', `UPDATE memo SET name = replace(name, ' 256', ' 25600')`],
    ['its block', 'UPDATE memo SET block = block + 1'],
    ['its signature', `UPDATE memo SET mac = replace(mac, substr(mac, 1, 4), 'abcd')`],
    ['all of it', 'DELETE FROM memo'],
    ['the table', 'DROP TABLE memo'],
  ])('falsified: %s', async (_what, sql) => {
    const expected = await indexed()
    edit((database) => database.exec(sql))
    expect(await indexed()).toBe(expected)
    expect(await indexed()).toBe(expected)
  })

  test('a trail that was altered since is told by its own bytes', async () => {
    await indexed()
    const file = segments()[0]!
    const bytes = readFileSync(file, 'utf8')
    const lines = bytes.split('\n')
    lines[40] = `${lines[40]}`.replace('"seq":41', '"seq":91')
    writeFileSync(file, lines.join('\n'))
    expect(await indexed()).toBe(await stretchesBy(await trailSource(trail)))
  })
})

describe('broken', () => {
  test.each([
    ['garbage', () => writeFileSync(index, 'no database at all, but long enough to look like a file'.repeat(100))],
    ['cut in half', () => truncateSync(index, Math.floor(statSync(index).size / 2))],
    ['empty', () => truncateSync(index, 0)],
    [
      'a folder in its place',
      () => {
        rmSync(index)
        mkdirSync(index)
      },
    ],
  ])('%s', async (_what, breakIt) => {
    await compare()
    for (const suffix of ['-wal', '-shm']) rmSync(`${index}${suffix}`, { force: true })
    breakIt()
    await compare()
  })

  test("another program's database is left alone", async () => {
    mkdirSync(join(folder, 'cache'))
    edit((database) => database.exec('CREATE TABLE block (mine TEXT); INSERT INTO block VALUES (1)'))
    expect(await compare()).toMatch('another program')
    await (await rebuildIndex({ trail, index })).close()
    edit((database) => expect(database.prepare('SELECT mine FROM block').get()).toEqual({ mine: '1' }))
  })

  test('a place that cannot be written: the index is made in memory', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    expect(await compare(join(file, 'index.sqlite'))).toMatch(/ENOTDIR|EEXIST/)
  })

  test('a read-only copy of an index', async () => {
    await compare()
    chmodSync(index, 0o400)
    await compare()
  })
})

describe('the trail changed underneath', () => {
  beforeEach(async () => {
    await compare()
  })

  test('one byte edited, sizes kept', async () => {
    const path = segments()[0]!
    const text = readFileSync(path, 'utf8')
    const at = text.indexOf('"heartbeat"', text.length / 2)
    writeFileSync(path, `${text.slice(0, at)}"heartbeaT"${text.slice(at + 11)}`)
    await compare()
  })

  test.each([
    ['a seq that jumps ahead, sizes kept', '"seq":101,', '"seq":901,'],
    ['a seq beyond the end of the trail', '"seq":201,', '"seq":9999,'],
  ])('%s', async (_what, from, to) => {
    const path = segments()[0]!
    writeFileSync(path, readFileSync(path, 'utf8').replace(from, to))
    await compare()
    expect(await compare()).toBeNull()
  })

  test('the last record of a block broken when it was indexed, and mended later', async () => {
    rmSync(index)
    const paths = segments().filter((path) => readFileSync(path, 'utf8').includes('"seq":1024,'))
    const path = paths[0]!
    const good = readFileSync(path, 'utf8')
    writeFileSync(path, good.replace('"seq":1024,', '"seQ":1024,'))
    await compare()
    writeFileSync(path, good)
    await compare()
    expect(await compare()).toBeNull()
  })

  test('a file touched, its bytes as they were: nothing is built anew', async () => {
    const path = segments()[0]!
    utimesSync(path, new Date(0), new Date(0))
    const progress: number[] = []
    const source = await openIndex({ trail, index, onProgress: ({ done }) => progress.push(done) })
    source.close()
    expect(source.reason).toBeNull()
    expect(progress.at(-1)).toBeLessThan(segments().reduce((sum, one) => sum + statSync(one).size, 0) / 3)
    await compare()
  })

  test('segments compressed since: the same answers, and nothing is built anew', async () => {
    for (const path of segments().slice(0, -1)) {
      writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)))
      rmSync(path)
    }
    const progress: number[] = []
    const source = await openIndex({ trail, index, onProgress: ({ done }) => progress.push(done) })
    source.close()
    expect(progress.at(-1)).toBeLessThan(statSync(segments().at(-1)!).size + 1)
    expect(await compare()).toBeNull()
    // And an index that is built over compressed segments.
    rmSync(index)
    expect(await compare()).toBeNull()
  })

  test('its oldest segments pruned', async () => {
    rmSync(segments()[0]!)
    await compare()
    expect(await compare()).toBeNull()
  })

  test('a compressed segment that was cut short', async () => {
    const path = segments()[0]!
    const packed = gzipSync(readFileSync(path))
    writeFileSync(`${path}.gz`, packed)
    rmSync(path)
    await compare()
    truncateSync(`${path}.gz`, Math.floor(packed.length / 2))
    await compare()
  })

  test('records cut out of the middle', async () => {
    const path = segments()[0]!
    const lines = readFileSync(path, 'utf8').split('\n')
    lines.splice(300, 7)
    writeFileSync(path, lines.join('\n'))
    await compare()
  })

  test('its end cut off', async () => {
    rmSync(segments().at(-1)!)
    await compare()
  })

  test('a segment gone from the middle', async () => {
    rmSync(segments()[1]!)
    await compare()
  })

  test('an unfinished line at its end', async () => {
    appendFileSync(segments().at(-1)!, '{"seq":')
    await compare()
  })

  test('another trail in its place', async () => {
    rmSync(trail, { recursive: true })
    const builder = new TrailBuilder({ folder: trail, utc: '2026-05-01T00:00:00.000000000Z' })
    builder.open()
    for (let i = 0; i < 1200; i += 1) {
      builder.advance(60)
      builder.sample()
    }
    builder.close()
    await compare()
  })
})

test('readers at the same time, in processes of their own, all find the same', async () => {
  const script = `
    const [{ openIndex }, { createHash }] = await Promise.all([import(${JSON.stringify(join(import.meta.dirname, '../../lib/index-store/index.js'))}), import('node:crypto')])
    const source = await openIndex({ trail: ${JSON.stringify(trail)}, index: ${JSON.stringify(index)} })
    const hash = createHash('sha256')
    for (let i = 0; i * 512 < source.lastSeq; i += 1) hash.update(JSON.stringify(await source.block(i), (k, v) => typeof v === 'bigint' ? String(v) : v))
    console.log(source.lastSeq, hash.digest('hex'))
    source.close()`
  const outs = await Promise.all(
    [1, 2, 3].map(async () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let out = ''
      child.stdout.on('data', (text) => {
        out += text
      })
      await once(child, 'close')
      return out
    }),
  )
  expect(new Set(outs).size).toBe(1)
  expect(outs[0]).toMatch(/^\d+ [0-9a-f]{64}\n$/)
}, 30_000)

test('by default it lies in the cache folder, named after the trail', () => {
  expect(defaultIndexPath(trail, { XDG_CACHE_HOME: '/cache' }, 'linux')).toMatch(
    /^\/cache\/ntp-auditor\/[0-9a-f]{32}\.sqlite$/,
  )
  expect(defaultIndexPath(model, { XDG_CACHE_HOME: '/cache' }, 'linux')).not.toBe(
    defaultIndexPath(trail, { XDG_CACHE_HOME: '/cache' }, 'linux'),
  )
})
