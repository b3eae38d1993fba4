/**
 * Verifies a trail from its files alone: every line in canonical form, every `seq` once, every `prev` the hash of the line
 * before, every segment under its own name. Reads the trail and nothing else, once, in little memory.
 * @module
 */
import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { formatInstant, parseInstant } from '../instant.js'
import { Findings } from './findings.js'
import { Ledger } from './ledger.js'
import { segmentLines } from './lines.js'
import { segmentPath } from './paths.js'
import { tryLine } from './place.js'
import { type Surveyed, survey } from './survey.js'
import type { TrailRecord, VerifyResult } from './types.js'

export interface VerifyOptions {
  /** Bytes read so far and in all (of the files as they lie there). */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void
  readonly signal?: AbortSignal
  /** The trail is expected to reach this instant (ns since the Unix epoch, by its own wall clock). */
  readonly untilNs?: bigint
}

/**
 * Verifies the trail in a folder. Damage is a finding, never an error. Without a seal nothing commits to the last record, so
 * `intact` is at best `'self-consistent'`, and nobody can tell from the trail alone whether its newest records are missing.
 * @throws {TrailReadError} where the folder or a file cannot be read
 */
export async function verifyTrail(folder: string, options: VerifyOptions = {}): Promise<VerifyResult> {
  const { segments, doubles, foreign } = await survey(folder, 0, options.signal)
  const findings = new Findings()
  const ledger = new Ledger(findings)
  const sizes = await Promise.all(segments.map(async ({ path }) => (await stat(join(folder, path))).size))
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const reach = new Reach()
  let done = 0
  let expected = 1
  for (const [index, segment] of segments.entries()) {
    checkName(segment, findings)
    ledger.enter(segment.order > expected ? missing(expected, segment.order - 1) : null)
    expected = segment.order + 1
    await readInto(folder, segment, { ledger, reach, signal: options.signal })
    done += sizes[index] ?? 0
    options.onProgress?.({ done, total })
  }
  ledger.end(segments.at(-1)?.compressed === false)
  await checkDoubles(folder, segments, doubles, findings)
  for (const file of foreign) findings.add('note', 'foreign-file', { file, line: null }, null, 'is no file of a trail')
  if (ledger.records > 0) {
    const unsealed = `${ledger.records} records since ${reach.first} are under no seal: the last can be altered unnoticed`
    findings.add('note', 'unsealed-tail', { file: null, line: null }, null, unsealed)
  }
  const complete = reach.expected(options.untilNs, findings)
  return {
    intact: findings.damaged ? false : 'self-consistent',
    records: ledger.records,
    upTo: ledger.upTo,
    sealedUpTo: 0,
    complete,
    findings: findings.list(),
  }
}

/** How far the wall times of a trail reach. */
class Reach {
  first = ''
  #latest = ''

  see(record: TrailRecord): void {
    if (this.first === '') this.first = record.wall
    if (record.wall > this.#latest) this.#latest = record.wall
  }

  expected(untilNs: bigint | undefined, findings: Findings): VerifyResult['complete'] {
    if (untilNs === undefined) return 'unknown'
    if (this.#latest !== '' && parseInstant(this.#latest) >= untilNs) return 'expected'
    const end = this.#latest === '' ? 'the trail holds no record' : `the trail ends at ${this.#latest}`
    const detail = `${end} and was expected to reach ${formatInstant(untilNs)}`
    findings.add('damage', 'truncated', { file: null, line: null }, null, detail)
    return 'unknown'
  }
}

async function readInto(
  folder: string,
  segment: Surveyed,
  { ledger, reach, signal }: { ledger: Ledger; reach: Reach; signal: AbortSignal | undefined },
): Promise<void> {
  let line = 0
  let voided = 0
  for await (const lines of segmentLines(folder, segment, { signal })) {
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
      if ((line === 1) !== (placed.record.type === 'open') && placed.record.seq === ledger.upTo + 1) {
        const what = line === 1 ? 'a segment begins with an "open" record' : 'an "open" record begins a segment'
        ledger.findings.add('damage', 'inserted', spot, placed.record.seq, what)
      }
      reach.see(placed.record)
      ledger.record(placed, spot)
    }
  }
  if (voided > 0) {
    const detail = `${voided} bytes at its end were never acknowledged: the next segment takes their place`
    ledger.findings.add('note', 'superseded', { file: segment.path, line: null }, null, detail)
  }
}

function checkName(segment: Surveyed, findings: Findings): void {
  if (!segment.head) return
  const wanted = segmentPath(segment.head.label, segment.head.segment) + (segment.compressed ? '.gz' : '')
  if (wanted === segment.path) return
  findings.add(
    'damage',
    'segment-renamed',
    { file: segment.path, line: 1 },
    segment.head.seq,
    'has another name inside',
    {
      expected: wanted,
      found: segment.path,
    },
  )
}

function missing(from: number, to: number): string {
  return from === to ? `segment ${from} is missing` : `segments ${from} to ${to} are missing`
}

/** A second file for one number: the remains of a compression, or a copy that somebody put there. */
async function checkDoubles(
  folder: string,
  segments: readonly Surveyed[],
  doubles: readonly Surveyed[],
  findings: Findings,
): Promise<void> {
  for (const double of doubles) {
    const other = segments.find(({ order }) => order === double.order)
    if (!other) continue
    const same = (await digest(folder, double)) === (await digest(folder, other))
    const pair = double.number === other.number && double.label === other.label
    const spot = { file: double.path, line: null }
    const detail = `${same ? 'the same bytes as' : 'other bytes than'} ${other.path}, which has the same number`
    findings.add(same && pair ? 'note' : 'damage', same ? 'duplicate' : 'inserted', spot, null, detail)
  }
}

async function digest(folder: string, segment: Surveyed): Promise<string> {
  const sum = createHash('sha256')
  for await (const lines of segmentLines(folder, segment)) {
    for (const { bytes, whole } of lines) sum.update(bytes).update(whole ? '\n' : '')
  }
  return sum.digest('hex')
}
