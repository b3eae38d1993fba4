/**
 * The first seal that covers a record, and the proof that the record is under it: computed from the lines of the trail themselves.
 * @module
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeCheckpoint } from '../lib/trail/checkpoint.js'
import { Frontier, inclusionProof, overLeaves } from '../lib/trail/merkle.js'
import { sealPath } from '../lib/trail/paths.js'
import { isPlaced, readTrail } from '../lib/trail/read.js'
import type { CertificateData } from './certificate.js'

const hashBytes = 32

/** Leaf hashes side by side: those of a year take 100 MB less than as texts. */
class Leaves {
  #bytes = Buffer.alloc(hashBytes * 4096)
  size = 0

  add(hash: string): void {
    if (this.size * hashBytes === this.#bytes.length)
      this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(this.#bytes.length)])
    this.#bytes.write(hash, this.size * hashBytes, 'hex')
    this.size += 1
  }

  at(index: number): string {
    return this.#bytes.toString('hex', index * hashBytes, (index + 1) * hashBytes)
  }
}

/**
 * Only a seal whose root the records themselves give is named; signatures are checked by `ntp-auditor verify`, which knows the keys.
 * @returns `null` where no such seal covers the record, or records before it are missing
 * @throws {TrailReadError} where the trail cannot be read
 */
export async function coveringSeal(
  trail: string,
  seq: number,
  signal?: AbortSignal,
): Promise<Required<Pick<CertificateData, 'seal' | 'inclusion'>> | null> {
  const leaves = new Leaves()
  const frontier = new Frontier()
  let label = ''
  for await (const items of readTrail(trail, signal ? { signal } : {})) {
    for (const item of items) {
      if (!isPlaced(item) || item.record.seq !== leaves.size + 1) return null
      const { record, hash } = item
      leaves.add(hash)
      frontier.push(hash)
      if (record.type === 'open') label = record.label
      if (record.type !== 'close' || record.seq < seq) continue
      const path = sealPath(label, record.epoch)
      const text = await readSealText(trail, path, record.seq, frontier.root())
      if (text === null) continue
      const subtree = overLeaves((index) => leaves.at(index))
      const proof = inclusionProof(seq - 1, record.seq, subtree)
      return { seal: { path, text, size: record.seq }, inclusion: { seq, size: record.seq, path: proof } }
    }
  }
  return null
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
