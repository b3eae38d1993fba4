/**
 * Records word for word, as their lines stand in the trail, each with its hash: read again from the files, never from an index.
 * @module
 */
import { segmentBytes } from '../lib/trail/lines.js'
import { readSeqs } from '../lib/trail/read.js'
import { survey } from '../lib/trail/survey.js'

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
