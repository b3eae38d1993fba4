/**
 * How honest the drift bound is in a period: what the samples themselves say of the crystal, where they refute the bound, and what would
 * have to change for the tolerance to be proven.
 * @module
 */
import { type AdviceOptions, advise } from '../lib/evidence/advice.js'
import { drifts, type RefutedStretch, type RunDrift, refutedStretches, refutedText } from '../lib/evidence/drift.js'
import type { FactSource } from '../lib/evidence/types.js'
import { formatInstant } from '../lib/instant.js'
import type { DriftHonesty } from './document.js'
import { seconds } from './seconds.js'

/** What evidence says of a period, before its samples are known. */
export interface Drifted {
  readonly runs: readonly RunDrift[]
  readonly refuted: readonly RefutedStretch[]
}

export async function findDrift(
  source: FactSource,
  period: { readonly fromNs: bigint; readonly toNs: bigint },
): Promise<Drifted> {
  return { runs: await drifts(source, period), refuted: await refutedStretches(source, period) }
}

/**
 * @param utcOf UTC of a sample by its seq; `null` where it is not of the period
 * @param path what the samples of the period are like; `null`: there are none
 */
export function describeDrift(
  { runs, refuted }: Drifted,
  utcOf: (seq: number) => bigint | null,
  period: { readonly fromNs: bigint; readonly toNs: bigint },
  path: AdviceOptions | null,
): DriftHonesty | null {
  const inside = (ns: bigint) => (ns < period.fromNs ? period.fromNs : ns > period.toNs ? period.toNs : ns)
  const refutedNs = refuted.reduce((sum, { fromNs, toNs }) => sum + inside(toNs) - inside(fromNs), 0n)
  const advice = [...refuted.map(refutedText), ...(path ? [advise(path).text] : [])]
  if (runs.length === 0 && advice.length === 0) return null
  return {
    observed: runs.map(({ boot, whole, marginPpb }) => ({
      boot,
      from: formatInstant(utcOf(whole.fromSeq) ?? period.fromNs),
      to: formatInstant(utcOf(whole.toSeq) ?? period.toNs),
      low: Number(whole.rate.lowPpb) / 1000,
      high: Number(whole.rate.highPpb) / 1000,
      margin: Number(marginPpb) / 1000,
    })),
    bound: Number(runs.reduce((most, { boundPpb }) => (boundPpb > most ? boundPpb : most), 0n)) / 1000,
    refuted: seconds(refutedNs, 'up'),
    advice,
  }
}
