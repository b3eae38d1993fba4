/**
 * What is remembered of a verification, so that the next one need not read again what has not changed since: where the chain, the tree, the
 * keys and the seals had come to at the end of the last closed segment, and how each file looked that was read up to there.
 *
 * A file counts as unchanged by its size, its times and its identity, else by the SHA-256 of its plain bytes (it may have been compressed).
 * Nothing is remembered of a trail with damage.
 * @module
 */
import { createHash } from 'node:crypto'
import type { EpochsState } from './epochs.js'
import type { FindingsState } from './findings.js'
import type { LedgerState } from './ledger.js'
import type { ReachState } from './reach.js'
import type { SealsState } from './seal-files.js'
import type { Surveyed } from './survey.js'
import type { TrailSource } from './trail-source.js'

/** Keeps one text; whoever gives it vouches for its being the one that was kept. */
export interface VerifyMemory {
  recall(): string | null
  keep(text: string): void
}

/** A segment that was verified. */
export interface VerifiedFile {
  readonly order: number
  /** Its path without `.gz`. */
  readonly path: string
  readonly endsAt: number | null
  readonly look: string
  /** Of its plain bytes, and how many these are. */
  readonly sha256: string
  readonly bytes: number
}

/** Where a verification stood behind the last of these files. */
export interface Progress {
  readonly findings: FindingsState
  readonly ledger: LedgerState
  readonly epochs: EpochsState
  readonly reach: ReachState
  readonly seals: SealsState
  /** seq of the last record of which pruning left something. */
  readonly pruned: number
  readonly files: readonly VerifiedFile[]
}

interface Kept {
  readonly version: 1
  readonly progress: Progress
  /** How the seals looked that were checked. */
  readonly sealLook: string
}

/** A file that changed so shortly before it was read may change again and look the same. */
const racyNs = 2_000_000_000n

/** The path of a segment, compressed or not. */
export function plainPath(path: string): string {
  return path.replace(/\.gz$/, '')
}

/** Writes down where a verification stands; nothing where a file changed meanwhile. */
export async function remember(source: TrailSource, memory: VerifyMemory, progress: Progress): Promise<void> {
  const sealLook = await looksOf(source, progress.seals.done)
  if (sealLook === null) return
  const kept: Kept = { version: 1, progress, sealLook }
  memory.keep(JSON.stringify(kept))
}

/** How a file looks, where it has stood still long enough to be told by that; `''` where not. */
export async function lookOf(source: TrailSource, path: string): Promise<string> {
  const look = await source.look?.(path)
  return look && BigInt(Date.now()) * 1_000_000n - look.changedNs > racyNs ? look.text : ''
}

/**
 * Where an earlier verification stood, if everything that it read is still the same.
 * @param segments as they lie there now
 */
export async function recollect(
  source: TrailSource,
  memory: VerifyMemory,
  segments: readonly Surveyed[],
): Promise<Progress | null> {
  const kept = parse(memory.recall())
  if (!kept || kept.progress.files.length >= segments.length) return null
  const files: VerifiedFile[] = []
  for (const [i, file] of kept.progress.files.entries()) {
    const segment = segments[i]
    if (!segment || segment.order !== file.order || segment.endsAt !== file.endsAt || segment.pruned) return null
    if (plainPath(segment.path) !== file.path) return null
    const look = await lookOf(source, segment.path)
    if ((look === '' || look !== file.look) && (await digestOf(source, segment)) !== file.sha256) return null
    files.push({ ...file, look })
  }
  if ((await looksOf(source, kept.progress.seals.done)) !== kept.sealLook) return null
  return { ...kept.progress, files }
}

function parse(text: string | null): Kept | null {
  if (text === null) return null
  const kept = JSON.parse(text) as Kept
  return kept.version === 1 ? kept : null
}

/** One digest over how files look; `null` where one of them cannot be told by that. */
async function looksOf(source: TrailSource, paths: readonly string[]): Promise<string | null> {
  const hash = createHash('sha256')
  for (let i = 0; i < paths.length; i += 256) {
    const looks = await Promise.all(paths.slice(i, i + 256).map((path) => lookOf(source, path)))
    for (const [n, look] of looks.entries()) {
      if (look === '') return null
      hash.update(`${paths[i + n]} ${look}\n`)
    }
  }
  return hash.digest('hex')
}

async function digestOf(source: TrailSource, segment: Surveyed): Promise<string> {
  const hash = createHash('sha256')
  for await (const lines of source.lines(segment)) {
    for (const { bytes, whole } of lines) {
      hash.update(bytes)
      if (whole) hash.update('\n')
    }
  }
  return hash.digest('hex')
}
