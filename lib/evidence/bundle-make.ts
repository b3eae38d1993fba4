/**
 * Makes a bundle from a trail: reads it once, keeps its tree, and finds the shortest run of records that gives the answer. Of a trail that was
 * pruned, what is left proves answers behind the pruned part; docs/trail-format.md says what such a bundle stands on.
 * @module
 */
import { sortedJson } from '../config/encode.js'
import type { Plain } from '../config/types.js'
import { BundleError } from '../errors.js'
import { formatInstant } from '../instant.js'
import { canonicalize } from '../trail/canonical.js'
import { decodeCheckpoint } from '../trail/checkpoint.js'
import { consistencyProof, inclusionProof, verifyInclusion } from '../trail/merkle.js'
import { sealPath } from '../trail/paths.js'
import { folderSource } from '../trail/trail-source.js'
import type { OpenBody, Placed, TrailRecord } from '../trail/types.js'
import type { Bundle, BundledEpoch } from './bundle.js'
import { answerFrom, bundledDocument, isConfiguration } from './bundle-answer.js'
import { type BundleTrail, readForBundle } from './bundle-trail.js'
import type { Answer, Question } from './types.js'

export interface BundleOptions {
  /** A checkpoint of the trail that the verifier has: the chain of keys begins there instead of at the genesis key. */
  readonly since?: { readonly size: number; readonly root: string } | null
  readonly signal?: AbortSignal
}

/**
 * Makes the bundle of an answer.
 * @param answers what the whole trail answers
 * @throws {BundleError} where no seal covers the records yet, or nothing was recorded at that instant
 * @throws {TrailReadError} where the trail cannot be read
 */
export async function makeBundle(
  folder: string,
  question: Question,
  answers: readonly Answer[],
  options: BundleOptions = {},
): Promise<Bundle> {
  const cited = answers.flatMap(({ records }) => records)
  if (cited.length === 0) {
    throw new BundleError('the trail holds no record of that instant, so there is nothing to bundle')
  }
  const trail = await readForBundle(folder, options.signal)
  const run = await shortestRun(trail.placed, question, answers, cited)
  const [first] = run
  const last = run.at(-1)
  if (!first || !last) throw new BundleError('the records that the answer rests on cannot be read')
  const open = openFor(trail, first.record.seq)
  const { since } = options
  const chain = await chainOf(folder, trail, last.record.seq, since ?? null)
  const size = chain.at(-1)?.size ?? 0
  const path = (placed: Placed): string[] => inclusionProof(placed.record.seq - 1, size, trail.tree.subtree)
  const { simulation, origin } = open.placed.record as TrailRecord & OpenBody
  const { configuration } = open
  return {
    format: 'ntp-auditor-bundle/1',
    origin,
    question: {
      at: formatInstant(question.atNs),
      scale: question.scale,
      toleranceNs: question.toleranceNs.toString(),
      longestGapNs: question.longestGapNs.toString(),
    },
    answer: bundledDocument(question, simulation, await answerFrom(run, question)),
    open: {
      ...{ line: canonicalize(open.placed.record), proof: path(open.placed) },
      ...(configuration === null ? {} : { configuration }),
    },
    records: run.map(({ record }) => canonicalize(record)),
    proof: path(last),
    epochs: chain.map(({ epoch }) => epoch),
  }
}

/**
 * The `open` record that governs the records from `seq` on: that of the start. Where it was pruned, the latest one that is left; the
 * configuration of the start goes with it where the digest in that record proves it.
 */
function openFor(
  { placed, keptOpens, prunedUpTo }: BundleTrail,
  seq: number,
): { readonly placed: Placed; readonly configuration: string | null } {
  const before = (is: (record: TrailRecord) => boolean) =>
    placed.findLast(({ record }) => record.seq <= seq && is(record))
  const own = before((record) => record.type === 'open' && record.configuration !== null)
  if (own) return { placed: own, configuration: null }
  const left = before((record) => record.type === 'open')
  if (!left || prunedUpTo === 0) throw new BundleError('the record of the start that governs the answer is missing')
  const start = keptOpens.findLast(({ configuration }) => configuration !== null)
  const configuration = start ? sortedJson(start.configuration as Plain) : null
  if (start && configuration !== null && isConfiguration(left.record, configuration)) {
    return { placed: left, configuration }
  }
  throw new BundleError(
    `the start that governs the answer${start ? `, record ${start.seq},` : ''} was pruned, and record ${left.record.seq}, which is left, does not ` +
      'prove its configuration; ask about an instant behind the next start',
  )
}

/** Widens the run that the answer cites until it gives the same answer by itself. */
async function shortestRun(
  placed: readonly Placed[],
  question: Question,
  answers: readonly Answer[],
  cited: readonly number[],
): Promise<readonly Placed[]> {
  const wanted = comparable(answers)
  const base = placed[0]?.record.seq ?? 1
  let from = Math.max(0, Math.min(...cited) - base)
  let to = Math.max(...cited) - base + 1
  for (let step = 1; ; step *= 2) {
    const run = placed.slice(from, to)
    if (comparable(await answerFrom(run, question)) === wanted) return run
    if (from === 0 && to >= placed.length) throw new BundleError('the records do not give that answer again')
    from = Math.max(0, from - step)
    to = Math.min(placed.length, to + step)
  }
}

/** All of an answer but what lies nearest: that may stand outside the run. */
function comparable(answers: readonly Answer[]): string {
  return JSON.stringify(
    answers.map(({ nearest: _, ...rest }) => rest),
    (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value),
  )
}

async function chainOf(
  folder: string,
  { closes, tree, prunedUpTo }: BundleTrail,
  lastSeq: number,
  since: { readonly size: number; readonly root: string } | null,
): Promise<{ readonly size: number; readonly epoch: BundledEpoch }[]> {
  const sealing = closes.findIndex(({ record }) => record.seq >= lastSeq)
  const start = since === null ? 0 : closes.findIndex(({ record }) => record.seq === since.size)
  if (start < 0)
    throw new BundleError(`no epoch of the trail ends with record ${since?.size}: is it a checkpoint of this trail?`)
  if (sealing < 0) {
    throw new BundleError(
      `record ${lastSeq} is under no seal yet; ask again when its epoch has ended (epoch in the configuration), or stop the auditor`,
    )
  }
  const source = folderSource(folder)
  const chain: { size: number; epoch: BundledEpoch }[] = []
  for (const closed of closes.slice(start, Math.max(start, sealing) + 1)) {
    const { record, label, hash } = closed
    const bytes = await source.read(sealPath(label, record.epoch))
    if (bytes === null) throw new BundleError(`epoch ${record.epoch} has no seal; run "ntp-auditor verify"`)
    const { size, root } = decoded(bytes, record.epoch)
    const proof = closed.proof()
    if (size !== record.seq || !verifyInclusion(hash, size - 1, size, root, proof)) {
      throw new BundleError(`the seal of epoch ${record.epoch} is not its own; run "ntp-auditor verify"`)
    }
    if (since !== null && chain.length === 0 && root !== since.root) {
      throw new BundleError(`the checkpoint of ${since.size} records is not of this trail`)
    }
    const before = chain.at(-1)?.size
    // Of two trees whose records are gone nobody can prove that one continues the other.
    const untold = before === undefined || size <= prunedUpTo
    const consistency = untold ? null : consistencyProof(before, size, tree.subtree)
    const epoch = { close: canonicalize(record), proof, checkpoint: bytes.toString('utf8'), consistency }
    chain.push({ size, epoch })
  }
  return chain
}

function decoded(bytes: Buffer, epoch: number): { readonly size: number; readonly root: string } {
  try {
    return decodeCheckpoint(bytes)
  } catch (cause) {
    throw new BundleError(`the seal of epoch ${epoch}: ${(cause as Error).message}; run "ntp-auditor verify"`, {
      cause,
    })
  }
}
