/**
 * Words of the alerts: what can be wrong, how long it must be so, and whom to tell.
 * @module
 */

/** Everything that an operator is told of. */
export const conditions = [
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
  'report-failed',
  'time-service-stopped',
  'time-service-changed',
  'auditor-trouble',
] as const
export type Condition = (typeof conditions)[number]

export type Severity = 'alert' | 'warning'

/** What was seen of a condition. `key` tells its cases apart: the reference that dissents, the keeper that fails. */
export interface Sign {
  readonly condition: Condition
  readonly key: string
  /** `on` and `off`: it holds, it does not; `event`: it happened, and is over. */
  readonly state: 'on' | 'off' | 'event'
  /** The record that shows it. */
  readonly on: number | null
  /** What is wrong, with its figures. Empty for `off`. */
  readonly cause: string
  /** What the operator should do. */
  readonly next: string
}

/** How one condition is handled. Durations in nanoseconds. */
export interface Rule {
  readonly severity: Severity
  /** How long it must hold before it is told. */
  readonly afterNs: bigint
  /** How long it must be away before that is told. */
  readonly clearNs: bigint
  /** How often it is told again while it holds; 0: once. */
  readonly repeatNs: bigint
  /** Names of the channels. */
  readonly channels: readonly string[]
}

/** What is told. */
export interface Notice {
  readonly condition: Condition
  readonly key: string
  readonly state: 'raised' | 'repeated' | 'cleared' | 'test'
  readonly severity: Severity
  readonly on: number | null
  readonly cause: string
  readonly next: string
  /** How many times the event happened since it was told last, this one too. */
  readonly count: number
  readonly channels: readonly string[]
}

/** A notice with what a reader elsewhere must know: what goes to the channels. */
export interface Message extends Notice {
  /** Names this message for ever: receivers can tell a second delivery from a second alert. */
  readonly id: string
  /** What the audited computer's clock showed, ISO 8601 UTC. */
  readonly wall: string
  readonly host: string
  readonly organisation: string
  readonly asset: string
  readonly trail: string
}
