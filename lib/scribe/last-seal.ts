/**
 * What a computer remembers of the last checkpoint that it made, beside its keys: a trail that is older or another one is told
 * from its own by it. It carries the tree at that checkpoint too, which spares a start the reading of years.
 * @module
 */
import { canonicalize, parseCanonical } from '../trail/canonical.js'
import { boolean, hex, integer, list, type Rule, shape, text } from '../trail/rules.js'
import type { Predecessor } from '../trail/types.js'

export interface LastSeal {
  /** The epoch that was sealed; 0: none yet, the genesis key was made here. */
  readonly epoch: number
  /** How many records lie under it: seq of its close record. */
  readonly size: number
  /** SHA-256 of the checkpoint file; `''` at epoch 0. */
  readonly digest: string
  readonly origin: string
  /** Pseudonym of the computer. */
  readonly machine: string
  /** Hash of the close record; `''` at epoch 0. */
  readonly lastLeaf: string
  /** Roots of the complete parts of the tree, largest first: to be believed only where they hash to the checkpoint's root. */
  readonly frontier: readonly string[]
  /** Whether a record was ever begun under the genesis key. */
  readonly begun: boolean
  /** What the first record of this trail will cite; at epoch 0 only. */
  readonly succeeds?: Predecessor
}

const digits = hex(64)
const maybe: Rule = (value) => (value === '' ? null : digits(value))
const form = shape(
  {
    epoch: integer(0),
    size: integer(0),
    digest: maybe,
    origin: text,
    machine: text,
    lastLeaf: maybe,
    frontier: list(digits),
    begun: boolean,
  },
  {
    succeeds: shape({
      origin: text,
      size: integer(1),
      root: digits,
      sha256: digits,
      lastSeq: integer(1),
      lastHash: digits,
    }),
  },
)

/** One line of canonical JSON. */
export function encodeLastSeal(seal: LastSeal): Buffer {
  return Buffer.from(`${canonicalize(seal)}\n`)
}

/** Reads what {@link encodeLastSeal} writes; `null` for anything else. */
export function decodeLastSeal(bytes: Buffer): LastSeal | null {
  if (bytes.at(-1) !== 10) return null
  try {
    const value = parseCanonical(bytes.subarray(0, -1))
    return form(value) === null ? (value as LastSeal) : null
  } catch {
    return null
  }
}
