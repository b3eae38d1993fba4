/**
 * `ntp-auditor`: an audit trail of a computer's clock, and proof from it.
 * @module
 */

export { type AttachedAuditor, type AttachOptions, attach } from './auditor/attach.js'
export { prove, sampleOnce, verify } from './auditor/doors.js'
export type { ClockChangeDocument, GapDocument, VerdictDocument } from './auditor/events.js'
export type { AskableClock, ClockBound } from './auditor/live.js'
export type { ProveOptions } from './auditor/prove.js'
export { Auditor, type AuditorEvents, type StartOptions } from './auditor.js'
export type { Configuration } from './config/types.js'
export type { Cause, Support, Verdict } from './consensus/types.js'
export {
  AuditorError,
  BundleError,
  ClockNotProvenError,
  InboxError,
  NotReadyError,
  OptionRangeError,
  OptionTypeError,
  OutputError,
  PeriodError,
  PrintError,
  ReadingError,
  type ReadingErrorCode,
  ReportedError,
  StoppedError,
  TrailDamagedError,
  TrailLockedError,
  TrailReadError,
  TrailWriteError,
  WorkerError,
} from './errors.js'
export type { ProofDocument } from './evidence/document.js'
export type { SealNews } from './scribe/messages.js'
export { type Anchor, anchorOf } from './trail/anchors.js'
export type { SampleDocument } from './trail/document.js'
export type { Attachment, Finding, FindingCode, Placed, ServiceBody, TrailRecord, VerifyResult } from './trail/types.js'
export type { VerifyOptions } from './trail/verify.js'
