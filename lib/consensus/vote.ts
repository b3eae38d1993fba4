/**
 * What one to three references say together: a bound, what it rests on, and who disagrees.
 *
 * With three references and at most one wrong, truth is covered by at least two intervals, so it lies in the hull of all points
 * covered twice (RFC 5905 section 11.2.1 with m = 3, f = 1). With two, the hull of their union is right if either is. With
 * one there is nothing to vote about. What does not meet is never averaged.
 * @module
 */
import { hull, type IntervalNs, meet, width } from '../interval.js'
import { type Role, roles } from '../ntp/types.js'
import type { Consensus } from './types.js'

/** What one reference says, already carried to the sample's instant. */
export interface Ballot {
  readonly role: Role
  /** M = TAI - A at the sample's instant (ns). */
  readonly m: IntervalNs
  /** Ballots with the same text here come from one reference, whatever names it was configured under. */
  readonly address: string
  /** It serves this computer's own clock. */
  readonly self: boolean
}

export interface VoteOptions {
  /** How many references are configured (0 to 3); copied into the result. */
  readonly configured: number
  /** Let `self` ballots vote: for test servers only. */
  readonly trustLocal: boolean
}

/** Role order: the result must not depend on the order of the ballots. */
function byRole(a: Ballot, b: Ballot): number {
  return roles.indexOf(a.role) - roles.indexOf(b.role)
}

/** One ballot per address: the narrower counts, the earlier role among equals. */
function independent(ballots: readonly Ballot[]): Ballot[] {
  const kept = new Map<string, Ballot>()
  for (const ballot of [...ballots].sort(byRole)) {
    const rival = kept.get(ballot.address)
    if (rival === undefined || width(ballot.m) < width(rival.m)) kept.set(ballot.address, ballot)
  }
  return [...kept.values()].sort(byRole)
}

/** The hull of all points covered by at least two of three, and in how many pairs they meet (3 pairs: all have a common point). */
function coveredTwice(m: readonly IntervalNs[]): { readonly covered: IntervalNs | null; readonly pairs: number } {
  const [a, b, c] = m as [IntervalNs, IntervalNs, IntervalNs]
  const parts = [meet(a, b), meet(b, c), meet(a, c)].filter((part) => part !== null)
  return { covered: parts.length === 0 ? null : parts.reduce(hull), pairs: parts.length }
}

/**
 * Votes over what the references say.
 *
 * | ballots of different references | bound | state, support |
 * |---|---|---|
 * | 3, all meet, or two meet and the third is apart | hull of the part covered by two | `agreed`, `voted` |
 * | 3 in a chain: A meets B, B meets C, A misses C | the same hull; A or C is wrong, nobody knows which | `ambiguous`, `voted` |
 * | 2 that meet | hull of their union | `agreed`, `paired` |
 * | 2 or 3, all disjoint | none | `conflict` |
 * | 1 | its interval | `single` |
 * | 0 | none | `none` |
 *
 * `agree` lists the roles whose interval meets the bound, `dissent` those that miss it; a name that shares its address with a
 * narrower one is in neither list. Without a bound both are empty.
 * @param ballots at most one per role, in any order
 */
export function vote(ballots: readonly Ballot[], options: VoteOptions): Consensus {
  const { configured } = options
  const voters = independent(ballots.filter((ballot) => !ballot.self || options.trustLocal))
  const intervals = voters.map((voter) => voter.m)
  const without = { support: null, m: null, agree: [], dissent: [], faults: 0, configured } as const

  const [first, second] = intervals
  if (first === undefined) return { state: 'none', ...without }
  if (second === undefined) {
    return { ...without, state: 'single', support: 'single', m: first, agree: voters.map((voter) => voter.role) }
  }
  if (intervals.length === 2) {
    if (meet(first, second) === null) return { state: 'conflict', ...without }
    const agree = voters.map((voter) => voter.role)
    return { ...without, state: 'agreed', support: 'paired', m: hull(first, second), agree, faults: 1 }
  }

  const { covered, pairs } = coveredTwice(intervals)
  if (covered === null) return { state: 'conflict', ...without }
  const meets = (voter: Ballot): boolean => meet(voter.m, covered) !== null
  return {
    state: pairs === 2 ? 'ambiguous' : 'agreed',
    support: 'voted',
    m: covered,
    agree: voters.filter(meets).map((voter) => voter.role),
    dissent: voters.filter((voter) => !meets(voter)).map((voter) => voter.role),
    faults: 1,
    configured,
  }
}
