/**
 * The answer that a run of records gives by itself: what a bundle carries, and what its verifier works out again.
 * @module
 */
import { formatInstant } from '../instant.js'
import { sha256 } from '../trail/hash.js'
import type { Placed, TrailRecord } from '../trail/types.js'
import { answer } from './answer.js'
import { type ProofDocument, proofDocument } from './document.js'
import { FactReader } from './facts.js'
import { memorySource } from './source.js'
import type { Answer, Question } from './types.js'

/** Answers a question from some records in a row and nothing else. */
export async function answerFrom(records: readonly Placed[], question: Question): Promise<Answer[]> {
  const reader = new FactReader()
  return answer(memorySource(records.flatMap((placed) => reader.next(placed))), question)
}

/** The document of {@link answerFrom}. */
export function bundledDocument(question: Question, simulation: boolean, answers: readonly Answer[]): ProofDocument {
  const { atNs, scale, toleranceNs } = question
  return proofDocument({ at: formatInstant(atNs), scale, toleranceNs, simulation }, answers)
}

/** Whether a text is the configuration of which an `open` record knows the digest. */
export function isConfiguration(record: TrailRecord, text: string): boolean {
  if (record.type !== 'open' || sha256(Buffer.from(text)) !== record.configurationDigest) return false
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null
  } catch {
    return false
  }
}

/**
 * What the configuration of an `open` record says; `null` where it says nothing of it.
 * @param proven the configuration in words, where the record holds only its digest
 */
export function configuredNs(
  record: TrailRecord,
  name: 'toleranceNs' | 'longestGapNs',
  proven: string | undefined,
): bigint | null {
  if (record.type !== 'open') return null
  const configuration: unknown = proven === undefined ? record.configuration : JSON.parse(proven)
  const value: unknown = (configuration as Record<string, unknown> | null)?.[name]
  return typeof value === 'string' && /^[1-9]\d{0,18}$/.test(value) ? BigInt(value) : null
}
