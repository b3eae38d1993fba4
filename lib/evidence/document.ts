/**
 * The JSON document of an answer: what `prove --json` prints and `prove()` resolves with. Seconds, rounded outwards; instants ISO
 * 8601 UTC with nanoseconds. Fields may be added, never renamed or removed.
 * @module
 */
import type { Cause, Support, Verdict } from '../consensus/types.js'
import { formatInstant } from '../instant.js'
import type { IntervalNs } from '../interval.js'
import { secondsDown, secondsUp } from '../trail/document.js'
import type { Answer, Witnessed } from './types.js'

/** The question, as it is repeated in the document. */
export interface Asked {
  /** ISO 8601 UTC. */
  readonly at: string
  /** `wall`: what the audited clock showed; `true`: UTC. */
  readonly scale: 'wall' | 'true'
  readonly toleranceNs: bigint
  /** Whether no clock of the trail is a real one. */
  readonly simulation: boolean
}

/** `null` where nothing is known. Positive = the clock was slow. */
interface Ends {
  readonly low: number | null
  readonly high: number | null
}

export interface ProofDocument {
  readonly at: string
  readonly simulation: boolean
  readonly scale: 'wall' | 'true'
  readonly tolerance: number
  /** Two where the audited clock showed the time twice, none where it was set forward over it. */
  readonly answers: readonly (Ends & {
    readonly verdict: Verdict
    readonly support: Support | null
    readonly witness: Witnessed
    readonly asKnownThen: Ends & { readonly verdict: Verdict }
    readonly cause: Cause | null
    /** seq of the records that the answer rests on. */
    readonly records: readonly number[]
    readonly nearest: Answer['nearest']
    /** UTC of the instant; between `utcFrom` and `utcTo` as far as its name tells. */
    readonly utc: string
    readonly utcFrom: string
    readonly utcTo: string
    readonly wall: string
    /** Whether `utc` is an estimate: the instant lies across a break, or where nobody looked. */
    readonly estimated: boolean
  })[]
}

export function proofDocument(
  { at, scale, toleranceNs, simulation }: Asked,
  answers: readonly Answer[],
): ProofDocument {
  return {
    at,
    simulation,
    scale,
    tolerance: secondsDown(toleranceNs),
    answers: answers.map((answer) => ({
      verdict: answer.verdict,
      ...ends(answer.bound),
      support: answer.support,
      witness: answer.witness,
      asKnownThen: { verdict: answer.asKnownThen.verdict, ...ends(answer.asKnownThen.bound) },
      cause: answer.cause,
      records: answer.records,
      nearest: answer.nearest,
      utc: formatInstant(answer.utcNs),
      utcFrom: formatInstant(answer.within.lowNs),
      utcTo: formatInstant(answer.within.highNs),
      wall: formatInstant(answer.wallNs),
      estimated: answer.estimated,
    })),
  }
}

function ends(bound: IntervalNs | null): Ends {
  return bound === null ? { low: null, high: null } : { low: secondsDown(bound.lowNs), high: secondsUp(bound.highNs) }
}
