/**
 * What is known in a period of UTC: pieces with straight edges that tile it without holes and without overlaps.
 * @module
 */
import type { IntervalNs } from '../interval.js'
import type { Block } from './block.js'
import { bandAt } from './rational.js'
import type { Break } from './runs.js'
import { type Ends, type Span, walkSpans } from './spans.js'
import { Evidence, firstMark, type Mark } from './timeline.js'
import type { FactSource, Lack, Period, Piece } from './types.js'

/** A piece before it is laid beside the one before it. */
type Raw = Omit<Piece, 'fromNs' | 'toNs'> & { readonly fromNs: bigint; readonly toNs: bigint }

const noSample: Lack = { verdict: 'UNMONITORED', cause: 'no-sample' }
const presumedOff: Lack = { verdict: 'OFF', cause: 'presumed-off' }
/** Labels of neighbouring stretches may differ by the doubt of samples: up to this the edges are drawn on. */
const seamNs = 1_000_000_000n

/**
 * The pieces of a period, in order. They begin at `fromNs`, end at `toNs`, and each begins where the one before it ends.
 * Before the first and behind the last record: UNMONITORED, cause `no-sample`.
 */
export async function* pieces(source: FactSource, period: Period): AsyncGenerator<Piece> {
  const { fromNs, toNs } = period
  if (fromNs >= toNs) return
  const evidence = Evidence.of(source)
  const marks = await evidence.timeline()
  let cursor = fromNs
  for (let i = firstMark(marks, fromNs); i < marks.length; i++) {
    const mark = marks[i]
    if (!mark || mark.fromNs >= toNs) break
    if (mark.fromNs > cursor) {
      yield unsampled(cursor, mark.fromNs, 0)
      cursor = mark.fromNs
    }
    for (const piece of blockPieces(await evidence.block(mark.block), mark, period.longestGapNs)) {
      const part = clip(piece, cursor, toNs)
      if (!part) continue
      cursor = part.toNs
      yield part
    }
  }
  if (cursor < toNs) yield unsampled(cursor, toNs, source.lastSeq)
}

/** A stretch before the first record (seq 0) or behind the last one. */
export function unsampled(fromNs: bigint, toNs: bigint, seq: number): Piece {
  return bare(fromNs, toNs, noSample, [seq, seq])
}

/** All pieces of a block, from the beginning of its mark to the end. */
export function blockPieces(block: Block, mark: Mark, longestGapNs: bigint): Piece[] {
  const pieces: Piece[] = []
  walkPieces(block, mark, longestGapNs, (piece) => pieces.push(piece))
  return pieces
}

/** {@link blockPieces}, one after the other: who keeps none spares the collector all of them. */
export function walkPieces(block: Block, mark: Mark, longestGapNs: bigint, take: (piece: Piece) => void): void {
  const layer = new Layer(mark, take)
  for (const part of block.parts) {
    if (part.kind === 'break') {
      for (const raw of acrossBreak(block, part.before, part.break, mark.toNs)) layer.lay(raw)
      continue
    }
    const model = block.models[part.run]
    if (!model) continue
    let last: bigint | null = null
    walkSpans(model, part.fromNs, part.toNs, longestGapNs, (span) => {
      const raw = ofSpan(block, part.run, span, last)
      last = model.leap.bends.length === 0 ? raw.toNs : null
      layer.lay(raw)
    })
  }
  layer.end()
}

/** Lays pieces of one block side by side. */
class Layer {
  readonly #mark: Mark
  readonly #take: (piece: Piece) => void
  #cursor: bigint
  /** The piece that was laid last: it may yet be drawn on to the end. */
  #last: Piece | null = null

  constructor(mark: Mark, take: (piece: Piece) => void) {
    this.#mark = mark
    this.#take = take
    this.#cursor = mark.fromNs
  }

  lay(raw: Raw): void {
    const { toNs: endNs } = this.#mark
    const toNs = raw.toNs < endNs ? raw.toNs : endNs
    if (toNs <= this.#cursor) return
    if (raw.fromNs > this.#cursor + seamNs) {
      this.#put(bare(this.#cursor, raw.fromNs, noSample, [raw.fromSeq, raw.fromSeq]))
    }
    const fits = raw.fromNs === this.#cursor && raw.toNs === toNs
    this.#put(fits ? raw : within(raw, this.#cursor, toNs))
  }

  end(): void {
    const { toNs } = this.#mark
    const last = this.#last
    if (last && toNs - this.#cursor <= seamNs) this.#take({ ...last, toNs })
    else {
      if (last) this.#take(last)
      if (this.#cursor < toNs) this.#take(bare(this.#cursor, toNs, noSample, [last?.toSeq ?? 0, last?.toSeq ?? 0]))
    }
  }

  #put(piece: Piece): void {
    if (this.#last) this.#take(this.#last)
    this.#last = piece
    this.#cursor = piece.toNs
  }
}

/** @param last where the span before ends, if that is where this one begins */
function ofSpan({ labels, models }: Block, run: number, span: Span, last: bigint | null): Raw {
  const { fromNs, toNs, bound, forward, lack, forwardLack, support, witness, seqs, middle } = span
  // The labels are the middle of M, which the span knows; else they must be looked up.
  const leap = models[run]?.leap
  const known = middle && leap && labels.restsOn(middle.segment) ? middle : null
  return {
    fromNs: last ?? (known && leap ? fromNs + known.from - leap.at(fromNs) : labels.at(run, fromNs)),
    toNs: known && leap ? toNs + known.to - leap.at(toNs - 1n) : labels.atEnd(run, toNs),
    bound,
    forward,
    lack,
    forwardLack,
    support,
    witness: bound ? witness : 'looks',
    fromSeq: seqs.length > 0 ? Math.min(...seqs) : 0,
    toSeq: seqs.length > 0 ? Math.max(...seqs) : 0,
    estimated: known ? false : labels.estimated(run, fromNs, toNs),
  }
}

/**
 * Between two runs A tells nothing: UTC is the difference of the estimates at both ends. A boot that would lie behind what
 * follows is placed by a wall clock that was wrong: then nobody knows how long the computer was off, and nothing is excused.
 * @param latestNs UTC of what follows
 */
export function acrossBreak(block: Block, before: number, { seq, lack, bootNs }: Break, latestNs: bigint): Piece[] {
  const [old, next] = [block.models[before]?.run, block.models[before + 1]?.run]
  if (!old || !next) return []
  const fromNs = block.labels.at(before, old.endNs)
  const end = block.labels.at(before + 1, next.startNs)
  const toNs = end < fromNs ? fromNs : end < latestNs ? end : latestNs
  const seqs = [seq - 1, seq] as const
  if (bootNs === null || end - bootNs > latestNs) return [bare(fromNs, toNs, lack, seqs)]
  const boot = end - bootNs > fromNs ? end - bootNs : fromNs
  return [bare(fromNs, boot, presumedOff, seqs), bare(boot, toNs, lack, seqs)]
}

function bare(fromNs: bigint, toNs: bigint, lack: Lack, [fromSeq, toSeq]: readonly [number, number]): Piece {
  const nothing = { bound: null, forward: null, lack, forwardLack: lack, support: null, witness: 'looks' } as const
  return { ...nothing, fromNs, toNs, fromSeq, toSeq, estimated: true }
}

/** A piece moved to the place that is left for it: cut where it overlaps, drawn on where a seam is open. */
function within(raw: Raw, fromNs: bigint, toNs: bigint): Piece {
  const ends = (band: Ends | null): Ends | null => band && { from: at(raw, band, fromNs), to: at(raw, band, toNs) }
  return { ...raw, fromNs, toNs, bound: ends(raw.bound), forward: ends(raw.forward) }
}

function at({ fromNs, toNs }: { fromNs: bigint; toNs: bigint }, band: Ends, ns: bigint): IntervalNs {
  return bandAt({ ...band, fromNs, toNs }, ns)
}

function clip(piece: Piece, fromNs: bigint, toNs: bigint): Piece | null {
  const from = piece.fromNs > fromNs ? piece.fromNs : fromNs
  const to = piece.toNs < toNs ? piece.toNs : toNs
  if (from >= to) return null
  return from === piece.fromNs && to === piece.toNs ? piece : within(piece, from, to)
}
