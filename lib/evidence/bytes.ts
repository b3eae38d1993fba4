/**
 * Values as bytes: whole nanoseconds in eight, words by their number in a list that stands in front. Whoever writes and whoever
 * reads name the same values in the same order.
 * @module
 */

/** Says that a nanosecond value stands among the words: it is missing, or does not fit into 64 bits. */
const outside = -(1n << 63n)
const least = outside + 1n
const most = (1n << 63n) - 1n
const nothing = 0xffff

export class ByteWriter {
  #bytes = Buffer.allocUnsafe(1 << 14)
  #at = 0
  readonly #words = new Map<string, number>()

  /** How many bytes were written. */
  get length(): number {
    return this.#at
  }

  number(value: number | null): void {
    this.#room(8)
    this.#at = this.#bytes.writeDoubleLE(value ?? Number.NaN, this.#at)
  }

  flag(value: boolean): void {
    this.#room(1)
    this.#at = this.#bytes.writeUInt8(value ? 1 : 0, this.#at)
  }

  /** @throws {RangeError} for more than 65,535 different words */
  word(value: string | null): void {
    this.#room(2)
    this.#at = this.#bytes.writeUInt16LE(value === null ? nothing : this.#number(value), this.#at)
  }

  ns(value: bigint | null): void {
    this.#room(8)
    const plain = value !== null && value >= least && value <= most
    this.#at = this.#bytes.writeBigInt64LE(plain ? value : outside, this.#at)
    if (!plain) this.word(value === null ? null : value.toString())
  }

  /** The words, and everything that was written. */
  finish(): Buffer {
    const words = Buffer.from(JSON.stringify([...this.#words.keys()]))
    const head = Buffer.allocUnsafe(4)
    head.writeUInt32LE(words.length, 0)
    return Buffer.concat([head, words, this.#bytes.subarray(0, this.#at)])
  }

  #number(word: string): number {
    const known = this.#words.get(word)
    if (known !== undefined) return known
    const next = this.#words.size
    if (next >= nothing) throw new RangeError('more different words than a row can hold')
    this.#words.set(word, next)
    return next
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(this.#bytes.length * 2)
    this.#bytes.copy(larger, 0, 0, this.#at)
    this.#bytes = larger
  }
}

/** Reads what {@link ByteWriter} wrote. @throws {RangeError | SyntaxError | TypeError} for other bytes */
export class ByteReader {
  readonly #view: DataView
  readonly #words: readonly string[]
  readonly #start: number
  #at: number

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const length = this.#view.getUint32(0, true)
    const words = Buffer.from(bytes.buffer, bytes.byteOffset + 4, length)
    this.#words = JSON.parse(words.toString('utf8')) as string[]
    this.#start = 4 + length
    this.#at = this.#start
  }

  /** Where it reads next, from the first value. */
  get offset(): number {
    return this.#at - this.#start
  }

  /** Goes on at an offset from the first value. */
  seek(offset: number): void {
    this.#at = this.#start + offset
  }

  number(): number {
    const value = this.#view.getFloat64(this.#at, true)
    this.#at += 8
    return value
  }

  maybeNumber(): number | null {
    const value = this.number()
    return Number.isNaN(value) ? null : value
  }

  flag(): boolean {
    const value = this.#view.getUint8(this.#at)
    this.#at += 1
    return value === 1
  }

  /** A word; the row's signature vouches for its being one of the right ones. */
  word<T extends string>(): T {
    const value = this.maybeWord<T>()
    if (value === null) throw new TypeError('a word is missing')
    return value
  }

  maybeWord<T extends string>(): T | null {
    const index = this.#view.getUint16(this.#at, true)
    this.#at += 2
    return index === nothing ? null : ((this.#words[index] ?? null) as T | null)
  }

  ns(): bigint {
    const value = this.#view.getBigInt64(this.#at, true)
    this.#at += 8
    return value === outside ? BigInt(this.word()) : value
  }

  maybeNs(): bigint | null {
    const value = this.#view.getBigInt64(this.#at, true)
    this.#at += 8
    if (value !== outside) return value
    const word = this.maybeWord()
    return word === null ? null : BigInt(word)
  }
}
