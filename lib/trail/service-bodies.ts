/**
 * Records of what people and the auditor's services say: notes, evidence of others, anchors, prints, reports, alerts, changes of the
 * configuration and of what sets the clock.
 * @module
 */
import type { Ns } from './types.js'

export interface NoteBody {
  readonly type: 'note'
  /** The record it speaks of. */
  readonly on: number
  readonly text: string
  readonly by: string
}

/**
 * Evidence of somebody else about a clock change, as the operating system's own log has it: Windows Security 4616, W32Time 261, auditd.
 * Second-hand: nothing of it was observed by this auditor, its times are those of a clock that was just being changed, and no bound
 * or verdict ever rests on it. It may tell who set the clock and with what program, which no clock can.
 */
export interface ImportedBody {
  readonly type: 'imported'
  /** The clock change it seems to speak of; `null` where none was recorded. */
  readonly on: number | null
  /** The log: `windows-security`, `windows-system`, `auditd`, `journal`, or another word. */
  readonly source: string
  /** The kind of event in that log: `4616`, `261`, `adjtimex`, `clock_settime`. */
  readonly event: string
  /** What names that one event in its log (record number, serial), so that it can be found again. */
  readonly eventId: string
  readonly firstHand: false
  /** As the source says: when (by the clock it had), from which to which time, by whom, with which program; `null`: it says nothing. */
  readonly at: string | null
  readonly wallBefore: string | null
  readonly wallAfter: string | null
  readonly account: string | null
  readonly program: string | null
  /** The event as it was read, and the SHA-256 of its bytes there. */
  readonly text: string
  readonly sha256: string
}

/** A seal was put where this computer cannot change it; or that was tried in vain. */
export interface AnchorBody {
  readonly type: 'anchor'
  readonly ok: boolean
  /** `rfc3161`: a time-stamp token; `command`: a program took the checkpoint; `page`: it was printed. */
  readonly kind: 'rfc3161' | 'command' | 'page'
  /** Path of the checkpoint below the trail folder, its tree size, and the SHA-256 of its bytes. */
  readonly checkpoint: string
  readonly size: number
  readonly sha256: string
  /** Who keeps it: URL of the time-stamping service, name of the program, number of the sheet. */
  readonly keeper: string
  /** When the keeper says it took it; `null`: it says nothing. */
  readonly at: string | null
  /** Path of the token below the trail folder and the SHA-256 of its bytes; `null`: there is none. */
  readonly token: { readonly path: string; readonly sha256: string } | null
  /** What the keeper answered, or why it failed. */
  readonly message: string
}

/** A file was handed to a printer; or that was tried in vain. */
export interface PrintBody {
  readonly type: 'print'
  readonly ok: boolean
  readonly file: string
  readonly bytes: number
  readonly sha256: string
  /** The program with its arguments. */
  readonly command: readonly string[]
  /** What it wrote: the job's number, or why it failed. */
  readonly message: string
}

/** A report was made of this trail by its auditor: what it says, and which files it is. */
export interface ReportBody {
  readonly type: 'report'
  /** `2026-11-21 (day)`, and its bounds in UTC. */
  readonly period: string
  readonly from: string
  readonly to: string
  readonly profile: string
  readonly toleranceNs: Ns
  readonly met: 'met' | 'not-met' | 'not-proven'
  /** seq of the last record that it rests on. */
  readonly asOf: number
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[]
  /** What the verification of the trail said before: its `intact`. */
  readonly intact: 'true' | 'false' | 'self-consistent' | 'not-verified'
  readonly message: string
}

/** An alert was raised, repeated, cleared or tried out. */
export interface AlertBody {
  readonly type: 'alert'
  /** A word for the condition: `out-of-tolerance`, `clock-changed`, ... */
  readonly condition: string
  /** Of `silenced`: until when (by the wall clock of this record) nobody is told. */
  readonly until?: string | null
  readonly state: 'raised' | 'repeated' | 'cleared' | 'silenced' | 'test'
  readonly severity: 'alert' | 'warning'
  /** The record that it speaks of; `null`: none. */
  readonly on: number | null
  readonly cause: string
  readonly next: string
  /** Whom it reached, and whom not, by the time of this record. */
  readonly channels: readonly {
    readonly name: string
    readonly state: 'sent' | 'queued' | 'failed'
    readonly message: string
  }[]
}

/** The configuration was changed while the auditor ran. */
export interface ConfigBody {
  readonly type: 'config'
  readonly oldDigest: string
  readonly newDigest: string
  /** Names of the options that changed. */
  readonly keys: readonly string[]
  /** The whole configuration as it is now, secrets left out. */
  readonly configuration: object
}

/** What sets this computer's clock, as its own tools tell it; written when that changes. Second-hand: no bound rests on it. */
export interface DisciplineBody {
  readonly type: 'discipline'
  /** `chronyd`, `ntpd`, `systemd-timesyncd`, `w32time`, `none`, `unknown`, or another word. */
  readonly service: string
  readonly running: boolean | null
  readonly synchronised: boolean | null
  readonly sources: readonly string[]
  /** Settings that matter, such as `NtpServer=time.example.net,0x8`. */
  readonly settings: readonly string[]
  /** The kernel's own view; `null` where it cannot be read. */
  readonly kernel: { readonly maxErrorNs: Ns; readonly frequencyPpb: number; readonly status: number } | null
  /** What is otherwise than in the record before: names of fields; empty in the first of a run. */
  readonly changed: readonly string[]
}

/** What commands and the auditor's own services may ask the trail's writer to record. */
export type ServiceBody =
  | NoteBody
  | ImportedBody
  | AnchorBody
  | PrintBody
  | ReportBody
  | AlertBody
  | ConfigBody
  | DisciplineBody

/** A file that belongs to a record: a time-stamp token. */
export interface Attachment {
  /** Below the trail folder: `seals/2026/11/000000017.tsr`. */
  readonly path: string
  readonly base64: string
}
