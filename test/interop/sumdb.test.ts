/**
 * Trees and notes against Go's checksum database (Debian: golang-go, golang-golang-x-mod-dev), which was written by others from
 * the same specifications.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect } from '@jest/globals'
import { leafHash } from '../../lib/trail/hash.js'
import { consistencyProof, Frontier, inclusionProof, overLeaves } from '../../lib/trail/merkle.js'
import { formatVkey, openNote, rawPublicKey, signNote } from '../../lib/trail/note.js'
import { sealPath } from '../../lib/trail/paths.js'
import { epochKey, publicHex } from '../support/sealed-writer.js'
import { needs } from '../support/tools.js'
import { linesOf, segmentFiles } from '../support/trail-folder.js'

const source = resolve(import.meta.dirname, '../../../test/interop/sumdb/main.go')
const golden = resolve(import.meta.dirname, '../../../test/golden/sealed')
const origin = 'ntp-auditor.example/golden-sealed'

interface Said {
  readonly leaves: readonly string[]
  readonly roots: readonly string[]
  readonly inclusion: readonly (readonly string[])[]
  readonly consistency: readonly (readonly string[])[]
  readonly opened: readonly string[]
  readonly signed: readonly string[]
}

function ask(question: object): Said {
  const cache = mkdtempSync(join(tmpdir(), 'go-'))
  const env = { PATH: process.env.PATH, HOME: cache, GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOCACHE: cache }
  const run = spawnSync('go', ['run', source], {
    input: JSON.stringify(question),
    env,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  if (run.status !== 0) throw new Error(`go run: ${run.error?.message ?? run.stderr}`)
  return JSON.parse(run.stdout) as Said
}

/** The form in which Go keeps a secret key. */
function signerKey(name: string, seed: string, epoch: number): string {
  const key = epochKey(seed, epoch)
  const [, id = ''] = formatVkey(name, rawPublicKey(key)).split('+')
  const secret = key.export({ format: 'der', type: 'pkcs8' }).subarray(-32)
  return `PRIVATE+KEY+${name}+${id}+${Buffer.concat([Buffer.of(1), secret]).toString('base64')}`
}

describe("Go's checksum database", () => {
  needs('go')('computes the same leaves, roots and proofs, opens our seals, and signs to our bytes', async () => {
    const trail = segmentFiles(golden).flatMap((path) => linesOf(golden, path))
    const lines = [...trail, ...Array.from({ length: 61 }, (_, index) => `line ${index}`)]
    const pairs = (least: number) =>
      lines.flatMap((_, size) => Array.from({ length: size + 1 }, (_, at) => [size + 1, at + least] as const))
    const seals = [1, 2, 3].map((epoch) => readFileSync(join(golden, sealPath('2026-03-03', epoch)), 'utf8'))
    const keys = [1, 2, 3].map((epoch) => formatVkey(origin, Buffer.from(publicHex('golden', epoch), 'hex')))
    const texts = ['a\n', 'a\n\nb\n', 'Grüße\n']
    const said = ask({
      lines,
      inclusion: pairs(0),
      consistency: pairs(1),
      notes: [
        ...seals.map((seal, index) => [seal, keys[index]]),
        [seals[0], keys[1]],
        [seals[0]?.replace('3', '4'), keys[0]],
      ],
      sign: texts.map((text) => [text, signerKey(origin, 'golden', 1)]),
    })
    const leaves = lines.map((line) => leafHash(Buffer.from(line)))
    expect(said.leaves).toEqual(leaves)
    const tree = new Frontier()
    const roots = leaves.map((leaf) => {
      tree.push(leaf)
      return tree.root()
    })
    expect(said.roots).toEqual(roots)
    const subtree = overLeaves((index) => leaves[index] ?? '')
    expect(said.inclusion).toEqual(pairs(0).map(([size, index]) => inclusionProof(index, size, subtree)))
    expect(said.consistency).toEqual(pairs(1).map(([size, old]) => consistencyProof(old, size, subtree)))
    expect(said.opened.slice(0, 3)).toEqual(
      seals.map((seal, index) => openNote(Buffer.from(seal), [keys[index] ?? '']).text),
    )
    expect(said.opened.slice(3)).toEqual([expect.stringMatching(/^error: /), expect.stringMatching(/^error: /)])
    expect(said.signed).toEqual(texts.map((text) => signNote(text, origin, epochKey('golden', 1))))
  })
})
