/**
 * The bounds on both sides of some instants, without looking at every piece: of each block only those that can be asked for, which a
 * source with a memory keeps.
 * @module
 */
import { blockPieces, pieces } from './pieces.js'
import { Evidence, firstMark } from './timeline.js'
import type { FactSource, Period, Piece } from './types.js'

/** UTC (ns): what is wanted is the last bound before `fromNs`, and the first one behind `toNs`. */
export interface Around {
  readonly fromNs: bigint
  readonly toNs: bigint
}

/**
 * Pieces of a period, in order, among them in each block the first and the last that has a bound, the last such one that begins before each
 * `fromNs` and the first such one that ends behind each `toNs`. Which others there are is not said.
 */
export async function* around(source: FactSource, period: Period, wanted: readonly Around[]): AsyncGenerator<Piece> {
  const { fromNs, toNs, longestGapNs } = period
  const evidence = Evidence.of(source)
  const marks = await evidence.timeline()
  const mark = marks[firstMark(marks, fromNs)]
  if (!mark || mark.fromNs !== fromNs || mark.toNs !== toNs) {
    yield* pieces(source, period)
    return
  }
  const inside = wanted.filter((one) => one.toNs >= fromNs && one.fromNs <= toNs)
  const name = `around ${fromNs} ${toNs} ${longestGapNs} ${inside.map((one) => `${one.fromNs}-${one.toNs}`).join()}`
  yield* await evidence.remembered(name, mark.block, (block) =>
    outstanding(blockPieces(block, mark, longestGapNs), inside),
  )
}

/** The pieces that {@link around} promises. */
function outstanding(all: readonly Piece[], wanted: readonly Around[]): Piece[] {
  const bounded = all.filter(({ bound }) => bound !== null)
  const kept = new Set<Piece | undefined>([bounded[0], bounded.at(-1)])
  for (const { fromNs, toNs } of wanted) {
    kept.add(bounded.findLast((piece) => piece.fromNs < fromNs))
    kept.add(bounded.find((piece) => piece.toNs > toNs))
  }
  return bounded.filter((piece) => kept.has(piece))
}
