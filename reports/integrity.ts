/**
 * What a report says of its trail, as of its last record: verification, segments, seals, anchors, and what none of these covers. What a
 * growing trail changes every minute is left out, so that the same report can be made again later.
 * @module
 */
import type { VerifyResult } from '../lib/trail/types.js'
import { verifyTrail } from '../lib/trail/verify.js'
import type { Inventory } from './inventory.js'
import type { Material, SeqRange } from './material.js'
import { readSeals } from './seals.js'
import type { Tallies } from './tallies.js'
import type { ReportProgress, ReportResult } from './types.js'

export interface IntegrityOptions {
  /** Verifier keys that are trusted, such as the genesis key. Without one no seal proves anything. */
  readonly keys?: readonly string[] | undefined
  readonly onProgress?: ((progress: ReportProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** Verifies the trail, for a report that will say so. */
export function verifyFor(trail: string, { keys = [], onProgress, signal }: IntegrityOptions): Promise<VerifyResult> {
  return verifyTrail(trail, {
    keys,
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
    files: await material.files(used, inventory.files),
    enrolled: history.enrolled,
    publicKey: history.publicKey,
    seals: seals.filter(({ size }) => size >= inventory.ends.firstSeq),
    keys,
    anchors: history.anchors,
    uncovered: { bySeal: behind(sealedUpTo), byAnchor: behind(anchored) },
    command: 'ntp-auditor verify TRAIL --key genesis.vkey',
  }
}
