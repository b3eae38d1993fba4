/**
 * A block in few words, for periods of which nobody looks at every piece: its stretches, judged once for every tolerance that its
 * bounds keep, and its bounds in cells of a quarter of an hour. What a digest says is what the pieces say; a source with a memory
 * keeps it, so that the second report of a year reads no record.
 * @module
 */
import { hull, type IntervalNs, largest } from '../interval.js'
import type { Block } from './block.js'
import { blockPieces, pieces, unsampled } from './pieces.js'
import { bandAt } from './rational.js'
import { judged, merge, type Worst, worseOf } from './stretches.js'
import { Evidence, firstMark, type Mark } from './timeline.js'
import type { FactSource, Period, Piece, Stretch } from './types.js'

/** The bounds of a quarter of an hour of UTC, or of what of it lies in a block: days of every time zone begin with one. */
export interface Cell {
  readonly fromNs: bigint
  readonly toNs: bigint
  /** The hull of all bounds in it, and the one that reaches furthest from zero, with its instant. */
  readonly hull: IntervalNs
  readonly worst: Worst
}

export interface Digest {
  readonly fromNs: bigint
  readonly toNs: bigint
  /** Stretches by the tolerance that was asked for. */
  readonly stretches: readonly Stretch[]
  /** In order; where no bound is known there is none. */
  readonly cells: readonly Cell[]
}

/** No bound exceeds it: stretches judged by it hold for every tolerance that the worst bound in them keeps. */
const anyNs = 1n << 200n
export const cellNs = 900_000_000_000n

/**
 * The digests of a period, in order, each beginning where the one before it ends: one a block, and what lies before, between and
 * behind blocks. Merged, their stretches are those of all pieces of the period.
 */
export async function* digests(source: FactSource, period: Period, toleranceNs: bigint): AsyncGenerator<Digest> {
  const { fromNs, toNs, longestGapNs } = period
  const evidence = Evidence.of(source)
  const marks = await evidence.timeline()
  let cursor = fromNs
  const until = async (endNs: bigint): Promise<Digest> => {
    const part = { fromNs: cursor, toNs: endNs, longestGapNs }
    const list: Piece[] = []
    for await (const piece of pieces(source, part)) list.push(piece)
    cursor = endNs
    return digestOf(part.fromNs, endNs, list, toleranceNs)
  }
  for (let i = firstMark(marks, fromNs); i < marks.length; i += 1) {
    const mark = marks[i]
    if (!mark || mark.fromNs >= toNs) break
    if (mark.fromNs === mark.toNs) continue
    if (mark.fromNs < cursor || mark.toNs > toNs) {
      yield await until(mark.toNs < toNs ? mark.toNs : toNs)
      continue
    }
    if (mark.fromNs > cursor) yield digestOf(cursor, mark.fromNs, [unsampled(cursor, mark.fromNs, 0)], toleranceNs)
    yield await blockDigest(evidence, mark, longestGapNs, toleranceNs)
    cursor = mark.toNs
  }
  if (cursor < toNs) yield await until(toNs)
}

/** The stretches of a period: the same as `stretches(pieces(source, period), toleranceNs)`. */
export async function course(source: FactSource, period: Period, toleranceNs: bigint): Promise<Stretch[]> {
  const all: Stretch[] = []
  for await (const { stretches } of digests(source, period, toleranceNs)) for (const one of stretches) merge(all, one)
  return all
}

/** The digest of a whole block, as its source remembers it, else worked out. */
async function blockDigest(evidence: Evidence, mark: Mark, gapNs: bigint, toleranceNs: bigint): Promise<Digest> {
  const reach = await evidence.blocks.reach(mark.block)
  const memory = reach.live ? undefined : evidence.memory
  const place = `${mark.block} ${mark.fromNs} ${mark.toNs} ${gapNs}`
  let block: Block | null = null
  const under = async (name: string, levelNs: bigint): Promise<Digest> => {
    const kept = memory?.recall(name, reach.from, reach.to)
    if (kept) return read(kept)
    block ??= await evidence.block(mark.block)
    const found = digestOf(mark.fromNs, mark.toNs, blockPieces(block, mark, gapNs), levelNs)
    memory?.keep(name, reach.from, reach.to, write(found))
    return found
  }
  const any = await under(`digest ${place}`, anyNs)
  if (any.stretches.every(({ worst }) => worst === null || largest(worst) <= toleranceNs)) return any
  return under(`digest ${place} ${toleranceNs}`, toleranceNs)
}

function digestOf(fromNs: bigint, toNs: bigint, list: readonly Piece[], toleranceNs: bigint): Digest {
  const stretches: Stretch[] = []
  const cells: Cell[] = []
  for (const piece of list) {
    for (const part of judged(piece, toleranceNs)) merge(stretches, part)
    addCells(cells, piece)
  }
  return { fromNs, toNs, stretches, cells }
}

/** Adds a piece, which begins where the one before it ended, to the cells that it touches. */
function addCells(cells: Cell[], { fromNs, toNs, bound }: Piece): void {
  if (!bound) return
  for (let from = fromNs; from < toNs; ) {
    const next = (from / cellNs + 1n) * cellNs
    const to = next < toNs ? next : toNs
    const band = { fromNs, toNs, ...bound }
    const [start, end] = [bandAt(band, from), bandAt(band, to)]
    const part: Cell = { fromNs: from, toNs: to, hull: hull(start, end), worst: worseOf(start, from, end, to - 1n) }
    const open = cells.at(-1)
    if (open && open.toNs === from && from % cellNs !== 0n) {
      const worst = worseOf(open.worst, open.worst.atNs, part.worst, part.worst.atNs)
      cells[cells.length - 1] = { fromNs: open.fromNs, toNs: to, hull: hull(open.hull, part.hull), worst }
    } else cells.push(part)
    from = to
  }
}

/** Bigints are written as `"123n"`: no text of a digest looks like that. */
function write(digest: Digest): string {
  return JSON.stringify(digest, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))
}

const whole = /^-?\d+n$/

function read(text: string): Digest {
  return JSON.parse(text, (_key, value: unknown) =>
    typeof value === 'string' && whole.test(value) ? BigInt(value.slice(0, -1)) : value,
  ) as Digest
}
