import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { encodeCheckpoint } from '../../lib/trail/checkpoint.js'
import { leafHash } from '../../lib/trail/hash.js'
import { longestLine } from '../../lib/trail/lines.js'
import { Frontier } from '../../lib/trail/merkle.js'
import { formatVkey, openNote, rawPublicKey, signNote } from '../../lib/trail/note.js'
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

describe('the tree and the checkpoint of the worked example', () => {
  const lines = block('ndjson')
  const origin = 'ntp-auditor.example/host-1'
  const secret = Buffer.from(Array.from({ length: 32 }, (_, index) => index))
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), secret])
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const tree = new Frontier()
  const roots = lines.map((line) => {
    tree.push(leafHash(Buffer.from(line)))
    return tree.root()
  })

  test('have the roots, the key and the bytes that the page states', () => {
    expect(roots).toEqual(block('roots'))
    expect([formatVkey(origin, rawPublicKey(key))]).toEqual(block('vkey'))
    const signed = signNote(encodeCheckpoint({ origin, size: 3, root: tree.root() }), origin, key)
    expect(signed).toBe(`${block('checkpoint').join('\n')}\n`)
    expect(openNote(Buffer.from(signed), block('vkey')).verifiedBy).toHaveLength(1)
  })
})

test('the page names every code of a finding and every field of a bundle', () => {
  const types = readFileSync(fileURLToPath(new URL('../../../lib/trail/types.ts', import.meta.url)), 'utf8')
  const codes = /export type FindingCode =\n([^;]*?)\n\n/.exec(types)?.[1]?.match(/[a-z][a-z-]+/g) ?? []
  expect(codes.length).toBeGreaterThan(20)
  expect(codes.filter((code) => code !== 'more' && !page.includes(`\`${code}\``))).toEqual([])
  const bundle = readFileSync(fileURLToPath(new URL('../../../lib/evidence/bundle.ts', import.meta.url)), 'utf8')
  const fields = [...bundle.matchAll(/readonly (\w+):/g)].map(([, field]) => field)
  expect(fields.length).toBeGreaterThan(10)
  expect(fields.filter((field) => !page.includes(`\`${field}\``))).toEqual([])
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
