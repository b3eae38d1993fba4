/**
 * Many measured values, kept in pieces that never move, and their order: least, quantiles, most. A quantile is always a value that
 * was measured: the smallest that at least this share of all does not exceed.
 * @module
 */

/** Whole numbers, four or eight bytes each. */
export type Numbers = Int32Array | Float64Array
type Piece = Numbers | BigInt64Array

/**
 * Values a piece, but for the first, which begins small and is copied as it grows: what grows by copying leaves as much behind as it holds.
 * Pieces of a megabyte come from the system one by one, and go back to it.
 */
const pieceLength = 2 ** 17
const firstLength = 256
const halves = 2 ** 16

/**
 * Whole nanoseconds, in as few bytes as their neighbours need: four up to 2.1 s, eight beyond. What a double does not hold exactly,
 * such as the offset of a clock that shows 1970, is kept as big integers.
 */
export class Values {
  readonly #pieces: Piece[] = []
  #length = 0
  /** How many values have each upper half, while all of them are small. */
  #upper: Uint32Array | null = null
  /** All of them in order of size, where some are large. */
  #sorted: Piece | null = null

  add(ns: bigint): void {
    if (ns <= mostExact && ns >= -mostExact) this.addNumber(Number(ns))
    else this.#widen(BigInt64Array)[this.#length++ % pieceLength] = ns
  }

  /** @param ns not beyond 2^53 */
  addNumber(ns: number): void {
    const piece = this.#open()
    const at = this.#length % pieceLength
    if (piece instanceof BigInt64Array) piece[at] = BigInt(ns)
    else if (piece instanceof Float64Array || ns === (ns | 0)) piece[at] = ns
    else this.#widen(Float64Array)[at] = ns
    this.#length += 1
  }

  /** Adds those of a column from one index to before another. */
  addAll(column: Numbers, from: number, to: number): void {
    for (let at = from; at < to; ) {
      const piece = this.#open()
      const room = piece.length - (this.#length % pieceLength)
      const end = Math.min(to, at + room)
      if (column instanceof Int32Array && !(piece instanceof BigInt64Array)) {
        piece.set(column.subarray(at, end), this.#length % pieceLength)
        this.#length += end - at
      } else for (let i = at; i < end; i += 1) this.addNumber(column[i]!)
      at = end
    }
  }

  get count(): number {
    return this.#length
  }

  /** The value that was added as number `index`, from 0. */
  at(index: number): bigint {
    return BigInt(this.#pieces[Math.floor(index / pieceLength)]?.[index % pieceLength] ?? 0)
  }

  /** The same, rounded where it is a double's business. */
  numberAt(index: number): number {
    return Number(this.#pieces[Math.floor(index / pieceLength)]?.[index % pieceLength] ?? 0)
  }

  /** @param percent 0 (the least) to 100 (the most) */
  quantile(percent: number): bigint {
    if (this.#length === 0) return 0n
    const at = place(percent, this.#length)
    if (this.#pieces.every((piece) => piece instanceof Int32Array)) return BigInt(this.#select(at))
    this.#sorted ??= this.#sort()
    return BigInt(this.#sorted[at] ?? 0)
  }

  /** How many values are less than each of some edges, which rise. */
  below(edges: readonly bigint[]): number[] {
    const counts = new Array<number>(edges.length + 1).fill(0)
    for (const piece of this.#parts()) {
      for (const value of piece) {
        let [low, high] = [0, edges.length]
        while (low < high) {
          const half = (low + high) >> 1
          if (value < edges[half]!) high = half
          else low = half + 1
        }
        counts[low]! += 1
      }
    }
    let sum = 0
    return edges.map((_, i) => (sum += counts[i]!))
  }

  /** The piece that has room for the next value. */
  #open(): Piece {
    this.#upper = null
    this.#sorted = null
    const index = Math.floor(this.#length / pieceLength)
    const piece = this.#pieces[index]
    const used = this.#length % pieceLength
    if (piece && used < piece.length) return piece
    const length = index === 0 ? Math.max(firstLength, used * 2) : pieceLength
    const made = piece ? copyOf(piece, kindOf(piece), length) : emptyOf(Int32Array, length)
    this.#pieces[index] = made
    return made
  }

  /** Goes on in a piece of wider values, with what the present one holds. */
  #widen(Wide: Kind): Piece {
    const piece = this.#open()
    if (piece instanceof Wide) return piece
    const wide = copyOf(piece, Wide, piece.length)
    this.#pieces[this.#pieces.length - 1] = wide
    return wide
  }

  /** The pieces, as far as they are filled. */
  #parts(): Piece[] {
    return this.#pieces.map((piece, i) => piece.subarray(0, Math.min(pieceLength, this.#length - i * pieceLength)))
  }

  /** The value that would stand at a place if all were in order: by their upper halves first, then by the lower ones of those that match. */
  #select(at: number): number {
    const parts = this.#parts() as Int32Array[]
    if (!this.#upper) {
      this.#upper = new Uint32Array(halves)
      for (const part of parts)
        for (let i = 0; i < part.length; i += 1) this.#upper[(part[i]! >> 16) + halves / 2]! += 1
    }
    let left = at
    let upper = 0
    while (left >= this.#upper[upper]!) left -= this.#upper[upper++]!
    const high = upper - halves / 2
    const lower = new Uint32Array(halves)
    for (const part of parts) {
      for (let i = 0; i < part.length; i += 1) if (part[i]! >> 16 === high) lower[part[i]! & 0xffff]! += 1
    }
    let rest = 0
    while (left >= lower[rest]!) left -= lower[rest++]!
    return high * halves + rest
  }

  #sort(): Piece {
    const parts = this.#parts()
    const big = parts.some((part) => part instanceof BigInt64Array)
    const all = big ? new BigInt64Array(this.#length) : new Float64Array(this.#length)
    let at = 0
    for (const part of parts) {
      for (const value of part) all[at++] = all instanceof BigInt64Array ? BigInt(value) : Number(value)
    }
    return all.sort()
  }
}

const mostExact = BigInt(Number.MAX_SAFE_INTEGER)

type Kind = Int32ArrayConstructor | Float64ArrayConstructor | BigInt64ArrayConstructor

function kindOf(piece: Piece): Kind {
  if (piece instanceof Int32Array) return Int32Array
  return piece instanceof Float64Array ? Float64Array : BigInt64Array
}

/** So many bytes, or more, are asked of the system itself. */
const fromSystem = 64 * 1024

/**
 * An array of zeros. A buffer that could be resized lies in pages of its own, which go back to the system with it; others come from a
 * heap that hardly ever shrinks, so that the page of a long report would be drawn beside all the room that its counts once took.
 */
function emptyOf(Wide: Kind, length: number): Piece {
  const bytes = length * Wide.BYTES_PER_ELEMENT
  return bytes < fromSystem ? new Wide(length) : new Wide(new Resizable(bytes, { maxByteLength: bytes }), 0, length)
}

/** ES2024; every Node from 20 on has it. */
const Resizable = ArrayBuffer as new (bytes: number, options: { readonly maxByteLength: number }) => ArrayBuffer

/** Values in another array, which can hold them. */
function copyOf(piece: Piece, Wide: Kind, length: number): Piece {
  const made = emptyOf(Wide, length)
  if (made instanceof BigInt64Array) for (const [i, value] of piece.entries()) made[i] = BigInt(value)
  else made.set(piece as Numbers)
  return made
}

/** Index of the smallest value that at least `percent` of all do not exceed. */
function place(percent: number, count: number): number {
  return Math.min(count - 1, Math.max(0, Math.ceil((percent * count) / 100) - 1))
}
