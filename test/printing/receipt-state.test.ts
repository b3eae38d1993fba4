import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { readLastPrinted, writeLastPrinted } from '../../lib/printing/receipt-state.js'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'receipt-state-'))
  path = join(folder, 'trail.receipts.json')
})
afterEach(() => rmSync(folder, { recursive: true }))

const last = { seq: 7, hash: 'ab'.repeat(32), segment: 2, offset: 100, length: 50, verdict: 'PROVEN' }

test('what is written is read, in one file', async () => {
  expect(await readLastPrinted(path)).toBeNull()
  await writeLastPrinted(path, last)
  await writeLastPrinted(path, { ...last, seq: 8 })
  expect(await readLastPrinted(path)).toEqual({ ...last, seq: 8 })
  expect(readdirSync(folder)).toEqual(['trail.receipts.json'])
})

test.each(['', '{', 'null', '[]', '{}', JSON.stringify({ ...last, seq: -1 }), JSON.stringify({ ...last, hash: 'x' })])(
  'a file with %j is refused by name',
  async (text) => {
    writeFileSync(path, text)
    await expect(readLastPrinted(path)).rejects.toThrow(`${path} does not tell what was printed last`)
  },
)

test('a folder that is gone is an error', async () => {
  await expect(writeLastPrinted(join(folder, 'no', 'state'), last)).rejects.toThrow('ENOENT')
})
