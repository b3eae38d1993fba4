/**
 * What the names of a trail's files say against what stands in them.
 * @module
 */
import { createHash } from 'node:crypto'
import type { Findings } from './findings.js'
import { prunedPath, segmentPath } from './paths.js'
import type { Surveyed } from './survey.js'
import type { TrailSource } from './trail-source.js'

/** Tells of a segment that has another name than the one that its `open` record gives it. */
export function checkName(segment: Surveyed, findings: Findings): void {
  const { head, path: found } = segment
  if (!head) return
  const plain = segmentPath(head.label, head.segment)
  const expected = segment.pruned ? prunedPath(head.label, head.segment) : plain + (segment.compressed ? '.gz' : '')
  if (expected === found) return
  const spot = { file: found, line: 1 }
  findings.add('damage', 'segment-renamed', spot, head.seq, 'has another name inside', { expected, found })
}

/** Tells of a second file for one number: the remains of a compression, or a copy that somebody put there. */
export async function checkDoubles(
  source: TrailSource,
  segments: readonly Surveyed[],
  doubles: readonly Surveyed[],
  findings: Findings,
): Promise<void> {
  for (const double of doubles) {
    const other = segments.find(({ order }) => order === double.order)
    if (!other) continue
    const same = (await digest(source, double)) === (await digest(source, other))
    const pair = double.number === other.number && double.label === other.label
    const spot = { file: double.path, line: null }
    const detail = `${same ? 'the same bytes as' : 'other bytes than'} ${other.path}, which has the same number`
    findings.add(same && pair ? 'note' : 'damage', same ? 'duplicate' : 'inserted', spot, null, detail)
  }
}

async function digest(source: TrailSource, segment: Surveyed): Promise<string> {
  const sum = createHash('sha256')
  for await (const lines of source.lines(segment)) {
    for (const { bytes, whole } of lines) sum.update(bytes).update(whole ? '\n' : '')
  }
  return sum.digest('hex')
}
