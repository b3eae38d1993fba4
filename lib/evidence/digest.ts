/**
 * A block in few words, for periods of which nobody looks at every piece: its stretches, judged once for every tolerance that its
 * bounds keep, and its bounds in cells of a quarter of an hour. What a digest says is what the pieces say; a source with a memory
 * keeps it, so that the second report of a year reads no record.
 * @module
 */
import { hull, type IntervalNs, largest } from '../interval.js'
import type { Block } from './block.js'
import { ByteReader, ByteWriter } from './bytes.js'
import { pieces, unsampled, walkPieces } from './pieces.js'
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
  /** The first and the last record that its pieces rest on; 0 where they rest on none. */
  readonly firstSeq: number
  readonly lastSeq: number
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
    const sum = new Summary(toleranceNs)
    const fromNs = cursor
    for await (const piece of pieces(source, { fromNs, toNs: endNs, longestGapNs })) sum.add(piece)
    cursor = endNs
    return sum.digest(fromNs, endNs)
  }
  for (let i = firstMark(marks, fromNs); i < marks.length; i += 1) {
    const mark = marks[i]
    if (!mark || mark.fromNs >= toNs) break
    if (mark.fromNs === mark.toNs) continue
    if (mark.fromNs < cursor || mark.toNs > toNs) {
      yield await until(mark.toNs < toNs ? mark.toNs : toNs)
      continue
    }
    if (mark.fromNs > cursor) {
      const sum = new Summary(toleranceNs)
      sum.add(unsampled(cursor, mark.fromNs, 0))
      yield sum.digest(cursor, mark.fromNs)
    }
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
    const sum = new Summary(levelNs)
    walkPieces(block, mark, gapNs, (piece) => sum.add(piece))
    const found = sum.digest(mark.fromNs, mark.toNs)
    memory?.keep(name, reach.from, reach.to, write(found))
    return found
  }
  const any = await under(`cells ${place}`, anyNs)
  if (any.stretches.every(({ worst }) => worst === null || largest(worst) <= toleranceNs)) return any
  return under(`cells ${place} ${toleranceNs}`, toleranceNs)
}

/** Sums up pieces that follow one another. */
class Summary {
  readonly #toleranceNs: bigint
  readonly #stretches: Stretch[] = []
  readonly #cells: Cell[] = []
  #firstSeq = 0
  #lastSeq = 0

  constructor(toleranceNs: bigint) {
    this.#toleranceNs = toleranceNs
  }

  add(piece: Piece): void {
    for (const part of judged(piece, this.#toleranceNs)) merge(this.#stretches, part)
    addCells(this.#cells, piece, this.#toleranceNs)
    const { fromSeq, toSeq } = piece
    if (fromSeq > 0 && (this.#firstSeq === 0 || fromSeq < this.#firstSeq)) this.#firstSeq = fromSeq
    if (toSeq > this.#lastSeq) this.#lastSeq = toSeq
  }

  digest(fromNs: bigint, toNs: bigint): Digest {
    const [firstSeq, lastSeq] = [this.#firstSeq, this.#lastSeq]
    return { fromNs, toNs, firstSeq, lastSeq, stretches: this.#stretches, cells: this.#cells }
  }
}

/**
 * Adds a piece, which begins where the one before it ended, to the cells that it touches. As its stretches have it, the last instant of a
 * piece is its end less one nanosecond, unless all of it is PROVEN: so the worst bound of a day is one that a stretch knows.
 */
export function addCells(cells: Cell[], { fromNs, toNs, bound }: Piece, toleranceNs: bigint): void {
  if (!bound) return
  const proven = largest(bound.from) <= toleranceNs && largest(bound.to) <= toleranceNs
  const band = { fromNs, toNs, ...bound }
  for (let from = fromNs; from < toNs; ) {
    const next = (from / cellNs + 1n) * cellNs
    const to = next < toNs ? next : toNs
    const start = from === fromNs ? bound.from : bandAt(band, from)
    const end = to === toNs ? bound.to : bandAt(band, to)
    const last = to === toNs && proven ? end : bandAt(band, to - 1n)
    const part: Cell = { fromNs: from, toNs: to, hull: hull(start, end), worst: worseOf(start, from, last, to - 1n) }
    const open = cells.at(-1)
    if (open && open.toNs === from && from % cellNs !== 0n) {
      const worst = worseOf(open.worst, open.worst.atNs, part.worst, part.worst.atNs)
      cells[cells.length - 1] = { fromNs: open.fromNs, toNs: to, hull: hull(open.hull, part.hull), worst }
    } else cells.push(part)
    from = to
  }
}

function write({ fromNs, toNs, firstSeq, lastSeq, stretches, cells }: Digest): string {
  const to = new ByteWriter()
  to.ns(fromNs)
  to.ns(toNs)
  to.number(firstSeq)
  to.number(lastSeq)
  to.number(stretches.length)
  for (const one of stretches) {
    to.ns(one.fromNs)
    to.ns(one.toNs)
    to.word(one.verdict)
    to.word(one.cause)
    writeWorst(to, one.worst)
    to.word(one.support)
    to.word(one.witness)
    to.number(one.fromSeq)
    to.number(one.toSeq)
    to.flag(one.estimated)
  }
  to.number(cells.length)
  for (const { fromNs: from, toNs: end, hull: all, worst } of cells) {
    to.ns(from)
    to.ns(end)
    to.ns(all.lowNs)
    to.ns(all.highNs)
    writeWorst(to, worst)
  }
  return to.finish().toString('base64')
}

function writeWorst(to: ByteWriter, worst: Worst | null): void {
  to.ns(worst?.atNs ?? null)
  if (!worst) return
  to.ns(worst.lowNs)
  to.ns(worst.highNs)
}

function readWorst(from: ByteReader): Worst | null {
  const atNs = from.maybeNs()
  return atNs === null ? null : { lowNs: from.ns(), highNs: from.ns(), atNs }
}

function read(text: string): Digest {
  const from = new ByteReader(Buffer.from(text, 'base64'))
  const [fromNs, toNs, firstSeq, lastSeq] = [from.ns(), from.ns(), from.number(), from.number()]
  const stretches: Stretch[] = []
  for (let count = from.number(); count > 0; count -= 1) {
    stretches.push({
      fromNs: from.ns(),
      toNs: from.ns(),
      verdict: from.word(),
      cause: from.maybeWord(),
      worst: readWorst(from),
      support: from.maybeWord(),
      witness: from.word(),
      fromSeq: from.number(),
      toSeq: from.number(),
      estimated: from.flag(),
    })
  }
  const cells: Cell[] = []
  for (let count = from.number(); count > 0; count -= 1) {
    const [begin, end, lowNs, highNs] = [from.ns(), from.ns(), from.ns(), from.ns()]
    const worst = readWorst(from)
    if (worst) cells.push({ fromNs: begin, toNs: end, hull: { lowNs, highNs }, worst })
  }
  return { fromNs, toNs, firstSeq, lastSeq, stretches, cells }
}
