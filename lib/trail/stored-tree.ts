/**
 * All complete parts of a trail's tree, so that any proof can be given: 64 bytes a record. A tree of which the beginning was
 * pruned knows that beginning as its frontier tells it.
 * @module
 */
import { Frontier, nodeHash, type Subtree } from './merkle.js'

const digestBytes = 32

export class StoredTree {
  readonly #from: number
  readonly #parts = new Map<string, string>()
  /** Roots of complete parts of 1, 2, 4 ... leaves, from the first one that lies wholly behind the beginning. */
  readonly #levels: { bytes: Buffer; first: number; count: number }[] = []
  readonly #frontier: Frontier

  /** @param beginning what is known of the leaves before the first that will be pushed */
  constructor(beginning: Frontier = new Frontier()) {
    this.#frontier = Frontier.from(beginning.size, beginning.state())
    this.#from = beginning.size
    let at = 0
    for (const root of beginning.state()) {
      let size = 1
      while (size * 2 <= this.#from - at) size *= 2
      this.#parts.set(`${at}-${at + size}`, root)
      at += size
    }
  }

  /** How many leaves there are. */
  get size(): number {
    return this.#frontier.size
  }

  root(): string {
    return this.#frontier.root()
  }

  push(leaf: string): void {
    let index = this.#frontier.size
    this.#frontier.push(leaf)
    let node = leaf
    for (let level = 0; ; level++) {
      this.#put(level, index, node)
      if (index % 2 === 0) return
      const left = this.#get(level, index - 1)
      if (left === null) return
      node = nodeHash(left, node)
      index = (index - 1) / 2
    }
  }

  /**
   * The root of the leaves from `from` to `to` (exclusive).
   * @throws {RangeError} where they were pruned
   */
  readonly subtree: Subtree = (from, to) => {
    const known = this.#parts.get(`${from}-${to}`)
    if (known !== undefined) return known
    const size = to - from
    const level = Math.log2(size)
    if (Number.isInteger(level) && from % size === 0) {
      const stored = this.#get(level, from / size)
      if (stored !== null) return stored
    }
    if (size <= 1) throw new RangeError(`record ${from + 1} was pruned: nothing can be proven of it`)
    let k = 1
    while (k * 2 < size) k *= 2
    return nodeHash(this.subtree(from, from + k), this.subtree(from + k, to))
  }

  #get(level: number, index: number): string | null {
    const row = this.#levels[level]
    if (!row || index < row.first || index >= row.first + row.count) {
      return this.#parts.get(`${index * 2 ** level}-${(index + 1) * 2 ** level}`) ?? null
    }
    const at = (index - row.first) * digestBytes
    return row.bytes.toString('hex', at, at + digestBytes)
  }

  #put(level: number, index: number, node: string): void {
    this.#levels[level] ??= { bytes: Buffer.alloc(digestBytes * 1024), first: index, count: 0 }
    const row = this.#levels[level]
    if (!row) return
    const at = (index - row.first) * digestBytes
    if (at >= row.bytes.length) row.bytes = Buffer.concat([row.bytes, Buffer.alloc(row.bytes.length)])
    row.bytes.write(node, at, 'hex')
    row.count = index - row.first + 1
  }
}
