/**
 * Texts of long tables as bytes, one behind the other, in memory that is used again.
 * @module
 */

/** Bytes that grow. */
export class Bytes {
  #buffer: Buffer
  /** How many there are. */
  length = 0

  constructor(size: number) {
    this.#buffer = Buffer.allocUnsafeSlow(size)
  }

  /** What was written since the last {@link clear}; good until something is written again. */
  view(): Buffer {
    return this.#buffer.subarray(0, this.length)
  }

  clear(): void {
    this.length = 0
  }

  /** Makes room for `more` bytes: the writers below ask for it once a row, {@link text} each time. */
  reserve(more: number): void {
    if (this.length + more <= this.#buffer.length) return
    const grown = Buffer.allocUnsafeSlow(2 * (this.length + more))
    this.#buffer.copy(grown, 0, 0, this.length)
    this.#buffer = grown
  }

  text(text: string): void {
    this.reserve(3 * text.length)
    this.length += this.#buffer.write(text, this.length, 'utf8')
  }

  copy(bytes: Uint8Array, from: number, to: number): void {
    const target = this.#buffer
    let at = this.length
    for (let i = from; i < to; i += 1) {
      target[at] = bytes[i]!
      at += 1
    }
    this.length = at
  }

  /** A whole number from 0 to 2^53 - 1 with leading zeros, `width` digits (it must fit). */
  digits(value: number, width: number): void {
    const target = this.#buffer
    let rest = value
    for (let at = this.length + width - 1; at >= this.length; at -= 1) {
      const tenth = Math.floor(rest / 10)
      target[at] = 48 + rest - 10 * tenth
      rest = tenth
    }
    this.length += width
  }

  byte(byte: number): void {
    this.#buffer[this.length] = byte
    this.length += 1
  }
}
