/**
 * The configuration after it was parsed: every default filled in, every unit in the name.
 * The same shape serves the library's options, `ntp-auditor.json` and the workers.
 * @module
 */

import type { Secret } from './secrets.js'

/** A configured reference. `host` is a name or an address literal. */
export interface ReferenceConfig {
  readonly host: string
  readonly port: number
  /** Who runs it, for the page: `NIST`. */
  readonly operator: string | null
  /** What it claims to be traceable to, for the page: `UTC(NIST)`. */
  readonly traceableTo: string | null
  /** How it treats leap seconds: `none`, or the name of a smear (`google`, `aws`, ...). */
  readonly smear: string
}

export interface Identity {
  readonly organisation: string
  readonly asset: string
  readonly site: string
  /** Printed as the computer's name; default: its host name. */
  readonly hostLabel: string
}

/** What a configuration may carry of any shape: JSON whose numbers are whole, as the trail demands it. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain }

/** Who keeps seals outside this computer. */
export interface AnchorConfig {
  /** Least time between two seals that go out; a day: the last of each day. */
  readonly everyNs: bigint
  /** A time-stamping service (RFC 3161); `certificates`: absolute path of the PEM file that its chain may end at. */
  readonly tsa: { readonly url: string; readonly certificates: string | null; readonly policy: string | null } | null
  /** A program that gets the checkpoint on its standard input. */
  readonly command: readonly string[] | null
  /** What one try may take. */
  readonly timeoutNs: bigint
}

/** How a file is printed: a program, with `{file}` where the path goes; `null`: nothing prints. */
export interface PrintConfig {
  readonly command: readonly string[] | null
  readonly timeoutNs: bigint
}

/** What is printed as it happens, by `run`. */
export interface ReceiptsConfig {
  readonly what: 'samples' | 'changes'
  readonly columns: 80 | 132
  /** A program that prints its standard input; `null`: `file` is written. */
  readonly command: readonly string[] | null
  /** Absolute path of a file, pipe or device. */
  readonly file: string | null
  /** How lines end. */
  readonly newline: 'lf' | 'crlf'
  /** What the program may take, or how long a device may take nothing. */
  readonly timeoutNs: bigint
  /** Absolute path of the file that remembers what was printed last. */
  readonly state: string
}

/** The nightly job of an auditor that runs. */
export interface NightlyConfig {
  /** Time of day in `zone`: `00:10`. */
  readonly at: string
  /** Which periods are reported when they are over. */
  readonly reports: readonly ('day' | 'week' | 'month' | 'quarter' | 'year')[]
  readonly profiles: readonly string[]
  readonly formats: readonly ('pdf' | 'csv' | 'json')[]
  /** Absolute path of the folder for the files. */
  readonly out: string
  readonly print: boolean
  /** To whom the reports are mailed. */
  readonly mail: readonly string[]
}

/** How often it is looked at what sets this computer's clock. */
export interface DisciplineConfig {
  /** 0: never. */
  readonly everyNs: bigint
}

/** Everything that an operator can be told of. docs/alerts.md says what each means. */
export const alertConditions = [
  'out-of-tolerance',
  'near-tolerance',
  'clock-changed',
  'no-reference',
  'not-proven',
  'references-disagree',
  'reference-dissents',
  'kiss-of-death',
  'reference-unsynchronised',
  'leap-announced',
  'self-reference',
  'trail-damaged',
  'key-lost',
  'disk-low',
  'write-failed',
  'anchor-failed',
  'print-failed',
  'time-service-stopped',
  'time-service-changed',
  'auditor-trouble',
] as const
export type AlertCondition = (typeof alertConditions)[number]

/** How one condition is handled. */
export interface AlertRule {
  readonly condition: AlertCondition
  readonly severity: 'alert' | 'warning'
  /** How long it must hold before it is told. */
  readonly afterNs: bigint
  /** How long it must be away before that is told. */
  readonly clearNs: bigint
  /** How often it is told again while it holds; 0: once. */
  readonly repeatNs: bigint
  /** Names of channels. */
  readonly channels: readonly string[]
}

export interface MailChannel {
  readonly name: string
  readonly kind: 'mail'
  readonly host: string
  readonly port: number
  /** `implicit`: TLS from the first byte; `start`: STARTTLS demanded; `none`: plain, on loopback only. */
  readonly tls: 'implicit' | 'start' | 'none'
  readonly user: string | null
  readonly password: Secret | null
  readonly from: string
  readonly to: readonly string[]
}

export interface WebhookChannel {
  readonly name: string
  readonly kind: 'webhook'
  readonly url: string
  /** Signs what is sent. */
  readonly secret: Secret | null
}

export interface CommandChannel {
  readonly name: string
  readonly kind: 'command'
  readonly command: readonly string[]
}

export interface SyslogChannel {
  readonly name: string
  readonly kind: 'syslog'
  readonly transport: 'udp' | 'tcp' | 'unix'
  /** Of `udp` and `tcp`. */
  readonly host: string
  readonly port: number
  /** Of `unix`: such as `/dev/log`. */
  readonly path: string
  readonly facility: number
}

export type ChannelConfig = MailChannel | WebhookChannel | CommandChannel | SyslogChannel

export interface AlertConfig {
  readonly channels: readonly ChannelConfig[]
  readonly rules: readonly AlertRule[]
  /** Warn where the clock is certainly further off than this; `null`: no such warning. */
  readonly warnNs: bigint | null
  /** Absolute path of the folder where messages wait that could not be delivered. */
  readonly queue: string
  /** What one delivery may take. */
  readonly timeoutNs: bigint
}

/** Plain data: it crosses worker boundaries by structured clone. Durations in nanoseconds, rates in parts per billion. */
export interface Configuration {
  readonly references: readonly ReferenceConfig[]
  readonly trustLocal: boolean
  /** Absolute path of the trail folder. */
  readonly trail: string
  /** Absolute path of the key folder. */
  readonly keys: string
  /** Absolute path of a `.vkey`, or `null`. */
  readonly genesis: string | null
  readonly identity: Identity
  readonly intervalNs: bigint
  readonly exchanges: number
  readonly timeoutNs: bigint
  readonly maxDistanceNs: bigint
  readonly toleranceNs: bigint
  readonly driftPpb: bigint
  readonly slewPpb: bigint
  readonly longestGapNs: bigint
  readonly witness: { readonly periodNs: bigint; readonly reportNs: bigint; readonly maxRatePpb: bigint }
  readonly epochNs: bigint
  readonly heartbeatNs: bigint
  /** Segments are compressed when their label day is so long ago. */
  readonly compressAfterNs: bigint
  /** IANA zone of the label day. */
  readonly zone: string
  /** What the default policy forgives: the longest stretch without a bound. */
  readonly policy: { readonly longestGapNs: bigint }
  readonly anchor: AnchorConfig
  readonly print: PrintConfig
  readonly receipts: ReceiptsConfig | null
  readonly nightly: NightlyConfig | null
  readonly discipline: DisciplineConfig
  readonly alerts: AlertConfig | null
  /** Rules of the operator's own, for reports (docs/profiles.md); `null`: none. */
  readonly profiles: Plain
  /** Notes on what was accepted with a correction (`192.0.2.1,0x8` lost its flag), for the operator. */
  readonly notes: readonly string[]
}
