/**
 * A bundle: one answer with all that is needed to check it elsewhere, as a JSON document. Its form, and reading it strictly.
 * docs/trail-format.md describes it for other implementations.
 * @module
 */
import { hex, list, nullable, oneOf, type Rule, shape, text } from '../trail/rules.js'
import type { ProofDocument } from './document.js'

/** One epoch of the chain of keys. */
export interface BundledEpoch {
  /** The line of its sealing `close` record, and the path from its leaf to the root of `checkpoint`. */
  readonly close: string
  readonly proof: readonly string[]
  /** The seal, byte for byte. */
  readonly checkpoint: string
  /** Proof that it continues the checkpoint before it in the list; `null` in the first, and where the records of both were pruned. */
  readonly consistency: readonly string[] | null
}

export interface Bundle {
  readonly format: 'ntp-auditor-bundle/1'
  readonly origin: string
  readonly question: {
    /** ISO 8601 UTC with nanoseconds. */
    readonly at: string
    readonly scale: 'wall' | 'true'
    readonly toleranceNs: string
    readonly longestGapNs: string
  }
  /** What the records answer; to be recomputed, not believed. */
  readonly answer: ProofDocument
  /** The `open` record of the start that governs them, with the configuration; and its path to the last checkpoint of the list. */
  readonly open: {
    readonly line: string
    readonly proof: readonly string[]
    /** Where that start was pruned, `line` is the latest `open` that is left, and this the text of which it holds the digest. */
    readonly configuration?: string
  }
  /** Records in a row, and the path of the last one to the last checkpoint of the list. */
  readonly records: readonly string[]
  readonly proof: readonly string[]
  /** From the epoch whose key (or checkpoint) the verifier trusts to the one that seals the last record. */
  readonly epochs: readonly BundledEpoch[]
}

const whole: Rule = (value) =>
  typeof value === 'string' && /^(?:0|[1-9]\d{0,29})$/.test(value)
    ? null
    : { path: '', why: 'must be whole nanoseconds' }
const path = list(hex(64))
const form = shape({
  format: oneOf('ntp-auditor-bundle/1'),
  origin: text,
  question: shape({ at: text, scale: oneOf('wall', 'true'), toleranceNs: whole, longestGapNs: whole }),
  answer: shape({ answers: list(shape({})) }),
  open: shape({ line: text, proof: path }, { configuration: text }),
  records: list(text),
  proof: path,
  epochs: list(shape({ close: text, proof: path, checkpoint: text, consistency: nullable(path) })),
})

/** A bundle is no longer than this: ten years of hourly epochs. */
export const longestBundle = 512 * 1024 * 1024

/**
 * Reads a bundle.
 * @throws {SyntaxError} where the text is none, naming what is wrong
 */
export function parseBundle(source: string): Bundle {
  let value: unknown
  try {
    value = JSON.parse(source)
  } catch (error) {
    throw new SyntaxError(`the file is not JSON: ${(error as Error).message}`)
  }
  const fault = form(value)
  if (fault)
    throw new SyntaxError(`the file is no bundle: ${fault.path === '' ? 'it' : `"${fault.path}"`} ${fault.why}`)
  return value as Bundle
}
