/**
 * Words of the alerts: what can be wrong, how long it must be so, and whom to tell.
 * @module
 */

import type { AlertCondition, AlertRule } from '../config/types.js'

export type Condition = AlertCondition
export type Rule = AlertRule

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
