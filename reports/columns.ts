/**
 * Samples of which there is nothing remarkable, as columns of numbers: all that a report counts of them, without their text. A sample
 * is plain where it found a bound, every reference that was asked answered, none dissented, and no clock change caused it.
 * @module
 */
import { middle } from '../lib/interval.js'
import { type Role, roles } from '../lib/ntp/types.js'
import { decodeInterval } from '../lib/trail/encode.js'
import type { StoredGoodReading } from '../lib/trail/types.js'
import { dispersionNs, rootDelayNs } from './budget.js'
import type { SampleRecord } from './csv/samples.js'

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

/** Per reference, one value a sample; of whoever was not asked, zeros. */
export interface RoleColumns {
  readonly offsetNs: BigInt64Array
  readonly delayNs: BigInt64Array
  readonly rootDistanceNs: BigInt64Array
  /** Sum of both ends of M. */
  readonly twiceM: BigInt64Array
  /** Terms of the error budget, as {@link BudgetTally} makes them of a reading. */
  readonly rootDelayNs: Float64Array
  readonly dispersionNs: Float64Array
  readonly readingNs: Float64Array
}

/** One value a sample, in order of seq. */
export interface Columns {
  readonly count: number
  readonly shapes: readonly Shape[]
  readonly shape: Float64Array
  readonly seq: Float64Array
  readonly atNs: BigInt64Array
  /** The middles of D and M; the ends of the error. */
  readonly dNs: BigInt64Array
  readonly mNs: BigInt64Array
  readonly lowNs: BigInt64Array
  readonly highNs: BigInt64Array
  /** Bits: of which {@link pairs} the intervals of M do not meet. */
  readonly disjoint: Float64Array
  readonly roles: { readonly [role in Role]: RoleColumns }
}

export const pairs: readonly (readonly [Role, Role])[] = [
  ['primary', 'secondary'],
  ['primary', 'tertiary'],
  ['secondary', 'tertiary'],
]

type Cells = readonly (bigint | number)[]

/** A row of {@link ColumnsBuilder}, in the order in which columns are written. */
function cellsOf(record: SampleRecord, shape: number): Cells | null {
  const { consensus, readings } = record
  const { m, lowNs, highNs } = consensus
  if (!m || lowNs === null || highNs === null || record.trigger !== null || consensus.dissent.length > 0) return null
  const cells: (bigint | number)[] = [shape, record.seq]
  cells.push(BigInt(record.atNs), middle(decodeInterval(record.d)), middle(decodeInterval(m)))
  cells.push(BigInt(lowNs), BigInt(highNs))
  cells.push(
    pairs.reduce((bits, [one, other], i) => {
      const [a, b] = [readings[one], readings[other]]
      if (!a?.ok || !b?.ok) return bits
      const apart = BigInt(a.m.lowNs) > BigInt(b.m.highNs) || BigInt(b.m.lowNs) > BigInt(a.m.highNs)
      return apart ? bits | (1 << i) : bits
    }, 0),
  )
  for (const role of roles) {
    const reading = readings[role]
    if (!reading) cells.push(0n, 0n, 0n, 0n, 0, 0, 0)
    else if (!reading.ok) return null
    else {
      cells.push(BigInt(reading.offsetNs), BigInt(reading.delayNs), BigInt(reading.rootDistanceNs))
      cells.push(BigInt(reading.m.lowNs) + BigInt(reading.m.highNs))
      cells.push(rootDelayNs(reading), dispersionNs(reading), Number(reading.readingNs))
    }
  }
  // A number that does not fit is left to the record itself.
  return cells.every((cell) => typeof cell === 'number' || BigInt.asIntN(64, cell) === cell) ? cells : null
}

/** Collects plain samples. */
export class ColumnsBuilder {
  readonly #shapes = new Map<string, number>()
  readonly #rows: Cells[] = []

  get count(): number {
    return this.#rows.length
  }

  /** @returns whether the sample is plain; else it is not taken */
  add(record: SampleRecord): boolean {
    const key = JSON.stringify(shapeOf(record))
    const known = this.#shapes.get(key)
    const cells = cellsOf(record, known ?? this.#shapes.size)
    if (!cells) return false
    if (known === undefined) this.#shapes.set(key, this.#shapes.size)
    this.#rows.push(cells)
    return true
  }

  /** The shapes, and all columns one behind the other, eight bytes a value. */
  finish(): { readonly shapes: Shape[]; readonly bytes: Buffer } {
    const width = this.#rows[0]?.length ?? 0
    const bytes = Buffer.alloc(this.#rows.length * width * 8)
    let at = 0
    for (let column = 0; column < width; column += 1) {
      for (const row of this.#rows) {
        const cell = row[column] ?? 0
        at = typeof cell === 'bigint' ? bytes.writeBigInt64LE(cell, at) : bytes.writeDoubleLE(cell, at)
      }
    }
    return { shapes: [...this.#shapes.keys()].map((text) => JSON.parse(text) as Shape), bytes }
  }
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
export function readColumns(count: number, shapes: readonly Shape[], bytes: Buffer): Columns {
  // Eight-byte columns begin at multiples of eight.
  const { buffer } = new Uint8Array(bytes)
  let at = 0
  const next = <T>(make: new (buffer: ArrayBuffer, at: number, length: number) => T): T => {
    const column = new make(buffer, at, count)
    at += count * 8
    return column
  }
  const [shape, seq] = [next(Float64Array), next(Float64Array)]
  const [atNs, dNs, mNs] = [next(BigInt64Array), next(BigInt64Array), next(BigInt64Array)]
  const [lowNs, highNs, disjoint] = [next(BigInt64Array), next(BigInt64Array), next(Float64Array)]
  const ofRole = (): RoleColumns => ({
    offsetNs: next(BigInt64Array),
    delayNs: next(BigInt64Array),
    rootDistanceNs: next(BigInt64Array),
    twiceM: next(BigInt64Array),
    rootDelayNs: next(Float64Array),
    dispersionNs: next(Float64Array),
    readingNs: next(Float64Array),
  })
  const byRole = { primary: ofRole(), secondary: ofRole(), tertiary: ofRole() }
  return { count, shapes, shape, seq, atNs, dNs, mNs, lowNs, highNs, disjoint, roles: byRole }
}
