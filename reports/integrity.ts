/**
 * What a report says of its trail, as of its last record: verification, segments, seals, anchors, and what none of these covers. What a
 * growing trail changes every minute is left out, so that the same report can be made again later.
 * @module
 */
import type { Notebook } from '../lib/index-store/index.js'
import type { VerifyResult } from '../lib/trail/types.js'
import { type VerifyOptions, verifyTrail } from '../lib/trail/verify.js'
import type { Inventory } from './inventory.js'
import type { Material, SeqRange } from './material.js'
import { readSeals } from './seals.js'
import type { Tallies } from './tallies.js'
import type { ReportProgress, ReportResult } from './types.js'

const verifiedNote = 'verified'

export interface IntegrityOptions {
  /** Verifier keys that are trusted, such as the genesis key. Without one no seal proves anything. */
  readonly keys?: readonly string[] | undefined
  /**
   * `changed` (default): closed files of the trail that an earlier verification read, and that have not changed since by size, times and
   * identity, are not read again; the index remembers which. `all`: everything is read now.
   */
  readonly verify?: 'changed' | 'all' | undefined
  readonly onProgress?: ((progress: ReportProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** What was verified when: records up to `earlierUpTo` at an earlier time, those behind it, up to `upTo`, now. */
export interface Verification {
  readonly earlierUpTo: number
  readonly upTo: number
}

/**
 * Verifies the trail, for a report that will say so.
 * @param notebook where it is kept what was verified
 * @param listen who listens to the records of segments that are read
 */
export function verifyFor(
  trail: string,
  { keys = [], verify = 'changed', onProgress, signal }: IntegrityOptions,
  notebook?: Notebook,
  listen?: VerifyOptions['listen'],
): Promise<VerifyResult> {
  const memory = notebook && {
    recall: () => (verify === 'all' ? null : (notebook.recall(verifiedNote)?.toString('utf8') ?? null)),
    keep: (text: string) => notebook.keep(verifiedNote, Buffer.from(text)),
  }
  return verifyTrail(trail, {
    keys,
    ...(memory ? { memory } : {}),
    ...(listen ? { listen } : {}),
    onProgress: ({ done, total }) => onProgress?.({ stage: 'verify', done, total }),
    ...(signal ? { signal } : {}),
  })
}

export async function integrityOf(
  material: Material,
  trail: string,
  {
    verified,
    used,
    asOf,
    inventory,
    tallies,
  }: {
    readonly verified: VerifyResult
    readonly used: SeqRange
    readonly asOf: number
    readonly inventory: Inventory
    readonly tallies: Tallies
  },
  { keys = [] }: IntegrityOptions,
): Promise<ReportResult['integrity']> {
  const findings = verified.findings.filter(
    ({ severity, file, seq }) =>
      (seq === null ? severity === 'damage' : seq <= asOf) && (file === null || material.isUsed(file, asOf)),
  )
  const damaged = findings.some(({ severity }) => severity === 'damage')
  const closed = inventory.closes.filter(({ seq }) => seq <= verified.sealedUpTo)
  const sealedUpTo = closed.at(-1)?.seq ?? (verified.sealedUpTo <= asOf ? verified.sealedUpTo : 0)
  const seals = await readSeals(trail, closed)
  const { history } = tallies
  const anchored = history.anchors.reduce((most, { size }) => Math.max(most, Math.min(size, asOf)), 0)
  const behind = (seq: number) => ({ fromSeq: seq + 1, records: asOf - seq })
  return {
    intact: damaged ? false : verified.intact === true ? true : 'self-consistent',
    records: damaged ? Math.min(verified.records, asOf) : asOf,
    ...inventory.ends,
    sealedUpTo,
    complete: verified.complete,
    findings: findings.map(({ severity, code, message }) => ({ severity, code, message })),
    files: await material.files(used, inventory.files, verified.digests),
    enrolled: history.enrolled,
    publicKey: history.publicKey,
    seals: seals.filter(({ size }) => size >= inventory.ends.firstSeq),
    keys,
    anchors: history.anchors,
    uncovered: { bySeal: behind(sealedUpTo), byAnchor: behind(anchored) },
    command: 'ntp-auditor verify TRAIL --key genesis.vkey',
  }
}
