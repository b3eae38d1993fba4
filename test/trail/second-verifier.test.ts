/**
 * The second verifier, in Python and from the specification alone, against ours: the same verdict on good trails and on every kind
 * of damage.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import { anchorOf } from '../../lib/trail/anchors.js'
import { canonicalize } from '../../lib/trail/canonical.js'
import { encodeCheckpoint } from '../../lib/trail/checkpoint.js'
import { formatVkey, signNote } from '../../lib/trail/note.js'
import { sealPath } from '../../lib/trail/paths.js'
import { verifyTrail } from '../../lib/trail/verify.js'
import { epochKey, publicHex } from '../support/sealed-writer.js'
import { openDraft, sealsOf, TrailBuilder } from '../support/trail-builder.js'
import { copyTrail, linesOf, putLines, segmentFiles } from '../support/trail-folder.js'

const root = resolve(import.meta.dirname, '../../..')
const script = join(root, 'examples/verify-trail.py')
const imports = ['-c', 'import cryptography.hazmat.primitives.asymmetric.ed25519']
const python = ['python3', '/usr/bin/python3'].find((name) => spawnSync(name, imports).status === 0)
const { origin } = openDraft
const seal = (epoch: number): string => sealPath('2026-03-03', epoch)

function sealedTrail(): TrailBuilder {
  const trail = new TrailBuilder({ utc: '2026-03-03T23:59:00.000000000Z', sealedBy: 'py' })
  trail.open()
  trail.sample({ reason: 'startup' })
  trail.endEpoch()
  trail.advance(10).note(2, 'Grüße 🕒 "\\\u007f')
  trail.advance(86_400).heartbeat()
  trail.advance(10).close()
  trail.advance(5).open()
  trail.heartbeat()
  trail.endEpoch()
  trail.advance(5).heartbeat()
  return trail
}
const trail = sealedTrail()
const [one = '', two = '', three = ''] = segmentFiles(trail.folder)
const keyFolder = mkdtempSync(join(tmpdir(), 'keys-'))
const keyFile = (name: string, text: string): string => {
  writeFileSync(join(keyFolder, name), `${text}\n`)
  return join(keyFolder, name)
}
const own = keyFile('own', trail.vkey)

/** The verdicts of both; `intact`, `upTo` and `sealedUpTo` where nothing is damaged. */
async function both(folder: string, keys: string[] = [own], anchors: string[] = []): Promise<[unknown, unknown]> {
  const ours = await verifyTrail(folder, {
    keys: keys.map((path) => readFileSync(path, 'utf8')),
    anchors: anchors.map((path) => anchorOf(readFileSync(path), 'anchor')),
  })
  const options = [...keys.flatMap((path) => ['--key', path]), ...anchors.flatMap((path) => ['--anchor', path])]
  const run = spawnSync(python ?? '', [script, folder, ...options], { encoding: 'utf8' })
  const theirs = JSON.parse(run.stdout || JSON.stringify({ intact: run.stderr })) as typeof ours
  const told = ({ intact, upTo, sealedUpTo, anchoredUpTo }: typeof ours): unknown =>
    intact === false ? { intact } : { intact, upTo, sealedUpTo, anchoredUpTo }
  expect(run.status).toBe(ours.intact === true ? 0 : ours.intact === false ? 1 : 3)
  return [told(theirs), told(ours)]
}
const edit = (path: string, change: (lines: string[]) => string[]) => (folder: string) =>
  putLines(folder, path, change(linesOf(folder, path)))
const put = (path: string, change: (text: string) => string) => (folder: string) => {
  const text = readFileSync(join(folder, path), 'utf8')
  writeFileSync(join(folder, path), change(text))
}
const field = (line: string | undefined, more: object): string =>
  canonicalize({ ...(JSON.parse(line ?? '') as object), ...more })
const move = (from: string, to: string) => (folder: string) => {
  mkdirSync(dirname(join(folder, to)), { recursive: true })
  renameSync(join(folder, from), join(folder, to))
}
const drop =
  (...paths: string[]) =>
  (folder: string) => {
    for (const path of paths) rmSync(join(folder, path))
  }

const variants: readonly [name: string, change: (folder: string) => void, damaged: boolean][] = [
  ['nothing', () => {}, false],
  [
    'a line being written',
    (folder) => writeFileSync(join(folder, three), `${readFileSync(join(folder, three))}{"a`),
    false,
  ],
  [
    'zero bytes at the end',
    (folder) => writeFileSync(join(folder, three), `${readFileSync(join(folder, three))}\0\0\n\0`),
    false,
  ],
  [
    'a compressed segment',
    (folder) => {
      writeFileSync(join(folder, `${one}.gz`), gzipSync(readFileSync(join(folder, one))))
      rmSync(join(folder, one))
    },
    false,
  ],
  [
    'a compression cut short',
    (folder) => writeFileSync(join(folder, `${one}.gz`), gzipSync(readFileSync(join(folder, one)))),
    false,
  ],
  ['the newest seal missing', drop(seal(4)), false],
  [
    'a second copy of a seal',
    (folder) => {
      mkdirSync(join(folder, 'seals/2026/04'))
      cpSync(join(folder, seal(2)), join(folder, 'seals/2026/04/000000002.checkpoint'))
    },
    false,
  ],
  [
    'the newest epochs gone',
    (folder) => {
      drop(three, seal(4))(folder)
    },
    false,
  ],
  ['a field edited', put(one, (text) => text.replace('PROVEN', 'VIOLATED')), true],
  ['a key edited', put(one, (text) => text.replace(publicHex('py', 2), publicHex('other', 2))), true],
  [
    'another order of keys',
    edit(one, (lines) => lines.with(1, lines[1]?.replace(/^\{("[^"]+":[^,]+),("[^"]+":[^,]+),/, '{$2,$1,') ?? '')),
    true,
  ],
  ['a blank', put(one, (text) => text.replace('":', '": ')), true],
  ['an exponent', put(one, (text) => text.replace('100000,', '1e5,')), true],
  ['a float', put(one, (text) => text.replace('100000,', '100000.0,')), true],
  ['an escape', put(one, (text) => text.replace('Grüße', 'Gr\\u00fc\\u00dfe')), true],
  [
    'bytes that are no UTF-8',
    (folder) => writeFileSync(join(folder, one), Buffer.concat([Buffer.from([0xff]), readFileSync(join(folder, one))])),
    true,
  ],
  ['a record deleted', edit(one, (lines) => lines.toSpliced(1, 1)), true],
  ['a record doubled', edit(one, (lines) => lines.toSpliced(1, 0, lines[1] ?? '')), true],
  ['two records swapped', edit(one, (lines) => lines.with(1, lines[2] ?? '').with(2, lines[1] ?? '')), true],
  ['a line inserted', edit(one, (lines) => lines.toSpliced(1, 0, '{}')), true],
  ['an end cut off', edit(one, (lines) => lines.slice(0, -1)), true],
  ['an end cut off inside a line', put(one, (text) => text.slice(0, -10)), true],
  ['a segment missing', drop(two), true],
  ['the first segment missing', drop(one), true],
  ['a segment renamed', move(two, two.replace('000002', '000007')), true],
  [
    'a damaged compression',
    (folder) => {
      writeFileSync(join(folder, `${one}.gz`), gzipSync(readFileSync(join(folder, one))).subarray(0, -20))
      rmSync(join(folder, one))
    },
    true,
  ],
  ['another segment of the same number', (folder) => writeFileSync(join(folder, `${one}.gz`), gzipSync('x\n')), true],
  ['a seal missing', drop(seal(2)), true],
  ['the seal of an orderly stop missing', drop(seal(3)), true],
  ['all seals missing', (folder) => rmSync(join(folder, 'seals'), { recursive: true }), true],
  [
    'seals swapped',
    (folder) => {
      move(seal(1), 'x')(folder)
      move(seal(2), seal(1))(folder)
      move('x', seal(2))(folder)
    },
    true,
  ],
  ['a seal without its last newline', put(seal(2), (text) => text.slice(0, -1)), true],
  ['a seal of another size', put(seal(2), (text) => text.replace('\n5\n', '\n4\n')), true],
  ['a seal in another month', move(seal(2), 'seals/2026/04/000000002.checkpoint'), true],
  ['a seal that nobody demands', (folder) => cpSync(join(folder, seal(2)), join(folder, seal(9))), true],
  ['a segment gone, its seal left', drop(three), true],
  [
    'an old epoch sealed with a later key',
    (folder) => {
      const root = 'ab'.repeat(32)
      writeFileSync(
        join(folder, seal(2)),
        signNote(encodeCheckpoint({ origin, size: 6, root }), origin, epochKey('py', 5)),
      )
    },
    true,
  ],
  [
    'a second checkpoint under one key',
    (folder) => {
      const root = 'ab'.repeat(32)
      writeFileSync(
        join(folder, seal(2)),
        signNote(encodeCheckpoint({ origin, size: 6, root }), origin, epochKey('py', 2)),
      )
    },
    true,
  ],
  [
    'sealed records declared void',
    edit(three, (lines) => lines.with(0, field(lines[0], { supersedes: { segment: 2, offset: 0 } }))),
    true,
  ],
]

if (python === undefined) {
  test('python3 with cryptography is there, or this is not CI', () => {
    expect(process.env.CI ? 'python3-cryptography not found under CI' : 'skipped').toBe('skipped')
  })
} else {
  describe('the second verifier agrees on', () => {
    test.each(variants)('%s', async (_, change, damaged) => {
      const folder = copyTrail(trail.folder)
      change(folder)
      const [theirs, ours] = await both(folder)
      expect(theirs).toEqual(ours)
      expect((ours as { intact: unknown }).intact).toBe(!damaged)
    })

    test('no key, a foreign key, a key of another name, both keys of a trail that was given a new one', async () => {
      const foreign = keyFile('foreign', formatVkey(origin, Buffer.from(publicHex('foreign', 1), 'hex')))
      const other = keyFile('other', formatVkey('elsewhere', Buffer.from(publicHex('py', 1), 'hex')))
      for (const keys of [[], [foreign], [other], [own, foreign]]) {
        const [theirs, ours] = await both(trail.folder, keys)
        expect(theirs).toEqual(ours)
      }
      const lost = sealedTrail()
      lost.rekey('new')
      lost.endEpoch()
      const second = keyFile('second', formatVkey(origin, Buffer.from(publicHex('new', 5), 'hex')))
      for (const keys of [[own], [second], [own, second], []]) {
        const [theirs, ours] = await both(lost.folder, keys)
        expect(theirs).toEqual(ours)
      }
    })

    test('anchors: one that holds, one beyond the end, one of another tree', async () => {
      const held = join(trail.folder, seal(2))
      const [holding, ours] = await both(trail.folder, [own], [held])
      expect([holding, ours]).toEqual([
        ours,
        { intact: true, upTo: 12, sealedUpTo: 11, anchoredUpTo: expect.any(Number) },
      ])
      const short = copyTrail(trail.folder)
      drop(three, seal(4))(short)
      const beyond = await both(short, [own], [join(trail.folder, seal(4))])
      expect(beyond).toEqual([{ intact: false }, { intact: false }])
      const fork = join(keyFolder, 'fork')
      writeFileSync(
        fork,
        signNote(encodeCheckpoint({ origin, size: 5, root: 'ab'.repeat(32) }), origin, epochKey('py', 2)),
      )
      expect(await both(trail.folder, [own], [fork])).toEqual([{ intact: false }, { intact: false }])
    })

    test('a pruned trail, what is left of it falsified, and a pruning that nobody sealed', async () => {
      const old = sealedTrail()
      old.prune(2)
      const [theirs, ours] = await both(old.folder)
      expect(theirs).toEqual(ours)
      expect(ours).toMatchObject({ intact: true })
      const frontier = seal(2).replace('checkpoint', 'frontier')
      const [first = '', , last = ''] = segmentFiles(old.folder)
      for (const change of [
        put(first, (text) => text.replace(publicHex('py', 2), publicHex('other', 2))),
        put(frontier, (text) => text.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))),
        drop(frontier),
        edit(last, (lines) => lines.slice(0, -1)),
      ]) {
        const folder = copyTrail(old.folder)
        change(folder)
        expect(await both(folder)).toEqual([{ intact: false }, { intact: false }])
      }
    })

    test('what the scribe itself sealed, compressed and pruned', async () => {
      const old = new TrailBuilder({ seals: { epochNs: 21_600_000_000_000n } })
      old.open()
      for (let hour = 0; hour < 96; hour += 2) old.advance(7200).heartbeat()
      const genesis = sealsOf(old.folder).genesisBeside
      for (const step of [() => {}, () => old.scribe.prune('2026-03-05', old.stamp()), () => old.close()]) {
        step()
        const [theirs, ours] = await both(old.folder, [genesis])
        expect(theirs).toEqual(ours)
        expect(ours).toMatchObject({ intact: true })
      }
    })

    test('the golden trails, and a trail that was never sealed', async () => {
      const golden = join(root, 'test/golden')
      expect(await both(join(golden, 'sealed'), [join(golden, 'sealed.vkey')])).toEqual(
        Array(2).fill({ intact: true, upTo: 10, sealedUpTo: 8, anchoredUpTo: 0 }),
      )
      const [theirs, ours] = await both(join(golden, 'trail'), [])
      expect(theirs).toEqual(ours)
      expect(ours).toMatchObject({ intact: 'self-consistent', upTo: 12 })
    })
  })

  test('it has fewer than 200 lines', () => {
    expect(readFileSync(script, 'utf8').trimEnd().split('\n').length).toBeLessThan(200)
  })
}
