/** A note is given back as it was kept, and not at all once anything about it was changed. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import Database from 'better-sqlite3'
import { openIndex } from '../../lib/index-store/index.js'
import { removeFolders, temporaryFolder } from '../support/simulated-audit.js'
import { TrailBuilder } from '../support/trail-builder.js'

const builder = new TrailBuilder({ folder: join(temporaryFolder(), 'trail') })
builder.open()
// More than a block: of a shorter trail nothing is worth keeping.
for (let i = 0; i < 600; i += 1) builder.advance(60).heartbeat()
builder.close()
afterAll(removeFolders)

async function noted<T>(
  index: string,
  use: (notebook: NonNullable<Awaited<ReturnType<typeof openIndex>>['notebook']>) => T,
) {
  const source = await openIndex({ trail: builder.folder, index })
  try {
    if (!source.notebook) throw new Error(`no notebook: ${source.reason}`)
    return use(source.notebook)
  } finally {
    source.close()
  }
}

const one = Buffer.from([0, 1, 2, 250, 255, 0])
const other = Buffer.from('another')

test.each([
  ['nothing', '', [one, other]],
  ['its bytes', "UPDATE note SET bytes = x'0001' WHERE name = 'one'", [null, other]],
  ['its signature', "UPDATE note SET mac = replace(mac, substr(mac, 1, 4), 'abcd') WHERE name = 'one'", [null, other]],
  [
    'bytes and signature, by those of another',
    "UPDATE note SET (bytes, mac) = (SELECT bytes, mac FROM note WHERE name = 'other') WHERE name = 'one'",
    [null, other],
  ],
  ['all of it', 'DELETE FROM note', [null, null]],
  ['the table', 'DROP TABLE note', [null, null]],
])('changed: %s', async (_what, sql, expected) => {
  const index = join(temporaryFolder(), 'index.sqlite')
  await noted(index, (notebook) => {
    notebook.keep('one', one)
    notebook.keep('other', other)
  })
  const database = new Database(index)
  database.exec(sql)
  database.close()
  expect(await noted(index, (notebook) => [notebook.recall('one'), notebook.recall('other')])).toEqual(expected)
})

test('under another key no note is ours', async () => {
  const index = join(temporaryFolder(), 'index.sqlite')
  await noted(index, (notebook) => notebook.keep('one', one))
  rmSync(`${index}.key`)
  expect(await noted(index, (notebook) => notebook.recall('one'))).toBeNull()
})
