/**
 * One walk over the evidence of a period. Up to a month every piece is looked at; of longer periods the digests of blocks are, which the
 * index remembers: stretches are the same, and the plot of the bound is drawn by quarters of an hour, which are narrower than its columns.
 * @module
 */
import { setImmediate as turn } from 'node:timers/promises'
import { around, course, type Digest, digests, pieces } from '../lib/evidence/index.js'
import { merge, stretches } from '../lib/evidence/stretches.js'
import type { FactSource, Period, Piece, Stretch } from '../lib/evidence/types.js'
import type { SeqRange } from './material.js'
import type { Probe } from './probes.js'
import type { Tallies } from './tallies.js'

export interface WalkOptions {
  readonly toleranceNs: bigint
  readonly warningNs: bigint | null
  /** What bounds are wanted around. */
  readonly probes: readonly Probe[]
  /** Is told of everything. */
  readonly tallies: Tallies
  readonly signal?: AbortSignal | undefined
  /** Periods above this are walked by digests (ns). Default: 32 days. */
  readonly longNs?: bigint | undefined
}

export interface Walked {
  readonly stretches: readonly Stretch[]
  /** The records that the evidence rests on; the first above the last where there are none. */
  readonly range: SeqRange
}

const defaultLongNs = 32n * 86_400_000_000_000n
/** How long the host's event loop may wait for the next turn. */
const mostStallMs = 15

export async function walk(source: FactSource, period: Period, options: WalkOptions): Promise<Walked> {
  const walked = period.toNs - period.fromNs > (options.longNs ?? defaultLongNs) ? byDigests : byPieces
  const result = await walked(source, period, options)
  options.tallies.endOfPieces()
  return result
}

async function byPieces(source: FactSource, period: Period, options: WalkOptions): Promise<Walked> {
  const { tallies, toleranceNs, signal } = options
  const range = new Range()
  const found: Stretch[] = []
  const watched = async function* (): AsyncGenerator<Piece> {
    let turned = performance.now()
    for await (const piece of pieces(source, period)) {
      // Evidence is computed from what is already in memory: without this the host would wait for the whole period.
      if (performance.now() - turned > mostStallMs) {
        await turn()
        turned = performance.now()
      }
      tallies.piece(piece)
      range.add(piece.fromSeq, piece.toSeq)
      yield piece
    }
  }
  for await (const stretch of stretches(watched(), toleranceNs)) {
    signal?.throwIfAborted()
    tallies.stretch(stretch)
    found.push(stretch)
  }
  return { stretches: found, range }
}

async function byDigests(source: FactSource, period: Period, options: WalkOptions): Promise<Walked> {
  const { tallies, toleranceNs, warningNs, probes, signal } = options
  const range = new Range()
  const found: Stretch[] = []
  const spans: Span[] = []
  for await (const digest of digests(source, period, toleranceNs)) {
    signal?.throwIfAborted()
    tallies.cells(digest.cells)
    range.add(digest.firstSeq, digest.lastSeq)
    for (const stretch of digest.stretches) merge(found, stretch)
    spans.push({ fromNs: digest.fromNs, toNs: digest.toNs, bounded: digest.cells.length > 0 })
  }
  for (const stretch of found) tallies.stretch(stretch)
  for (const { fromNs, toNs } of touched(spans, probes)) {
    for await (const piece of around(source, { ...period, fromNs, toNs }, probes)) tallies.probe(piece)
  }
  if (warningNs !== null) {
    for (const { fromNs, toNs, verdict, worst } of await course(source, period, warningNs)) {
      if (verdict !== 'PROVEN' && worst !== null) tallies.warn(fromNs, toNs)
    }
  }
  return { stretches: found, range }
}

type Span = Pick<Digest, 'fromNs' | 'toNs'> & { readonly bounded: boolean }

/** The spans that hold the last bound before, or the first bound behind, what bounds are wanted around; in order. */
function touched(spans: readonly Span[], probes: readonly Probe[]): Span[] {
  const wanted = new Set<Span>()
  for (const { fromNs, toNs } of probes) {
    const before = firstEnding(spans, fromNs)
    const behind = firstEnding(spans, toNs)
    for (let i = Math.min(before, spans.length - 1); i >= 0; i -= 1) {
      const span = spans[i]
      if (span) wanted.add(span)
      // The one that holds the instant may have no bound before it.
      if (i < before && span?.bounded) break
    }
    for (let i = behind; i < spans.length; i += 1) {
      const span = spans[i]
      if (span) wanted.add(span)
      if (i > behind && span?.bounded) break
    }
  }
  return spans.filter((span) => wanted.has(span))
}

/** Index of the first span that ends behind an instant. */
function firstEnding(spans: readonly Span[], ns: bigint): number {
  let [low, high] = [0, spans.length]
  while (low < high) {
    const half = (low + high) >> 1
    if ((spans[half]?.toNs ?? 0n) > ns) high = half
    else low = half + 1
  }
  return low
}

/** Grows by the records that pieces rest on. */
class Range implements SeqRange {
  firstSeq = Number.MAX_SAFE_INTEGER
  lastSeq = 0

  add(fromSeq: number, toSeq: number): void {
    if (fromSeq > 0) this.firstSeq = Math.min(this.firstSeq, fromSeq)
    this.lastSeq = Math.max(this.lastSeq, toSeq)
  }
}
