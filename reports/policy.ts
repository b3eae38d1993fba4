/**
 * The policy that judges a period's intervals by a profile, and the exit code that follows from it. Lack of proof is told apart from
 * proof of the contrary.
 * @module
 */
import type { Support, Verdict } from '../lib/consensus/types.js'
import type { Stretch } from '../lib/evidence/types.js'
import { formatInstant } from '../lib/instant.js'
import type { Counters } from './document.js'
import type { Profile } from './profiles/types.js'
import { hoursWords } from './rule.js'
import { seconds } from './seconds.js'
import type { ReportResult } from './types.js'
import type { CheckWindow, Window } from './windows.js'
import { count, percent, span, verdicts } from './words.js'

export type Judgement = ReportResult['policy']
type Failure = Judgement['failures'][number]

/** A check that a rule wants before an hour of the day, and the last sample inside that PROVES it. */
export interface Check {
  readonly window: CheckWindow
  readonly sample: { readonly seq: number; readonly utcNs: bigint } | null
}

/** What is judged. */
export interface Case {
  readonly stretches: readonly Stretch[]
  readonly profile: Profile
  /** The longest stretch without a bound that is forgiven (ns); OFF is not counted. */
  readonly longestGapNs: bigint
  /** The hours of the rule in the period; `null`: all of it. */
  readonly hours: readonly Window[] | null
  readonly checks: readonly Check[]
  readonly counters: Counters
  /** How many references are configured. */
  readonly references: number
  readonly zone: string
  /** What the trail's verification said; a damaged trail proves nothing. */
  readonly intact: boolean | 'self-consistent'
}

/** The weaker supports come first. */
const strength: Readonly<Record<Support, number>> = { single: 0, paired: 1, voted: 2 }

/** Judges the stretches of a period. */
export function judgePolicy(judged: Case): Judgement {
  const { profile, hours, longestGapNs } = judged
  const inside = hours ? within(judged.stretches, hours) : judged.stretches
  const sums = sumsOf(inside)
  const onNs = sums.PROVEN + sums.VIOLATED + sums.INDETERMINATE + sums.UNMONITORED
  const failures: Failure[] = [
    ...violated(inside, sums.VIOLATED),
    ...unprovable(profile),
    ...unproven(inside, profile, onNs),
    ...dark(inside, longestGapNs),
    ...unchecked(judged.checks),
    ...tooFew(profile, judged.references),
    ...reportable(judged.counters),
    ...damaged(judged.intact),
  ]
  const allSums = sumsOf(judged.stretches)
  return {
    met: failures.length === 0,
    failures,
    provenShare: onNs === 0n ? 0 : Number((provenBy(inside, profile) * 1_000_000_000n) / onNs) / 1e9,
    provenWanted: Number(profile.provenBasisPoints) / 10_000,
    longestGap: Number(longestGapNs) / 1e9,
    judged: { words: judgedWords(profile, judged.zone), seconds: seconds(onNs, 'up') },
    outside: Object.fromEntries(
      verdicts.map((verdict) => [
        verdict,
        seconds(allSums[verdict] - sums[verdict], verdict === 'PROVEN' ? 'down' : 'up'),
      ]),
    ) as Judgement['outside'],
    checks: judged.checks.map(({ window, sample }) => ({
      day: window.day,
      before: formatInstant(window.toNs),
      met: sample !== null,
      at: sample && formatInstant(sample.utcNs),
      sample: sample?.seq ?? null,
    })),
  }
}

function judgedWords({ hours, holidays }: Profile, zone: string): string {
  if (hours) return `${hoursWords(hours, holidays, zone)}, less OFF`
  return holidays.length === 0
    ? 'all of the period less OFF'
    : `all of the period less OFF and ${count(holidays.length, 'holiday')}`
}

function sumsOf(stretches: readonly Stretch[]): Record<Verdict, bigint> {
  const sums = { PROVEN: 0n, VIOLATED: 0n, INDETERMINATE: 0n, UNMONITORED: 0n, OFF: 0n }
  for (const { verdict, fromNs, toNs } of stretches) sums[verdict] += toNs - fromNs
  return sums
}

/** The parts of stretches that lie in windows; both in order of time. */
function within(stretches: readonly Stretch[], windows: readonly Window[]): Stretch[] {
  const parts: Stretch[] = []
  let first = 0
  for (const stretch of stretches) {
    while (first < windows.length && windows[first]!.toNs <= stretch.fromNs) first += 1
    for (let i = first; i < windows.length && windows[i]!.fromNs < stretch.toNs; i += 1) {
      const window = windows[i]!
      const fromNs = stretch.fromNs > window.fromNs ? stretch.fromNs : window.fromNs
      const toNs = stretch.toNs < window.toNs ? stretch.toNs : window.toNs
      if (fromNs < toNs) parts.push({ ...stretch, fromNs, toNs })
    }
  }
  return parts
}

/** What is PROVEN with the support that the rule asks for. */
function provenBy(stretches: readonly Stretch[], { leastSupport }: Profile): bigint {
  return stretches.reduce((sum, { verdict, support, fromNs, toNs }) => {
    const counts = verdict === 'PROVEN' && support !== null && strength[support] >= strength[leastSupport]
    return counts ? sum + toNs - fromNs : sum
  }, 0n)
}

function violated(stretches: readonly Stretch[], violatedNs: bigint): Failure[] {
  if (violatedNs === 0n) return []
  const intervals = stretches.filter(({ verdict }) => verdict === 'VIOLATED').length
  const message = `the clock was outside the tolerance for ${span(violatedNs)} in ${count(intervals, 'interval')}`
  return [{ rule: 'nothing-violated', message, lack: false }]
}

function unprovable({ unprovable: why }: Profile): Failure[] {
  return why === null ? [] : [{ rule: 'not-provable', message: why, lack: true }]
}

function unproven(stretches: readonly Stretch[], profile: Profile, onNs: bigint): Failure[] {
  const lack = (rule: string, message: string): Failure[] => [{ rule, message, lack: true }]
  if (onNs === 0n) {
    return stretches.length === 0
      ? lack('proven-share', 'no hour of the rule lies in the period: there is nothing to judge')
      : lack('proven-share', 'the computer was off all the time: there is nothing to judge')
  }
  const wanted = percent(profile.provenBasisPoints, 10_000n, 'down')
  const all = sumsOf(stretches).PROVEN
  const enough = (ns: bigint) => ns * 10_000n >= profile.provenBasisPoints * onNs
  if (!enough(all)) {
    const share = percent(all, onNs, 'down')
    return lack('proven-share', `PROVEN for ${share} of the period less OFF; ${wanted} are wanted`)
  }
  const supported = provenBy(stretches, profile)
  if (enough(supported)) return []
  return lack(
    'least-support',
    `PROVEN with support "${profile.leastSupport}" or better for ${percent(supported, onNs, 'down')} of the period less OFF; ` +
      `${wanted} are wanted`,
  )
}

function dark(stretches: readonly Stretch[], longestGapNs: bigint): Failure[] {
  const longest = longestDark(stretches)
  if (!longest || longest.lengthNs <= longestGapNs) return []
  const message =
    `no bound for ${span(longest.lengthNs)} between ${formatInstant(longest.fromNs)} and ${formatInstant(longest.toNs)}; ` +
    `at most ${span(longestGapNs)} is allowed`
  return [{ rule: 'longest-gap', message, lack: true }]
}

function unchecked(checks: readonly Check[]): Failure[] {
  const missed = checks.filter(({ sample }) => sample === null)
  const first = missed[0]
  if (!first) return []
  const message =
    `no PROVEN check before the hour that the rule names on ${count(missed.length, 'day')} of ${checks.length}, ` +
    `first on ${first.window.day} (before ${formatInstant(first.window.toNs)})`
  return [{ rule: 'check-before', message, lack: true }]
}

function tooFew({ leastReferences }: Profile, references: number): Failure[] {
  // None: the records tell of no reference at all, and there is no bound either.
  if (references >= leastReferences || references === 0) return []
  const message = `${count(references, 'reference')} configured; the rule wants ${leastReferences}`
  return [{ rule: 'least-references', message, lack: true }]
}

function reportable({ thresholds }: Counters): Failure[] {
  return thresholds
    .filter(({ reached }) => reached)
    .map(({ words, value, unit }) => ({
      rule: 'self-report',
      message: `${words}: reached, with ${unit === 's' ? `${value} s` : value}`,
      lack: false,
    }))
}

function damaged(intact: boolean | 'self-consistent'): Failure[] {
  if (intact !== false) return []
  const message = 'the trail is damaged: what it says is no proof until the findings are explained'
  return [{ rule: 'trail-intact', message, lack: true }]
}

/**
 * The longest time without any bound. OFF neither counts nor ends it: two half hours in the dark around a night's suspend
 * are an hour. Nor does the time between the hours of a rule.
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
