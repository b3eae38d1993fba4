/** Starts on trails and keys that do not belong together: what was lost, restored, copied, set back or never there. */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { GenesisError, OptionRangeError } from '../../lib/errors.js'
import { decodeLastSeal, encodeLastSeal, type LastSeal } from '../../lib/scribe/last-seal.js'
import type { SealOptions } from '../../lib/scribe/resume.js'
import { formatVkey } from '../../lib/trail/note.js'
import { checkSeals } from '../support/check-seals.js'
import { faultyFiles } from '../support/faulty-files.js'
import { type BuilderOptions, openDraft, sealsOf, TrailBuilder } from '../support/trail-builder.js'
import { copyTrail, freshFolder, linesOf, putLines, readAll, segmentFiles } from '../support/trail-folder.js'

/** A trail of two sealed epochs, stopped in good order. */
function sealed(options: BuilderOptions = {}): TrailBuilder {
  const trail = new TrailBuilder({ seals: {}, ...options })
  trail.open()
  trail.advance(3600).heartbeat()
  trail.advance(60).close()
  return trail
}

/** Another auditor on a folder. */
function again(folder: string, seals: Partial<SealOptions> = {}, more: BuilderOptions = {}): TrailBuilder {
  return new TrailBuilder({ folder, seals, utc: '2026-03-03T12:00:00.000000000Z', ...more })
}

const keysOf = (folder: string): string => sealsOf(folder).keys
const snapshot = (folder: string): string => {
  const copy = freshFolder()
  rmSync(copy, { recursive: true })
  cpSync(folder, copy, { recursive: true })
  return copy
}
function restore(folder: string, copy: string): void {
  rmSync(folder, { recursive: true })
  cpSync(copy, folder, { recursive: true })
}
function rememberedIn(folder: string): LastSeal {
  const seal = decodeLastSeal(readFileSync(join(keysOf(folder), 'last-seal')))
  if (!seal) throw new Error('no last-seal')
  return seal
}

/** Goes on, records, stops: nothing of it is sealed, and the trail stays readable. */
async function goesOnUnsealed(trail: TrailBuilder, why: string): Promise<void> {
  const { record } = trail.open()
  expect(record).toMatchObject({ publicKey: '', enrolled: false })
  expect(trail.problems).toEqual([{ code: 'ERR_UNSEALED', message: expect.stringContaining(why) }])
  expect(trail.problems[0]?.message).toMatch(/Recording goes on, unsealed\. .*Next step: /)
  for (let i = 0; i < 3; i++) trail.advance(3600).heartbeat()
  expect(trail.close().record).toMatchObject({ nextKey: '' })
  expect(trail.seals).toEqual([])
  const { placed, broken } = await readAll(trail.folder)
  expect(broken).toEqual([])
  expect(placed.at(-1)?.record.type).toBe('close')
}

describe('recording goes on unsealed', () => {
  test('keys-lost: the folder of the keys is gone', async () => {
    const { folder } = sealed()
    rmSync(keysOf(folder), { recursive: true })
    await goesOnUnsealed(again(folder), 'the key of epoch 3 is not in')
    expect(existsSync(keysOf(folder))).toBe(false)
    expect(checkSeals(folder)).toMatchObject({ epochs: [1, 2], sealedUpTo: 4, wrong: [] })
  })

  test('keys-restored: an older copy of the keys came back', async () => {
    const trail = sealed()
    const { folder } = trail
    const old = snapshot(keysOf(folder))
    trail.open()
    trail.close()
    restore(keysOf(folder), old)
    await goesOnUnsealed(again(folder), 'the key of epoch 4 is not in')
    expect(checkSeals(folder)).toMatchObject({ epochs: [1, 2, 3], wrong: [] })
  })

  test('trail-restored: an older copy of the trail came back, and stays unsealed at every further start', async () => {
    const trail = sealed()
    const { folder } = trail
    const old = snapshot(folder)
    trail.open()
    trail.advance(10).heartbeat()
    trail.close()
    restore(folder, old)
    await goesOnUnsealed(again(folder), 'ends with record 4, but 7 records of it were sealed here')
    await goesOnUnsealed(again(folder), 'record 7 of the trail')
  })

  test('empty-volume: the keys are here, the trail is not', async () => {
    const { folder } = sealed()
    rmSync(folder, { recursive: true })
    await goesOnUnsealed(again(folder), 'is empty, but the keys')
  })

  test('empty-volume before the first seal', async () => {
    const trail = new TrailBuilder({ seals: {} })
    trail.open()
    trail.crash()
    rmSync(trail.folder, { recursive: true })
    await goesOnUnsealed(again(trail.folder), 'is empty, but the keys')
  })

  test('empty-volume of keys and trail both: the genesis key is still known', async () => {
    const { folder } = sealed()
    rmSync(folder, { recursive: true })
    rmSync(keysOf(folder), { recursive: true })
    await goesOnUnsealed(again(folder), 'the key of epoch 1 is not in')
  })

  const otherMachine = { ...openDraft.identity, machine: 'ffeeddccbbaa99887766554433221100' }

  test('cloned-image: trail and keys were copied to another computer', async () => {
    const { folder } = sealed()
    await goesOnUnsealed(again(folder, {}, { open: { identity: otherMachine } }), 'were made on another computer')
  })

  test('golden-image: keys that were made before the image was copied', async () => {
    const trail = new TrailBuilder({ seals: {} })
    trail.open()
    trail.crash()
    const { folder } = trail
    rmSync(folder, { recursive: true })
    const seal = rememberedIn(folder)
    writeFileSync(join(keysOf(folder), 'last-seal'), encodeLastSeal({ ...seal, begun: false }))
    await goesOnUnsealed(again(folder, {}, { open: { identity: otherMachine } }), 'were made on another computer')
  })

  test('a computer that does not know its own id is not taken for a copy', () => {
    const { folder } = sealed()
    const trail = again(folder, {}, { open: { identity: { ...otherMachine, machine: 'unknown' } } })
    expect(trail.open().record).toMatchObject({ epoch: 3, publicKey: expect.stringMatching(/^\w{64}$/) })
    trail.close()
    expect(checkSeals(folder)).toMatchObject({ epochs: [1, 2, 3], wrong: [] })
  })

  test('last-seal-damaged', async () => {
    const { folder } = sealed()
    writeFileSync(join(keysOf(folder), 'last-seal'), '{}\n')
    await goesOnUnsealed(again(folder), 'last-seal does not say what it should')
  })

  test('foreign-keys: the folder holds those of another trail', async () => {
    const { folder } = sealed()
    const { folder: other } = sealed()
    rmSync(keysOf(folder), { recursive: true })
    cpSync(keysOf(other), keysOf(folder), { recursive: true })
    await goesOnUnsealed(again(folder), 'record 4 of the trail')
  })

  test.each(['EACCES', 'EROFS'])('keys that cannot be made: %s', async (code) => {
    const files = faultyFiles()
    const trail = new TrailBuilder({ files, seals: {} })
    files.fault = (call, path) => (path.startsWith(keysOf(trail.folder)) && call === 'makeFolder' ? code : null)
    await goesOnUnsealed(trail, `cannot be read or made (${code})`)
    files.fault = () => null
    await goesOnUnsealed(again(trail.folder), 'the key of epoch 1 is not in')
  })

  test('a trail of a version that sealed nothing', async () => {
    const old = new TrailBuilder()
    old.open()
    old.close()
    await goesOnUnsealed(again(old.folder), 'the key of epoch 1 is not in')
  })

  test('records lost from the tail that no seal covers yet', async () => {
    const trail = new TrailBuilder({ seals: {} })
    trail.open()
    for (let i = 0; i < 5; i++) trail.advance(1).heartbeat()
    trail.crash()
    const [path = ''] = segmentFiles(trail.folder)
    const lines = linesOf(trail.folder, path)
    putLines(trail.folder, path, lines.toSpliced(2, 2))
    const next = again(trail.folder)
    expect(next.open().record).toMatchObject({ publicKey: '' })
    expect(next.problems).toMatchObject([{ message: expect.stringContaining('has lost records from 3 on') }])
    next.close()
    expect(next.seals).toEqual([])
  })
})

test('one lost line does not stop the seals: its successor remembers its hash', async () => {
  const trail = new TrailBuilder({ seals: {} })
  trail.open()
  for (let i = 0; i < 5; i++) trail.advance(1).heartbeat()
  trail.crash()
  const [path = ''] = segmentFiles(trail.folder)
  const lines = linesOf(trail.folder, path)
  putLines(trail.folder, path, lines.toSpliced(2, 1))
  const next = again(trail.folder)
  next.open()
  next.close()
  expect(next.problems).toEqual([])
  // With the line back in its place the seal is right: the tree never lost it.
  putLines(trail.folder, path, lines)
  const { wrong, epochs } = checkSeals(trail.folder)
  expect([epochs, wrong]).toEqual([[1], []])
})

describe('a computer set back to a snapshot, trail and keys alike', () => {
  test('cannot know it: but the second checkpoint of that epoch gives it away to whoever holds the first', () => {
    const trail = sealed()
    const { folder } = trail
    const [oldTrail, oldKeys] = [snapshot(folder), snapshot(keysOf(folder))]
    trail.open()
    const first = trail.seal()
    trail.close()
    restore(folder, oldTrail)
    restore(keysOf(folder), oldKeys)
    const reverted = again(folder)
    reverted.open()
    reverted.advance(1).heartbeat()
    const second = reverted.seal()
    expect(second.epoch).toBe(first.epoch)
    expect(second.path).toBe(first.path)
    expect(second.text).not.toBe(first.text)
    reverted.crash()
  })
})

describe('a configured genesis key', () => {
  const vkeyOf = (folder: string): string => {
    const path = join(freshFolder(), 'genesis.vkey')
    cpSync(sealsOf(folder).genesisBeside, path)
    return path
  }

  test('makes a trail that begins with it an enrolled one', () => {
    const { folder } = sealed()
    const trail = again(folder, { genesis: vkeyOf(folder) })
    expect(trail.open().record).toMatchObject({ enrolled: true, epoch: 3 })
    trail.close()
    expect(trail.problems).toEqual([])
  })

  test('refuses a trail that begins with another, and writes nothing', async () => {
    const { folder } = sealed()
    const { folder: other } = sealed()
    const before = (await readAll(folder)).placed.length
    const trail = again(folder, { genesis: vkeyOf(other) })
    expect(() => trail.open()).toThrow(GenesisError)
    trail.crash()
    expect((await readAll(folder)).placed).toHaveLength(before)
    expect(segmentFiles(folder)).toHaveLength(1)
  })

  test('refuses to begin under another key', async () => {
    const { folder } = sealed()
    const genesis = vkeyOf(folder)
    const trail = new TrailBuilder({ seals: { genesis } })
    await goesOnUnsealed(trail, 'the key of epoch 1 is not in')
    expect(existsSync(keysOf(trail.folder))).toBe(false)
  })

  test('must be a readable key', () => {
    const { folder } = sealed()
    const bad = join(freshFolder(), 'genesis.vkey')
    for (const [text, why] of [
      [null, 'there is no such file'],
      ['hello', 'not a verifier key'],
      [`${formatVkey('a', Buffer.alloc(32)).replace('+', '+0')}\n`, 'not a verifier key'],
    ] as const) {
      if (text !== null) writeFileSync(bad, text)
      const trail = again(folder, { genesis: bad })
      expect(() => trail.open()).toThrow(OptionRangeError)
      expect(() => trail.open()).toThrow(why)
      trail.crash()
    }
  })
})

describe('what a crash left of a close', () => {
  test('a key that no close named yet is kept and used', () => {
    const trail = new TrailBuilder({ seals: {} })
    trail.open()
    trail.seal()
    const { keys } = sealsOf(trail.folder)
    const second = readFileSync(join(keys, '000000002.key'))
    trail.crash()
    const next = again(trail.folder)
    next.open()
    expect(readFileSync(join(keys, '000000002.key'))).toEqual(second)
    next.close()
    expect(checkSeals(trail.folder)).toMatchObject({ epochs: [1, 2], wrong: [] })
  })

  test('a close without its checkpoint is sealed with the same bytes, before anything is written', () => {
    const trail = new TrailBuilder({ seals: {} })
    trail.open()
    const { keys } = sealsOf(trail.folder)
    const before = snapshot(keys)
    const news = trail.seal()
    trail.crash()
    rmSync(join(trail.folder, news.path))
    cpSync(join(before, '000000001.key'), join(keys, '000000001.key'))
    cpSync(join(before, 'last-seal'), join(keys, 'last-seal'))
    const next = again(trail.folder)
    expect(next.open().record).toMatchObject({ epoch: 2, seq: 3 })
    expect(readFileSync(join(trail.folder, news.path), 'utf8')).toBe(news.text)
    expect(next.seals).toEqual([news])
    expect(readdirSync(keys).sort()).toEqual(['000000002.key', 'last-seal'])
    next.close()
    expect(checkSeals(trail.folder)).toMatchObject({ epochs: [1, 2], wrong: [] })
  })
})

describe('the tree that is remembered beside the keys', () => {
  test('spares the reading of what was sealed', () => {
    const trail = sealed()
    for (let day = 0; day < 3; day++) {
      trail.advance(86_400).open()
      trail.close()
    }
    const files = faultyFiles()
    const next = again(trail.folder, {}, { files })
    next.open()
    const reads = segmentFiles(trail.folder).map(
      (segment) => files.calls.filter(({ call, path }) => call === 'read' && path.endsWith(segment)).length,
    )
    // One look at the very first record, which names the genesis key; then only the segment of the last seal.
    expect(reads.slice(0, 3)).toEqual([1, 0, 0])
    next.close()
    expect(next.problems).toEqual([])
    expect(checkSeals(trail.folder)).toMatchObject({ epochs: [1, 2, 3, 4, 5, 6], wrong: [] })
  })

  test('is not believed where the checkpoint does not bear it out', () => {
    for (const lie of [
      { frontier: ['00'.repeat(32), '11'.repeat(32)] },
      { frontier: [] },
      { frontier: ['22'.repeat(32)] },
    ]) {
      const { folder } = sealed()
      const seal = rememberedIn(folder)
      writeFileSync(join(keysOf(folder), 'last-seal'), encodeLastSeal({ ...seal, ...lie }))
      const next = again(folder)
      next.open()
      next.close()
      expect(next.problems).toEqual([])
      expect(checkSeals(folder)).toMatchObject({ epochs: [1, 2, 3], wrong: [] })
    }
  })

  test('is done without where last-seal is gone', () => {
    const { folder } = sealed()
    rmSync(join(keysOf(folder), 'last-seal'))
    const next = again(folder)
    next.open()
    next.close()
    expect(next.problems).toEqual([])
    expect(checkSeals(folder)).toMatchObject({ epochs: [1, 2, 3], wrong: [] })
  })
})

describe('a new chain of keys in an old trail', () => {
  const rekey = 'the keys were lost in a fire'

  test.each([
    ['keys-lost', (folder: string) => rmSync(keysOf(folder), { recursive: true })],
    ['last-seal-damaged', (folder: string) => writeFileSync(join(keysOf(folder), 'last-seal'), 'x')],
    ['nothing lost at all', () => {}],
  ])('is begun by a record that names both keys: %s', async (_name, lose) => {
    const { folder } = sealed()
    lose(folder)
    const unsealed = again(folder)
    unsealed.open()
    unsealed.crash()
    const trail = again(folder, { rekey })
    trail.open()
    expect(trail.placed.map(({ record }) => record.type)).toEqual(['open', 'rekey'])
    const [open, body] = trail.placed.map(({ record }) => record)
    expect(open).toMatchObject({ publicKey: '', epoch: 3 })
    expect(body).toMatchObject({
      epoch: 3,
      oldKey: expect.stringMatching(/^\w{64}$/),
      newKey: expect.stringMatching(/^\w{64}$/),
      why: rekey,
    })
    trail.close()
    expect(checkSeals(folder)).toMatchObject({ epochs: [1, 2, 3], wrong: [] })
    const next = again(folder)
    expect(next.open().record).toMatchObject({ epoch: 4, publicKey: expect.stringMatching(/^\w{64}$/) })
    next.close()
    expect([trail.problems, next.problems]).toEqual([[], []])
    expect(checkSeals(folder)).toMatchObject({ epochs: [1, 2, 3, 4], wrong: [] })
    expect(readdirSync(keysOf(folder)).sort()).toEqual(['000000005.key', 'last-seal'])
  })

  test('goes on after a crash right behind the record', () => {
    const { folder } = sealed()
    rmSync(keysOf(folder), { recursive: true })
    const trail = again(folder, { rekey })
    trail.open()
    trail.crash()
    const next = again(folder)
    next.open()
    next.close()
    expect(next.problems).toEqual([])
    expect(checkSeals(folder)).toMatchObject({ epochs: [1, 2, 3], wrong: [] })
  })

  test('serves a restored trail, whose keys remembered more', () => {
    const trail = sealed()
    const { folder } = trail
    const old = snapshot(folder)
    trail.open()
    trail.close()
    restore(folder, old)
    const next = again(folder, { rekey })
    next.open()
    next.close()
    expect(next.problems).toEqual([])
    expect(checkSeals(folder)).toMatchObject({ epochs: [1, 2, 3], wrong: [] })
  })

  test('serves a trail that never had a key', () => {
    const old = new TrailBuilder()
    old.open()
    old.close()
    const trail = again(old.folder, { rekey })
    trail.open()
    trail.close()
    expect(trail.placed[1]?.record).toMatchObject({ type: 'rekey', oldKey: '', epoch: 1 })
    expect(checkSeals(old.folder)).toMatchObject({ epochs: [1], sealedUpTo: 5, wrong: [] })
  })
})

test('a torn end is not cut where a seal lies over it', async () => {
  const { folder } = sealed()
  const copy = copyTrail(folder)
  cpSync(keysOf(folder), keysOf(copy), { recursive: true })
  const [path = ''] = segmentFiles(copy)
  const bytes = readFileSync(join(copy, path))
  writeFileSync(join(copy, path), bytes.subarray(0, bytes.length - 40))
  const next = again(copy)
  next.open()
  expect(next.scribe.recovered).toMatchObject([{ finding: 'damaged', quarantine: null }])
  expect(readFileSync(join(copy, path))).toEqual(bytes.subarray(0, bytes.length - 40))
  expect(next.problems[0]?.message).toContain('ends with record 3, but 4 records of it were sealed here')
  next.crash()
})
