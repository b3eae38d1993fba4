/**
 * Samples of which there is nothing remarkable, as columns of numbers: all that a report counts of them, without their text. A sample
 * is plain where it found a bound, every reference that was asked answered, none dissented, no clock change caused it, and every number
 * in it is one that sums of doubles keep exactly.
 * @module
 */
import { middle } from '../lib/interval.js'
import { type Role, roles } from '../lib/ntp/types.js'
import { decodeInterval } from '../lib/trail/encode.js'
import type { StoredGoodReading } from '../lib/trail/types.js'
import { dispersionNs, rootDelayNs } from './budget.js'
import type { SampleRecord } from './csv/samples.js'
import type { Numbers } from './values.js'

/** What samples in a row have in common. */
export interface Shape {
  readonly boot: string
  readonly scheduled: boolean
  readonly configured: number
  readonly ratePpb: number
  readonly taiUtc: number
  readonly roles: { readonly [role in Role]?: ShapeOfRole }
}

export interface ShapeOfRole {
  readonly server: string
  readonly port: number
  readonly address: string
  readonly self: boolean
  readonly li: number
  readonly stratum: number
  readonly precision: number
  readonly referenceId: string
}

/** Per reference, one value a sample (ns); of whoever was not asked, zeros. */
export interface RoleColumns {
  readonly offsetNs: Numbers
  readonly delayNs: Numbers
  readonly rootDistanceNs: Numbers
  /** Terms of the error budget, as {@link BudgetTally} makes them of a reading. */
  readonly rootDelayNs: Numbers
  readonly dispersionNs: Numbers
  readonly readingNs: Numbers
}

/** A, and the middles of D and M, of the first sample (ns). */
export interface Base {
  readonly atNs: bigint
  readonly dNs: bigint
  readonly mNs: bigint
}

/** One value a sample, in order of seq. */
export interface Columns {
  readonly count: number
  readonly shapes: readonly Shape[]
  readonly base: Base
  readonly shape: Numbers
  readonly seq: Numbers
  /** A, and the middles of D and M, less those of {@link base}. */
  readonly atNs: Numbers
  readonly dNs: Numbers
  readonly mNs: Numbers
  /** The ends of the error. */
  readonly lowNs: Numbers
  readonly highNs: Numbers
  /** Bits: of which {@link pairs} the intervals of M do not meet. */
  readonly disjoint: Numbers
  /** Of each of {@link pairs}, by how much the middles of M differ: the first less the second, rounded towards zero. */
  readonly differences: readonly Numbers[]
  readonly roles: { readonly [role in Role]: RoleColumns }
}

export const pairs: readonly (readonly [Role, Role])[] = [
  ['primary', 'secondary'],
  ['primary', 'tertiary'],
  ['secondary', 'tertiary'],
]

/** Samples of one shape, one behind the other. `to` does not belong to them. */
export class Run {
  readonly columns: Columns
  readonly shape: Shape
  readonly from: number
  readonly to: number
  /** UTC at which {@link since} counts from (ns). */
  readonly originNs: bigint

  constructor(columns: Columns, from: number, to: number) {
    const { shapes, shape, base } = columns
    this.columns = columns
    this.shape = shapes[shape[from]!]!
    this.from = from
    this.to = to
    this.originNs = base.atNs + base.mNs - BigInt(this.shape.taiUtc) * 1_000_000_000n
  }

  /** UTC of a sample, less {@link originNs}: exact. */
  since(i: number): number {
    return this.columns.atNs[i]! + this.columns.mNs[i]!
  }

  utcNs(i: number): bigint {
    return this.originNs + BigInt(this.since(i))
  }

  /** The middle of the error that a sample found, rounded down. */
  middleNs(i: number): number {
    return Math.floor((this.columns.lowNs[i]! + this.columns.highNs[i]!) / 2)
  }

  /** The parts of it whose samples lie from one instant up to, but not at, another. */
  *within(fromNs: bigint, toNs: bigint): Generator<Run> {
    const [low, high] = [Number(fromNs - this.originNs), Number(toNs - this.originNs)]
    let from = this.from
    for (let i = this.from; i < this.to; i += 1) {
      const since = this.since(i)
      if (since >= low && since < high) continue
      if (from < i) yield new Run(this.columns, from, i)
      from = i + 1
    }
    if (from < this.to) yield from === this.from ? this : new Run(this.columns, from, this.to)
  }
}

/** Samples of `columns` from one to before another, cut where their shape changes. */
export function* runsIn(columns: Columns, from: number, to: number): Generator<Run> {
  const { shape } = columns
  let start = from
  for (let i = from + 1; i <= to; i += 1) {
    if (i < to && shape[i] === shape[start]) continue
    if (start < i) yield new Run(columns, start, i)
    start = i
  }
}

/** Sums of two of these, and of one and an instant of the same day, are exact in doubles. */
const mostExact = 2 ** 51

/** A row of {@link ColumnsBuilder}, in the order in which columns are written; `null` where the sample is not plain. */
function cellsOf(record: SampleRecord, shape: number, base: Base): number[] | null {
  const { consensus, readings } = record
  const { lowNs, highNs } = consensus
  const own = baseOf(record)
  if (!own || lowNs === null || highNs === null || record.trigger !== null || consensus.dissent.length > 0) return null
  const cells = [shape, record.seq]
  cells.push(Number(own.atNs - base.atNs), Number(own.dNs - base.dNs), Number(own.mNs - base.mNs))
  cells.push(Number(lowNs), Number(highNs))
  let bits = 0
  const differences: number[] = []
  for (const [i, [one, other]] of pairs.entries()) {
    const [a, b] = [readings[one], readings[other]]
    differences.push(a?.ok && b?.ok ? Number(differenceOf(a, b)) : 0)
    if (a?.ok && b?.ok && areApart(a, b)) bits |= 1 << i
  }
  cells.push(bits, ...differences)
  for (const role of roles) {
    const reading = readings[role]
    if (!reading) cells.push(0, 0, 0, 0, 0, 0)
    else if (!reading.ok) return null
    else {
      cells.push(Number(reading.offsetNs), Number(reading.delayNs), Number(reading.rootDistanceNs))
      cells.push(rootDelayNs(reading), dispersionNs(reading), Number(reading.readingNs))
    }
  }
  return cells.every((cell) => Math.abs(cell) <= mostExact) ? cells : null
}

/** `null` without a bound. */
function baseOf({ atNs, d, consensus: { m } }: SampleRecord): Base | null {
  return m && { atNs: BigInt(atNs), dNs: middle(decodeInterval(d)), mNs: middle(decodeInterval(m)) }
}

/** By how much the middles of M of two answers differ (ns), rounded towards zero. */
export function differenceOf(a: StoredGoodReading, b: StoredGoodReading): bigint {
  return (BigInt(a.m.lowNs) + BigInt(a.m.highNs) - BigInt(b.m.lowNs) - BigInt(b.m.highNs)) / 2n
}

/** Whether the intervals of M of two answers do not meet. */
export function areApart(a: StoredGoodReading, b: StoredGoodReading): boolean {
  return BigInt(a.m.lowNs) > BigInt(b.m.highNs) || BigInt(b.m.lowNs) > BigInt(a.m.highNs)
}

/** Columns as they are kept beside each other: in four bytes a value where all of them fit, else in eight. */
export interface Packed {
  readonly count: number
  readonly shapes: readonly Shape[]
  /** {@link Base} as texts. */
  readonly base: readonly [string, string, string]
  /** Bytes a value, by column. */
  readonly widths: readonly number[]
}

/** Collects plain samples. */
export class ColumnsBuilder {
  readonly #shapes = new Map<string, number>()
  readonly #rows: (readonly number[])[] = []
  #base: Base | null = null

  get count(): number {
    return this.#rows.length
  }

  /** @returns whether the sample is plain; else it is not taken */
  add(record: SampleRecord): boolean {
    const base = this.#base ?? baseOf(record)
    if (!base) return false
    const key = JSON.stringify(shapeOf(record))
    const known = this.#shapes.get(key)
    const cells = cellsOf(record, known ?? this.#shapes.size, base)
    if (!cells) return false
    this.#base = base
    if (known === undefined) this.#shapes.set(key, this.#shapes.size)
    this.#rows.push(cells)
    return true
  }

  finish(): { readonly packed: Packed; readonly bytes: Buffer } {
    const rows = this.#rows
    const columns = Array.from({ length: rows[0]?.length ?? 0 }, (_, column) => {
      const all = rows.map((row) => row[column] ?? 0)
      return all.every((cell) => Object.is(cell, cell | 0)) ? Int32Array.from(all) : Float64Array.from(all)
    })
    const { atNs = 0n, dNs = 0n, mNs = 0n } = this.#base ?? {}
    const packed: Packed = {
      count: rows.length,
      shapes: [...this.#shapes.keys()].map((text) => JSON.parse(text) as Shape),
      base: [`${atNs}`, `${dNs}`, `${mNs}`],
      widths: columns.map(({ BYTES_PER_ELEMENT }) => BYTES_PER_ELEMENT),
    }
    return { packed, bytes: Buffer.concat(columns.map(({ buffer }) => padded(Buffer.from(buffer)))) }
  }
}

/** Columns begin at multiples of eight. */
function padded(bytes: Buffer): Buffer {
  return bytes.length % 8 === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(8 - (bytes.length % 8))])
}

function shapeOf({ bootId, reason, consensus, ratePpb, taiUtc, readings }: SampleRecord): Shape {
  const of = (reading: StoredGoodReading): ShapeOfRole => {
    const { server, port, address, self, li, stratum, precision, referenceId } = reading
    return { server, port, address, self, li, stratum, precision, referenceId }
  }
  const asked: { [role in Role]?: ShapeOfRole } = {}
  for (const role of roles) {
    const reading = readings[role]
    if (reading?.ok) asked[role] = of(reading)
  }
  const { configured } = consensus
  return { boot: bootId, scheduled: reason === 'scheduled', configured, ratePpb, taiUtc, roles: asked }
}

/** Reads what {@link ColumnsBuilder.finish} wrote (on a computer of the same byte order). */
export function readColumns({ count, shapes, base, widths }: Packed, bytes: Uint8Array): Columns {
  const { buffer, byteOffset } = bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes)
  let at = byteOffset
  let column = 0
  const next = (): Numbers => {
    const width = widths[column++] ?? 8
    const made = width === 4 ? new Int32Array(buffer, at, count) : new Float64Array(buffer, at, count)
    at += Math.ceil((count * width) / 8) * 8
    return made
  }
  const [shape, seq, atNs, dNs, mNs] = [next(), next(), next(), next(), next()]
  const [lowNs, highNs, disjoint] = [next(), next(), next()]
  const differences = pairs.map(next)
  const ofRole = (): RoleColumns => ({
    offsetNs: next(),
    delayNs: next(),
    rootDistanceNs: next(),
    rootDelayNs: next(),
    dispersionNs: next(),
    readingNs: next(),
  })
  const byRole = { primary: ofRole(), secondary: ofRole(), tertiary: ofRole() }
  const first = { atNs: BigInt(base[0]), dNs: BigInt(base[1]), mNs: BigInt(base[2]) }
  const clock = { base: first, shape, seq, atNs, dNs, mNs }
  return { count, shapes, ...clock, lowNs, highNs, disjoint, differences, roles: byRole }
}
