/**
 * Puts a report together from what other rooms found out: verdicts, changes, gaps, counts. Pure; numbers are only summed and
 * rounded outwards here, never judged anew.
 * @module
 */
import { createHash } from 'node:crypto'
import type { Support, Verdict } from '../lib/consensus/types.js'
import type { ChangeEntry, GapEntry, Stretch } from '../lib/evidence/types.js'
import { formatInstant } from '../lib/instant.js'
import { type IntervalNs, largest } from '../lib/interval.js'
import { describeMethod } from './method.js'
import type { Period } from './period.js'
import { judgePolicy, type Policy } from './policy.js'
import { boundSeconds, seconds } from './seconds.js'
import type { Series } from './series.js'
import type { Subject } from './subject.js'
import type { Report, ReportResult } from './types.js'
import { toolName } from './version.js'

export interface Ingredients {
  readonly period: Period
  readonly profile: string
  readonly policy: Policy
  readonly toleranceNs: bigint
  readonly asOf: number
  readonly subject: Subject
  readonly stretches: readonly Stretch[]
  readonly changes: readonly ChangeEntry[]
  readonly gaps: readonly GapEntry[]
  readonly series: Series
  readonly samples: ReportResult['samples']
  readonly references: ReportResult['references']
  readonly integrity: ReportResult['integrity']
}

/** Makes the report; `result.files` is empty until files are written. */
export function compose(made: Ingredients): Report {
  const { period, stretches, changes, gaps, subject } = made
  const body: Omit<ReportResult, 'id' | 'files'> = {
    host: subject.open.host,
    simulation: subject.simulation,
    tool: toolName(),
    identity: subject.open.identity,
    asOf: made.asOf,
    from: formatInstant(period.fromNs),
    to: formatInstant(period.toNs),
    zone: period.zone,
    period: period.words,
    profile: made.profile,
    tolerance: seconds(made.toleranceNs),
    ...sums(stretches),
    policy: judgePolicy(stretches, made.policy, made.integrity.intact),
    worst: widest(stretches),
    provenWorst: widest(stretches.filter((stretch) => stretch.verdict === 'PROVEN')),
    intervals: stretches.map(interval),
    clockChanges: changes.map(change),
    gaps: gaps.map(gap),
    samples: made.samples,
    references: made.references,
    method: describeMethod(subject, stretches),
    integrity: made.integrity,
  }
  const id = createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, 12)
  return {
    result: { id, ...body, files: [] },
    period,
    toleranceNs: made.toleranceNs,
    series: made.series,
    stretches,
    changes,
    gaps,
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

function change(entry: ChangeEntry): ReportResult['clockChanges'][number] {
  return {
    seq: entry.seq,
    earliest: formatInstant(entry.earliestNs),
    latest: formatInstant(entry.latestNs),
    size: boundSeconds(entry.size),
    class: entry.class,
    by: entry.by,
    wallBefore: formatInstant(entry.wallBeforeNs),
    wallAfter: formatInstant(entry.wallAfterNs),
    sample: entry.sample,
    error: entry.error && boundSeconds(entry.error),
  }
}

function gap(entry: GapEntry): ReportResult['gaps'][number] {
  return {
    seq: entry.seq,
    from: formatInstant(entry.fromNs),
    to: formatInstant(entry.toNs),
    cause: entry.cause,
    breaks: entry.breaks,
    estimated: entry.estimated,
  }
}
