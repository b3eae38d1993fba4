import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { unsyncedFiles } from '../../lib/scribe/files.js'
import { Scribe } from '../../lib/scribe/scribe.js'
import { verifyTrail } from '../../lib/trail/verify.js'
import { writeGoldenSealed } from '../support/golden-sealed.js'
import { writeGolden } from '../support/golden-trail.js'
import { openDraft, TrailBuilder } from '../support/trail-builder.js'
import { allFiles, freshFolder, readAll } from '../support/trail-folder.js'

const golden = fileURLToPath(new URL('../../../test/golden/trail/', import.meta.url))
const lastHash = '00ee95d118655f209ed576e4c5d46aba953ca1b184b9dccd04bf823090acc020'

test('the golden trail is read and verified', async () => {
  const { placed, broken } = await readAll(golden)
  expect(broken).toEqual([])
  expect(placed.map(({ record }) => record.type)).toEqual([
    'open',
    'sample',
    'heartbeat',
    'clock-change',
    'sample',
    'gap',
    'note',
    'reference',
    'open',
    'recover',
    'not-yet-known',
    'close',
  ])
  expect(placed.at(-1)?.hash).toBe(lastHash)
  expect(await verifyTrail(golden)).toMatchObject({ intact: 'self-consistent', records: 12, upTo: 12 })
})

test('the same facts give the same bytes today', () => {
  const folder = freshFolder()
  const placed = writeGolden(folder)
  expect(placed.at(-1)?.hash).toBe(lastHash)
  expect(allFiles(folder)).toEqual(allFiles(golden))
  for (const path of allFiles(golden)) {
    expect(readFileSync(join(folder, path), 'utf8')).toBe(readFileSync(join(golden, path), 'utf8'))
  }
})

test('the scribe of today goes on where the golden trail ends', async () => {
  const folder = freshFolder()
  cpSync(golden, folder, { recursive: true })
  const scribe = Scribe.open({ folder, zone: 'UTC', files: unsyncedFiles })
  expect(scribe.tail).toMatchObject({ seq: 12, hash: lastHash, orderly: true })
  const [open] = scribe.begin(openDraft, new TrailBuilder().stamp())
  expect(open?.record).toMatchObject({ seq: 13, prev: lastHash, segment: 3, afterCrash: false })
  scribe.abandon()
  expect(await verifyTrail(folder)).toMatchObject({ intact: 'self-consistent', records: 13 })
})

describe('the golden sealed trail', () => {
  const sealed = fileURLToPath(new URL('../../../test/golden/sealed/', import.meta.url))
  const vkey = readFileSync(fileURLToPath(new URL('../../../test/golden/sealed.vkey', import.meta.url)), 'utf8')

  test('is read and verified', async () => {
    const { placed, broken } = await readAll(sealed)
    expect([placed.length, broken]).toEqual([10, []])
    expect(await verifyTrail(sealed, { keys: [vkey] })).toMatchObject({
      ...{ intact: true, records: 10, upTo: 10, sealedUpTo: 8, seals: 3 },
      findings: [{ severity: 'note', code: 'unsealed-tail' }],
    })
  })

  test('is made of the same bytes today', () => {
    const folder = freshFolder()
    expect(`${writeGoldenSealed(folder).vkey}\n`).toBe(vkey)
    expect(allFiles(folder)).toEqual(allFiles(sealed))
    for (const path of allFiles(sealed)) {
      expect(readFileSync(join(folder, path), 'utf8')).toBe(readFileSync(join(sealed, path), 'utf8'))
    }
  })
})
