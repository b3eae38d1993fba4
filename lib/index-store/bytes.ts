/**
 * Whole numbers and short texts as bytes: variable-length integers, small ones in few bytes, of any size.
 * @module
 */

/** Beyond this many bits a number is read as a bigint. */
const safeBytes = 7

export class Writer {
  #bytes = new Uint8Array(4096)
  #length = 0

  byte(value: number): void {
    if (this.#length === this.#bytes.length) {
      const grown = new Uint8Array(this.#bytes.length * 2)
      grown.set(this.#bytes)
      this.#bytes = grown
    }
    this.#bytes[this.#length++] = value
  }

  /** A whole number >= 0. */
  natural(value: number): void {
    let rest = value
    while (rest >= 128) {
      this.byte((rest % 128) | 128)
      rest = Math.floor(rest / 128)
    }
    this.byte(rest)
  }

  /** Any whole number: 0, -1, 1, -2, ... become 0, 1, 2, 3, ... */
  integer(value: bigint): void {
    let rest = value >= 0n ? value * 2n : value * -2n - 1n
    if (rest <= 0xffffffffffffn) {
      this.natural(Number(rest))
      return
    }
    while (rest >= 128n) {
      this.byte(Number(rest & 127n) | 128)
      rest >>= 7n
    }
    this.byte(Number(rest))
  }

  text(value: string): void {
    const bytes = new TextEncoder().encode(value)
    this.natural(bytes.length)
    for (const byte of bytes) this.byte(byte)
  }

  /** What was written. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }
}

export class Reader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get done(): boolean {
    return this.#at === this.#bytes.length
  }

  /** @throws {RangeError} behind the last byte */
  byte(): number {
    const byte = this.#bytes[this.#at++]
    if (byte === undefined) throw new RangeError('the bytes end too early')
    return byte
  }

  /** @throws {RangeError} where the bytes are no number, or one that is written longer than it need be */
  natural(): number {
    let value = 0
    let unit = 1
    for (let count = 1; ; count++) {
      const byte = this.byte()
      value += (byte & 127) * unit
      if (byte < 128) {
        if (byte === 0 && count > 1) throw new RangeError('a number is written too long')
        return value
      }
      if (count === safeBytes) throw new RangeError('a number is too large')
      unit *= 128
    }
  }

  /** @throws {RangeError} likewise */
  integer(): bigint {
    let value = 0
    let unit = 1
    for (let count = 1; count <= safeBytes; count++) {
      const byte = this.byte()
      value += (byte & 127) * unit
      if (byte < 128) {
        if (byte === 0 && count > 1) throw new RangeError('a number is written too long')
        return value % 2 === 0 ? BigInt(value / 2) : BigInt(-(value + 1) / 2)
      }
      unit *= 128
    }
    return this.#large(BigInt(value))
  }

  #large(start: bigint): bigint {
    let value = start
    for (let shift = BigInt(7 * safeBytes); ; shift += 7n) {
      const byte = this.byte()
      value |= BigInt(byte & 127) << shift
      if (byte >= 128) continue
      if (byte === 0) throw new RangeError('a number is written too long')
      return value & 1n ? -((value + 1n) >> 1n) : value >> 1n
    }
  }

  text(): string {
    const length = this.natural()
    const end = this.#at + length
    if (end > this.#bytes.length) throw new RangeError('the bytes end too early')
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.#bytes.subarray(this.#at, end))
    this.#at = end
    return text
  }
}
