/**
 * The report as data: what `--json` prints, what the PDF shows and the CSV lists. Numbers in seconds; `low` rounded down and
 * `high` up to whole nanoseconds; instants ISO 8601 UTC with nanoseconds. Fields may be added, never renamed or removed.
 * @module
 */
import type { Cause, Support, Verdict } from '../lib/consensus/types.js'
import type { ChangeEntry, GapEntry, Stretch, Witnessed } from '../lib/evidence/types.js'
import type { Role } from '../lib/ntp/types.js'
import type {
  AnchorDocument,
  Bound,
  Breach,
  BudgetTerm,
  ChangeDocument,
  Counters,
  Disagreement,
  Distribution,
  DriftHonesty,
  GapDocument,
  HistoryEntry,
  ReferenceHealth,
  RuleDocument,
  SealDocument,
  SpanRow,
} from './document.js'
import type { ExcerptLine } from './excerpt.js'
import type { Verification } from './integrity.js'
import type { Period } from './period.js'
import type { Plots } from './plots.js'
import type { Series } from './series.js'

export type { Bound } from './document.js'

export type Paper = 'a4' | 'letter'

/** How far the work has come. `total` is `null` where it is not known beforehand. */
export interface ReportProgress {
  readonly stage: 'index' | 'verify' | 'evidence' | 'records' | 'tables' | 'pdf'
  readonly done: number
  readonly total: number | null
}

export interface ReportResult {
  /** Twelve hexadecimal digits of the SHA-256 of this result less `id` and `files`: what the pages call it. */
  readonly id: string
  readonly host: string
  /** The name of the trail, which its seals carry. */
  readonly origin: string
  readonly simulation: boolean
  readonly tool: string
  readonly identity: {
    readonly organisation: string
    readonly asset: string
    readonly site: string
    readonly machine: string
  }
  /** The last seq used. */
  readonly asOf: number
  /** Whether a usable sample behind the period closes it: then the same report is made again however long the trail has grown. */
  readonly closed: boolean
  readonly from: string
  readonly to: string
  /** The zone the period was chosen in, and its words: `day 2026-11-21`. */
  readonly zone: string
  readonly period: string
  /** The id of the rule; all of it stands in `rule`. */
  readonly profile: string
  readonly rule: RuleDocument
  readonly tolerance: number
  /** From this reach of the bound on: how long the bound lay beyond it, and from when on first. `null`: no warning threshold. */
  readonly warning: { readonly threshold: number; readonly seconds: number; readonly first: string | null } | null
  readonly seconds: Readonly<Record<Verdict, number>>
  readonly provenBySupport: Readonly<Record<Support, number>>
  readonly policy: {
    readonly met: boolean
    readonly failures: readonly { readonly rule: string; readonly message: string; readonly lack: boolean }[]
    readonly provenShare: number
    readonly provenWanted: number
    readonly longestGap: number
    /** The time that was judged, in words, and its length: hours of the rule less OFF. */
    readonly judged: { readonly words: string; readonly seconds: number }
    /** What lies outside the judged hours, by verdict: it moves no verdict of the policy. */
    readonly outside: Readonly<Record<Verdict, number>>
    /** The checks that had to be PROVEN before an hour of the day; empty where the rule asks for none. */
    readonly checks: readonly {
      readonly day: string
      readonly before: string
      readonly met: boolean
      readonly at: string | null
      readonly sample: number | null
    }[]
  }
  /** The days of the period by its zone, and what they roll up to; a list of one row is left out. */
  readonly days: readonly SpanRow[]
  readonly weeks: readonly SpanRow[]
  readonly months: readonly SpanRow[]
  readonly quarters: readonly SpanRow[]
  readonly years: readonly SpanRow[]
  /** The widest bound of the period, and the widest that is PROVEN. */
  readonly worst: { readonly bound: Bound; readonly at: string } | null
  readonly provenWorst: { readonly bound: Bound; readonly at: string } | null
  readonly intervals: readonly {
    readonly from: string
    readonly to: string
    readonly verdict: Verdict
    readonly worst: (Bound & { readonly at: string }) | null
    readonly support: Support | null
    readonly witness: Witnessed
    readonly cause: Cause | null
    readonly estimated: boolean
    /** The records that shape it: first and last. */
    readonly fromSeq: number
    readonly toSeq: number
  }[]
  readonly clockChanges: readonly ChangeDocument[]
  readonly gaps: readonly GapDocument[]
  readonly breaches: readonly Breach[]
  readonly counters: Counters
  readonly errorBudget: readonly BudgetTerm[]
  /** Of the middles of the samples' bounds, and of each reference's offsets. */
  readonly distributions: {
    readonly samples: Distribution | null
    readonly references: { readonly [role in Role]?: Distribution }
  }
  readonly drift: DriftHonesty | null
  readonly samples: {
    readonly scheduled: number
    readonly unscheduled: number
    readonly withoutBound: number
  }
  readonly references: {
    readonly [role in Role]?: {
      readonly servers: readonly string[]
      readonly addresses: readonly string[]
      readonly operator: string | null
      readonly traceableTo: string | null
      readonly asked: number
      readonly answered: number
      readonly refused: number
      readonly dissented: number
      readonly self: number
      readonly stratum: readonly number[]
      readonly errors: Readonly<Record<string, number>>
      readonly offset: { readonly least: number; readonly median: number; readonly most: number } | null
      readonly delay: { readonly least: number; readonly median: number; readonly most: number } | null
      readonly rootDistance: { readonly least: number; readonly median: number; readonly most: number } | null
    }
  }
  readonly health: readonly ReferenceHealth[]
  readonly disagreements: readonly Disagreement[]
  readonly history: readonly HistoryEntry[]
  /** The boots of the period: id, first and last record, and what the wall clock showed then. */
  readonly boots: readonly {
    readonly id: string
    readonly firstSeq: number
    readonly lastSeq: number
    readonly from: string
    readonly to: string
  }[]
  readonly method: {
    readonly interval: number
    /** Seconds per second: of the crystal alone, and what every bound widens by (more where A is steered). */
    readonly driftBound: number
    readonly rate: number
    /** The tolerance that the auditor was configured with; the report's own is `tolerance`. */
    readonly configuredTolerance: number
    /** How many configurations were in force during the period. */
    readonly configurations: number
    readonly longestGap: number
    readonly auditClock: string
    readonly clockSource: string
    /** What took the evidence: `ntp-auditor 0.1.0, node v20.19.0, Linux 6.1`. */
    readonly recorder: string
    readonly steered: boolean
    readonly coupled: boolean
    readonly witnessPeriod: number
    readonly witnessReport: number
    readonly assumptions: readonly string[]
    /** What this report does not say. */
    readonly limits: readonly string[]
  }
  readonly integrity: {
    readonly intact: boolean | 'self-consistent'
    readonly records: number
    readonly firstSeq: number
    readonly lastSeq: number
    readonly firstHash: string
    readonly lastHash: string
    readonly sealedUpTo: number
    readonly complete: 'anchored' | 'expected' | 'unknown'
    readonly findings: readonly {
      readonly severity: 'damage' | 'note'
      readonly code: string
      readonly message: string
    }[]
    /**
     * The segments that the evidence of the period touches, each up to the last record used: `bytes` from its start, and
     * their SHA-256.
     */
    readonly files: readonly {
      readonly path: string
      readonly records: number
      readonly bytes: number
      readonly sha256: string
      /** Of the records listed: first and last seq, and leaf hash. */
      readonly firstSeq: number
      readonly lastSeq: number
      readonly firstHash: string
      readonly lastHash: string
    }[]
    /** Whether the key of the trail was enrolled outside the host before it was used. */
    readonly enrolled: boolean
    /** Hexadecimal public key in force at the end; `''`: none. */
    readonly publicKey: string
    /** Verifier keys that the verification was given. */
    readonly keys: readonly string[]
    readonly seals: readonly SealDocument[]
    readonly anchors: readonly AnchorDocument[]
    /** Records up to `asOf` that no seal, and no anchor, covers: from which seq on, and how many. */
    readonly uncovered: {
      readonly bySeal: { readonly fromSeq: number; readonly records: number }
      readonly byAnchor: { readonly fromSeq: number; readonly records: number }
    }
    /** What to type to check it. */
    readonly command: string
    /** Records of the period whose wall time lies outside their segment's label day. */
    readonly misdated: readonly { readonly seq: number; readonly wall: string; readonly label: string }[]
  }
  readonly files: readonly ReportFile[]
}

/** A file of the report; `name` without its folder. */
export interface ReportFile {
  readonly name: string
  readonly sha256: string
  readonly bytes: number
}

/** A report before it is printed: the result, and what pages and lists need beyond it. */
export interface Report {
  readonly result: ReportResult
  readonly period: Period
  readonly toleranceNs: bigint
  readonly series: Series
  /** What is drawn beside the bound: offsets, delays and differences of references, D, the rate of the audit clock. */
  readonly plots: Plots
  /** The records of the worst breach, word for word; absent where there is none. */
  readonly excerpt?: readonly ExcerptLine[]
  /** What was verified now and what earlier: told to whoever makes the report; the page is the same either way. */
  readonly verification?: Verification
  readonly stretches: readonly Stretch[]
  readonly changes: readonly ChangeEntry[]
  readonly gaps: readonly GapEntry[]
}
