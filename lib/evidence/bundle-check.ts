/**
 * Verifies a bundle without its trail: the chain of keys, the place of the records under a seal, that none is missing between
 * them, and the answer, which is worked out again.
 * @module
 */
import { parseInstant } from '../instant.js'
import { type Anchor, Anchors } from '../trail/anchors.js'
import type { Checkpoint } from '../trail/checkpoint.js'
import { Findings, type Spot } from '../trail/findings.js'
import { verifyInclusion } from '../trail/merkle.js'
import { parseVkey } from '../trail/note.js'
import type { Placed, TrailRecord, VerifyResult } from '../trail/types.js'
import type { Bundle } from './bundle.js'
import { answerFrom, bundledDocument, configuredNs, isConfiguration } from './bundle-answer.js'
import { checkChain, readLine } from './bundle-chain.js'
import type { ProofDocument } from './document.js'
import type { Question } from './types.js'

export interface BundleResult extends Pick<VerifyResult, 'intact' | 'complete' | 'anchoredUpTo' | 'findings'> {
  readonly origin: string
  /** seq of the first and the last record in it, and of the last record under its seal. */
  readonly from: number
  readonly upTo: number
  readonly sealedUpTo: number
  /** seq up to which records were pruned without a proof that their trees continue one another; 0: all trees are proven to. */
  readonly prunedUpTo: number
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
  const { head, trusted, prunedUpTo } = chain
  const run = readRun(bundle, findings)
  const last = run.at(-1)
  const open = readLine(bundle.open.line, { file: 'open', line: null }, findings)
  if (head) {
    if (last) include(last, bundle.proof, head, { file: 'records', line: run.length }, findings)
    if (open) include(open, bundle.open.proof, head, { file: 'open', line: null }, findings)
  }
  if (prunedUpTo > 0) tellPruned(prunedUpTo, run, open, findings)
  const answer = await recompute(bundle, run, open, findings)
  const anchoredUpTo = anchors.finish(bundle.origin, head?.size ?? 0)
  return {
    intact: findings.damaged ? false : trusted ? true : 'self-consistent',
    origin: bundle.origin,
    from: run[0]?.record.seq ?? 0,
    upTo: last?.record.seq ?? 0,
    sealedUpTo: head?.size ?? 0,
    prunedUpTo,
    complete: anchoredUpTo > 0 ? 'anchored' : 'unknown',
    anchoredUpTo,
    answer,
    findings: findings.list(),
  }
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

/**
 * Says what the bundle of a pruned trail stands on. Who holds the key of an epoch could sign another past: only of records behind the last
 * tree that nothing links to the one before is proven that they are those that were sealed when they were written.
 */
function tellPruned(upTo: number, run: readonly Placed[], open: Placed | null, findings: Findings): void {
  let behind = true
  for (const [placed, file, line] of [
    [run[0], 'records', 1],
    [open, 'open', null],
  ] as const) {
    const seq = placed?.record.seq ?? upTo + 1
    if (seq > upTo) continue
    behind = false
    const detail = `stands before record ${upTo + 1}, and up to there the trees are not proven to continue one another`
    findings.add('damage', 'edited', { file, line }, seq, detail)
  }
  if (!behind) return
  const detail =
    'were pruned: their keys and seals are here, each seal under its own key; that their trees continue one another is not proven. ' +
    `From record ${upTo + 1} on it is`
  findings.add('note', 'pruned', { file: 'epochs', line: null }, 1, detail, { seqTo: upTo })
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
  const { configuration } = bundle.open
  const governs = governing(open.record, run, configuration)
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
  const configured = configuredNs(open.record, 'longestGapNs', configuration)
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

/**
 * Why an `open` record does not govern the run; `null`: as far as the records tell, it does.
 * @param configuration what stands beside it, where it holds only the digest of the configuration
 */
function governing(open: TrailRecord, run: readonly Placed[], configuration: string | undefined): string | null {
  const first = run[0]?.record
  if (open.type !== 'open') return 'is not the record of a start'
  if (first && open.seq > first.seq) return 'stands behind the records that it should govern'
  if (open.configuration !== null) return configuration === undefined ? null : 'has its configuration twice'
  if (configuration === undefined) return 'is not the record of a start'
  return isConfiguration(open, configuration) ? null : 'knows another digest than that of the configuration beside it'
}
