/**
 * The chain of keys in a bundle: from the key or the checkpoint that the verifier trusts, epoch by epoch, to the seal that covers the
 * records. Pure.
 * @module
 */
import type { Anchor, Anchors } from '../trail/anchors.js'
import type { Checkpoint } from '../trail/checkpoint.js'
import type { Findings, Spot } from '../trail/findings.js'
import { sha256 } from '../trail/hash.js'
import { verifyConsistency, verifyInclusion } from '../trail/merkle.js'
import type { VerifierKey } from '../trail/note.js'
import { tryLine } from '../trail/place.js'
import { judgeSeal } from '../trail/seal.js'
import type { Placed } from '../trail/types.js'
import type { Bundle } from './bundle.js'

export interface CheckedChain {
  /** The last seal; `null` where the chain does not hold. */
  readonly head: Checkpoint | null
  /** Whether it begins with something that the verifier trusts. */
  readonly trusted: boolean
  /**
   * Of the trees up to this size nothing shows that each continues the one before: their records were pruned. 0: all are proven to. Only
   * records behind it are proven by the head.
   */
  readonly prunedUpTo: number
}

const nothing: CheckedChain = { head: null, trusted: false, prunedUpTo: 0 }

/** Goes from the key or checkpoint that the verifier trusts to the last checkpoint of the list. */
export function checkChain(
  bundle: Bundle,
  keys: readonly VerifierKey[],
  given: readonly Anchor[],
  anchors: Anchors,
  findings: Findings,
): CheckedChain {
  const { origin } = bundle
  const known = keys.filter(({ name }) => name === origin)
  let head: Checkpoint | null = null
  let trusted = false
  let prunedUpTo = 0
  /** A key signs one checkpoint. */
  const used = new Set<string>()
  let next: { readonly epoch: number; readonly key: string; readonly digest: string } | null = null
  for (const [index, entry] of bundle.epochs.entries()) {
    const spot = { file: 'epochs', line: index + 1 }
    const placed = readLine(entry.close, spot, findings)
    const record = placed?.record
    if (!placed || record?.type !== 'close' || record.nextKey === '') {
      if (placed) findings.add('damage', 'epoch-missing', spot, null, 'the record does not end an epoch')
      return nothing
    }
    const id = signerOf(entry.checkpoint)
    const own = used.has(id) ? undefined : known.find((key) => key.id === id)
    used.add(id)
    let publicKey = next?.key ?? ''
    if (own && own.publicKey.toString('hex') !== publicKey) {
      // A key that the verifier brought: where the chain begins, or where the trail was given a new one.
      if (next)
        findings.add('note', 'key-chain-broken', spot, record.seq, 'the trail was given a new key; it was given here')
      publicKey = own.publicKey.toString('hex')
      if (!next) trusted = true
    }
    const demand = { epoch: record.epoch, origin, publicKey, size: record.seq, firstSeq: record.firstSeq, root: null }
    const bytes = Buffer.from(entry.checkpoint)
    const judged = judgeSeal(bytes, { ...demand, leaf: placed.hash, label: '', spot, pruned: false })
    const { checkpoint, fault } = judged
    if (fault) {
      const { code, detail, ...extra } = fault
      findings.add('damage', code, spot, record.seq, detail, extra)
    }
    if (!checkpoint || fault) return nothing
    if (!next) trusted ||= given.some((anchor) => same(anchor, checkpoint))
    if (!verifyInclusion(placed.hash, record.seq - 1, checkpoint.size, checkpoint.root, entry.proof)) {
      findings.add('damage', 'edited', spot, record.seq, `the "close" of epoch ${record.epoch} is not under its seal`)
      return nothing
    }
    if (next && record.epoch !== next.epoch) {
      const extra = { expected: String(next.epoch), found: String(record.epoch) }
      findings.add('damage', 'epoch-missing', spot, record.seq, 'the epochs do not follow one another', extra)
    }
    if (next && record.previousCheckpoint !== next.digest) {
      const extra = { expected: record.previousCheckpoint, found: next.digest }
      findings.add('damage', 'equivocation', spot, record.seq, `epoch ${record.epoch - 1} was sealed twice`, extra)
    }
    if (head) {
      const { size } = head
      if (record.firstSeq !== size + 1 || record.count !== record.seq - size) {
        const expected = `${size + 1} to ${record.seq}`
        const found = `${record.firstSeq} to ${record.firstSeq + record.count - 1}`
        const detail = `epoch ${record.epoch} does not begin where the one before it ended`
        findings.add('damage', 'epoch-missing', spot, record.seq, detail, { expected, found })
      }
      // Pruning takes away the beginning: behind a proof there is no excuse.
      if (entry.consistency === null && prunedUpTo === (index === 1 ? 0 : size)) prunedUpTo = checkpoint.size
      else checkConsistency(head, checkpoint, entry.consistency, spot, findings)
    }
    anchors.onKey(origin, record.epoch, publicKey === '' ? '00' : publicKey)
    const continued = bundle.epochs[index + 1]?.consistency !== null
    if (continued) anchors.onSeal(record.epoch, checkpoint)
    else anchors.onLooseSeal(record.epoch, checkpoint)
    head = checkpoint
    next = { epoch: record.epoch + 1, key: record.nextKey, digest: judged.digest || sha256(bytes) }
  }
  if (!head) findings.add('damage', 'seal-missing', { file: 'epochs', line: null }, null, 'the bundle holds no seal')
  if (head && !trusted && keys.length > 0) {
    const expected = keys.map(({ name, id }) => `${name}+${id}`).join(' ')
    const found = `${origin}+${signerOf(bundle.epochs[0]?.checkpoint ?? '')}`
    const detail = 'its chain of keys does not begin with a key that was given'
    findings.add('damage', 'genesis-mismatch', { file: 'epochs', line: 1 }, null, detail, { expected, found })
  }
  return { head, trusted, prunedUpTo }
}

function same(anchor: Anchor, { origin, size, root }: Checkpoint): boolean {
  return anchor.origin === origin && anchor.size === size && anchor.root === root
}

function checkConsistency(
  before: Checkpoint,
  after: Checkpoint,
  proof: readonly string[] | null,
  spot: Spot,
  findings: Findings,
): void {
  if (proof !== null && verifyConsistency(before.size, before.root, after.size, after.root, proof)) return
  const detail = `the tree of ${after.size} records is not proven to continue that of ${before.size}`
  findings.add('damage', 'edited', spot, after.size, detail)
}

/** The key id on the signature line of a checkpoint, unverified. */
function signerOf(checkpoint: string): string {
  const encoded = checkpoint.trimEnd().split(' ').at(-1) ?? ''
  return Buffer.from(encoded, 'base64').subarray(0, 4).toString('hex')
}

/** Reads a line of a bundle as a record. */
export function readLine(line: string, spot: Spot, findings: Findings): Placed | null {
  const bytes = Buffer.from(line)
  const placed = bytes.toString('utf8') === line ? tryLine(bytes, 1, 0) : 'the line is not UTF-8'
  if (typeof placed !== 'string') return placed
  findings.add('damage', 'edited', spot, null, placed)
  return null
}
