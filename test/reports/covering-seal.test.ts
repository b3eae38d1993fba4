import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { decodeCheckpoint } from '../../lib/trail/checkpoint.js'
import { verifyInclusion } from '../../lib/trail/merkle.js'
import { coveringSeal } from '../../reports/covering-seal.js'
import { readExcerpt } from '../../reports/excerpt.js'
import { TrailBuilder } from '../support/trail-builder.js'

const trail = new TrailBuilder({ sealedBy: 'covering' })
trail.open()
const first = trail.advance(64).sample()
const firstSeal = trail.endEpoch()
const second = trail.advance(64).sample()
const secondSeal = trail.advance(1).endEpoch()
const unsealed = trail.advance(64).heartbeat()

test('the first seal behind a record covers it, and its proof verifies', async () => {
  const covered = await coveringSeal(trail.folder, first.record.seq)
  expect(covered?.seal?.size).toBe(firstSeal.record.seq)
  const { root, size } = decodeCheckpoint(Buffer.from(covered!.seal!.text))
  const { path } = covered!.inclusion!
  expect(verifyInclusion(first.hash, first.record.seq - 1, size, root, path)).toBe(true)
  expect(verifyInclusion(second.hash, first.record.seq - 1, size, root, path)).toBe(false)
})

test('a record behind the last seal is covered by none', async () => {
  expect(await coveringSeal(trail.folder, unsealed.record.seq)).toBeNull()
})

test('a seal that is missing, or whose root the records do not give, is passed over for the next', async () => {
  const covered = await coveringSeal(trail.folder, first.record.seq)
  const path = join(trail.folder, covered!.seal!.path)
  const kept = readFileSync(path, 'utf8')
  const other = (await coveringSeal(trail.folder, second.record.seq))!.seal!.text
  writeFileSync(path, kept.replace(/\n[A-Za-z0-9+/=]{44}\n/, other.match(/\n[A-Za-z0-9+/=]{44}\n/)![0]))
  expect((await coveringSeal(trail.folder, first.record.seq))?.seal?.size).toBe(secondSeal.record.seq)
  rmSync(path)
  expect((await coveringSeal(trail.folder, first.record.seq))?.seal?.size).toBe(secondSeal.record.seq)
})

test('records are read again word for word, with their hashes', async () => {
  const lines = await readExcerpt(trail.folder, [second.record.seq, first.record.seq, 999])
  expect(lines.map(({ seq, type, hash }) => [seq, type, hash])).toEqual([
    [first.record.seq, 'sample', first.hash],
    [second.record.seq, 'sample', second.hash],
  ])
  expect(JSON.parse(lines[0]!.text)).toEqual(first.record)
})
