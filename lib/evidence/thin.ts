/**
 * Most windows are calm: one boot, one rate, no sample that contradicts another. Then of the blocks around the one in
 * question only a few records can shape a bound, and the others need not be looked at: the answer is the same.
 * @module
 */
import { meet, middle } from '../interval.js'
import { backwardAt, both, edgesOf, forwardAt, isBounded } from './cones.js'
import { scale } from './drift-line.js'
import type { Calm, Edges, Fact } from './types.js'

/** Reads a block as a calm one; `null` where it is not. */
export function calmOf(facts: readonly Fact[]): Calm | null {
  const first = facts[0]
  if (!first) return null
  let ratePpb: bigint | null = null
  let taiUtc: number | null = null
  let forward: Edges | null = null
  let backward: Edges | null = null
  const keep = new Set<number>([first.seq, facts.at(-1)?.seq ?? first.seq])
  let lastRated: number | null = null
  let firstNs: bigint | null = null
  let lastNs: bigint | null = null
  let lastSeq: number | null = null
  let lastBounded: number | null = null
  for (const [i, fact] of facts.entries()) {
    const before = facts[i - 1]
    if (before && (fact.seq !== before.seq + 1 || fact.aNs < before.aNs)) return null
    if (fact.boot !== first.boot || fact.clock !== first.clock || !isCalm(fact)) return null
    if (fact.kind !== 'open' && fact.kind !== 'sample') continue
    ratePpb ??= fact.ratePpb
    if (fact.ratePpb !== ratePpb) return null
    if (lastRated === null) keep.add(fact.seq)
    lastRated = fact.seq
    if (fact.kind === 'open') continue
    // A register asks for the sample that a change in an earlier block caused.
    if (fact.trigger !== null && fact.trigger < first.seq) keep.add(fact.seq)
    taiUtc ??= fact.taiUtc
    if (fact.taiUtc !== taiUtc || fact.atNs > fact.aNs || (lastNs !== null && fact.atNs < lastNs)) return null
    firstNs ??= fact.atNs
    lastNs = fact.atNs
    if (lastSeq === null) keep.add(fact.seq)
    lastSeq = fact.seq
    if (!isBounded(fact)) continue
    if (lastBounded === null) keep.add(fact.seq)
    lastBounded = fact.seq
    const rho = ratePpb * fact.atNs
    const own: Edges = edgesOf(fact, rho)
    if (forward && !compatible(forward, edgesOf(fact, -rho))) return null
    forward = forward ? both(forward, own) : own
    const back: Edges = edgesOf(fact, -rho)
    backward = backward ? both(backward, back) : back
  }
  for (const seq of [lastSeq, lastBounded, lastRated]) if (seq !== null) keep.add(seq)
  const edges = forward && backward ? { forward, backward } : null
  if (edges) {
    for (const { low, high } of [edges.forward, edges.backward]) keep.add(low.seq).add(high.seq)
  }
  return { boot: first.boot, clock: first.clock, ratePpb, taiUtc, edges, firstNs, lastNs, keep }
}

function isCalm(fact: Fact): boolean {
  switch (fact.kind) {
    case 'open':
      return fact.reason === 'rotation' || fact.reason === 'repair'
    case 'sample':
      return fact.state !== 'conflict' && fact.cause !== 'self-reference' && fact.cause !== 'leap-doubt'
    case 'clock-change':
    case 'close':
    case 'other':
      return true
    default:
      return false
  }
}

/** Whether forward cones of earlier samples meet every later sample, of which the backward cones are given. */
function compatible(earlier: Edges, later: Edges): boolean {
  return earlier.low.k <= later.high.k && earlier.high.k >= later.low.k
}

/** A block of a window with what it amounts to. */
export interface Thinnable {
  readonly first: { readonly seq: number; readonly aNs: bigint } | null
  readonly last: { readonly seq: number; readonly aNs: bigint } | null
  readonly calm: Calm | null
}

/** Whether all blocks are calm and go on from one to the next. */
export function isCalmWindow(blocks: readonly Thinnable[]): boolean {
  let last = null as Calm | null
  let before = null as Thinnable | null
  let forward = null as Edges | null
  let lastNs: bigint | null = null
  for (const block of blocks) {
    const { calm } = block
    if (!calm || (last && !follows(last, before, calm, block))) return false
    if (lastNs !== null && calm.firstNs !== null && calm.firstNs < lastNs) return false
    if (calm.edges) {
      if (forward && !compatible(forward, calm.edges.backward)) return false
      forward = forward ? both(forward, calm.edges.forward) : calm.edges.forward
    }
    lastNs = calm.lastNs ?? lastNs
    last = { ...calm, ratePpb: calm.ratePpb ?? last?.ratePpb ?? null, taiUtc: calm.taiUtc ?? last?.taiUtc ?? null }
    before = block
  }
  return true
}

function follows(last: Calm, before: Thinnable | null, next: Calm, { first }: Thinnable): boolean {
  const end = before?.last
  if (!end || !first || first.seq !== end.seq + 1 || first.aNs < end.aNs) return false
  const rate = last.ratePpb === null || next.ratePpb === null || last.ratePpb === next.ratePpb
  const tai = last.taiUtc === null || next.taiUtc === null || last.taiUtc === next.taiUtc
  return last.boot === next.boot && last.clock === next.clock && rate && tai
}

/**
 * UTC of the first record of a block in a calm window: A through the middle of M, by the forward cones of the blocks before
 * and the backward cones of the block itself and those behind. `null` where that is not all there is to it.
 */
export function startOf(before: readonly Thinnable[], own: Thinnable, after: readonly Thinnable[]): bigint | null {
  const all = [...before, own, ...after]
  const ratePpb = all.find(({ calm }) => calm?.ratePpb != null)?.calm?.ratePpb
  const taiUtc = all.find(({ calm }) => calm?.taiUtc != null)?.calm?.taiUtc
  if (!own.first || ratePpb == null || taiUtc == null) return null
  const { aNs } = own.first
  // A sample whose instant lies before its record belongs to the past already.
  if (own.calm?.firstNs != null && own.calm.firstNs < aNs) return null
  const rho = ratePpb * aNs
  const past = fold(before.map(({ calm }) => calm?.edges?.forward))
  const future = fold([own, ...after].map(({ calm }) => calm?.edges?.backward))
  const forward = past && forwardAt(past, rho)
  const backward = future && backwardAt(future, rho)
  const m = forward && backward ? meet(forward, backward) : (forward ?? backward)
  return m && aNs + middle(m) - BigInt(taiUtc) * scale
}

function fold(list: readonly (Edges | undefined)[]): Edges | null {
  return list.reduce<Edges | null>((all, one) => (all && one ? both(all, one) : (one ?? all)), null)
}
