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
  /** The shape of the sample before, mostly that of the next one too. */
  #last: { readonly shape: Shape; readonly index: number } | null = null

  get count(): number {
    return this.#rows.length
  }

  /** @returns whether the sample is plain; else it is not taken */
  add(record: SampleRecord): boolean {
    const base = this.#base ?? baseOf(record)
    if (!base) return false
    if (this.#last && hasShape(record, this.#last.shape)) {
      const cells = cellsOf(record, this.#last.index, base)
      if (cells) this.#rows.push(cells)
      return cells !== null
    }
    const shape = shapeOf(record)
    const key = JSON.stringify(shape)
    const index = this.#shapes.get(key) ?? this.#shapes.size
    const cells = cellsOf(record, index, base)
    if (!cells) return false
    this.#base = base
    this.#shapes.set(key, index)
    this.#last = { shape, index }
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

/** Whether {@link shapeOf} a sample is this one. */
function hasShape(record: SampleRecord, shape: Shape): boolean {
  const { bootId, reason, consensus, ratePpb, taiUtc, readings } = record
  if (bootId !== shape.boot || (reason === 'scheduled') !== shape.scheduled || taiUtc !== shape.taiUtc) return false
  if (consensus.configured !== shape.configured || ratePpb !== shape.ratePpb) return false
  return roles.every((role) => {
    const reading = readings[role]
    const known = shape.roles[role]
    if (!reading?.ok || !known) return !reading?.ok && !known
    return shapeFields.every((field) => reading[field] === known[field])
  })
}

const shapeFields = ['server', 'port', 'address', 'self', 'li', 'stratum', 'precision', 'referenceId'] as const

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
