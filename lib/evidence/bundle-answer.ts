/**
 * The answer that a run of records gives by itself: what a bundle carries, and what its verifier works out again.
 * @module
 */
import { formatInstant } from '../instant.js'
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

/** What the configuration in an `open` record says; `null` where it says nothing of it. */
export function configuredNs(record: TrailRecord, name: 'toleranceNs' | 'longestGapNs'): bigint | null {
  if (record.type !== 'open') return null
  const value: unknown = (record.configuration as Record<string, unknown> | null)?.[name]
  return typeof value === 'string' && /^[1-9]\d{0,18}$/.test(value) ? BigInt(value) : null
}
