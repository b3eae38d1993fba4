/**
 * The registers of a report as its document has them: clock changes and gaps, each with the bounds on both sides.
 * @module
 */
import { verdictOn } from '../lib/evidence/stretches.js'
import type { ChangeEntry, GapEntry } from '../lib/evidence/types.js'
import { formatInstant } from '../lib/instant.js'
import { boundAt } from './days.js'
import type { ChangeDocument, GapDocument } from './document.js'
import type { BoundAtNs, Probe } from './probes.js'
import { boundSeconds, seconds } from './seconds.js'
import { errorOf, type Tallies } from './tallies.js'

/** A change or gap and what was found beside it. */
export interface Probed<Entry> {
  readonly entry: Entry
  readonly probe: Probe
}

export interface ProbedGap extends Probed<GapEntry> {
  /** The widest bound inside that is carried across. */
  readonly carried: BoundAtNs | null
}

/** An empty probe around a change. */
export function probeChange(entry: ChangeEntry): Probed<ChangeEntry> {
  return { entry, probe: { fromNs: entry.earliestNs, toNs: entry.latestNs, before: null, after: null } }
}

/** An empty probe around a gap. */
export function probeGap(entry: GapEntry, carried: BoundAtNs | null): ProbedGap {
  return { entry, probe: { fromNs: entry.fromNs, toNs: entry.toNs, before: null, after: null }, carried }
}

export function describeChange(
  { entry, probe }: Probed<ChangeEntry>,
  tallies: Pick<Tallies, 'history' | 'caused'>,
  toleranceNs: bigint,
): ChangeDocument {
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
    before: probe.before && boundAt(probe.before),
    after: probe.after && boundAt(probe.after),
    seen: tallies.history.seenBy(entry.seq),
    unscheduled: unscheduled(entry, tallies, toleranceNs),
    ...tallies.history.remarksOn(entry.seq),
  }
}

/** The sample that a change caused, judged by the tolerance of the report; latency by the audit clock, which no change moves. */
function unscheduled(
  entry: ChangeEntry,
  { history, caused }: Pick<Tallies, 'history' | 'caused'>,
  toleranceNs: bigint,
): ChangeDocument['unscheduled'] {
  const found = caused.get(entry.seq)
  if (!found) return null
  const { body } = found
  const error = errorOf(body)
  const latestNs = history.latestOf(entry.seq)
  return {
    seq: found.seq,
    state: body.consensus.state,
    support: body.consensus.support,
    verdict: error ? verdictOn(error, toleranceNs).verdict : body.verdict,
    latency: latestNs === null ? null : seconds(BigInt(body.atNs) - latestNs, 'up'),
  }
}

export function describeGap({ entry, probe, carried }: ProbedGap): GapDocument {
  return {
    seq: entry.seq,
    from: formatInstant(entry.fromNs),
    to: formatInstant(entry.toNs),
    cause: entry.cause,
    breaks: entry.breaks,
    estimated: entry.estimated,
    before: probe.before && boundAt(probe.before),
    after: probe.after && boundAt(probe.after),
    carried: carried && boundAt(carried),
  }
}
