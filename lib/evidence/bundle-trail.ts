/**
 * A trail as making a bundle needs it: the records that are left, their tree, and every epoch from the first on.
 * @module
 */
import { BundleError } from '../errors.js'
import { type Kept, readKept } from '../trail/kept.js'
import { inclusionProof } from '../trail/merkle.js'
import { isPlaced, readTrail } from '../trail/read.js'
import { StoredTree } from '../trail/stored-tree.js'
import type { CloseBody, OpenBody, Placed, TrailRecord } from '../trail/types.js'

/** A `close` that ends an epoch. */
export interface Closed {
  readonly record: TrailRecord & CloseBody
  /** Label day of its segment. */
  readonly label: string
  readonly hash: string
  /** Its audit path in the tree that it closes. */
  proof(): readonly string[]
}

export interface BundleTrail {
  /** The records that are left, without a hole. */
  readonly placed: readonly Placed[]
  /** seq of the last record that pruning took away; 0: none. */
  readonly prunedUpTo: number
  /** `open` records of the part that was taken away: what they say is proven by nothing. */
  readonly keptOpens: readonly (TrailRecord & OpenBody)[]
  readonly tree: StoredTree
  readonly closes: readonly Closed[]
}

/**
 * Reads a trail once from end to end.
 * @throws {BundleError} where it is damaged, or records are missing that no pruning took
 * @throws {TrailReadError | TrailDamagedError} where it cannot be read
 */
export async function readForBundle(folder: string, signal: AbortSignal | undefined): Promise<BundleTrail> {
  const kept = await readKept(folder, signal)
  const tree = new StoredTree(kept.tree)
  const prunedUpTo = tree.size
  const placed: Placed[] = []
  const closes: Closed[] = kept.closes.map(({ placed: { hash }, record, label, proof }) => {
    return { record, label, hash, proof: () => proof }
  })
  let label = ''
  for await (const items of readTrail(folder, signal ? { signal } : {})) {
    for (const item of items) {
      if (!isPlaced(item)) throw new BundleError(`the trail is damaged (${item.why}); run "ntp-auditor verify"`)
      const { record, hash } = item
      if (record.seq !== tree.size + 1 || (placed.length === 0 && record.prev !== lastHash(kept))) {
        throw new BundleError('records of the trail are missing; run "ntp-auditor verify"')
      }
      tree.push(hash)
      placed.push(item)
      if (record.type === 'open') label = record.label
      if (record.type !== 'close' || record.nextKey === '') continue
      const { seq } = record
      closes.push({ record, label, hash, proof: () => inclusionProof(seq - 1, seq, tree.subtree) })
    }
  }
  return { placed, prunedUpTo, keptOpens: kept.opens, tree, closes }
}

/** What the first record that is left must remember. */
function lastHash({ closes }: Kept): string {
  return closes.at(-1)?.placed.hash ?? ''
}
