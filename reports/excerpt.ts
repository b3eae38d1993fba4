/**
 * Records word for word, as their lines stand in the trail, each with its hash: read again from the files, never from an index.
 * @module
 */
import { segmentBytes } from '../lib/trail/lines.js'
import { readSeqs } from '../lib/trail/read.js'
import { survey } from '../lib/trail/survey.js'
import type { Breach } from './document.js'

/** A record as its line. */
export interface ExcerptLine {
  readonly seq: number
  readonly type: string
  /** RFC 6962 leaf hash of the line, 64 hexadecimal digits. */
  readonly hash: string
  /** Without its newline. */
  readonly text: string
}

/**
 * The lines of these records, in order of seq; those that are not there are left out.
 * @throws {TrailReadError} where the trail cannot be read
 */
export async function readExcerpt(trail: string, seqs: Iterable<number>, signal?: AbortSignal): Promise<ExcerptLine[]> {
  const found = await readSeqs(trail, seqs, signal)
  const { segments } = await survey(trail, 0, signal)
  const lines: ExcerptLine[] = []
  for (const [seq, placed] of [...found].sort(([a], [b]) => a - b)) {
    const segment = segments.find(({ order }) => order === placed.segment)
    if (!segment) continue
    const bytes = await segmentBytes(trail, segment, placed.offset, placed.length)
    lines.push({ seq, type: placed.record.type, hash: placed.hash, text: bytes.toString('utf8') })
  }
  return lines
}

/** More lines than this prove nothing more. */
const mostLines = 6

/** The breach whose bound reaches furthest from UTC. */
export function worstBreach(breaches: readonly Breach[]): Breach | null {
  const reach = ({ worst }: Breach) => Math.max(Math.abs(worst.low), Math.abs(worst.high))
  return breaches.reduce<Breach | null>(
    (worst, breach) => (!worst || reach(breach) > reach(worst) ? breach : worst),
    null,
  )
}

/** The records that tell of a breach: the changes in which it began, and the first sample that found it. */
export function excerptSeqs(breach: Breach): number[] {
  const seqs = [...breach.changes.slice(0, mostLines - 1), ...(breach.sample === null ? [] : [breach.sample])]
  return [...new Set(seqs)].sort((a, b) => a - b)
}
