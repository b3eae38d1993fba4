/**
 * A profile: a rule to report against, with its source. Facts that no source was found for are no presets; where they matter, a note
 * tells the reader to check the rule.
 * @module
 */
import type { Support } from '../../lib/consensus/types.js'
import type { ProfileInput } from './input.js'

/** When a rule looks: local times of the zone, on some days of the week. */
export interface Hours {
  /** IANA zone; `null`: that of the report. */
  readonly zone: string | null
  /** 1 (Monday) to 7. */
  readonly days: readonly number[]
  /** Minutes from local midnight; `to` may be 1440. */
  readonly fromMinute: number
  readonly toMinute: number
}

/** On each day of the week listed that is no holiday, a PROVEN check must lie between the day's start and this local time. */
export interface CheckBefore {
  readonly zone: string | null
  readonly days: readonly number[]
  readonly minute: number
}

/** What a rule that asks for self-reports counts. */
export interface Threshold {
  /** `exceedances`: breaches in a rolling 24 hours; `distance`: nanoseconds from UTC. */
  readonly kind: 'exceedances' | 'distance'
  readonly limit: bigint
}

export interface Profile {
  readonly id: string
  /** What it was read from: enough to make it again. */
  readonly definition: ProfileInput
  readonly title: string
  readonly clause: string
  /** `own`: written by the operator. Only `in-force` gives a conclusion under the rule's name. */
  readonly status: 'in-force' | 'superseded' | 'unverified' | 'own'
  readonly source: string
  readonly checkedOn: string
  /** Nanoseconds; `null`: the rule states no number, the operator must choose one. */
  readonly toleranceNs: bigint | null
  readonly warningNs: bigint | null
  readonly granularityNs: bigint | null
  /** Why no evidence over a network path can meet it; `null`: it can. */
  readonly unprovable: string | null
  /** The share of the judged time that must be PROVEN, in hundredths of a percent. */
  readonly provenBasisPoints: bigint
  /** The longest stretch without a bound; `null`: as configured. */
  readonly longestGapNs: bigint | null
  readonly leastReferences: number
  readonly leastSupport: Support
  /** Where references must be traceable to: `UTC(NIST)`; `null`: the rule names none. */
  readonly standard: string | null
  readonly retention: string | null
  readonly reviewPeriod: string | null
  readonly hours: Hours | null
  /** Local dates on which neither `hours` nor `checkBefore` count: `2026-12-25`. */
  readonly holidays: readonly string[]
  readonly checkBefore: CheckBefore | null
  readonly counters: readonly Threshold[]
  readonly statement: string
  readonly worksheet: readonly { readonly label: string; readonly hint: string }[]
  readonly notes: readonly string[]
}
