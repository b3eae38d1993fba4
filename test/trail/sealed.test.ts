import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import type { Anchor } from '../../lib/trail/anchors.js'
import { canonicalize } from '../../lib/trail/canonical.js'
import { decodeCheckpoint, encodeCheckpoint } from '../../lib/trail/checkpoint.js'
import { leafHash, sha256 } from '../../lib/trail/hash.js'
import { Frontier } from '../../lib/trail/merkle.js'
import { formatVkey, signNote } from '../../lib/trail/note.js'
import { sealPath } from '../../lib/trail/paths.js'
import type { Finding, TrailRecord, VerifyResult } from '../../lib/trail/types.js'
import { type VerifyOptions, verifyTrail } from '../../lib/trail/verify.js'
import { epochKey, publicHex } from '../support/sealed-writer.js'
import { openDraft, TrailBuilder } from '../support/trail-builder.js'
import { copyTrail, linesOf, putLines, segmentFiles } from '../support/trail-folder.js'

const origin = openDraft.origin
const day = '2026-03-03'
const seal = (epoch: number, label = day): string => sealPath(label, epoch)

/**
 * Six epochs over two midnights, an orderly stop, a crash, and a tail under no seal:
 * segment 1: 1 to 6 (epochs 1, 2), 2: 7 to 9 (3), 3: 10 to 12 (4), 4: 13 to 15 (5), 5: 16 to 18 (6).
 */
function sealedTrail(seed = 'one', steps = 9): TrailBuilder {
  const trail = new TrailBuilder({ utc: '2026-03-03T23:59:00.000000000Z', sealedBy: seed })
  trail.open()
  trail.sample({ reason: 'startup' })
  trail.endEpoch()
  trail.advance(10).heartbeat()
  trail.note(2, 'two')
  const more = [
    () => trail.advance(86_400).heartbeat(),
    () => trail.advance(10),
    () => trail.advance(86_400).heartbeat(),
    () => trail.close(),
    () => trail.advance(5).open(),
    () => trail.heartbeat(),
    () => trail.endEpoch(),
    () => trail.advance(5).crash().open(),
    () => {
      trail.heartbeat()
      trail.advance(1).heartbeat()
    },
  ]
  for (const step of more.slice(0, steps)) step()
  return trail
}
const trail = sealedTrail()
const { vkey } = trail
const segments = segmentFiles(trail.folder)
const [one = '', two = '', three = '', four = '', five = ''] = segments

const damage = (result: VerifyResult): Finding[] => result.findings.filter(({ severity }) => severity === 'damage')
const brief = (result: VerifyResult): unknown[] => damage(result).map(({ code, file, seq }) => [code, file, seq])
const notes = (result: VerifyResult): string[] =>
  result.findings.filter(({ severity }) => severity === 'note').map(({ code }) => code)
const verify = (folder: string, options: VerifyOptions = {}) => verifyTrail(folder, { keys: [vkey], ...options })

/** A copy, tampered with. */
async function tampered(change: (folder: string) => void, options: VerifyOptions = {}): Promise<VerifyResult> {
  const folder = copyTrail(trail.folder)
  change(folder)
  return verify(folder, options)
}
function edit(path: string, change: (lines: string[]) => string[]): (folder: string) => void {
  return (folder) => putLines(folder, path, change(linesOf(folder, path)))
}
const anchorOf = (folder: string, epoch: number, label = day): Anchor => {
  const checkpoint = decodeCheckpoint(readFileSync(join(folder, seal(epoch, label))))
  return { ...checkpoint, name: `sheet ${epoch}`, checkpoint }
}

describe('a sound sealed trail', () => {
  test('is what the tests below say it is', () => {
    expect(segments.map((path) => linesOf(trail.folder, path).map((line) => JSON.parse(line).type))).toEqual([
      ['open', 'sample', 'close', 'heartbeat', 'note', 'close'],
      ['open', 'heartbeat', 'close'],
      ['open', 'heartbeat', 'close'],
      ['open', 'heartbeat', 'close'],
      ['open', 'heartbeat', 'heartbeat'],
    ])
  })

  test('is intact under its key while it runs, with a note on its tail', async () => {
    expect(await verify(trail.folder)).toEqual({
      intact: true,
      records: 18,
      upTo: 18,
      sealedUpTo: 15,
      seals: 5,
      complete: 'unknown',
      anchoredUpTo: 0,
      findings: [
        {
          severity: 'note',
          code: 'unsealed-tail',
          file: null,
          line: null,
          seq: null,
          message:
            '3 records since 2026-03-05T23:59:30.000000000Z are under no seal yet: who can write these files can alter them unnoticed',
        },
      ],
    })
  })

  test('is self-consistent without its key', async () => {
    expect(await verifyTrail(trail.folder)).toMatchObject({ intact: 'self-consistent', sealedUpTo: 15, seals: 5 })
  })

  test('has nothing to note after an orderly stop', async () => {
    const stopped = sealedTrail('one', 4)
    expect(await verify(stopped.folder)).toMatchObject({ intact: true, sealedUpTo: 12, upTo: 12, findings: [] })
  })

  test('is self-consistent before its first seal', async () => {
    const young = new TrailBuilder({ sealedBy: 'one' })
    young.open()
    expect(await verify(young.folder)).toMatchObject({ intact: 'self-consistent', sealedUpTo: 0 })
  })

  test('is intact at each of its steps', async () => {
    for (let steps = 0; steps <= 9; steps++) {
      expect((await verify(sealedTrail('one', steps).folder)).intact).toBe(true)
    }
  })

  test('is intact with old segments compressed', async () => {
    const result = await tampered((folder) => {
      for (const path of [one, two, three]) {
        writeFileSync(join(folder, `${path}.gz`), gzipSync(readFileSync(join(folder, path))))
        rmSync(join(folder, path))
      }
    })
    expect(result).toMatchObject({ intact: true, records: 18, sealedUpTo: 15 })
  })

  test('is proven complete by an anchor', async () => {
    const anchors = [anchorOf(trail.folder, 2), anchorOf(trail.folder, 4, '2026-03-05')]
    expect(await verify(trail.folder, { anchors })).toMatchObject({
      intact: true,
      complete: 'anchored',
      anchoredUpTo: 12,
    })
  })

  test('may hold tokens beside its seals, and files of others', async () => {
    const result = await tampered((folder) => {
      writeFileSync(join(folder, seal(2).replace('checkpoint', 'tsr')), 'x')
      writeFileSync(join(folder, 'seals/2026/03/000000009.tsr'), 'x')
      writeFileSync(join(folder, 'seals/readme.txt'), 'x')
    })
    expect(result.intact).toBe(true)
    expect(result.findings.map(({ code, file }) => [code, file])).toEqual([
      ['foreign-file', 'seals/2026/03/000000009.tsr'],
      ['foreign-file', 'seals/readme.txt'],
      ['unsealed-tail', null],
    ])
  })

  test('of which the newest epoch was closed and is just being sealed', async () => {
    const young = sealedTrail('one', 7)
    rmSync(join(young.folder, seal(5, '2026-03-05')))
    const result = await verify(young.folder)
    expect(result).toMatchObject({ intact: true, sealedUpTo: 12 })
    expect(notes(result)).toEqual(['seal-missing', 'unsealed-tail'])
  })

  test('that goes on while its newest seal cannot be written yet', async () => {
    const result = await tampered((folder) => rmSync(join(folder, seal(5, '2026-03-05'))))
    expect(result).toMatchObject({ intact: true, sealedUpTo: 12 })
    expect(notes(result)).toEqual(['seal-missing', 'unsealed-tail'])
  })
})

type Loose = Record<string, unknown> & { readonly type: TrailRecord['type'] }

/** Rewrites all records of a trail as somebody would who knows the format: numbers and hashes are right again. */
function rewrite(folder: string, change: (records: Loose[]) => Loose[]): string[] {
  const paths = segmentFiles(folder)
  const all = paths.flatMap((path) => linesOf(folder, path).map((line) => ({ path, ...JSON.parse(line) }) as Loose))
  let prev = ''
  const written = new Map<string, string[]>(paths.map((path) => [path, []]))
  const leaves: string[] = []
  for (const [index, { path, ...record }] of change(all).entries()) {
    const line = canonicalize({ ...record, seq: index + 1, prev })
    written.get(String(path))?.push(line)
    prev = leafHash(Buffer.from(line))
    leaves.push(prev)
  }
  for (const [path, lines] of written) {
    if (lines.length > 0) putLines(folder, path, lines)
    else rmSync(join(folder, path))
  }
  return leaves
}
/** The seal over the first records, signed with any key. */
function signed(leaves: readonly string[], size: number, key: Parameters<typeof signNote>[2]): string {
  const tree = new Frontier()
  for (const leaf of leaves.slice(0, size)) tree.push(leaf)
  return signNote(encodeCheckpoint({ origin, size, root: tree.root() }), origin, key)
}
function put(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

describe('each attack on a sealed trail is found and named', () => {
  test('a record edited in place: the others stay proven', async () => {
    const result = await tampered(edit(one, (lines) => lines.with(1, (lines[1] ?? '').replace('PROVEN', 'VIOLATED'))))
    expect(brief(result)).toEqual([['edited', one, 2]])
    expect(result.sealedUpTo).toBe(15)
  })

  test('a sealing close edited in place', async () => {
    const other = publicHex('other', 2)
    const result = await tampered(
      edit(one, (lines) => lines.with(2, canonicalize({ ...JSON.parse(lines[2] ?? ''), nextKey: other }))),
    )
    expect(brief(result)).toEqual([
      ['edited', one, 3],
      ['wrong-epoch-key', seal(2), 6],
    ])
  })

  test('a record edited, and the chain behind it mended to its end', async () => {
    const result = await tampered((folder) => {
      rewrite(folder, (records) => records.with(4, { ...records[4], type: 'note', text: 'three' }))
    })
    expect(brief(result)).toEqual([['edited', seal(2), 6]])
    expect(result.sealedUpTo).toBe(3)
    expect(damage(result)[0]).toMatchObject({
      message: `${seal(2)}: record 6: records 4 to 6 are not those that were sealed, or earlier ones are not`,
      expected: expect.stringMatching(/^[0-9a-f]{64}$/),
      found: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
  })

  test('journald CVE-2023-31439: an old epoch rewritten and sealed again with the present key', async () => {
    const result = await tampered((folder) => {
      const leaves = rewrite(folder, (records) => records.with(4, { ...records[4], type: 'note', text: 'three' }))
      for (const [epoch, size] of [
        [2, 6],
        [3, 9],
        [4, 12],
        [5, 15],
      ] as const) {
        put(folder, seal(epoch), signed(leaves, size, epochKey('one', 6)))
      }
    })
    expect(brief(result)).toEqual([
      ['wrong-epoch-key', seal(2), 6],
      ['wrong-epoch-key', seal(3), 9],
      ['wrong-epoch-key', seal(4), 12],
      ['wrong-epoch-key', seal(5), 15],
    ])
    expect(result.sealedUpTo).toBe(3)
  })

  test('journald CVE-2023-31438: cut off behind an early epoch and continued with the present key', async () => {
    const result = await tampered((folder) => {
      for (const path of [two, three, four, five]) rmSync(join(folder, path))
      for (const epoch of [2, 3, 4, 5]) rmSync(join(folder, seal(epoch)))
      const leaves = rewrite(folder, (records) => records.with(4, { ...records[4], type: 'note', text: 'three' }))
      put(folder, seal(2), signed(leaves, 6, epochKey('one', 6)))
    })
    expect(brief(result)).toEqual([['wrong-epoch-key', seal(2), 6]])
    expect(damage(result)[0]?.expected).toMatch(/^ntp-auditor.example\/builder\+[0-9a-f]{8}$/)
  })

  test('the same, with the present key brought in as the next one', async () => {
    const result = await tampered((folder) => {
      for (const path of [two, three, four, five]) rmSync(join(folder, path))
      for (const epoch of [2, 3, 4, 5]) rmSync(join(folder, seal(epoch)))
      const leaves = rewrite(folder, (records) =>
        records.with(2, { ...records[2], type: 'close', nextKey: publicHex('one', 6) }),
      )
      put(folder, seal(2), signed(leaves, 6, epochKey('one', 6)))
    })
    expect(brief(result)).toEqual([['edited', seal(1), 3]])
  })

  test('journald issue 15425: a trail without any seal never passes', async () => {
    const stripped = await tampered((folder) => rmSync(join(folder, 'seals'), { recursive: true }))
    expect(brief(stripped)).toEqual([
      ['seal-missing', one, 3],
      ['seal-missing', one, 6],
      ['seal-missing', two, 9],
      ['seal-missing', three, 12],
    ])
    const anew = await tampered((folder) => {
      rmSync(join(folder, 'seals'), { recursive: true })
      rewrite(folder, (records) =>
        records
          .filter(({ type }) => type !== 'close')
          .map((record) => (record.type === 'open' ? { ...record, epoch: 1, publicKey: '' } : record)),
      )
    })
    expect(anew).toMatchObject({ intact: 'self-consistent', sealedUpTo: 0, seals: 0 })
    expect(notes(anew)).toEqual(['genesis-mismatch', 'unsealed-tail'])
  })

  test('journald CVE-2023-31437: sealed records hidden from readers by an "open" that voids them', async () => {
    const result = await tampered(
      edit(five, (lines) => [
        canonicalize({ ...JSON.parse(lines[0] ?? ''), supersedes: { segment: 4, offset: 0 } }),
        ...lines.slice(1),
      ]),
    )
    expect(result.intact).toBe(false)
    expect(brief(result)).toContainEqual(['truncated', three, 13])
    expect(brief(result)).toContainEqual(['truncated', seal(5), null])
  })

  test('immudb GHSA-672p: a chain of hashes that is right beside a tree that is not', async () => {
    const result = await tampered((folder) => {
      // Every link holds, every signature is of the right key; only the tree does not have these leaves.
      rewrite(folder, (records) => records.with(1, { ...records[1], type: 'sample', verdict: 'VIOLATED' }))
    })
    expect(brief(result)).toEqual([['edited', seal(1), 3]])
    expect(result.sealedUpTo).toBe(0)
  })

  test('a middle epoch dropped, segment and seal', async () => {
    const result = await tampered((folder) => {
      rmSync(join(folder, three))
      rmSync(join(folder, seal(4)))
    })
    expect(brief(result)).toEqual([
      ['epoch-missing', four, 13],
      ['segment-missing', null, 10],
    ])
  })

  test('a middle epoch dropped, and everything behind it numbered anew', async () => {
    const result = await tampered((folder) => {
      rmSync(join(folder, seal(4)))
      rewrite(folder, (records) => records.filter(({ path }) => path !== three))
    })
    expect(brief(result)).toEqual([
      ['epoch-missing', four, 10],
      ['deleted', seal(5), 12],
    ])
  })

  test('a trail under a foreign genesis key', async () => {
    const foreign = sealedTrail('two')
    const result = await verify(foreign.folder)
    expect(brief(result)).toEqual([['genesis-mismatch', null, 1]])
    const id = vkey.split('+').slice(0, 2).join('+')
    expect(damage(result)[0]).toMatchObject({ found: foreign.vkey, expected: id })
    const renamed = new TrailBuilder({ sealedBy: 'one', open: { origin: 'ntp-auditor.example/other' } })
    renamed.open()
    renamed.endEpoch()
    expect(brief(await verify(renamed.folder))).toEqual([['genesis-mismatch', null, 1]])
  })

  test('a segment of another sealed trail in the place of one', async () => {
    const foreign = sealedTrail('two')
    const result = await tampered((folder) => putLines(folder, two, linesOf(foreign.folder, two)))
    expect(result.intact).toBe(false)
    expect(damage(result).map(({ code }) => code)).toContain('wrong-epoch-key')
  })

  test('two checkpoints under one key: beside each other, and one against an anchor', async () => {
    const leaves = Array.from({ length: 6 }, (_, index) => leafHash(Buffer.from(`${index}`)))
    const twin = signed(leaves, 6, epochKey('one', 2))
    const beside = await tampered((folder) => put(folder, 'seals/2026/04/000000002.checkpoint', twin))
    expect(brief(beside)).toEqual([['equivocation', 'seals/2026/04/000000002.checkpoint', null]])
    const checkpoint = decodeCheckpoint(Buffer.from(twin))
    const anchored = await verify(trail.folder, { anchors: [{ ...checkpoint, name: 'sheet', checkpoint }] })
    expect(brief(anchored)).toEqual([['equivocation', null, 6]])
    expect(anchored.complete).toBe('unknown')
  })

  test('two checkpoints under one key: the one that was sealed with is not the one that the next epoch remembers', async () => {
    const result = await tampered((folder) => {
      const leaves = rewrite(folder, (records) =>
        records.map((record, index) => (index === 5 ? { ...record, previousCheckpoint: 'f'.repeat(64) } : record)),
      )
      for (const [epoch, size] of [
        [2, 6],
        [3, 9],
        [4, 12],
        [5, 15],
      ] as const) {
        put(folder, seal(epoch), signed(leaves, size, epochKey('one', epoch)))
      }
    })
    expect(brief(result)[0]).toEqual(['equivocation', one, 6])
  })

  test("two seals that took each other's places", async () => {
    const result = await tampered((folder) => {
      renameSync(join(folder, seal(2)), join(folder, 'x'))
      renameSync(join(folder, seal(3)), join(folder, seal(2)))
      renameSync(join(folder, 'x'), join(folder, seal(3)))
    })
    expect(brief(result)).toEqual([
      ['wrong-epoch-key', seal(2), 6],
      ['wrong-epoch-key', seal(3), 9],
    ])
  })

  test('a seal that is missing, of each epoch but the newest', async () => {
    for (const [epoch, path, seq] of [
      [1, one, 3],
      [2, one, 6],
      [3, two, 9],
      [4, three, 12],
    ] as const) {
      const result = await tampered((folder) => rmSync(join(folder, seal(epoch))))
      expect(brief(result)).toEqual([['seal-missing', path, seq]])
      expect(damage(result)[0]).toMatchObject({ expected: seal(epoch), found: 'no such file' })
    }
  })

  test('a seal that is missing after an orderly stop, whether or not the auditor was started again', async () => {
    for (const steps of [4, 5, 6]) {
      const { folder } = sealedTrail('one', steps)
      rmSync(join(folder, seal(4)))
      expect(brief(await verify(folder))).toEqual([['seal-missing', three, 12]])
    }
  })

  test('a seal moved to another month, or copied there', async () => {
    const path = 'seals/2026/04/000000002.checkpoint'
    const moved = await tampered((folder) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      renameSync(join(folder, seal(2)), join(folder, path))
    })
    expect(brief(moved)).toEqual([
      ['seal-missing', one, 6],
      ['inserted', path, null],
    ])
    const copied = await tampered((folder) => put(folder, path, readFileSync(join(folder, seal(2)), 'utf8')))
    expect(copied.intact).toBe(true)
    expect(notes(copied)).toEqual(['duplicate', 'unsealed-tail'])
  })

  test.each([
    ['without its last newline', (text: string) => text.slice(0, -1), 'seal-not-canonical'],
    ['with carriage returns', (text: string) => text.replaceAll('\n', '\r\n'), 'seal-not-canonical'],
    ['with an extension line', (text: string) => text.replace('\n\n', '\nmore\n\n'), 'seal-not-canonical'],
    ['with a blank line in front', (text: string) => `\n${text}`, 'seal-not-canonical'],
    ['signed twice', (text: string) => `${text}${text.slice(text.indexOf('\u2014'))}`, 'seal-not-canonical'],
    ['emptied', () => '', 'seal-not-canonical'],
    ['of a megabyte', (text: string) => text + 'x'.repeat(1024 * 1024), 'seal-not-canonical'],
    ['of another size', (text: string) => text.replace('\n6\n', '\n5\n'), 'edited'],
    ['of another trail', (text: string) => text.replaceAll('builder', 'breaker'), 'wrong-epoch-key'],
  ])('a seal %s', async (_, change, code) => {
    const result = await tampered((folder) => put(folder, seal(2), change(readFileSync(join(folder, seal(2)), 'utf8'))))
    expect(brief(result)).toEqual([[code, seal(2), 6]])
  })

  test('a folder or a pipe in the place of a seal', async () => {
    const folder = copyTrail(trail.folder)
    rmSync(join(folder, seal(1)))
    mkdirSync(join(folder, seal(1)))
    rmSync(join(folder, seal(2)))
    if (process.platform === 'win32') mkdirSync(join(folder, seal(2)))
    else execFileSync('mkfifo', [join(folder, seal(2))])
    expect(brief(await verify(folder))).toEqual([
      ['seal-not-canonical', seal(1), 3],
      ['seal-not-canonical', seal(2), 6],
    ])
  })

  test('a seal of the right key over another number of records', async () => {
    for (const [size, code] of [
      [5, 'inserted'],
      [7, 'deleted'],
    ] as const) {
      const result = await tampered((folder) => {
        const leaves = Array.from({ length: 7 }, (_, index) => leafHash(Buffer.from(`${index}`)))
        put(folder, seal(2), signed(leaves, size, epochKey('one', 2)))
      })
      expect(brief(result)[0]).toEqual([code, seal(2), 6])
    }
  })

  test('the newest epochs dropped with their seals: seen only with an anchor, or with the instant it should reach', async () => {
    const drop = (folder: string): void => {
      for (const path of [three, four, five]) rmSync(join(folder, path))
      rmSync(join(folder, seal(4)))
      rmSync(join(folder, seal(5)))
    }
    expect(await tampered(drop)).toMatchObject({ intact: true, upTo: 9, complete: 'unknown', findings: [] })
    const known = await tampered(drop, { anchors: [anchorOf(trail.folder, 4), anchorOf(trail.folder, 2)] })
    expect(known).toMatchObject({ intact: false, complete: 'unknown', anchoredUpTo: 0 })
    expect(damage(known)).toEqual([
      {
        severity: 'damage',
        code: 'truncated',
        file: null,
        line: null,
        seq: 12,
        expected: '12',
        found: '9',
        message: 'record 12: sheet 4: remembers 12 records, the trail has 9',
      },
    ])
    const late = await tampered(drop, { untilNs: 1_772_755_200_000_000_000n })
    expect(brief(late)).toEqual([['truncated', null, null]])
  })

  test('the newest epochs dropped, their seals left behind', async () => {
    const result = await tampered((folder) => {
      for (const path of [four, five]) rmSync(join(folder, path))
    })
    expect(brief(result)).toEqual([['truncated', seal(5), null]])
  })

  test('an anchor of another trail, and one of records that were made anew', async () => {
    const other = { ...anchorOf(trail.folder, 2), origin: 'elsewhere' }
    expect(brief(await verify(trail.folder, { anchors: [other] }))).toEqual([['genesis-mismatch', null, 6]])
    const fork = { name: 'sheet', origin, size: 17, root: 'f'.repeat(64) }
    const result = await verify(trail.folder, { anchors: [fork, anchorOf(trail.folder, 2)] })
    expect(brief(result)).toEqual([['edited', null, 17]])
    expect(result).toMatchObject({ complete: 'unknown', anchoredUpTo: 0 })
  })

  test('an anchor holds at any number of records, not only where an epoch ends', async () => {
    const leaves = segments.flatMap((path) => linesOf(trail.folder, path)).map((line) => leafHash(Buffer.from(line)))
    const anchors = leaves.map((_, index): Anchor => {
      const tree = new Frontier()
      for (const leaf of leaves.slice(0, index + 1)) tree.push(leaf)
      return { name: `${index}`, origin, size: index + 1, root: tree.root() }
    })
    expect(await verify(trail.folder, { anchors })).toMatchObject({
      intact: true,
      complete: 'anchored',
      anchoredUpTo: 18,
    })
  })
})

test('the tail under no seal can be rewritten: that is what it is told for', async () => {
  const result = await tampered((folder) => {
    rewrite(folder, (records) => [...records.slice(0, 16), { ...records[2], path: five, type: 'heartbeat' }])
  })
  expect(result.intact).toBe(true)
  expect(notes(result)).toEqual(['unsealed-tail'])
})

describe('a trail that was given a new key', () => {
  function rekeyed(): TrailBuilder {
    const lost = new TrailBuilder({ sealedBy: 'one' })
    lost.open()
    lost.endEpoch()
    lost.advance(1).heartbeat()
    lost.rekey('two')
    lost.advance(1).heartbeat()
    lost.endEpoch()
    lost.heartbeat()
    return lost
  }
  const second = (): string => sealedTrail('two', 0).vkey

  test('is intact only with both keys', async () => {
    const lost = rekeyed()
    const newKey = lost.sealed.vkey(origin) // that of epoch 1: the record names that of epoch 2
    expect(newKey).toBe(second())
    const both = await verifyTrail(lost.folder, { keys: [vkey, keyOf('two', 2)] })
    expect([both.intact, notes(both)]).toEqual([true, ['key-chain-broken', 'unsealed-tail']])
    const first = await verifyTrail(lost.folder, { keys: [vkey] })
    expect(brief(first)).toEqual([['key-chain-broken', segmentFiles(lost.folder)[0], 4]])
    const last = await verifyTrail(lost.folder, { keys: [keyOf('two', 2)] })
    expect(brief(last)).toEqual([['key-chain-broken', null, 1]])
    const none = await verifyTrail(lost.folder)
    expect([none.intact, notes(none)]).toEqual(['self-consistent', ['key-chain-broken', 'unsealed-tail']])
  })

  test('without a record of it is found', async () => {
    const lost = rekeyed()
    rewrite(lost.folder, (records) => records.filter(({ type }) => type !== 'rekey'))
    const result = await verifyTrail(lost.folder, { keys: [vkey, keyOf('two', 2)] })
    expect(result.intact).toBe(false)
    expect(damage(result).map(({ code }) => code)).toContain('wrong-epoch-key')
  })

  test('may have begun under none', async () => {
    const late = new TrailBuilder({ sealedBy: '' })
    late.sealed.withoutKey()
    late.open()
    late.advance(1).heartbeat()
    late.rekey('two', 'enrolled')
    late.endEpoch()
    const key = keyOf('two', 1)
    const result = await verifyTrail(late.folder, { keys: [key] })
    expect([result.intact, result.sealedUpTo, notes(result)]).toEqual([true, 4, ['key-chain-broken']])
    expect((await verifyTrail(late.folder)).intact).toBe('self-consistent')
  })

  test('goes on unsealed where its key is gone: a note', async () => {
    const lost = sealedTrail('one', 4)
    lost.sealed.withoutKey()
    lost.advance(5).open()
    lost.heartbeat()
    lost.close()
    const result = await verify(lost.folder)
    expect([result.intact, result.sealedUpTo, notes(result)]).toEqual([true, 12, ['unsealed-tail']])
  })
})
function keyOf(seed: string, epoch: number): string {
  return formatVkey(origin, Buffer.from(publicHex(seed, epoch), 'hex'))
}

describe('a pruned trail', () => {
  function pruned(): TrailBuilder {
    const old = sealedTrail()
    old.prune(3)
    return old
  }
  const left = (folder: string): string[] => segmentFiles(folder).map((path) => path.slice(8))

  test('is intact, and says what is gone', async () => {
    const { folder } = pruned()
    expect(left(folder)).toEqual([
      '2026-03-03.000001.pruned.ndjson',
      '2026-03-04.000002.pruned.ndjson',
      '2026-03-05.000003.pruned.ndjson',
      '2026-03-05.000004.ndjson',
      '2026-03-05.000005.ndjson',
    ])
    const result = await verify(folder)
    expect(result).toMatchObject({ intact: true, upTo: 20, sealedUpTo: 20, seals: 6 })
    expect(result.findings.map(({ code, message }) => [code, message])).toEqual([
      [
        'pruned',
        'records 1 to 12: were taken away by pruning; what is left of them are the keys and seals of their epochs',
      ],
    ])
  })

  test('still answers to an anchor of what is gone, where an epoch ended', async () => {
    const { folder } = pruned()
    const anchors = [anchorOf(trail.folder, 2)]
    expect(await verify(folder, { anchors })).toMatchObject({ intact: true, complete: 'anchored', anchoredUpTo: 6 })
    const between = await verify(folder, { anchors: [{ name: 'sheet', origin, size: 5, root: 'f'.repeat(64) }] })
    expect(between).toMatchObject({ intact: true, complete: 'unknown' })
    expect(between.findings[1]?.message).toBe('record 5: sheet: cannot be tested: records that it covers are missing')
  })

  test('is intact while its files are being taken away, one after the other', async () => {
    const before = sealedTrail()
    const whole = copyTrail(before.folder)
    before.prune(3)
    for (const [index, path] of [three, two, one].entries()) {
      putLines(before.folder, path, linesOf(whole, path))
      const result = await verify(before.folder)
      expect([path, result.intact, result.sealedUpTo]).toEqual([path, true, 20])
      expect(notes(result)).toEqual(index < 2 ? ['pruned'] : [])
    }
  })

  test('with another key in a kept close', async () => {
    const { folder } = pruned()
    const path = segmentFiles(folder)[0] ?? ''
    putLines(
      folder,
      path,
      linesOf(folder, path).map((line) => line.replace(publicHex('one', 2), publicHex('evil', 2))),
    )
    const result = await verify(folder)
    expect(brief(result)).toEqual([
      ['edited', seal(1).replace('checkpoint', 'frontier'), 3],
      ['wrong-epoch-key', seal(2), 6],
    ])
  })

  test('with a frontier that is missing or another', async () => {
    const path = seal(2).replace('checkpoint', 'frontier')
    for (const [change, code] of [
      [(whole: string) => rmSync(whole), 'deleted'],
      [(whole: string) => writeFileSync(whole, `${'0'.repeat(64)}\n`.repeat(2)), 'edited'],
      [(whole: string) => writeFileSync(whole, 'x'), 'edited'],
    ] as const) {
      const { folder } = pruned()
      change(join(folder, path))
      expect(brief(await verify(folder))).toEqual([[code, path, 6]])
    }
  })

  test('by somebody who has no key: a "prune" record in the unsealed tail excuses nothing', async () => {
    const { folder } = pruned()
    const forged = copyTrail(trail.folder)
    for (const path of [one, two, three]) rmSync(join(forged, path))
    for (const path of segmentFiles(folder).slice(0, 3)) putLines(forged, path, linesOf(folder, path))
    for (const epoch of [1, 2, 3, 4]) {
      const path = seal(epoch).replace('checkpoint', 'frontier')
      put(forged, path, readFileSync(join(folder, path), 'utf8'))
    }
    const [, , , , tail = ''] = segmentFiles(folder)
    putLines(forged, tail, linesOf(folder, tail).slice(0, 4)) // with the "prune" record, without the seal over it
    const result = await verify(forged)
    expect(brief(result)).toEqual([['deleted', null, 1]])
    expect(damage(result)[0]?.message).toBe(
      'records 1 to 12: were taken away, and no "prune" record under a seal says so',
    )
  })

  test('of which more is gone than its record says', async () => {
    const { folder } = pruned()
    const fourth = segmentFiles(folder)[3] ?? ''
    const lines = linesOf(folder, fourth)
    rmSync(join(folder, fourth))
    putLines(folder, fourth.replace('ndjson', 'pruned.ndjson'), [lines[0] ?? '', lines[2] ?? ''])
    const result = await verify(folder)
    expect(damage(result).map(({ code }) => code)).toEqual(['deleted', 'deleted'])
  })
})

test('sealed bytes hash to what the next epoch remembers', () => {
  const close = JSON.parse(linesOf(trail.folder, one)[5] ?? '') as { previousCheckpoint: string }
  expect(sha256(readFileSync(join(trail.folder, seal(1))))).toBe(close.previousCheckpoint)
})
