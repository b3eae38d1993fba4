/**
 * The parts of a report's result, as they stand in its JSON document. Numbers in seconds unless their name says otherwise; bounds
 * rounded outwards; instants ISO 8601 UTC with nanoseconds. Fields may be added, never renamed or removed.
 * @module
 */
import type { Breaks, ChangeBy, ChangeClass, GapCause } from '../lib/clock/types.js'
import type { Support, Verdict } from '../lib/consensus/types.js'
import type { Role } from '../lib/ntp/types.js'
import type { ProfileInput } from './profiles/input.js'

export interface Bound {
  readonly low: number
  readonly high: number
}

/** A bound and the instant at which it holds. */
export interface BoundAt extends Bound {
  readonly at: string
}

/** The rule that the report answers to. */
export interface RuleDocument {
  readonly id: string
  readonly title: string
  /** The clause that is cited; `''` where the operator chose the rule. */
  readonly clause: string
  /** `in-force`: only such a rule gets a conclusion under its name. */
  readonly status: 'in-force' | 'superseded' | 'unverified' | 'own'
  readonly source: string
  /** The day on which the source was looked up: `2026-11-20`; `''` for a rule of the operator. */
  readonly checkedOn: string
  /** What the rule itself states; `null`: it states no number, and the operator chose `tolerance` of the result. */
  readonly tolerance: number | null
  /** From this reach on an interval is listed as a warning; `null`: none. */
  readonly warning: number | null
  /** The finest unit that time stamps must have; `null`: the rule states none. */
  readonly granularity: number | null
  readonly longestGap: number
  readonly leastReferences: number
  readonly leastSupport: Support
  readonly standard: string | null
  readonly retention: string | null
  readonly reviewPeriod: string | null
  /** When `provenShare` is judged: in words; `null`: always. */
  readonly hours: string | null
  readonly checkBefore: string | null
  /** What the signer states; blanks for ink are not part of it. */
  readonly statement: string
  /** What may be concluded under the name of the rule; `null` unless it is in force. */
  readonly conclusion: string | null
  /** Fields of the worksheet, to be filled in with ink. */
  readonly worksheet: readonly { readonly label: string; readonly hint: string; readonly value: string | null }[]
  /** What the reader must check in the rule itself. */
  readonly notes: readonly string[]
  /** References that do not claim to be traceable to `standard`. */
  readonly otherStandards: readonly string[]
  /** Said with every rule. */
  readonly legal: string
  /** The profile as data, as a configuration may hold it under `profiles`: enough to judge again. */
  readonly definition: ProfileInput
}

/** What a stretch of the calendar amounts to: a day, week, month or year, as far as it lies in the period. */
export interface SpanRow {
  /** `2026-11-21`, `2026-W47`, `2026-11`, `2026-Q4` or `2026`, in the zone of the report. */
  readonly label: string
  readonly from: string
  readonly to: string
  readonly seconds: Readonly<Record<Verdict, number>>
  /**
   * PROVEN: all of it less OFF is. VIOLATED: any of it is. OFF: all of it is. Otherwise INDETERMINATE or UNMONITORED, whichever is
   * the longer.
   */
  readonly verdict: Verdict
  /** Share of what is not OFF; rounded down. */
  readonly provenShare: number
  /** Share of what is not OFF that has a bound; rounded down. */
  readonly coverage: number
  readonly samples: { readonly scheduled: number; readonly unscheduled: number; readonly failed: number }
  /** The bound that reaches furthest from zero. */
  readonly worst: BoundAt | null
  /** The middle of a sample's bound that lies furthest from zero: an estimate, no proof. */
  readonly worstOffset: { readonly offset: number; readonly at: string; readonly seq: number } | null
  readonly changes: number
  readonly gaps: number
  readonly breaches: number
}

/** One quantity of the error budget, over all answers of the references in the period. */
export interface BudgetTerm {
  readonly term:
    | 'offset'
    | 'delay'
    | 'root-delay'
    | 'root-dispersion'
    | 'precision'
    | 'reading'
    | 'exchange-drift'
    | 'root-distance'
    | 'drift-growth'
  /** `|offset|`, `delay / 2`. */
  readonly words: string
  readonly count: number
  readonly worst: number
  readonly p99: number
  readonly p95: number
  readonly median: number
}

/** A time in which the clock was outside the tolerance. */
export interface Breach {
  readonly no: number
  /** The clock left the tolerance between these two; the first is the end of the last PROVEN instant before. */
  readonly start: { readonly earliest: string; readonly latest: string }
  readonly end: { readonly earliest: string; readonly latest: string }
  /** Whether it began before, or ended behind, the period. */
  readonly open: { readonly start: boolean; readonly end: boolean }
  /** Outside for at least the time that is VIOLATED, and at most from the earliest start to the latest end. */
  readonly duration: { readonly least: number; readonly most: number }
  readonly worst: BoundAt
  /** The middle of that bound. */
  readonly estimate: number
  /** The class of the clock change that began it; `drift`: none did; `unwatched`: nobody was looking; `before`: it began before the period. */
  readonly cause: ChangeClass | 'drift' | 'unwatched' | 'before'
  /** seq of the clock changes in which it began, and of the first sample that found it. */
  readonly changes: readonly number[]
  readonly sample: number | null
}

/** What a rule that asks for self-reports counts. */
export interface Counters {
  readonly breaches: number
  /** Samples that were VIOLATED by themselves under the tolerance of the report. */
  readonly samplesOutside: number
  /** The 24 hours with the most breaches that began in them, and with the most samples outside; `null`: none. */
  readonly most24h: { readonly breaches: CounterWindow | null; readonly samples: CounterWindow | null }
  /** The furthest that the clock certainly was from UTC, and may have been, in breaches. */
  readonly worst: { readonly least: number; readonly most: number } | null
  readonly thresholds: readonly {
    readonly words: string
    readonly limit: number
    readonly value: number
    readonly unit: 'breaches' | 's'
    readonly reached: boolean
  }[]
}

export interface CounterWindow {
  readonly count: number
  readonly from: string
  readonly to: string
}

/** An element of `clockChanges`. */
export interface ChangeDocument {
  readonly seq: number
  readonly earliest: string
  readonly latest: string
  /** How far wall was moved: positive = forward. */
  readonly size: Bound
  readonly class: ChangeClass
  readonly by: ChangeBy
  readonly wallBefore: string
  readonly wallAfter: string
  readonly sample: number | null
  /** The bound of the error that the sample found. */
  readonly error: Bound | null
  /** The last bound of the error before the change, and the first behind it, in hindsight. */
  readonly before: BoundAt | null
  readonly after: BoundAt | null
  /** What told of it: the clocks diverged, or the kernel gave notice. */
  readonly seen: 'divergence' | 'kernel-notice' | null
  /** The sample that it caused: what came of it, and how long after the change was seen. */
  readonly unscheduled: {
    readonly seq: number
    readonly state: string
    readonly support: Support | null
    readonly verdict: Verdict
    /** `null` where the record of the change lies before those of the period. */
    readonly latency: number | null
  } | null
  /** What people wrote about it, and what logs of the operating system say: second hand, no bound rests on it. */
  readonly notes: readonly { readonly seq: number; readonly wall: string; readonly by: string; readonly text: string }[]
  readonly attributions: readonly {
    readonly seq: number
    readonly source: string
    readonly event: string
    readonly eventId: string
    readonly at: string | null
    readonly account: string | null
    readonly program: string | null
  }[]
}

/** An element of `gaps`. */
export interface GapDocument {
  readonly seq: number
  readonly from: string
  readonly to: string
  readonly cause: GapCause | 'presumed-off'
  readonly breaks: Breaks
  readonly estimated: boolean
  /** The bounds of the error next to it. */
  readonly before: BoundAt | null
  readonly after: BoundAt | null
  /**
   * The widest bound inside that the samples around carry across, where the clocks ran on and were watched; it moves no verdict.
   * `null`: nothing is carried across.
   */
  readonly carried: BoundAt | null
}

/** How well a reference served. */
export interface ReferenceHealth {
  readonly role: Role
  /** Share of the requests that were answered usably. */
  readonly reach: number
  /** The longest run of requests without a usable answer. */
  readonly longestSilence: { readonly requests: number; readonly from: string; readonly to: string } | null
  /** Runs of samples in which it was outvoted: suspicions, no proof that it lied. */
  readonly suspicions: readonly {
    readonly from: string
    readonly to: string
    readonly samples: number
    readonly fromSeq: number
    readonly toSeq: number
  }[]
  /** Kiss-o'-death codes received, by code. */
  readonly kisses: Readonly<Record<string, number>>
  /** Leap indicators of its answers: `0` none, `1` a second more, `2` a second less, `3` not synchronised. */
  readonly leap: Readonly<Record<string, number>>
  /** How it treats leap seconds, as configured. */
  readonly smear: string
  readonly strata: Readonly<Record<string, number>>
  readonly referenceIds: Readonly<Record<string, number>>
  /** What the trail says of changes of its address, stratum, reference id, leap announcement, and of back-offs. */
  readonly changes: readonly {
    readonly seq: number
    readonly wall: string
    readonly what: string
    readonly before: string
    readonly after: string
  }[]
}

/** Two references in the same sample. */
export interface Disagreement {
  readonly a: Role
  readonly b: Role
  /** Samples in which both answered, and in which their intervals do not meet. */
  readonly compared: number
  readonly disjoint: number
  /** The largest difference of their offsets, and the median of its size. */
  readonly worst: { readonly difference: number; readonly at: string; readonly seq: number } | null
  readonly median: number | null
}

/** An event in the life of the auditor. */
export interface HistoryEntry {
  readonly seq: number
  /** What the wall clock showed. */
  readonly wall: string
  readonly event:
    | 'in-force'
    | 'start'
    | 'restart'
    | 'repair'
    | 'rotation'
    | 'stop'
    | 'recover'
    | 'config'
    | 'discipline'
    | 'rekey'
    | 'prune'
    | 'note'
  readonly words: string
  readonly version: string | null
  readonly node: string | null
  readonly os: string | null
  readonly configurationDigest: string | null
  readonly boot: string
}

/** A seal that was written in the period: the last of each label day. */
export interface SealDocument {
  readonly path: string
  readonly epoch: number
  readonly size: number
  readonly root: string
  readonly sha256: string
  /** The signed checkpoint, word for word; `''` for all but the last. */
  readonly text: string
}

/** Something outside the host that remembers a seal, as the trail tells. */
export interface AnchorDocument {
  readonly seq: number
  readonly wall: string
  readonly kind: string
  readonly where: string
  /** Of the checkpoint it remembers: the tree's size, and the SHA-256 of its bytes. */
  readonly size: number
  readonly sha256: string
  /** When its keeper says it took it. */
  readonly at: string | null
  readonly words: string
}

/** How the measured clocks lie in one scale: offsets of the samples (middle of the bound) or of one reference. */
export interface Distribution {
  readonly count: number
  readonly least: number
  readonly p1: number
  readonly p5: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly most: number
  /** Equal bins from `from` on, each `width` wide; values outside are counted, never clipped silently. */
  readonly bins: { readonly from: number; readonly width: number; readonly counts: readonly number[] }
  readonly below: number
  readonly above: number
}

/** How honest the drift bound is, tested against what was observed. */
export interface DriftHonesty {
  /** Parts per million; of each stretch of one boot the rates that the samples do not exclude, and the margin to the bound. */
  readonly observed: readonly {
    readonly boot: string
    readonly from: string
    readonly to: string
    readonly low: number
    readonly high: number
    readonly margin: number
  }[]
  readonly bound: number
  /** Seconds in which samples refuted the bound. */
  readonly refuted: number
  /** What would have to change to prove the tolerance, or why this path cannot. */
  readonly advice: readonly string[]
}
