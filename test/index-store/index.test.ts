/**
 * Whatever the index holds, the answers are those of the trail alone.
 */
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import Sqlite from 'better-sqlite3'
import { pieces } from '../../lib/evidence/pieces.js'
import { trailSource } from '../../lib/evidence/source.js'
import type { Fact, FactSource, Piece } from '../../lib/evidence/types.js'
import { openIndex } from '../../lib/index-store/index.js'
import { hour, minute, second, simulate } from '../evidence/sim.js'
import { type Written, writeTrail } from '../support/fact-trail.js'

jest.setTimeout(60_000)

const folder = mkdtempSync(join(tmpdir(), 'ntp-auditor-index-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const sim = simulate({
  seed: 5,
  length: 16n * hour,
  every: 64n * second,
  actions: [
    { at: 2n * hour, do: 'step', by: minute },
    { at: 5n * hour, do: 'suspend', for: hour },
    { at: 13n * hour, do: 'reboot', off: minute, start: minute, wallError: second },
  ],
})
const other = simulate({ seed: 6, length: 16n * hour, every: 64n * second })

let trail: string
let index: string
let segments: Written[]
let number = 0

/** A fresh trail of three blocks and a bit, and an index built over it. */
beforeAll(async () => {
  expect(sim.facts.length).toBeGreaterThan(3 * 512 + 50)
  trail = join(folder, 'trail')
  segments = writeTrail(trail, sim.facts).segments
  index = join(folder, 'built.sqlite')
  const source = await openIndex({ trail, index })
  expect(source.stats).toMatchObject({ kind: 'file', path: index, why: null, found: 0, refused: 0 })
  expect(source.stats.built).toBe(Math.floor(sim.facts.length / 512))
  source.close()
})

function copyOfTrail(): string {
  const copy = join(folder, `trail-${++number}`)
  cpSync(trail, copy, { recursive: true })
  return copy
}

/** A copy of the built index with its key. */
function copyOfIndex(from = index): string {
  const copy = join(folder, `index-${++number}.sqlite`)
  copyFileSync(from, copy)
  copyFileSync(`${from}.key`, `${copy}.key`)
  return copy
}

async function factsOf(source: FactSource): Promise<Fact[]> {
  const facts: Fact[] = []
  for (let block = 0; block * 512 < source.lastSeq; block++) facts.push(...(await source.block(block)))
  return facts
}

/** Opens the index and holds it against the trail alone. */
async function sameAnswers(of: string, path: string): Promise<{ found: number; built: number; refused: number }> {
  const source = await openIndex({ trail: of, index: path })
  try {
    const facts = of === trail ? sim.facts : await factsOf(await trailSource(of))
    expect(await factsOf(source)).toEqual(facts)
    expect(source.lastSeq).toBe(facts.at(-1)?.seq ?? 0)
    return source.stats
  } finally {
    source.close()
  }
}

/** Changes rows of an index behind our back. */
function falsify(path: string, sql: string, ...values: unknown[]): void {
  const database = new Sqlite(path)
  try {
    expect(database.prepare(sql).run(...values).changes).toBeGreaterThan(0)
  } finally {
    database.close()
  }
}

const whole = Math.floor(sim.facts.length / 512)

test('an index that fits is used, and only the end of the trail is read', async () => {
  expect(await sameAnswers(trail, copyOfIndex())).toMatchObject({ found: whole, built: 0, refused: 0 })
})

test('pieces of a period are the same with the index, without it, and from the trail', async () => {
  const all = async (source: FactSource): Promise<Piece[]> => {
    const found: Piece[] = []
    const period = { fromNs: sim.startUtc + hour, toNs: sim.startUtc + 15n * hour, longestGapNs: 5n * minute }
    for await (const piece of pieces(source, period)) found.push(piece)
    return found
  }
  const source = await openIndex({ trail, index: copyOfIndex() })
  const memory = await openIndex({ trail, index: ':memory:' })
  const alone = await all(await trailSource(trail))
  expect(await all(source)).toEqual(alone)
  expect(await all(memory)).toEqual(alone)
  expect(memory.stats).toMatchObject({ kind: 'memory', path: null, why: null })
  source.close()
  memory.close()
})

test.each([
  ['facts', 'UPDATE chunk SET facts = zeroblob(100) WHERE block = 1'],
  ['facts of another row', 'UPDATE chunk SET facts = (SELECT facts FROM chunk WHERE block = 2) WHERE block = 1'],
  ['facts that are text', "UPDATE chunk SET facts = 'x' WHERE block = 1"],
  ['digest', 'UPDATE chunk SET digest = zeroblob(32) WHERE block = 1'],
  [
    'digest and facts',
    'UPDATE chunk SET (digest, facts) = (SELECT digest, facts FROM chunk WHERE block = 2) WHERE block = 1',
  ],
  ['mac', 'UPDATE chunk SET mac = zeroblob(32) WHERE block = 1'],
  ['mac that is null', 'UPDATE chunk SET mac = NULL WHERE block = 1'],
  ['origin', `UPDATE chunk SET origin = replace(origin, '"offset":', '"offset": ') WHERE block = 1`],
  ['origin that is null', 'UPDATE chunk SET origin = NULL WHERE block = 1'],
  ['origin of another row', 'UPDATE chunk SET origin = (SELECT origin FROM chunk WHERE block = 2) WHERE block = 1'],
  [
    'all but the number',
    'UPDATE chunk SET (origin, facts, digest, mac) = (SELECT origin, facts, digest, mac FROM chunk WHERE block = 2) WHERE block = 1',
  ],
  ['number', 'UPDATE chunk SET block = 77 WHERE block = 1'],
  [
    'two numbers swapped',
    'UPDATE chunk SET block = CASE block WHEN 1 THEN -1 WHEN 2 THEN -2 ELSE block END WHERE block IN (1, 2)',
  ],
  ['a row', 'DELETE FROM chunk WHERE block = 1'],
  ['the first row', 'DELETE FROM chunk WHERE block = 0'],
  ['the last row', `DELETE FROM chunk WHERE block = ${whole - 1}`],
  ['every row', 'DELETE FROM chunk'],
])('a falsified or missing row changes nothing: %s', async (_what, sql) => {
  const path = copyOfIndex()
  falsify(path, sql)
  if (sql.includes('CASE')) falsify(path, 'UPDATE chunk SET block = 3 + block WHERE block < 0')
  const stats = await sameAnswers(trail, path)
  expect(stats.built).toBeGreaterThan(0)
  expect(await sameAnswers(trail, path)).toMatchObject({ found: whole, built: 0, refused: 0 })
})

test('an added row changes nothing', async () => {
  const path = copyOfIndex()
  falsify(path, `INSERT INTO chunk SELECT ${whole}, origin, facts, digest, mac FROM chunk WHERE block = 0`)
  expect(await sameAnswers(trail, path)).toMatchObject({ refused: 1 })
})

test('rows of another trail are not believed, with their own key or under ours', async () => {
  const strange = join(folder, 'strange')
  writeTrail(strange, other.facts)
  const theirs = join(folder, 'theirs.sqlite')
  const source = await openIndex({ trail: strange, index: theirs })
  source.close()
  const swapped = copyOfIndex(theirs)
  expect(await sameAnswers(trail, swapped)).toMatchObject({ built: whole })
  const mixed = copyOfIndex()
  const database = new Sqlite(mixed)
  database.exec(`ATTACH '${theirs}' AS theirs; UPDATE chunk SET (origin, facts, digest, mac) =
    (SELECT origin, facts, digest, mac FROM theirs.chunk AS t WHERE t.block = chunk.block) WHERE block = 1`)
  database.close()
  expect((await sameAnswers(trail, mixed)).built).toBeGreaterThan(0)
})

test('without its key, or with another one, an index is built again', async () => {
  const path = copyOfIndex()
  writeFileSync(`${path}.key`, Buffer.alloc(32, 7), { mode: 0o600 })
  expect(await sameAnswers(trail, path)).toMatchObject({ found: 0, built: whole, refused: whole })
  rmSync(`${path}.key`)
  expect(await sameAnswers(trail, path)).toMatchObject({ found: 0, built: whole })
  writeFileSync(`${path}.key`, 'cut off')
  expect(await sameAnswers(trail, path)).toMatchObject({ found: 0, built: whole })
  expect(await sameAnswers(trail, path)).toMatchObject({ found: whole, built: 0 })
})

test('an index file that is damaged anywhere changes nothing', async () => {
  const { length } = readFileSync(index)
  for (let at = 100; at < length; at += Math.floor(length / 23)) {
    const path = copyOfIndex()
    const bytes = readFileSync(path)
    bytes.fill(0xa5, at, at + 300)
    writeFileSync(path, bytes)
    await sameAnswers(trail, path)
  }
})

test('an index file that was cut off is replaced', async () => {
  for (const share of [0, 0.01, 0.3, 0.9]) {
    const path = copyOfIndex()
    truncateSync(path, Math.floor(readFileSync(path).length * share))
    await sameAnswers(trail, path)
    expect(await sameAnswers(trail, path)).toMatchObject({ found: whole, built: 0 })
  }
})

test('a file that is no index of ours stays as it is', async () => {
  const text = join(folder, 'letter.txt')
  writeFileSync(text, 'Dear auditor,\n')
  const source = await openIndex({ trail, index: text })
  expect(source.stats).toMatchObject({ kind: 'memory', path: null, built: whole })
  expect(source.stats.why).toContain('letter.txt cannot be used')
  source.close()
  expect(readFileSync(text, 'utf8')).toBe('Dear auditor,\n')

  const foreign = join(folder, 'foreign.sqlite')
  const database = new Sqlite(foreign)
  database.exec('CREATE TABLE chunk (block INTEGER PRIMARY KEY, love TEXT); INSERT INTO chunk VALUES (0, 1)')
  database.close()
  const before = readFileSync(foreign)
  await sameAnswers(trail, foreign)
  expect(readFileSync(foreign)).toEqual(before)
})

test('where nothing can be written the index lives in memory', async () => {
  const source = await openIndex({ trail, index: join(index, 'below', 'a-file.sqlite') })
  expect(source.stats).toMatchObject({ kind: 'memory', built: whole })
  expect(source.stats.why).toMatch(/cannot be used/)
  source.close()
})

test('a record that was changed after the index was built is seen as what it is: damage', async () => {
  for (const seq of [1, 512, 513, sim.facts.length]) {
    const copy = copyOfTrail()
    const segment = segments[Math.floor((seq - 1) / 400)]
    const path = join(copy, segment?.path ?? '')
    const bytes = readFileSync(path)
    const at = bytes.indexOf('"lowNs":"', segment?.offsets[(seq - 1) % 400]) + 9
    bytes[at] = bytes[at] === 0x31 ? 0x32 : 0x31
    writeFileSync(path, bytes)
    const used = copyOfIndex()
    await sameAnswers(copy, used)
    await sameAnswers(copy, used)
    await sameAnswers(trail, used)
  }
})

test('a trail that was cut, restored, pruned or has lost a segment gives its own answers', async () => {
  const cut = copyOfTrail()
  const last = segments.at(-2)
  truncateSync(join(cut, last?.path ?? ''), last?.offsets[50])
  rmSync(join(cut, segments.at(-1)?.path ?? ''))
  const used = copyOfIndex()
  await sameAnswers(cut, used)
  await sameAnswers(trail, used)
  const pruned = copyOfTrail()
  rmSync(join(pruned, segments[0]?.path ?? ''))
  await sameAnswers(pruned, used)
  const holed = copyOfTrail()
  rmSync(join(holed, segments[2]?.path ?? ''))
  await sameAnswers(holed, used)
  const empty = mkdtempSync(join(folder, 'nothing-'))
  await sameAnswers(empty, used)
})

test('bytes added behind a closed segment are seen', async () => {
  const copy = copyOfTrail()
  const path = join(copy, segments[1]?.path ?? '')
  writeFileSync(path, `${readFileSync(path, 'utf8')}{"seq":1}\n`)
  await sameAnswers(copy, copyOfIndex())
})

test('a segment that was compressed since is the same trail', async () => {
  const copy = copyOfTrail()
  const path = join(copy, segments[1]?.path ?? '')
  writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)))
  rmSync(path)
  expect(await sameAnswers(copy, copyOfIndex())).toMatchObject({ found: whole, built: 0, refused: 0 })
})

test('a trail that grows is read further, also while it is open', async () => {
  const copy = join(folder, 'growing')
  const begun = writeTrail(copy, sim.facts.slice(0, 700))
  const path = join(folder, 'growing.sqlite')
  const source = await openIndex({ trail: copy, index: path })
  expect(source.lastSeq).toBe(700)
  expect(source.stats).toMatchObject({ built: 1 })
  writeTrail(copy, sim.facts.slice(700), { first: begun.segments.length + 1, prev: begun.prev })
  expect(source.lastSeq).toBe(700)
  await source.refresh()
  expect(await factsOf(source)).toEqual(sim.facts)
  expect(source.stats).toMatchObject({ built: whole })
  source.close()
  expect(await sameAnswers(copy, path)).toMatchObject({ found: whole, built: 0 })
})

test('a trail that changes under an open index is read again', async () => {
  const copy = copyOfTrail()
  const source = await openIndex({ trail: copy, index: copyOfIndex() })
  await source.block(0)
  const { version } = source
  const path = join(copy, segments[1]?.path ?? '')
  const lines = readFileSync(path, 'utf8').split('\n')
  lines[200] = lines[200]?.replace('"looks":', '"looks": ') ?? ''
  writeFileSync(path, lines.join('\n'))
  const facts = await factsOf(source)
  expect(facts).toEqual(await factsOf(await trailSource(copy)))
  expect(facts.some(({ kind }) => kind === 'damage')).toBe(true)
  expect(source.version).not.toBe(version)
  source.close()
})

test('readers share an index, and one that is held by another does not stop them', async () => {
  const path = join(folder, 'shared.sqlite')
  const two = await Promise.all([openIndex({ trail, index: path }), openIndex({ trail, index: path })])
  for (const source of two) expect(await factsOf(source)).toEqual(sim.facts)
  for (const source of two) source.close()
  expect(await sameAnswers(trail, path)).toMatchObject({ found: whole, built: 0 })
  falsify(path, 'DELETE FROM chunk WHERE block > 0')
  const holder = new Sqlite(path)
  holder.exec('BEGIN IMMEDIATE')
  expect(await sameAnswers(trail, path)).toMatchObject({ found: 1, built: whole - 1, refused: 0 })
  holder.exec('ROLLBACK')
  holder.close()
})

test('a record is found at its place', async () => {
  const source = await openIndex({ trail, index: copyOfIndex() })
  for (const seq of [1, 400, 401, 512, 513, 1024, sim.facts.length]) {
    const placed = await source.place(seq)
    const segment = segments[Math.floor((seq - 1) / 400)]
    expect(placed?.record.seq).toBe(seq)
    expect(placed).toMatchObject({ segment: segment?.number, offset: segment?.offsets[(seq - 1) % 400] })
  }
  expect(await source.place(sim.facts.length + 1)).toBeNull()
  expect(await source.place(0)).toBeNull()
  source.close()
})

test('progress is told, and a signal stops the reading', async () => {
  const seen: number[] = []
  const onProgress = ({ bytes, totalBytes, records }: { bytes: number; totalBytes: number; records: number }): void => {
    expect(bytes).toBeLessThanOrEqual(totalBytes)
    seen.push(records)
  }
  const source = await openIndex({ trail, index: ':memory:', onProgress })
  expect(seen.at(-1)).toBe(sim.facts.length)
  source.close()
  await expect(openIndex({ trail, index: ':memory:', signal: AbortSignal.abort() })).rejects.toThrow()
})

test('rebuild throws away what there is', async () => {
  const path = copyOfIndex()
  const source = await openIndex({ trail, index: path })
  await source.rebuild()
  expect(source.stats).toMatchObject({ found: whole, built: whole })
  expect(await factsOf(source)).toEqual(sim.facts)
  source.close()
})

test('a trail that is not there is an error with the next step', async () => {
  await expect(openIndex({ trail: join(folder, 'no-such') })).rejects.toMatchObject({
    code: 'ERR_TRAIL_READ',
    message: expect.stringContaining('--trail'),
  })
})

test('no type of better-sqlite3 leaves the room', () => {
  const room = join(import.meta.dirname, '../../lib/index-store')
  const names = readdirSync(room).filter((name) => name.endsWith('.d.ts'))
  expect(names.length).toBeGreaterThan(5)
  for (const name of names) expect(readFileSync(join(room, name), 'utf8')).not.toMatch(/from ['"]better-sqlite3/)
  expect(existsSync(index)).toBe(true)
})
