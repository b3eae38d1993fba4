/**
 * The Merkle tree over all records of a trail, as RFC 6962 section 2.1 defines it: its frontier, which is all that going on
 * takes, and the proofs that one record is in a tree and that one tree continues another. Pure: hashes in, hashes out.
 * @module
 */
import { hash } from 'node:crypto'

/** The root of the tree without leaves: SHA-256 of nothing (RFC 6962 section 2.1). */
export const emptyRoot = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

/** SHA-256(0x01 || left || right), hex: an inner node. The one byte keeps a node from ever being taken for a leaf. */
export function nodeHash(left: string, right: string): string {
  return hash('sha256', Buffer.from(`01${left}${right}`, 'hex'))
}

const digest = /^[0-9a-f]{64}$/

/**
 * The roots of the complete subtrees that a tree of a size falls into, largest first: one per binary digit 1 of the size.
 * Rebuilt by reading the trail once, and all that is needed to add the next leaf.
 */
export class Frontier {
  #size: number
  #roots: string[]

  constructor() {
    this.#size = 0
    this.#roots = []
  }

  /**
   * @param size how many leaves there are
   * @param state what {@link state} gave at that size
   * @throws {RangeError} where they do not belong together
   */
  static from(size: number, state: readonly string[]): Frontier {
    if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`no size of a tree: ${size}`)
    const roots = ones(size)
    if (state.length !== roots)
      throw new RangeError(`a tree of ${size} leaves has ${roots} complete parts, got ${state.length}`)
    for (const root of state) if (!digest.test(root)) throw new RangeError(`no SHA-256 in hexadecimal digits: ${root}`)
    const frontier = new Frontier()
    frontier.#size = size
    frontier.#roots = [...state]
    return frontier
  }

  /** How many leaves there are. */
  get size(): number {
    return this.#size
  }

  /** Adds a leaf: its hash, 64 hexadecimal digits. */
  push(leaf: string): void {
    let node = leaf
    // The size's trailing ones are complete parts of 1, 2, 4 ... leaves: the new leaf completes the next larger one.
    for (let size = this.#size; size % 2 === 1; size = (size - 1) / 2) node = nodeHash(this.#roots.pop() ?? '', node)
    this.#roots.push(node)
    this.#size += 1
  }

  /** The root, 64 hexadecimal digits. */
  root(): string {
    const last = this.#roots.at(-1)
    if (last === undefined) return emptyRoot
    let node = last
    for (let i = this.#roots.length - 2; i >= 0; i--) node = nodeHash(this.#roots[i] ?? '', node)
    return node
  }

  /** The roots of the complete parts, largest first, 64 hexadecimal digits each. */
  state(): string[] {
    return [...this.#roots]
  }
}

function ones(size: number): number {
  let count = 0
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2
  return count
}

/** The largest power of two below `size` (RFC 6962 section 2.1: k). */
function split(size: number): number {
  let k = 1
  while (k * 2 < size) k *= 2
  return k
}

/**
 * Gives the hash of a complete or partial subtree: the leaves from `from` (inclusive) to `to` (exclusive), counted from 0.
 * A getter over leaf hashes is made one by {@link overLeaves}.
 */
export type Subtree = (from: number, to: number) => string

/** Subtree hashes out of single leaf hashes, leaf 0 first. Each call works its way down to the leaves. */
export function overLeaves(leaf: (index: number) => string): Subtree {
  const subtree: Subtree = (from, to) => {
    if (to - from <= 0) return emptyRoot
    if (to - from === 1) return leaf(from)
    const middle = from + split(to - from)
    return nodeHash(subtree(from, middle), subtree(middle, to))
  }
  return subtree
}

/**
 * The audit path of a leaf (RFC 6962 section 2.1.1), from the leaf upwards.
 * @param index of the leaf, from 0
 * @param size of the tree
 * @throws {RangeError} where there is no such leaf
 */
export function inclusionProof(index: number, size: number, subtree: Subtree): string[] {
  if (!(Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size)) {
    throw new RangeError(`a tree of ${size} leaves has no leaf ${index}`)
  }
  const path: string[] = []
  let from = 0
  let to = size
  while (to - from > 1) {
    const middle = from + split(to - from)
    if (index < middle) {
      path.push(subtree(middle, to))
      to = middle
    } else {
      path.push(subtree(from, middle))
      from = middle
    }
  }
  return path.reverse()
}

/**
 * Whether a leaf stands at an index in the tree of a size and root. A wrong proof is `false`, never an error.
 * @param leaf its hash
 */
export function verifyInclusion(
  leaf: string,
  index: number,
  size: number,
  root: string,
  proof: readonly string[],
): boolean {
  const walked = walk(leaf, index, size, proof)
  return walked !== null && walked === root
}

/** The root that an inclusion proof leads to; `null` where the proof is not of the one form that it can have. */
function walk(leaf: string, index: number, size: number, proof: readonly string[]): string | null {
  if (!(Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size)) return null
  if (!digest.test(leaf) || !proof.every((step) => digest.test(step))) return null
  const left: boolean[] = []
  let from = 0
  let to = size
  while (to - from > 1) {
    const middle = from + split(to - from)
    left.push(index >= middle)
    if (index < middle) to = middle
    else from = middle
  }
  if (left.length !== proof.length) return null
  let node = leaf
  for (const [step, other] of proof.entries()) {
    node = left[left.length - 1 - step] ? nodeHash(other, node) : nodeHash(node, other)
  }
  return node
}

/**
 * The proof that the tree of `newSize` continues the tree of `oldSize` (RFC 6962 section 2.1.2).
 * @throws {RangeError} unless 0 < oldSize <= newSize
 */
export function consistencyProof(oldSize: number, newSize: number, subtree: Subtree): string[] {
  if (!(Number.isSafeInteger(oldSize) && Number.isSafeInteger(newSize) && oldSize > 0 && oldSize <= newSize)) {
    throw new RangeError(`no tree of ${oldSize} leaves lies within one of ${newSize}`)
  }
  const path: string[] = []
  let from = 0
  let to = newSize
  // Down to the part whose right edge is the old tree's; `whole` as long as that part is the old tree itself.
  let whole = true
  while (to !== oldSize) {
    const middle = from + split(to - from)
    if (oldSize <= middle) {
      path.push(subtree(middle, to))
      to = middle
    } else {
      path.push(subtree(from, middle))
      from = middle
      whole = false
    }
  }
  if (!whole) path.push(subtree(from, to))
  return path.reverse()
}

/** Whether the tree of `newSize` and `newRoot` continues the one of `oldSize` and `oldRoot`. A wrong proof is `false`. */
export function verifyConsistency(
  oldSize: number,
  oldRoot: string,
  newSize: number,
  newRoot: string,
  proof: readonly string[],
): boolean {
  const sizes = Number.isSafeInteger(oldSize) && Number.isSafeInteger(newSize) && oldSize > 0 && oldSize <= newSize
  if (!sizes || !digest.test(oldRoot) || !digest.test(newRoot)) return false
  if (!proof.every((step) => digest.test(step))) return false
  const steps: ('older' | 'newer')[] = []
  let from = 0
  let to = newSize
  while (to !== oldSize) {
    const middle = from + split(to - from)
    steps.push(oldSize <= middle ? 'newer' : 'older')
    if (oldSize <= middle) to = middle
    else from = middle
  }
  const whole = from === 0
  if (proof.length !== steps.length + (whole ? 0 : 1)) return false
  let older = whole ? oldRoot : (proof[0] ?? '')
  let newer = older
  for (const [index, other] of proof.slice(whole ? 0 : 1).entries()) {
    const step = steps[steps.length - 1 - index]
    if (step === 'older') older = nodeHash(other, older)
    newer = step === 'older' ? nodeHash(other, newer) : nodeHash(newer, other)
  }
  return older === oldRoot && newer === newRoot
}
