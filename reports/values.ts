/**
 * Many measured values, kept in arrays that grow, and their order: least, quantiles, most. A quantile is always a value that was
 * measured: the smallest that at least this share of all does not exceed.
 * @module
 */

/** Whole numbers, four or eight bytes each. */
export type Numbers = Int32Array | Float64Array

/**
 * Whole nanoseconds, in as few bytes as the largest of them needs: four up to 2.1 s, eight beyond. What a double does not hold exactly,
 * such as the offset of a clock that shows 1970, makes big integers of all.
 */
export class Values {
  #values: Numbers | BigInt64Array = new Int32Array(256)
  #length = 0
  #sorted = false

  add(ns: bigint): void {
    this.#room(1)
    const values = this.#values
    if (values instanceof BigInt64Array) values[this.#length] = ns
    else if (ns <= mostExact && ns >= -mostExact) this.#put(Number(ns))
    else this.#widen(new BigInt64Array(values.length))[this.#length] = ns
    this.#length += 1
    this.#sorted = false
  }

  /** @param ns not beyond 2^53 */
  addNumber(ns: number): void {
    this.#room(1)
    this.#put(ns)
    this.#length += 1
    this.#sorted = false
  }

  /** Adds those of a column from one index to before another. */
  addAll(column: Numbers, from: number, to: number): void {
    this.#room(to - from)
    if (column instanceof Int32Array && !(this.#values instanceof BigInt64Array)) {
      this.#values.set(column.subarray(from, to), this.#length)
      this.#length += to - from
    } else {
      for (let i = from; i < to; i += 1) {
        this.#put(column[i]!)
        this.#length += 1
      }
    }
    this.#sorted = false
  }

  get count(): number {
    return this.#length
  }

  /** The value that was added as number `index`, from 0. */
  at(index: number): bigint {
    return BigInt(this.#values[index] ?? 0)
  }

  /** The same, rounded where it is a double's business. */
  numberAt(index: number): number {
    return Number(this.#values[index] ?? 0)
  }

  /** All values in order of size, in their own place: none is found any more by when it was added. */
  sorted(): Numbers | BigInt64Array {
    const values = this.#values.subarray(0, this.#length)
    if (!this.#sorted) values.sort()
    this.#sorted = true
    return values
  }

  /** @param percent 0 (the least) to 100 (the most) */
  quantile(percent: number): bigint {
    return BigInt(this.sorted()[place(percent, this.#length)] ?? 0)
  }

  /** How many values are less than this one. */
  below(ns: bigint): number {
    const values = this.sorted()
    let [low, high] = [0, values.length]
    while (low < high) {
      const half = (low + high) >> 1
      if (values[half]! < ns) low = half + 1
      else high = half
    }
    return low
  }

  #put(ns: number): void {
    const values = this.#values
    if (values instanceof BigInt64Array) values[this.#length] = BigInt(ns)
    else if (values instanceof Float64Array || ns === (ns | 0)) values[this.#length] = ns
    else this.#widen(new Float64Array(values.length))[this.#length] = ns
  }

  #room(more: number): void {
    const values = this.#values
    if (this.#length + more <= values.length) return
    const wanted = Math.max(values.length * 2, this.#length + more)
    if (values instanceof Int32Array) this.#widen(new Int32Array(wanted))
    else if (values instanceof Float64Array) this.#widen(new Float64Array(wanted))
    else this.#widen(new BigInt64Array(wanted))
  }

  /** Goes on in another array, which can hold what the present one holds. */
  #widen<T extends Numbers | BigInt64Array>(larger: T): T {
    const values = this.#values.subarray(0, this.#length)
    if (larger instanceof BigInt64Array) for (const [i, value] of values.entries()) larger[i] = BigInt(value)
    else larger.set(values as Numbers)
    this.#values = larger
    return larger
  }
}

const mostExact = BigInt(Number.MAX_SAFE_INTEGER)

/** Sizes that are never negative, as whole nanoseconds: exact up to 104 days. Those below 4.3 s take half the room. */
export class Sizes {
  #values: Uint32Array | Float64Array = new Uint32Array(256)
  #length = 0
  #sorted = false
  /** How many values have each upper half. */
  #upper: Uint32Array | null = null

  add(ns: number): void {
    if (this.#length === this.#values.length) this.#grow(this.#length * 2, this.#values instanceof Float64Array)
    if (!(ns <= mostSmall) && this.#values instanceof Uint32Array) this.#grow(this.#values.length, true)
    this.#values[this.#length] = ns
    this.#length += 1
    this.#sorted = false
    this.#upper = null
  }

  get count(): number {
    return this.#length
  }

  /** @param percent 0 (the least) to 100 (the most) */
  quantile(percent: number): number {
    const at = place(percent, this.#length)
    const values = this.#values
    if (values instanceof Uint32Array) return this.#length === 0 ? 0 : this.#select(values, at)
    if (!this.#sorted) values.subarray(0, this.#length).sort()
    this.#sorted = true
    return values[at] ?? 0
  }

  /** The value that would stand at a place if all were in order: by their upper halves first, then by the lower ones of those that match. */
  #select(values: Uint32Array, at: number): number {
    const length = this.#length
    if (!this.#upper) {
      this.#upper = new Uint32Array(halves)
      for (let i = 0; i < length; i += 1) this.#upper[values[i]! >>> 16]! += 1
    }
    let left = at
    let upper = 0
    while (left >= this.#upper[upper]!) left -= this.#upper[upper++]!
    const lower = new Uint32Array(halves)
    for (let i = 0; i < length; i += 1) if (values[i]! >>> 16 === upper) lower[values[i]! & 0xffff]! += 1
    let rest = 0
    while (left >= lower[rest]!) left -= lower[rest++]!
    return upper * halves + rest
  }

  #grow(length: number, wide: boolean): void {
    const larger = wide ? new Float64Array(length) : new Uint32Array(length)
    larger.set(this.#values.subarray(0, this.#length))
    this.#values = larger
  }
}

const mostSmall = 2 ** 32 - 1
const halves = 2 ** 16

/** Index of the smallest value that at least `percent` of all do not exceed. */
function place(percent: number, count: number): number {
  return Math.min(count - 1, Math.max(0, Math.ceil((percent * count) / 100) - 1))
}
