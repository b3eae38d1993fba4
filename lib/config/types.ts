/**
 * The configuration after it was parsed: every default filled in, every unit in the name.
 * The same shape serves the library's options, `ntp-auditor.json` and the workers.
 * @module
 */
import type { ReferenceConfig } from '../ntp/types.js'

export interface Identity {
  readonly organisation: string
  readonly asset: string
  readonly site: string
  /** Printed as the computer's name; default: its host name. */
  readonly hostLabel: string
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
  /** IANA zone of the label day. */
  readonly zone: string
  /** Notes on what was accepted with a correction (`192.0.2.1,0x8` lost its flag), for the operator. */
  readonly notes: readonly string[]
}
