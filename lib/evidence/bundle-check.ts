/**
 * Verifies a bundle without its trail: the chain of keys, the place of the records under a seal, that none is missing between
 * them, and the answer, which is worked out again.
 * @module
 */
import { parseInstant } from '../instant.js'
import { type Anchor, Anchors } from '../trail/anchors.js'
import type { Checkpoint } from '../trail/checkpoint.js'
import { Findings, type Spot } from '../trail/findings.js'
import { sha256 } from '../trail/hash.js'
import { verifyConsistency, verifyInclusion } from '../trail/merkle.js'
import { parseVkey, type VerifierKey } from '../trail/note.js'
import { tryLine } from '../trail/place.js'
import { judgeSeal } from '../trail/seal.js'
import type { Placed, TrailRecord, VerifyResult } from '../trail/types.js'
import type { Bundle } from './bundle.js'
import { answerFrom, bundledDocument, configuredNs } from './bundle-answer.js'
import type { ProofDocument } from './document.js'
import type { Question } from './types.js'

export interface BundleResult extends Pick<VerifyResult, 'intact' | 'complete' | 'anchoredUpTo' | 'findings'> {
  readonly origin: string
  /** seq of the first and the last record in it, and of the last record under its seal. */
  readonly from: number
  readonly upTo: number
  readonly sealedUpTo: number
  /** The answer as the records give it; `null` where they give none. */
  readonly answer: ProofDocument | null
}

export interface CheckOptions {
  /** Verifier keys that are trusted: the genesis key, or that of the epoch that the bundle's chain begins with. */
  readonly keys?: readonly string[]
  readonly anchors?: readonly Anchor[]
}

/**
 * Verifies a bundle. What is wrong with it is a finding, never an error.
 * @throws {SyntaxError} for a key that is none
 */
export async function checkBundle(bundle: Bundle, options: CheckOptions = {}): Promise<BundleResult> {
  const findings = new Findings()
  const keys = (options.keys ?? []).map(parseVkey)
  const anchors = new Anchors(options.anchors ?? [], findings)
  const chain = checkChain(bundle, keys, options.anchors ?? [], anchors, findings)
  const { head, trusted } = chain
  const run = readRun(bundle, findings)
  const last = run.at(-1)
  const open = readLine(bundle.open.line, { file: 'open', line: null }, findings)
  if (head) {
    if (last) include(last, bundle.proof, head, { file: 'records', line: run.length }, findings)
    if (open) include(open, bundle.open.proof, head, { file: 'open', line: null }, findings)
  }
  const answer = await recompute(bundle, run, open, findings)
  const anchoredUpTo = anchors.finish(bundle.origin, head?.size ?? 0)
  return {
    intact: findings.damaged ? false : trusted ? true : 'self-consistent',
    origin: bundle.origin,
    from: run[0]?.record.seq ?? 0,
    upTo: last?.record.seq ?? 0,
    sealedUpTo: head?.size ?? 0,
    complete: anchoredUpTo > 0 ? 'anchored' : 'unknown',
    anchoredUpTo,
    answer,
    findings: findings.list(),
  }
}

/** Goes from the key or checkpoint that the verifier trusts to the last checkpoint of the list. */
function checkChain(
  bundle: Bundle,
  keys: readonly VerifierKey[],
  given: readonly Anchor[],
  anchors: Anchors,
  findings: Findings,
): { readonly head: Checkpoint | null; readonly trusted: boolean } {
  const { origin } = bundle
  const known = keys.filter(({ name }) => name === origin)
  let head: Checkpoint | null = null
  let trusted = false
  /** A key signs one checkpoint. */
  const used = new Set<string>()
  let next: { readonly epoch: number; readonly key: string; readonly digest: string } | null = null
  for (const [index, entry] of bundle.epochs.entries()) {
    const spot = { file: 'epochs', line: index + 1 }
    const placed = readLine(entry.close, spot, findings)
    const record = placed?.record
    if (!placed || record?.type !== 'close' || record.nextKey === '') {
      if (placed) findings.add('damage', 'epoch-missing', spot, null, 'the record does not end an epoch')
      return { head: null, trusted: false }
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
    if (!checkpoint || fault) return { head: null, trusted: false }
    if (!next) trusted ||= given.some((anchor) => same(anchor, checkpoint))
    if (!verifyInclusion(placed.hash, record.seq - 1, checkpoint.size, checkpoint.root, entry.proof)) {
      findings.add('damage', 'edited', spot, record.seq, `the "close" of epoch ${record.epoch} is not under its seal`)
      return { head: null, trusted: false }
    }
    if (next && record.epoch !== next.epoch) {
      const extra = { expected: String(next.epoch), found: String(record.epoch) }
      findings.add('damage', 'epoch-missing', spot, record.seq, 'the epochs do not follow one another', extra)
    }
    if (next && record.previousCheckpoint !== next.digest) {
      const extra = { expected: record.previousCheckpoint, found: next.digest }
      findings.add('damage', 'equivocation', spot, record.seq, `epoch ${record.epoch - 1} was sealed twice`, extra)
    }
    if (head) checkConsistency(head, checkpoint, entry.consistency, spot, findings)
    anchors.onKey(origin, record.epoch, publicKey === '' ? '00' : publicKey)
    anchors.onSeal(record.epoch, checkpoint)
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
  return { head, trusted }
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

function readLine(line: string, spot: Spot, findings: Findings): Placed | null {
  const bytes = Buffer.from(line)
  const placed = bytes.toString('utf8') === line ? tryLine(bytes, 1, 0) : 'the line is not UTF-8'
  if (typeof placed !== 'string') return placed
  findings.add('damage', 'edited', spot, null, placed)
  return null
}

/** Reads the records and holds each against the one before it: a hole would hide what happened in it. */
function readRun(bundle: Bundle, findings: Findings): Placed[] {
  const run: Placed[] = []
  if (bundle.records.length === 0) {
    findings.add('damage', 'deleted', { file: 'records', line: null }, null, 'the bundle holds no records')
  }
  for (const [index, line] of bundle.records.entries()) {
    const spot = { file: 'records', line: index + 1 }
    const placed = readLine(line, spot, findings)
    if (!placed) return []
    const before = run.at(-1)
    if (before && placed.record.seq !== before.record.seq + 1) {
      const extra = { expected: String(before.record.seq + 1), found: String(placed.record.seq) }
      findings.add('damage', 'deleted', spot, placed.record.seq, 'records are missing before it', extra)
      return []
    }
    if (before && placed.record.prev !== before.hash) {
      const extra = { expected: placed.record.prev, found: before.hash }
      findings.add('damage', 'edited', spot, before.record.seq, 'is not the record that its successor remembers', extra)
      return []
    }
    run.push(placed)
  }
  return run
}

function include(placed: Placed, proof: readonly string[], head: Checkpoint, spot: Spot, findings: Findings): void {
  const { seq } = placed.record
  if (verifyInclusion(placed.hash, seq - 1, head.size, head.root, proof)) return
  findings.add('damage', 'edited', spot, seq, `is not proven to be under the seal of ${head.size} records`)
}

/** Works the answer out again, and holds the bundle's against it. */
async function recompute(
  bundle: Bundle,
  run: readonly Placed[],
  open: Placed | null,
  findings: Findings,
): Promise<ProofDocument | null> {
  const spot = { file: 'answer', line: null }
  if (run.length === 0 || !open) return null
  const governs = governing(open.record, run)
  if (governs !== null) {
    findings.add('damage', 'wrong-answer', { file: 'open', line: null }, open.record.seq, governs)
    return null
  }
  const { at, scale, toleranceNs, longestGapNs } = bundle.question
  let question: Question
  try {
    question = { atNs: parseInstant(at), scale, toleranceNs: BigInt(toleranceNs), longestGapNs: BigInt(longestGapNs) }
  } catch (error) {
    findings.add('damage', 'wrong-answer', spot, null, (error as Error).message)
    return null
  }
  const configured = configuredNs(open.record, 'longestGapNs')
  if (configured !== null && configured !== question.longestGapNs) {
    const extra = { expected: String(configured), found: longestGapNs }
    findings.add(
      'damage',
      'wrong-answer',
      spot,
      null,
      'the question has another longestGap than the configuration',
      extra,
    )
  }
  const simulation = open.record.type === 'open' && open.record.simulation
  const found = bundledDocument(question, simulation, await answerFrom(run, question))
  const texts = [JSON.stringify(found), JSON.stringify(bundle.answer)] as const
  if (texts[0] !== texts[1]) {
    const detail = 'the records do not give the answer that the bundle states'
    findings.add('damage', 'wrong-answer', spot, null, detail, { expected: texts[0], found: texts[1] })
  }
  return found
}

/** Why an `open` record does not govern the run; `null`: as far as the records tell, it does. */
function governing(open: TrailRecord, run: readonly Placed[]): string | null {
  const first = run[0]?.record
  if (open.type !== 'open' || open.configuration === null) return 'is not the record of a start'
  if (first && open.seq > first.seq) return 'stands behind the records that it should govern'
  return null
}
