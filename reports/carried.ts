/**
 * What the samples around a gap carry across it: where the clocks ran on and were watched, a bound holds also further from every sample
 * than the verdict may count. It is shown beside the gap and moves no verdict.
 * @module
 */
import { pieces } from '../lib/evidence/index.js'
import { bandAt } from '../lib/evidence/rational.js'
import type { FactSource, GapEntry } from '../lib/evidence/types.js'
import { largest } from '../lib/interval.js'
import type { BoundAtNs } from './probes.js'

/** Longer than any trail: no instant is too far from a sample. */
const endlessNs = 1_000_000_000_000_000_000n

/**
 * The widest bound inside a gap, as far as it lies in the period.
 * @returns `null` where some part of the gap has no bound at all: then nothing is carried across
 */
export async function carriedAcross(
  source: FactSource,
  gap: GapEntry,
  period: { readonly fromNs: bigint; readonly toNs: bigint },
): Promise<BoundAtNs | null> {
  if (gap.breaks !== 'none') return null
  const fromNs = gap.fromNs > period.fromNs ? gap.fromNs : period.fromNs
  const toNs = gap.toNs < period.toNs ? gap.toNs : period.toNs
  let widest: BoundAtNs | null = null
  for await (const { bound, ...piece } of pieces(source, { fromNs, toNs, longestGapNs: endlessNs })) {
    if (!bound) return null
    for (const atNs of [piece.fromNs, piece.toNs - 1n]) {
      const edge = bandAt({ ...piece, ...bound }, atNs)
      if (!widest || largest(edge) > largest(widest)) widest = { ...edge, atNs }
    }
  }
  return widest
}
