/**
 * Verifies a trail from its files alone: every line in canonical form, every `seq` once, every `prev` the hash of the line
 * before, every segment under its own name, every epoch under the one seal of its own key. Reads the trail and nothing else,
 * once, in little memory.
 * @module
 */
import { createHash, type Hash } from 'node:crypto'
import { type Anchor, Anchors } from './anchors.js'
import { checkDoubles, checkName } from './checks.js'
import { Epochs } from './epochs.js'
import { Findings } from './findings.js'
import { Ledger } from './ledger.js'
import { parseVkey } from './note.js'
import { tryLine } from './place.js'
import { Reach } from './reach.js'
import { SealFiles } from './seal-files.js'
import type { Surveyed } from './survey.js'
import { folderSource, type TrailSource } from './trail-source.js'
import type { Placed, VerifyResult } from './types.js'
import {
  lookOf,
  type Progress,
  plainPath,
  recollect,
  remember,
  type VerifiedFile,
  type VerifyMemory,
} from './verified.js'

export interface VerifyOptions {
  /** Verifier keys that are trusted, `NAME+ID+BASE64`: the genesis key, and those that a `rekey` brought. From beside the trail they prove nothing. */
  readonly keys?: readonly string[]
  /** What others remember of the trail. */
  readonly anchors?: readonly Anchor[]
  /** Bytes read so far and in all (of the files as they lie there). */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void
  readonly signal?: AbortSignal
  /** The trail is expected to reach this instant (ns since the Unix epoch, by its own wall clock). */
  readonly untilNs?: bigint
  /**
   * Where it is kept how far closed segments were verified: what has not changed since is not read again. Without it, and where an anchor is
   * given or anything is damaged, everything is read.
   */
  readonly memory?: VerifyMemory
  /** With a memory: who listens to the records of a closed segment that is read, by its number; `null`: nobody. */
  readonly listen?: (segment: number) => SegmentListener | null
}

/** Hears of the records of one segment. */
export interface SegmentListener {
  /** The next record. */
  record(placed: Placed): void
  /** Every line of the segment was a record; the verification waits. @param sha256 of its plain bytes */
  end(sha256: string): Promise<void> | void
}

/**
 * Verifies the trail in a folder. Damage is a finding, never an error. Without a key or a seal `intact` is at best
 * `'self-consistent'`: all of it could have been made anew. Nobody can tell from the trail alone whether its newest records
 * are missing: that takes an anchor.
 * @throws {SyntaxError} for a key that is none
 * @throws {TrailReadError} where the folder or a file cannot be read
 */
export function verifyTrail(folder: string, options: VerifyOptions = {}): Promise<VerifyResult> {
  return verifySource(folderSource(folder), options)
}

/** {@link verifyTrail} of bytes from anywhere. */
export async function verifySource(source: TrailSource, options: VerifyOptions = {}): Promise<VerifyResult> {
  const { signal, memory } = options
  const findings = new Findings()
  const keys = (options.keys ?? []).map(parseVkey)
  const anchors = new Anchors(options.anchors ?? [], findings)
  const epochs: Epochs = new Epochs(findings, keys, {
    atSize: (size, root) => anchors.atSize(size, root),
    onKey: (epoch, key) => anchors.onKey(epochs.origin, epoch, key),
  })
  const seals = await SealFiles.list(source, findings, epochs, anchors)
  const { segments, doubles, foreign } = await source.survey(signal)
  const run: Run = {
    source,
    findings,
    ledger: new Ledger(findings),
    epochs,
    seals,
    reach: new Reach(),
    pruned: 0,
    files: [],
    signal,
  }
  // An anchor may remember any record: all of them are needed then.
  const known = memory && anchors.none ? await recollect(source, memory, segments) : null
  const from = known && restore(run, known) ? known.ledger.upTo : 0
  if (known && from === 0) return verifySource(source, afresh(options))
  await readSegments(run, segments, options)
  const last = epochs.end()
  if (last) await seals.check(last)
  run.ledger.end(segments.at(-1)?.compressed === false)
  await seals.strays()
  await checkDoubles(source, segments, doubles, findings)
  for (const file of foreign) findings.add('note', 'foreign-file', { file, line: null }, null, 'is no file of a trail')
  tellPruned(run)
  const trusted = epochs.finish()
  // What is damaged is told from all records: a line may be another's double.
  if (from > 0 && findings.damaged) return verifySource(source, afresh(options))
  const { upTo } = run.ledger
  const anchoredUpTo = anchors.finish(epochs.origin, upTo)
  run.reach.tellTail(epochs.sealedUpTo, upTo, findings)
  const expected = run.reach.expected(options.untilNs, findings)
  return {
    intact: findings.damaged ? false : trusted ? true : 'self-consistent',
    records: run.ledger.records,
    upTo,
    sealedUpTo: epochs.sealedUpTo,
    seals: epochs.seals,
    complete: anchoredUpTo > 0 ? 'anchored' : expected,
    anchoredUpTo,
    ...(from > 0 ? { earlierUpTo: from } : {}),
    ...(memory ? { digests: new Map(run.files.map(({ order, bytes, sha256 }) => [order, { bytes, sha256 }])) } : {}),
    findings: findings.list(),
  }
}

/** The same options for a verification that reads everything. */
function afresh({ memory, ...options }: VerifyOptions): VerifyOptions {
  return memory ? { ...options, memory: { recall: () => null, keep: (text) => memory.keep(text) } } : options
}

/** Goes on where an earlier verification stood. @returns whether it can */
function restore(run: Run, known: Progress): boolean {
  if (!run.seals.restore(known.seals)) return false
  run.findings.restore(known.findings)
  run.ledger.restore(known.ledger)
  run.epochs.restore(known.epochs)
  run.reach.restore(known.reach)
  run.pruned = known.pruned
  run.files.push(...known.files)
  return true
}

/** Where it stands behind the segments read so far; `null` where that is not worth remembering. */
function save({ findings, ledger, epochs, reach, seals, pruned, files }: Run): Progress | null {
  const at = findings.damaged ? null : ledger.save()
  const keys = at && epochs.save()
  if (!at || !keys || files.some(({ look }) => look === '')) return null
  return {
    findings: findings.save(),
    ledger: at,
    epochs: keys,
    reach: reach.save(),
    seals: seals.save(),
    pruned,
    files,
  }
}

interface Run {
  readonly source: TrailSource
  readonly findings: Findings
  readonly ledger: Ledger
  readonly epochs: Epochs
  readonly seals: SealFiles
  readonly reach: Reach
  /** seq of the last record of which pruning left something. */
  pruned: number
  /** The closed segments that were verified. */
  readonly files: VerifiedFile[]
  readonly signal: AbortSignal | undefined
}

async function readSegments(
  run: Run,
  segments: readonly Surveyed[],
  { onProgress, memory, listen }: VerifyOptions,
): Promise<void> {
  const { source, findings, ledger } = run
  const sizes = await Promise.all(segments.map(({ path }) => source.size(path)))
  const total = sizes.reduce((sum, size) => sum + size, 0)
  let done = 0
  let expected = 1
  const known = run.files.length
  for (const [index, segment] of segments.entries()) {
    if (index < known) {
      expected = segment.order + 1
      done += sizes[index] ?? 0
      continue
    }
    checkName(segment, findings)
    ledger.enter(segment.order > expected ? missing(expected, segment.order - 1) : null)
    expected = segment.order + 1
    const closed = memory !== undefined && index < segments.length - 1
    const look = closed ? await lookOf(source, segment.path) : ''
    const hash = closed ? createHash('sha256') : null
    const listener = (closed && listen?.(segment.order)) || null
    const { length: bytes, clean } = await readInto(run, segment, hash, listener)
    if (hash) {
      const same = (await lookOf(source, segment.path)) === look
      const { order, path, endsAt } = segment
      const told = { bytes, sha256: hash.digest('hex'), look: same ? look : '' }
      run.files.push({ order, path: plainPath(path), endsAt, ...told })
      if (clean && same) await listener?.end(told.sha256)
    }
    if (memory && index === segments.length - 2) {
      const progress = segments.slice(0, index + 1).some(({ pruned }) => pruned) ? null : save(run)
      if (progress) await remember(source, memory, progress)
    }
    done += sizes[index] ?? 0
    onProgress?.({ done, total })
  }
}

/** @returns how many plain bytes it has, and whether every line of it is a record */
async function readInto(
  run: Run,
  segment: Surveyed,
  hash: Hash | null,
  listener: SegmentListener | null,
): Promise<{ readonly length: number; readonly clean: boolean }> {
  const { source, ledger, findings, reach, signal } = run
  let line = 0
  let voided = 0
  let length = 0
  let clean = true
  for await (const lines of source.lines(segment, signal)) {
    for (const { offset, bytes, whole } of lines) {
      line += 1
      length = offset + bytes.length + Number(whole)
      hash?.update(bytes)
      if (whole) hash?.update('\n')
      if (segment.endsAt !== null && offset >= segment.endsAt) {
        voided += bytes.length + Number(whole)
        continue
      }
      const spot = { file: segment.path, line }
      const placed = whole ? tryLine(bytes, segment.order, offset) : 'the line has no newline at its end'
      if (typeof placed === 'string') {
        clean = false
        ledger.bad(spot, !whole ? 'cut' : bytes.includes(0) ? 'torn' : 'garbled', placed)
        continue
      }
      const { type, seq } = placed.record
      if ((line === 1) !== (type === 'open') && seq === ledger.upTo + 1) {
        const what = line === 1 ? 'a segment begins with an "open" record' : 'an "open" record begins a segment'
        findings.add('damage', 'inserted', spot, seq, what)
      }
      if (segment.pruned) {
        await keep(run, placed, spot)
        continue
      }
      listener?.record(placed)
      reach.see(placed.record)
      const next = seq > ledger.upTo
      ledger.record(placed, spot)
      const demand = next ? run.epochs.record(placed.record, placed.hash, spot) : null
      if (demand) {
        await run.seals.check(demand)
        run.epochs.resume(placed.record, placed.hash, spot)
      }
    }
  }
  if (voided > 0) {
    const detail = `${voided} bytes at its end were never acknowledged: the next segment takes their place`
    findings.add('note', 'superseded', { file: segment.path, line: null }, null, detail)
  }
  return { length, clean: clean && voided === 0 && !segment.pruned }
}

async function keep(run: Run, placed: Placed, spot: { file: string; line: number }): Promise<void> {
  const next = placed.record.seq > run.ledger.upTo
  run.ledger.kept(placed, spot)
  if (!next) return
  run.pruned = placed.record.seq
  const demand = run.epochs.kept(placed.record, placed.hash, spot)
  if (demand) await run.seals.check(demand)
}

/** Whether a `prune` record under a seal accounts for what was taken away: anybody could have put one behind the last seal. */
function tellPruned({ pruned, epochs, findings }: Run): void {
  if (pruned === 0) return
  const excused = epochs.prunes.some(({ seq, toSeq }) => seq <= epochs.sealedUpTo && toSeq >= pruned)
  const spot = { file: null, line: null }
  if (excused) {
    const detail = 'were taken away by pruning; what is left of them are the keys and seals of their epochs'
    findings.add('note', 'pruned', spot, 1, detail, { seqTo: pruned })
  } else {
    const detail = 'were taken away, and no "prune" record under a seal says so'
    findings.add('damage', 'deleted', spot, 1, detail, { seqTo: pruned })
  }
}

function missing(from: number, to: number): string {
  return from === to ? `segment ${from} is missing` : `segments ${from} to ${to} are missing`
}
