/**
 * Makes a bundle from a trail: reads it once, keeps its tree, and finds the shortest run of records that gives the answer.
 * @module
 */
import { BundleError } from '../errors.js'
import { formatInstant } from '../instant.js'
import { canonicalize } from '../trail/canonical.js'
import { decodeCheckpoint } from '../trail/checkpoint.js'
import { consistencyProof, inclusionProof } from '../trail/merkle.js'
import { sealPath } from '../trail/paths.js'
import { isPlaced, readTrail } from '../trail/read.js'
import { StoredTree } from '../trail/stored-tree.js'
import { folderSource } from '../trail/trail-source.js'
import type { CloseBody, OpenBody, Placed, TrailRecord } from '../trail/types.js'
import type { Bundle, BundledEpoch } from './bundle.js'
import { answerFrom, bundledDocument } from './bundle-answer.js'
import type { Answer, Question } from './types.js'

export interface BundleOptions {
  /** A checkpoint of the trail that the verifier has: the chain of keys begins there instead of at the genesis key. */
  readonly since?: { readonly size: number; readonly root: string } | null
  readonly signal?: AbortSignal
}

interface Closed {
  readonly record: TrailRecord & CloseBody
  readonly label: string
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
  const trail = await readWhole(folder, options.signal)
  const run = await shortestRun(trail.placed, question, answers, cited)
  const [first] = run
  const last = run.at(-1)
  if (!first || !last) throw new BundleError('the records that the answer rests on cannot be read')
  const open = trail.placed.findLast(({ record }) => isStart(record) && record.seq <= first.record.seq)
  if (!open) throw new BundleError('the record of the start that governs the answer is missing')
  const { since } = options
  const chain = await chainOf(folder, trail, last.record.seq, since ?? null)
  const size = chain.at(-1)?.size ?? 0
  const path = (placed: Placed): string[] => inclusionProof(placed.record.seq - 1, size, trail.tree.subtree)
  const { simulation, origin } = open.record as TrailRecord & OpenBody
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
    open: { line: canonicalize(open.record), proof: path(open) },
    records: run.map(({ record }) => canonicalize(record)),
    proof: path(last),
    epochs: chain.map(({ epoch }) => epoch),
  }
}

function isStart(record: TrailRecord): boolean {
  return record.type === 'open' && record.configuration !== null
}

interface Whole {
  readonly placed: readonly Placed[]
  readonly tree: StoredTree
  readonly closes: readonly Closed[]
}

async function readWhole(folder: string, signal: AbortSignal | undefined): Promise<Whole> {
  const placed: Placed[] = []
  const tree = new StoredTree()
  const closes: Closed[] = []
  let label = ''
  for await (const items of readTrail(folder, signal ? { signal } : {})) {
    for (const item of items) {
      if (!isPlaced(item)) throw new BundleError(`the trail is damaged (${item.why}); run "ntp-auditor verify"`)
      const { record } = item
      if (record.seq !== tree.size + 1) {
        throw new BundleError('records of the trail were pruned or are missing; make bundles from a whole copy of it')
      }
      tree.push(item.hash)
      placed.push(item)
      if (record.type === 'open') label = record.label
      else if (record.type === 'close' && record.nextKey !== '') closes.push({ record, label })
    }
  }
  return { placed, tree, closes }
}

/** Widens the run that the answer cites until it gives the same answer by itself. */
async function shortestRun(
  placed: readonly Placed[],
  question: Question,
  answers: readonly Answer[],
  cited: readonly number[],
): Promise<readonly Placed[]> {
  const wanted = comparable(answers)
  let from = Math.min(...cited) - 1
  let to = Math.max(...cited)
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
  { closes, tree, placed }: Whole,
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
  for (const { record, label } of closes.slice(start, Math.max(start, sealing) + 1)) {
    const bytes = await source.read(sealPath(label, record.epoch))
    if (bytes === null) throw new BundleError(`epoch ${record.epoch} has no seal; run "ntp-auditor verify"`)
    const { size, root } = decoded(bytes, record.epoch)
    const close = placed[record.seq - 1]
    if (!close || size !== record.seq) throw new BundleError(`the seal of epoch ${record.epoch} is not its own`)
    if (since !== null && chain.length === 0 && root !== since.root) {
      throw new BundleError(`the checkpoint of ${since.size} records is not of this trail`)
    }
    const before = chain.at(-1)?.size
    const epoch: BundledEpoch = {
      close: canonicalize(record),
      proof: inclusionProof(size - 1, size, tree.subtree),
      checkpoint: bytes.toString('utf8'),
      consistency: before === undefined ? null : consistencyProof(before, size, tree.subtree),
    }
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
