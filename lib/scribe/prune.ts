/**
 * Takes away the records of old segments, up to a sealed close: what is needed to prove the rest stays, word for word
 * (docs/trail-format.md, Pruning).
 * @module
 */
import { dirname, join } from 'node:path'
import { TrailDamagedError } from '../errors.js'
import { encodeFrontier } from '../trail/frontier.js'
import { frontierPath, prunedPath, type SegmentPath, sealPath } from '../trail/paths.js'
import { tryLine } from '../trail/place.js'
import { orderSegments } from '../trail/segments.js'
import type { PruneBody } from '../trail/types.js'
import { treeStart } from './chain.js'
import { putDurably } from './durable.js'
import type { Files } from './files.js'
import type { PruneNews } from './messages.js'
import { type FoundClose, linesOf, readHead, type Scan, scanTrail } from './scan.js'
import { readSeal } from './seals.js'
import { listPaths } from './tail.js'

interface PrunePlan {
  /** The record to be written and sealed first; `null`: an earlier pruning is only finished. */
  readonly body: PruneBody | null
  /** What is to be replaced, in order. */
  readonly segments: readonly SegmentPath[]
  /** The trees before the closes that lose their records: path below the trail and text. */
  readonly frontiers: readonly { readonly path: string; readonly text: string }[]
}

/**
 * Plans to prune all segments at the beginning of a trail whose label day lies before a day, as far as one of them ends with a
 * sealed close; and what an earlier pruning left undone. Holds every seal in the range against its records first.
 * @param present number of the segment that is being written: it stays, and so do all behind it
 * @returns `null` where there is nothing to prune
 * @throws {TrailDamagedError} where a seal in the range is missing or not over its records
 * @throws the system's error
 */
function planPrune(folder: string, files: Files, before: string, present: number): PrunePlan | null {
  const { segments } = orderSegments(listPaths(folder, files))
  const whole = segments.filter(({ pruned }) => !pruned)
  const scan = scanTrail(folder, files, treeStart(folder, files), Number.MAX_SAFE_INTEGER)
  const rest = leftover(folder, files, whole, scan)
  const old = beforeDay(whole.slice(rest.length), before, present)
  const first = old[0] && readHead(folder, files, old[0])?.seq
  const last = scan.closes.findLast(({ ends, segment }) => ends && old.some(({ number }) => number === segment))
  if (first === undefined || !last) return rest.length === 0 ? null : { body: null, segments: rest, frontiers: [] }
  if (scan.flaw !== null && scan.flaw <= last.record.seq)
    throw damaged(folder, `record ${scan.flaw} is lost or altered`)
  const gone = scan.closes.filter(({ record }) => record.seq <= last.record.seq)
  for (const close of gone) checkSeal(folder, files, close)
  const pruned = old.filter(({ number }) => number <= last.segment)
  return {
    body: {
      type: 'prune',
      fromSeq: first,
      toSeq: last.record.seq,
      lastLeaf: last.hash,
      frontier: last.state,
      checkpoint: sealPath(last.label, last.record.epoch),
      segments: { from: pruned[0]?.number ?? last.segment, to: last.segment },
    },
    segments: [...rest, ...pruned],
    frontiers: gone.map((close) => ({
      path: frontierPath(close.label, close.record.epoch),
      text: encodeFrontier(close.before),
    })),
  }
}

/** The segments from the first on whose label day lies before a day. */
function beforeDay(whole: readonly SegmentPath[], before: string, present: number): readonly SegmentPath[] {
  const young = whole.findIndex(({ label, number }) => label >= before || number >= present)
  return young < 0 ? whole : whole.slice(0, young)
}

/** Segments that an earlier `prune` record excuses already, if that lies under a seal. */
function leftover(folder: string, files: Files, whole: readonly SegmentPath[], scan: Scan): readonly SegmentPath[] {
  const sealed = scan.closes.findLast((close) => readSeal(folder, sealPath(close.label, close.record.epoch), files))
  const done = scan.prunes.filter(({ seq }) => seq <= (sealed?.record.seq ?? 0)).map(({ toSeq }) => toSeq)
  const upTo = Math.max(0, ...done)
  const stay = whole.findIndex((_, index) => {
    const next = whole[index + 1]
    return next === undefined || (readHead(folder, files, next)?.seq ?? Number.MAX_SAFE_INTEGER) > upTo + 1
  })
  return stay <= 0 ? [] : whole.slice(0, stay)
}

function checkSeal(folder: string, files: Files, { label, record, root }: FoundClose): void {
  const path = sealPath(label, record.epoch)
  const seal = readSeal(folder, path, files)
  if (seal?.checkpoint.root === root && seal.checkpoint.size === record.seq) return
  throw damaged(folder, `${path} is ${seal ? 'not over the records that are there' : 'missing'}`)
}

function damaged(folder: string, what: string): TrailDamagedError {
  return new TrailDamagedError(
    `nothing of the trail ${folder} was pruned: ${what}. Next step: "ntp-auditor verify" tells more`,
  )
}

/**
 * Prunes a trail: plans, says so in the trail, and takes away what may go.
 * @param about `announce` writes the record and seals it, and gives its seq
 * @throws what {@link planPrune} and `announce` throw; the system's error
 */
export function pruneTrail(
  folder: string,
  files: Files,
  about: { readonly before: string; readonly present: number; readonly announce: (body: PruneBody) => number },
): PruneNews {
  const plan = planPrune(folder, files, about.before, about.present)
  if (!plan) return { seq: null, fromSeq: 0, toSeq: 0, segments: 0, bytes: 0 }
  putFrontiers(folder, files, plan)
  const seq = plan.body && about.announce(plan.body)
  const bytes = removeRecords(folder, files, plan)
  const { fromSeq, toSeq } = plan.body ?? { fromSeq: 0, toSeq: 0 }
  return { seq, fromSeq, toSeq, segments: plan.segments.length, bytes }
}

/** Before the `prune` record: the trees that prove the closes that stay. @throws the system's error */
function putFrontiers(folder: string, files: Files, { frontiers }: PrunePlan): void {
  for (const { path, text } of frontiers) putDurably(files, join(folder, path), Buffer.from(text), { top: folder })
}

const kept: ReadonlySet<string> = new Set(['open', 'close', 'rekey', 'prune'])

/**
 * After the `prune` record is under a seal: replaces each segment by what stays of it.
 * @returns how many bytes went
 * @throws the system's error; to be called again
 */
function removeRecords(folder: string, files: Files, { segments }: PrunePlan): number {
  let freed = 0
  for (const segment of segments) {
    const stays: Buffer[] = []
    for (const { bytes, offset } of linesOf(folder, files, segment)) {
      const placed = tryLine(bytes, segment.number, offset)
      if (typeof placed !== 'string' && kept.has(placed.record.type)) stays.push(Buffer.concat([bytes, newline]))
    }
    const text = Buffer.concat(stays)
    const path = join(folder, segment.path)
    const { size } = files.pathFacts(path)
    putDurably(files, join(folder, prunedPath(segment.label, segment.number)), text, { top: folder })
    files.remove(path)
    files.syncFolder(dirname(path))
    freed += size - text.length
  }
  return freed
}

const newline = Buffer.from('\n')
