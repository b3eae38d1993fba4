/**
 * What the commands use of the rooms below, as functions; handed in, so that a command can be tested without them, and loaded
 * only when a command runs, so that `--help` is quick and `sample` loads no PDF.
 * @module
 */
import type { CheckDocument } from '../../reports/check.js'
import type { FleetCheckDocument } from '../../reports/check-fleet.js'
import type { CsvForm } from '../../reports/csv/index.js'
import type { FleetResult } from '../../reports/fleet.js'
import type { PeriodChoice } from '../../reports/period.js'
import type { Paper, ReportResult } from '../../reports/types.js'
import type { OpenAlert } from '../alerts/open.js'
import type { Message } from '../alerts/types.js'
import type { Keeper, Seal, Taken } from '../anchor/types.js'
import type { Breaks, ChangeBy, ChangeClass, GapCause } from '../clock/types.js'
import type { ChannelConfig, Configuration } from '../config/types.js'
import type { Verdict } from '../consensus/types.js'
import type { Diagnosis } from '../doctor/diagnose.js'
import type { Answer, FactSource, Question } from '../evidence/types.js'
import type { Enrolment } from '../scribe/enrolment.js'
import type { PruneNews, SealNews } from '../scribe/messages.js'
import type { SampleDocument } from '../trail/document.js'
import type { Attachment, Placed, ServiceBody } from '../trail/types.js'
import type { Progress } from './progress.js'

interface Seconds {
  readonly low: number
  readonly high: number
}

/** What a running auditor tells, once it is durable: fields that the command prints. */
export interface AuditorListeners {
  sample(document: SampleDocument): void
  clockChange(change: {
    readonly seq: number
    readonly latest: string
    readonly size: Seconds
    readonly class: ChangeClass
    readonly by: ChangeBy
  }): void
  gap(gap: {
    readonly seq: number
    readonly from: string
    readonly to: string
    readonly cause: GapCause
    readonly breaks: Breaks
  }): void
  verdict(change: {
    readonly verdict: Verdict
    readonly at: string
    readonly cause: string | null
    readonly bound: Seconds | null
  }): void
  problem(error: Error): void
  /** Every durable record, as it stands. */
  record?(placed: Placed): void
}

export interface RunningAuditor {
  sample(): Promise<SampleDocument>
  record(body: ServiceBody, attachment?: Attachment): Promise<{ readonly seq: number }>
  seal(): Promise<SealNews>
  prune(before: string): Promise<PruneNews>
  stop(): Promise<void>
}

/** A message that could not be delivered yet. */
export interface WaitingAlert {
  readonly channel: string
  readonly id: string
  readonly condition: string
  readonly wall: string
  readonly cause: string
}

export type ReportFormat = 'pdf' | 'csv' | 'json'

/** What a report is made from. `null`: the default of the reports' room. */
export interface ReportRequest {
  /** One: a report. Several: a fleet. */
  readonly trails: readonly string[]
  readonly period: PeriodChoice
  readonly zone: string | null
  readonly nowNs: bigint
  readonly profile: string | null
  /** Profiles of the operator, as the configuration has them. */
  readonly profiles: unknown
  readonly toleranceNs: bigint | null
  /** A duration. */
  readonly warning: string | null
  readonly formats: readonly ReportFormat[]
  readonly csvForm: CsvForm | null
  readonly paper: Paper | null
  /** Folder for the files; `null` writes none. */
  readonly out: string | null
  /** Verifier keys that are trusted. */
  readonly keys: readonly string[]
  readonly verify?: 'changed' | 'all' | undefined
  readonly index: string | null
  readonly onProgress: (progress: Progress) => void
}

export interface CheckRequest {
  readonly file: string
  readonly trails: readonly string[]
  /** `null`: for one computer `genesis`, else those that the report names. */
  readonly keys: readonly string[] | null
  /** The genesis key that the configuration names for the only trail; `null`: none. */
  readonly genesis: readonly string[] | null
  readonly index: string | null
  readonly onProgress: (progress: Progress) => void
}

export interface Parts {
  /** One sample, without a trail. */
  sampleOnce(configuration: Configuration): Promise<SampleDocument>
  /** An auditor that keeps the process alive until it is stopped. */
  startAuditor(configuration: Configuration, listeners: AuditorListeners): Promise<RunningAuditor>
  /** Asks the auditor that holds a trail for a sample, and waits until it is in the trail. @throws {InboxError} no answer */
  requestSample(trail: string): Promise<SampleDocument>
  /** Asks the auditor that holds a trail to record something, and waits until it is in the trail. @throws {InboxError} no answer */
  requestRecord(trail: string, body: ServiceBody, attachment?: Attachment): Promise<{ readonly seq: number }>
  /** Asks the auditor that holds a trail to close its epoch now. @throws {InboxError} no answer, or nothing is sealed */
  requestSeal(trail: string): Promise<SealNews>
  /** Asks the auditor that holds a trail to prune it. @throws {InboxError} no answer, or it cannot */
  requestPrune(trail: string, before: string): Promise<PruneNews>
  /** Takes a seal to a keeper; a failure is a result. */
  takeSeal(seal: Seal, keeper: Keeper, timeoutMs: number): Promise<Taken>
  /** Begins a new chain of keys in a trail that nobody holds. @throws {TrailLockedError} an auditor holds it */
  rekey(
    configuration: Configuration,
    why: string,
  ): Promise<{
    readonly seq: number
    readonly epoch: number
    readonly oldKey: string
    readonly vkey: string
    readonly fingerprint: string
  }>
  /** Delivers a message by one channel, once; a failure is a result. */
  deliverAlert(
    message: Message,
    channel: ChannelConfig,
    timeoutMs: number,
  ): Promise<{ readonly state: 'sent' | 'failed'; readonly message: string }>
  /** Alerts of a trail that are not over, and messages that wait in a queue. */
  openAlerts(
    trail: string,
    queue: string,
  ): Promise<{ readonly open: readonly OpenAlert[]; readonly waiting: readonly WaitingAlert[] }>
  /** The enrolment sheet as PDF. */
  enrolmentPage(sheet: Enrolment): Promise<Buffer>
  /** The seq of the last record of a trail; 0 where there is none. */
  lastSeq(trail: string): Promise<number>
  /** The facts of a trail, by its index where there can be one. */
  openFacts(
    trail: string,
    options: { readonly index?: string; readonly onProgress: (progress: Progress) => void },
  ): Promise<{ readonly source: FactSource; close(): void }>
  answer(source: FactSource, question: Question): Promise<readonly Answer[]>
  /** `exitCode`: 0 policy met, 1 not met, 3 unmet only for lack of proof. Of several trails a fleet. */
  renderReport(request: ReportRequest): Promise<{
    readonly result: ReportResult | FleetResult
    readonly paths: readonly string[]
    readonly exitCode: 0 | 1 | 3
    /** Of one trail: records up to `earlierUpTo` were verified at an earlier time, those up to `upTo` now. */
    readonly verification?: { readonly earlierUpTo: number; readonly upTo: number }
  }>
  /** Holds a report against its trail, or one of several computers against theirs. `exitCode`: 0 the same, 1 different, 3 they cannot tell. */
  checkReport(request: CheckRequest): Promise<{
    readonly document: CheckDocument | FleetCheckDocument
    readonly exitCode: 0 | 1 | 3
  }>
  /** Makes the index of a trail anew. `path` is `null` where it could only be made in memory, `reason` says why. */
  rebuildIndex(
    trail: string,
    options: { readonly index?: string; readonly onProgress: (progress: Progress) => void },
  ): Promise<{ readonly path: string | null; readonly records: number; readonly reason: string | null }>
  /** Looks at references, clock, time service, computer and disk; changes nothing. */
  diagnose(configuration: Configuration | null, bytesPerYear: number | null): Promise<Diagnosis>
  /** Simulates the demonstration's day into a folder. */
  simulateDay(options: { readonly out: string; readonly onProgress: (share: number) => void }): Promise<{
    readonly trail: string
    readonly day: string
    readonly story: readonly string[]
    /** The public key that was made for the trail: the file, and what stands in it. */
    readonly genesis: string
    readonly vkey: string
  }>
}
