/**
 * Puts a report together from what other rooms found out: verdicts, changes, gaps, counts. Pure; numbers are only summed and
 * rounded outwards here, never judged anew.
 * @module
 */
import { createHash } from 'node:crypto'
import type { Support, Verdict } from '../lib/consensus/types.js'
import type { ChangeEntry, Stretch } from '../lib/evidence/types.js'
import { formatInstant } from '../lib/instant.js'
import { type IntervalNs, largest } from '../lib/interval.js'
import { type BreachEntry, densestDay, describeBreaches, findBreaches } from './breaches.js'
import { distributionOf } from './distribution.js'
import type { Counters, DriftHonesty } from './document.js'
import { describeMethod } from './method.js'
import type { Period } from './period.js'
import { judgePolicy } from './policy.js'
import type { Profile } from './profiles/types.js'
import { describeChange, describeGap, type Probed, type ProbedGap } from './registers.js'
import { describeRule } from './rule.js'
import { boundSeconds, seconds } from './seconds.js'
import type { Subject } from './subject.js'
import type { Tallies } from './tallies.js'
import type { Report, ReportResult } from './types.js'
import { toolName } from './version.js'
import { hoursIn } from './windows.js'
import { short } from './words.js'

export interface Ingredients {
  readonly period: Period
  readonly profile: Profile
  /** The longest stretch without a bound that the policy forgives (ns). */
  readonly longestGapNs: bigint
  readonly toleranceNs: bigint
  readonly warningNs: bigint | null
  readonly asOf: number
  /** Whether a usable sample behind the period closes it. */
  readonly closed: boolean
  readonly subject: Subject
  readonly stretches: readonly Stretch[]
  readonly changes: readonly Probed<ChangeEntry>[]
  readonly gaps: readonly ProbedGap[]
  /** Everything counted: pieces, stretches and records have passed. */
  readonly tallies: Tallies
  readonly integrity: ReportResult['integrity']
  readonly drift: DriftHonesty | null
}

/** Makes the report; `result.files` is empty until files are written. */
export function compose(made: Ingredients): Report {
  const { period, profile, stretches, subject, tallies, toleranceNs, warningNs } = made
  const changes = made.changes.map(({ entry }) => entry)
  const gaps = made.gaps.map(({ entry }) => entry)
  const breaches = findBreaches(stretches)
  for (const { fromNs } of breaches) tallies.days.event('breaches', fromNs)
  for (const { earliestNs } of changes) tallies.days.event('changes', earliestNs)
  for (const { fromNs } of gaps) tallies.days.event('gaps', fromNs)
  const { claims, smear } = subject.settings
  const counters = countersOf(profile, breaches, tallies)
  const policy = judgePolicy({
    ...{ stretches, profile, counters, longestGapNs: made.longestGapNs, zone: period.zone },
    ...{ hours: hoursIn(profile, period), checks: tallies.checks },
    ...{ references: Math.max(Object.keys(claims).length, tallies.configured), intact: made.integrity.intact },
  })
  const body: Omit<ReportResult, 'id' | 'files'> = {
    host: subject.open.host,
    origin: subject.open.origin,
    simulation: subject.simulation,
    tool: toolName(),
    identity: subject.open.identity,
    asOf: made.asOf,
    closed: made.closed,
    from: formatInstant(period.fromNs),
    to: formatInstant(period.toNs),
    zone: period.zone,
    period: period.words,
    profile: profile.id,
    rule: describeRule(profile, {
      ...{ toleranceNs, warningNs, claims, zone: period.zone },
      ...{ longestGapNs: made.longestGapNs, met: policy.met },
    }),
    tolerance: seconds(toleranceNs),
    warning: warningNs === null ? null : warningOf(warningNs, tallies.beyond),
    ...sums(stretches),
    policy,
    worst: widest(stretches),
    provenWorst: widest(stretches.filter((stretch) => stretch.verdict === 'PROVEN')),
    intervals: stretches.map(interval),
    days: tallies.days.rows(),
    weeks: tallies.days.rollUp('week'),
    months: tallies.days.rollUp('month'),
    quarters: tallies.days.rollUp('quarter'),
    years: tallies.days.rollUp('year'),
    clockChanges: made.changes.map((change) => describeChange(change, tallies, toleranceNs)),
    breaches: describeBreaches(breaches, changes, tallies.outside),
    counters,
    gaps: made.gaps.map(describeGap),
    errorBudget: tallies.budget.build(),
    distributions: { samples: distributionOf(tallies.offsets), references: tallies.references.distributions() },
    drift: made.drift,
    samples: { ...tallies.counts },
    references: tallies.references.build(claims),
    ...tallies.health.build(smear),
    history: tallies.history.entries,
    boots: tallies.history.boots,
    method: describeMethod(subject, stretches),
    integrity: made.integrity,
  }
  const id = createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, 12)
  return {
    result: { id, ...body, files: [] },
    period,
    toleranceNs,
    series: tallies.series.build(),
    plots: tallies.plots.build(),
    stretches,
    changes,
    gaps,
  }
}

function warningOf(thresholdNs: bigint, { ns, firstNs }: Tallies['beyond']): ReportResult['warning'] {
  const first = firstNs === null ? null : formatInstant(firstNs)
  return { threshold: seconds(thresholdNs), seconds: seconds(ns, 'up'), first }
}

function countersOf(profile: Profile, breaches: readonly BreachEntry[], { outside }: Tallies): Counters {
  const densest = densestDay(breaches.map(({ fromNs }) => fromNs))
  const most = breaches.reduce((reach, { worst }) => (largest(worst) > reach ? largest(worst) : reach), 0n)
  const least = breaches.reduce((reach, { certainNs }) => (certainNs > reach ? certainNs : reach), 0n)
  return {
    breaches: breaches.length,
    samplesOutside: outside.length,
    most24h: { breaches: densest, samples: densestDay(outside.map(({ utcNs }) => utcNs)) },
    worst: breaches.length === 0 ? null : { least: seconds(least, 'down'), most: seconds(most, 'up') },
    thresholds: profile.counters.map(({ kind, limit }) => {
      if (kind === 'exceedances') {
        const value = densest?.count ?? 0
        const words = `${limit} or more breaches in a rolling 24 hours`
        return { words, limit: Number(limit), value, unit: 'breaches', reached: BigInt(value) >= limit }
      }
      const words = `the clock certainly ${short(limit)} or more from UTC`
      return { words, limit: seconds(limit), value: seconds(least, 'down'), unit: 's', reached: least >= limit }
    }),
  }
}

function sums(stretches: readonly Stretch[]): Pick<ReportResult, 'seconds' | 'provenBySupport'> {
  const byVerdict: Record<Verdict, bigint> = { PROVEN: 0n, VIOLATED: 0n, INDETERMINATE: 0n, UNMONITORED: 0n, OFF: 0n }
  const bySupport: Record<Support, bigint> = { voted: 0n, paired: 0n, single: 0n }
  for (const stretch of stretches) {
    const lengthNs = stretch.toNs - stretch.fromNs
    byVerdict[stretch.verdict] += lengthNs
    if (stretch.verdict === 'PROVEN' && stretch.support) bySupport[stretch.support] += lengthNs
  }
  return { seconds: inSeconds(byVerdict), provenBySupport: inSeconds(bySupport, 'down') }
}

/** Beyond 97 days a double holds no nanoseconds: what is PROVEN never rounds up, what is not never down. */
function inSeconds<K extends string>(sums: Readonly<Record<K, bigint>>, side?: 'down'): Record<K, number> {
  const towards = (key: string) => side ?? (key === 'PROVEN' ? 'down' : 'up')
  return Object.fromEntries(
    Object.entries<bigint>(sums).map(([key, ns]) => [key, seconds(ns, towards(key))]),
  ) as Record<K, number>
}

function widest(stretches: readonly Stretch[]): ReportResult['worst'] {
  let most: (IntervalNs & { readonly atNs: bigint }) | null = null
  for (const { worst } of stretches) if (worst && (!most || largest(worst) > largest(most))) most = worst
  return most && { bound: boundSeconds(most), at: formatInstant(most.atNs) }
}

function interval(stretch: Stretch): ReportResult['intervals'][number] {
  return {
    from: formatInstant(stretch.fromNs),
    to: formatInstant(stretch.toNs),
    verdict: stretch.verdict,
    worst: stretch.worst && { ...boundSeconds(stretch.worst), at: formatInstant(stretch.worst.atNs) },
    support: stretch.support,
    witness: stretch.witness,
    cause: stretch.cause,
    estimated: stretch.estimated,
    fromSeq: stretch.fromSeq,
    toSeq: stretch.toSeq,
  }
}
