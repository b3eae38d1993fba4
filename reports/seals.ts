/**
 * The seals over the records of a report, as they lie in the trail: written before its last record, so that a report that is made again
 * later names the same ones.
 * @module
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeCheckpoint } from '../lib/trail/checkpoint.js'
import { sealPath } from '../lib/trail/paths.js'
import type { SealDocument } from './document.js'

/** A `close` record: what it seals, and the label day of the segment that holds it. */
export interface Closed {
  readonly seq: number
  readonly epoch: number
  readonly label: string
}

/** The last seal of each label day; a seal that is missing, or is none, is left to the verification to name. */
export async function readSeals(trail: string, closes: readonly Closed[]): Promise<SealDocument[]> {
  const perDay = closes.filter((close, i) => closes[i + 1]?.label !== close.label)
  const found: SealDocument[] = []
  for (const close of perDay.toReversed()) {
    const seal = await readSeal(trail, close)
    if (seal) found.unshift(found.length === 0 ? seal : { ...seal, text: '' })
  }
  return found
}

async function readSeal(trail: string, { seq, epoch, label }: Closed): Promise<SealDocument | null> {
  const path = sealPath(label, epoch)
  try {
    const bytes = await readFile(join(trail, path))
    const { size, root } = decodeCheckpoint(bytes)
    if (size !== seq) return null
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    return { path, epoch, size, root, sha256, text: bytes.toString('utf8') }
  } catch {
    return null
  }
}
