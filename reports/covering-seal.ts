/**
 * The first seal that covers a record, and the proof that the record is under it: computed from the lines of the trail themselves, and of
 * records that were pruned from the complete parts of their tree, which pruning keeps.
 * @module
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TrailDamagedError } from '../lib/errors.js'
import { decodeCheckpoint } from '../lib/trail/checkpoint.js'
import { type Kept, readKept } from '../lib/trail/kept.js'
import { inclusionProof } from '../lib/trail/merkle.js'
import { sealPath } from '../lib/trail/paths.js'
import { isPlaced, readTrail } from '../lib/trail/read.js'
import { StoredTree } from '../lib/trail/stored-tree.js'
import type { CertificateData } from './certificate.js'

/** Either a seal with its proof, or why there is none. */
export type Covering = Pick<CertificateData, 'seal' | 'inclusion' | 'unsealed'>

/**
 * Only a seal whose root the records themselves give is named, with what pruning left where their beginning was pruned; signatures are
 * checked by `ntp-auditor verify`, which knows the keys.
 * @throws {TrailReadError} where the trail cannot be read
 */
export async function coveringSeal(trail: string, seq: number, signal?: AbortSignal): Promise<Covering> {
  let kept: Kept
  try {
    kept = await readKept(trail, signal)
  } catch (error) {
    if (!(error instanceof TrailDamagedError)) throw error
    return none(`what pruning left cannot be used: ${error.message}`)
  }
  const prunedUpTo = kept.tree.size
  const tree = new StoredTree(kept.tree)
  let last = kept.closes.at(-1)?.placed.hash ?? ''
  let label = ''
  let passed = 0
  for await (const items of readTrail(trail, signal ? { signal } : {})) {
    for (const item of items) {
      if (!isPlaced(item)) return none(`the trail is damaged (${item.why}); run "ntp-auditor verify"`)
      const { record, hash } = item
      if (record.seq !== tree.size + 1 || record.prev !== last) {
        return none('records before them are missing that no pruning took; run "ntp-auditor verify"')
      }
      last = hash
      tree.push(hash)
      if (record.type === 'open') label = record.label
      if (record.type !== 'close' || record.seq < seq) continue
      const path = sealPath(label, record.epoch)
      const text = await readSealText(trail, path, record.seq, tree.root())
      if (text === null) {
        if (record.nextKey !== '') passed += 1
        continue
      }
      const proof = inclusionProof(seq - 1, record.seq, tree.subtree)
      const seal = { path, text, size: record.seq, prunedUpTo }
      return { seal, inclusion: { seq, size: record.seq, path: proof }, unsealed: null }
    }
  }
  if (passed === 0) return { seal: null, inclusion: null, unsealed: null }
  const those = passed === 1 ? 'the only seal behind them is' : `each of the ${passed} seals behind them is`
  return none(`${those} missing, or not that of these records; run "ntp-auditor verify"`)
}

function none(why: string): Covering {
  return { seal: null, inclusion: null, unsealed: why }
}

async function readSealText(trail: string, path: string, size: number, root: string): Promise<string | null> {
  try {
    const bytes = await readFile(join(trail, path))
    const checkpoint = decodeCheckpoint(bytes)
    return checkpoint.size === size && checkpoint.root === root ? bytes.toString('utf8') : null
  } catch {
    // Missing, or no checkpoint: the verification names it.
    return null
  }
}
