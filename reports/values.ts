/**
 * Many measured values, kept in arrays that grow, and their order: least, quantiles, most. A quantile is always a value that was
 * measured: the smallest that at least this share of all does not exceed.
 * @module
 */

/** Whole nanoseconds: a year of readings stays under 4 MB a column. */
export class Values {
  #values = new BigInt64Array(256)
  #length = 0
  #sorted: BigInt64Array | null = null

  add(ns: bigint): void {
    if (this.#length === this.#values.length) {
      const larger = new BigInt64Array(this.#length * 2)
      larger.set(this.#values)
      this.#values = larger
    }
    this.#values[this.#length] = ns
    this.#length += 1
    this.#sorted = null
  }

  get count(): number {
    return this.#length
  }

  /** The value that was added as number `index`, from 0. */
  at(index: number): bigint {
    return this.#values[index] ?? 0n
  }

  /** All values in order of size, in their own place: none is found any more by when it was added. */
  sorted(): BigInt64Array {
    this.#sorted ??= this.#values.subarray(0, this.#length).sort()
    return this.#sorted
  }

  /** @param percent 0 (the least) to 100 (the most) */
  quantile(percent: number): bigint {
    return this.sorted()[place(percent, this.#length)] ?? 0n
  }
}

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
