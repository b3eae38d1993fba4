import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { leafHash } from '../../lib/trail/hash.js'
import { longestLine } from '../../lib/trail/lines.js'
import { segmentPath } from '../../lib/trail/paths.js'
import type { TrailRecord } from '../../lib/trail/types.js'
import { verifyTrail } from '../../lib/trail/verify.js'
import { freshFolder, putLines, readAll } from '../support/trail-folder.js'

const page = readFileSync(fileURLToPath(new URL('../../../docs/trail-format.md', import.meta.url)), 'utf8')
const block = (kind: string): string[] =>
  (new RegExp(`\`\`\`${kind}\n([^\`]*)\n\`\`\``).exec(page)?.[1] ?? '').split('\n')
const golden = fileURLToPath(new URL('../../../test/golden/trail/', import.meta.url))

describe('the worked example of docs/trail-format.md', () => {
  const lines = block('ndjson')
  const hashes = block('text')

  test('has the hashes that the page states, and chains by them', () => {
    expect(lines).toHaveLength(3)
    expect(lines.map((line) => leafHash(Buffer.from(line)))).toEqual(hashes)
    const records = lines.map((line) => JSON.parse(line) as TrailRecord)
    expect(records.map(({ prev }) => prev)).toEqual(['', ...hashes.slice(0, 2)])
    expect(records.map(({ seq }) => seq)).toEqual([1, 2, 3])
  })

  test('is a trail that is read and verified', async () => {
    const folder = freshFolder()
    const path = segmentPath('2026-03-03', 1)
    expect(page).toContain(path)
    putLines(folder, path, lines)
    const { placed, broken } = await readAll(folder)
    expect(broken).toEqual([])
    expect(placed.map(({ hash }) => hash)).toEqual(hashes)
    expect(await verifyTrail(folder)).toMatchObject({ intact: 'self-consistent', records: 3, upTo: 3 })
  })
})

test('the page names every field and every word of the golden records', async () => {
  const { placed } = await readAll(golden)
  const missing = new Set<string>()
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, entry] of Object.entries(value)) {
      if (key === 'configuration' || key === 'tests' || key === 'answer') continue
      if (!new RegExp(`[\`"]${key}["\`]`).test(page) && !/^t[23]$/.test(key)) missing.add(key)
      look(entry)
    }
  }
  for (const { record } of placed) look(record)
  expect([...missing]).toEqual([])
})

test('the page states the limits that the code keeps', () => {
  expect(longestLine).toBe(1024 * 1024)
  expect(page).toContain('at most 1 MiB long and at most 32 levels deep')
})
