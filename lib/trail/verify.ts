/**
 * Verifies a trail from its files alone: every line in canonical form, every `seq` once, every `prev` the hash of the line
 * before, every segment under its own name, every epoch under the one seal of its own key. Reads the trail and nothing else,
 * once, in little memory.
 * @module
 */
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
  const { signal } = options
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
    signal,
  }
  await readSegments(run, segments, options.onProgress)
  const last = epochs.end()
  if (last) await seals.check(last)
  run.ledger.end(segments.at(-1)?.compressed === false)
  await seals.strays()
  await checkDoubles(source, segments, doubles, findings)
  for (const file of foreign) findings.add('note', 'foreign-file', { file, line: null }, null, 'is no file of a trail')
  tellPruned(run)
  const trusted = epochs.finish()
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
    findings: findings.list(),
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
  readonly signal: AbortSignal | undefined
}

async function readSegments(
  run: Run,
  segments: readonly Surveyed[],
  onProgress: VerifyOptions['onProgress'],
): Promise<void> {
  const { source, findings, ledger } = run
  const sizes = await Promise.all(segments.map(({ path }) => source.size(path)))
  const total = sizes.reduce((sum, size) => sum + size, 0)
  let done = 0
  let expected = 1
  for (const [index, segment] of segments.entries()) {
    checkName(segment, findings)
    ledger.enter(segment.order > expected ? missing(expected, segment.order - 1) : null)
    expected = segment.order + 1
    await readInto(run, segment)
    done += sizes[index] ?? 0
    onProgress?.({ done, total })
  }
}

async function readInto(run: Run, segment: Surveyed): Promise<void> {
  const { source, ledger, findings, reach, signal } = run
  let line = 0
  let voided = 0
  for await (const lines of source.lines(segment, signal)) {
    for (const { offset, bytes, whole } of lines) {
      line += 1
      if (segment.endsAt !== null && offset >= segment.endsAt) {
        voided += bytes.length + Number(whole)
        continue
      }
      const spot = { file: segment.path, line }
      const placed = whole ? tryLine(bytes, segment.order, offset) : 'the line has no newline at its end'
      if (typeof placed === 'string') {
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
