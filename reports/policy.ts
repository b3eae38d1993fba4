/**
 * The policy that judges a period's intervals, and the exit code that follows from it. Lack of proof is told apart from
 * proof of the contrary.
 * @module
 */
import type { Stretch } from '../lib/evidence/types.js'
import { formatInstant } from '../lib/instant.js'
import { seconds } from './seconds.js'
import type { ReportResult } from './types.js'
import { count, percent, span } from './words.js'

/** What a profile demands of a period. */
export interface Policy {
  /** The share of the period less OFF that must be PROVEN, in hundredths of a percent. */
  readonly provenBasisPoints: bigint
  /** The longest stretch without a bound (ns); OFF is not counted. */
  readonly longestGapNs: bigint
}

/** Profile `custom`: nothing VIOLATED, PROVEN at least 99 % less OFF, never more than an hour without a bound. */
export const customPolicy: Policy = { provenBasisPoints: 9900n, longestGapNs: 3_600_000_000_000n }

export type Judgement = ReportResult['policy']
type Failure = Judgement['failures'][number]

/**
 * Judges the stretches of a period.
 * @param intact what the trail's verification said; a damaged trail proves nothing
 */
export function judgePolicy(
  stretches: readonly Stretch[],
  policy: Policy,
  intact: boolean | 'self-consistent',
): Judgement {
  const failures: Failure[] = []
  const sums = { PROVEN: 0n, VIOLATED: 0n, INDETERMINATE: 0n, UNMONITORED: 0n, OFF: 0n }
  let violations = 0
  for (const stretch of stretches) {
    sums[stretch.verdict] += stretch.toNs - stretch.fromNs
    if (stretch.verdict === 'VIOLATED') violations += 1
  }
  const judged = sums.PROVEN + sums.VIOLATED + sums.INDETERMINATE + sums.UNMONITORED
  if (sums.VIOLATED > 0n) {
    failures.push({
      rule: 'nothing-violated',
      message: `the clock was outside the tolerance for ${span(sums.VIOLATED)} in ${count(violations, 'interval')}`,
      lack: false,
    })
  }
  const wanted = percent(policy.provenBasisPoints, 10_000n, 'down')
  if (judged === 0n) {
    failures.push({
      rule: 'proven-share',
      message: 'the computer was off all the time: there is nothing to judge',
      lack: true,
    })
  } else if (sums.PROVEN * 10_000n < policy.provenBasisPoints * judged) {
    failures.push({
      rule: 'proven-share',
      message: `PROVEN for ${percent(sums.PROVEN, judged, 'down')} of the period less OFF; ${wanted} are wanted`,
      lack: true,
    })
  }
  const dark = longestDark(stretches)
  if (dark && dark.lengthNs > policy.longestGapNs) {
    failures.push({
      rule: 'longest-gap',
      message:
        `no bound for ${span(dark.lengthNs)} between ${formatInstant(dark.fromNs)} and ${formatInstant(dark.toNs)}; ` +
        `at most ${span(policy.longestGapNs)} is allowed`,
      lack: true,
    })
  }
  if (intact === false) {
    failures.push({
      rule: 'trail-intact',
      message: 'the trail is damaged: what it says is no proof until the findings are explained',
      lack: true,
    })
  }
  return {
    met: failures.length === 0,
    failures,
    provenShare: judged === 0n ? 0 : Number((sums.PROVEN * 1_000_000_000n) / judged) / 1e9,
    provenWanted: Number(policy.provenBasisPoints) / 10_000,
    longestGap: Number(policy.longestGapNs) / 1e9,
    judged: { words: 'all of the period less OFF', seconds: seconds(judged, 'up') },
    checks: [],
  }
}

/**
 * The longest time without any bound. OFF neither counts nor ends it: two half hours in the dark around a night's suspend
 * are an hour.
 */
function longestDark(stretches: readonly Stretch[]): { fromNs: bigint; toNs: bigint; lengthNs: bigint } | null {
  let longest: { fromNs: bigint; toNs: bigint; lengthNs: bigint } | null = null
  let run: { fromNs: bigint; toNs: bigint; lengthNs: bigint } | null = null
  for (const stretch of stretches) {
    if (stretch.verdict === 'OFF') continue
    if (stretch.worst !== null) {
      run = null
      continue
    }
    const lengthNs: bigint = stretch.toNs - stretch.fromNs
    run = run
      ? { fromNs: run.fromNs, toNs: stretch.toNs, lengthNs: run.lengthNs + lengthNs }
      : { fromNs: stretch.fromNs, toNs: stretch.toNs, lengthNs }
    if (!longest || run.lengthNs > longest.lengthNs) longest = run
  }
  return longest
}

/** 0 met, 1 not met, 3 unmet only for lack of proof (which no records are, too). */
export function exitCode(result: Pick<ReportResult, 'policy'>): 0 | 1 | 3 {
  if (result.policy.met) return 0
  return result.policy.failures.every((failure) => failure.lack) ? 3 : 1
}
