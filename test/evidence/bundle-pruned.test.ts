import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { type Bundle, parseBundle } from '../../lib/evidence/bundle.js'
import { type BundleResult, type CheckOptions, checkBundle } from '../../lib/evidence/bundle-check.js'
import { makeBundle } from '../../lib/evidence/bundle-make.js'
import { answer, trailSource } from '../../lib/evidence/index.js'
import type { Question } from '../../lib/evidence/types.js'
import { parseInstant } from '../../lib/instant.js'
import { type Anchor, anchorOf } from '../../lib/trail/anchors.js'
import { canonicalize } from '../../lib/trail/canonical.js'
import { encodeCheckpoint } from '../../lib/trail/checkpoint.js'
import { leafHash } from '../../lib/trail/hash.js'
import { inclusionProof } from '../../lib/trail/merkle.js'
import { signNote } from '../../lib/trail/note.js'
import { frontierPath, sealPath } from '../../lib/trail/paths.js'
import { isPlaced, readTrail } from '../../lib/trail/read.js'
import { StoredTree } from '../../lib/trail/stored-tree.js'
import { epochKey, publicHex } from '../support/sealed-writer.js'
import { openDraft, TrailBuilder } from '../support/trail-builder.js'

const { origin } = openDraft
const text = '{"longestGapNs":"256000000000","toleranceNs":"50000000"}'
const open = {
  configuration: JSON.parse(text) as object,
  configurationDigest: createHash('sha256').update(text).digest('hex'),
}
const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

const days = ['2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05'] as const

/** Four days, each of an hour around midnight, an epoch each quarter of an hour; a segment each day. */
function fourDays(more: Partial<typeof openDraft> = {}): TrailBuilder {
  const folder = mkdtempSync(join(tmpdir(), 'pruned-'))
  folders.push(folder)
  const trail = new TrailBuilder({ folder, utc: `${days[0]}T23:30:00.000000000Z`, sealedBy: 'pruned', open })
  trail.open(more)
  for (let day = 0; day < 3; day++) {
    for (let minute = 0; minute < 60; minute++) {
      trail.sample()
      trail.advance(60)
      if (minute % 15 === 14) trail.endEpoch()
    }
    if (day < 2) trail.advance(82_800)
  }
  trail.sample()
  return trail
}

const question = (at: string): Question => ({
  atNs: parseInstant(`${at}.000000000Z`),
  scale: 'true',
  toleranceNs: 50_000_000n,
  longestGapNs: 256_000_000_000n,
})
async function bundleAt(folder: string, at: string, since: Anchor | null = null): Promise<Bundle> {
  const asked = question(at)
  const made = await makeBundle(folder, asked, await answer(await trailSource(folder), asked), { since })
  return parseBundle(JSON.stringify(made))
}
const sealOf = (folder: string, day: string, epoch: number): Anchor =>
  anchorOf(readFileSync(join(folder, sealPath(day, epoch))), `sheet ${epoch}`)
const brief = ({ findings }: BundleResult) => findings.map(({ code, severity, file }) => [code, severity, file])
const seqOf = (line: string | undefined) => (JSON.parse(line ?? '') as { seq: number }).seq

const before = fourDays()
const pruned = fourDays()
pruned.prune(2)
const { folder, vkey } = pruned
const check = (bundle: Bundle, options: CheckOptions = {}) => checkBundle(bundle, { keys: [vkey], ...options })
const at = `${days[2]}T00:10:30`
const bundle = await bundleAt(folder, at)

describe('a bundle of a pruned trail', () => {
  test('gives the answer that the whole trail gives, and says what it stands on', async () => {
    const result = await check(bundle)
    expect(result).toMatchObject({ intact: true, complete: 'unknown', from: 112, upTo: 113, sealedUpTo: 117 })
    expect(pruned.placed.findLast(({ record }) => record.type === 'prune')?.record).toMatchObject({ toSeq: 100 })
    expect(result.prunedUpTo).toBe(100)
    expect(result.findings).toEqual([
      {
        ...{ severity: 'note', code: 'pruned', file: 'epochs', line: null, seq: 1 },
        message:
          'epochs: records 1 to 100: were pruned: their keys and seals are here, each seal under its own key; that their trees continue one ' +
          'another is not proven. From record 101 on it is',
      },
    ])
    const whole = await check(await bundleAt(before.folder, at))
    expect(result.answer).toEqual(whole.answer)
    expect(whole.prunedUpTo).toBe(0)
  })

  test('proves the tree from the last pruned epoch on, and the configuration by the digest in the first record that is left', () => {
    expect(bundle.epochs.map(({ close, consistency }) => [seqOf(close), consistency?.length ?? null])).toEqual([
      [17, null],
      [33, null],
      [34, null],
      [51, null],
      [67, null],
      [83, null],
      [99, null],
      [100, null],
      [117, 6],
    ])
    expect(JSON.parse(bundle.open.line)).toMatchObject({ seq: 101, reason: 'rotation', configuration: null })
    expect(bundle.open.configuration).toBe(text)
  })

  test('can be made of every minute that is left, also with the start of a later day', async () => {
    for (let minute = 0; minute < 60; minute += 7) {
      const time = new Date(Date.parse(`${days[2]}T23:30:00Z`) - 86_400_000 + minute * 60_000)
        .toISOString()
        .slice(0, 19)
      const asked = question(time)
      if (time.slice(0, 10) < days[2]) {
        await expect(bundleAt(folder, time)).rejects.toThrow('the trail holds no record of that instant')
        continue
      }
      const result = await check(await bundleAt(folder, time))
      expect([asked.atNs, result.intact, brief(result)]).toEqual([asked.atNs, true, [['pruned', 'note', 'epochs']]])
    }
    const again = fourDays()
    again.crash()
    again.open()
    for (let minute = 0; minute < 5; minute++) again.advance(60).sample()
    again.endEpoch()
    again.prune(2)
    const made = await bundleAt(again.folder, `${days[3]}T00:32:30`)
    expect(made.open.configuration).toBeUndefined()
    expect(JSON.parse(made.open.line)).toMatchObject({ reason: 'start', configuration: { toleranceNs: '50000000' } })
    expect(brief(await check(made))).toEqual([['pruned', 'note', 'epochs']])
  })

  test('proves all that a whole one does where its keys begin at the last pruned epoch, or behind it', async () => {
    for (const [day, epoch] of [
      [days[1], 8],
      [days[2], 9],
    ] as const) {
      const since = sealOf(folder, day, epoch)
      const short = await bundleAt(folder, at, since)
      const result = await checkBundle(short, { anchors: [since] })
      expect(result).toMatchObject({
        intact: true,
        complete: 'anchored',
        anchoredUpTo: since.size,
        prunedUpTo: 0,
        findings: [],
      })
    }
  })

  test('of which one epoch was pruned lacks no proof', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pruned-'))
    folders.push(folder)
    const trail = new TrailBuilder({ folder, utc: '2026-03-02T23:58:30.000000000Z', sealedBy: 'pruned', open })
    trail.open()
    for (let minute = 0; minute < 6; minute++) trail.advance(60).sample()
    trail.endEpoch()
    trail.prune(1)
    const made = await bundleAt(folder, '2026-03-03T00:02:00')
    expect(made.epochs.map(({ consistency }) => consistency === null)).toEqual([true, false])
    expect(await check(made)).toMatchObject({ intact: true, prunedUpTo: 0, findings: [] })
  })

  test('after a second pruning', async () => {
    const twice = fourDays()
    twice.prune(1)
    twice.advance(86_400).sample()
    twice.endEpoch()
    twice.prune(1)
    const result = await check(await bundleAt(twice.folder, at))
    expect(result).toMatchObject({ intact: true, prunedUpTo: 100 })
    expect(brief(result)).toEqual([['pruned', 'note', 'epochs']])
  })

  test('without a key is self-consistent; anchors in the pruned part contradict it, and confirm nothing', async () => {
    expect((await checkBundle(bundle)).intact).toBe('self-consistent')
    const seal = sealOf(folder, days[0], 2)
    const held = await check(bundle, { anchors: [seal] })
    expect(held).toMatchObject({ intact: true, complete: 'unknown', anchoredUpTo: 0 })
    expect(brief(held)).toEqual([
      ['pruned', 'note', 'epochs'],
      ['pruned', 'note', null],
    ])
    const fork = { ...seal, root: 'f'.repeat(64) }
    expect(brief(await check(bundle, { anchors: [fork] }))).toContainEqual(['equivocation', 'damage', null])
    const { checkpoint: _, ...bare } = fork
    expect(brief(await check(bundle, { anchors: [bare] }))).toContainEqual(['edited', 'damage', null])
    const since = await bundleAt(folder, at, seal)
    expect(await checkBundle(since, { anchors: [seal] })).toMatchObject({ intact: true, complete: 'unknown' })
    // The last pruned tree is proven to be the beginning of what is left.
    const last = await check(bundle, { anchors: [sealOf(folder, days[1], 8)] })
    expect(last).toMatchObject({ intact: true, complete: 'anchored', anchoredUpTo: 100 })
  })
})

describe('a bundle of a pruned trail cannot be made', () => {
  const copy = (from = folder): string => {
    const to = mkdtempSync(join(tmpdir(), 'pruned-'))
    folders.push(to)
    cpSync(from, to, { recursive: true })
    return to
  }

  test('where nothing that is left proves the configuration', async () => {
    const other = fourDays({ configurationDigest: '0'.repeat(64) })
    other.prune(2)
    await expect(bundleAt(other.folder, at)).rejects.toThrow(
      'the start that governs the answer, record 1, was pruned, and record 101, which is left, does not prove its configuration',
    )
  })

  test('where a tree that was kept is missing, garbled or another', async () => {
    const path = frontierPath(days[1], 6)
    const gone = copy()
    rmSync(join(gone, path))
    await expect(bundleAt(gone, at)).rejects.toThrow(`${path}: what was pruned cannot be tested without this file`)
    const garbled = copy()
    writeFileSync(join(garbled, path), 'x')
    await expect(bundleAt(garbled, at)).rejects.toThrow(`${path}: the last line has no newline at its end`)
    const other = copy()
    const right = readFileSync(join(other, path), 'utf8')
    writeFileSync(
      join(other, path),
      right.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
    )
    await expect(bundleAt(other, at)).rejects.toThrow('the seal of epoch 6 is not its own')
    const last = copy()
    const first = readFileSync(join(last, frontierPath(days[1], 8)), 'utf8')
    writeFileSync(
      join(last, frontierPath(days[1], 8)),
      first.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
    )
    await expect(bundleAt(last, at)).rejects.toThrow('the seal of epoch 8 is not its own')
  })

  test('where a whole segment is missing instead', async () => {
    const hole = copy(before.folder)
    rmSync(join(hole, '2026/03/2026-03-02.000001.ndjson'))
    await expect(bundleAt(hole, at)).rejects.toThrow('the trail is damaged (record 35 follows record 0')
    const kept = copy()
    rmSync(join(kept, '2026/03/2026-03-03.000002.pruned.ndjson'))
    await expect(bundleAt(kept, at)).rejects.toThrow('records of the trail are missing; run "ntp-auditor verify"')
  })
})

describe('a bundle that calls a trail pruned is refused', () => {
  const none = (epochs: Bundle['epochs'], from: number, to: number) =>
    epochs.map((epoch, index) => (index >= from && index <= to ? { ...epoch, consistency: null } : epoch))

  test('where a record or the start stands before the last tree that nothing links', async () => {
    const whole = await bundleAt(before.folder, at)
    // Up to the epoch before: the records stand behind it, the start does not.
    const start = await check({ ...whole, epochs: none(whole.epochs, 1, 7) })
    expect(brief(start)).toEqual([['edited', 'damage', 'open']])
    const all = await check({ ...bundle, epochs: none(bundle.epochs, 1, 8) })
    expect(brief(all)).toEqual([
      ['edited', 'damage', 'records'],
      ['edited', 'damage', 'open'],
    ])
  })

  test('where a proof is missing behind one that is there', async () => {
    const late = await bundleAt(folder, `${days[2]}T00:20:30`)
    expect(late.epochs).toHaveLength(10)
    expect(brief(await check({ ...late, epochs: none(late.epochs, 9, 9) }))).toContainEqual([
      'edited',
      'damage',
      'epochs',
    ])
    expect((await check({ ...late, epochs: none(late.epochs, 9, 9) })).intact).toBe(false)
  })

  test('with another close, path or proof in the pruned part', async () => {
    const flip = (proof: readonly string[] | null) =>
      (proof ?? []).map((step) => step.replace(/^./, (c) => (c === '0' ? '1' : '0')))
    for (const [index, epoch] of bundle.epochs.entries()) {
      const wrong: Bundle['epochs'][number][] = [
        { ...epoch, proof: flip(epoch.proof) },
        { ...epoch, close: canonicalize({ ...(JSON.parse(epoch.close) as object), nextKey: publicHex('other', 2) }) },
        { ...epoch, consistency: epoch.consistency === null ? ['0'.repeat(64)] : flip(epoch.consistency) },
      ]
      // The first epoch continues nothing.
      for (const one of index === 0 ? wrong.slice(0, 2) : wrong) {
        expect((await check({ ...bundle, epochs: bundle.epochs.with(index, one) })).intact).toBe(false)
      }
      const fewer = await check({ ...bundle, epochs: bundle.epochs.toSpliced(index, 1) })
      expect(fewer.intact).toBe(false)
    }
  })

  test('with another configuration, without any, with one too many', async () => {
    const configured = (configuration: string | undefined) => {
      const { configuration: _, ...rest } = bundle.open
      return check({ ...bundle, open: { ...rest, ...(configuration === undefined ? {} : { configuration }) } })
    }
    for (const other of [undefined, text.replace('256', '999'), ` ${text}`, 'null', '{']) {
      expect(brief(await configured(other))).toContainEqual(['wrong-answer', 'damage', 'open'])
    }
    const whole = await bundleAt(before.folder, at)
    const twice = await check({ ...whole, open: { ...whole.open, configuration: text } })
    expect(brief(twice)).toEqual([['wrong-answer', 'damage', 'open']])
    const longer = await check({ ...bundle, question: { ...bundle.question, longestGapNs: '999000000000' } })
    expect(brief(longer)).toContainEqual(['wrong-answer', 'damage', 'answer'])
  })

  test('by who holds the key of the present epoch and writes another past', async () => {
    // The attacker has the whole trail and the key of epoch 10; he changes a sample of epoch 9, and all that follows from it.
    const lines: string[] = []
    for await (const items of readTrail(before.folder)) {
      for (const item of items) if (isPlaced(item)) lines.push(canonicalize(item.record))
    }
    const whole = await bundleAt(before.folder, `${days[2]}T00:20:30`)
    const genuine = whole.epochs
    const sealed = seqOf(genuine[9]?.close)
    const forged = lines.slice(0, 111)
    for (const line of lines.slice(111, sealed)) {
      const record = JSON.parse(line) as { seq: number; type: string }
      const lie = record.seq === 112 ? { reason: 'requested' } : {}
      forged.push(canonicalize({ ...record, ...lie, prev: leafHash(Buffer.from(forged.at(-1) ?? '')) }))
    }
    const tree = new StoredTree()
    for (const line of forged) tree.push(leafHash(Buffer.from(line)))
    const path = (seq: number) => inclusionProof(seq - 1, sealed, tree.subtree)
    const checkpoint = signNote(
      encodeCheckpoint({ origin, size: sealed, root: tree.root() }),
      origin,
      epochKey('pruned', 10),
    )
    const close = forged.at(-1) ?? ''
    const last = { close, proof: path(sealed), checkpoint, consistency: null }
    const run = forged.slice(111, 113)
    const made = {
      ...bundle,
      open: { line: forged[100] ?? '', proof: path(101), configuration: text },
      ...{ records: run, proof: path(113) },
    }
    const attempt = async (epochs: Bundle['epochs']) => {
      const result = await check({ ...made, epochs })
      return [result.intact, result.findings.filter(({ severity }) => severity === 'damage').map(({ code }) => code)]
    }
    // Every path and signature of it is right; only that epoch 10 goes on from epoch 9 cannot be shown.
    expect(await attempt([...genuine.slice(0, 9), last])).toEqual([false, ['edited']])
    expect(await attempt([...none(genuine.slice(0, 9), 1, 8), last])).toEqual([false, ['edited', 'edited']])
    const honest = { ...last, consistency: genuine[9]?.consistency ?? [] }
    expect(await attempt([...genuine.slice(0, 9), honest])).toEqual([false, ['edited']])
  })
})
