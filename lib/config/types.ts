/**
 * The configuration after it was parsed: every default filled in, every unit in the name.
 * The same shape serves the library's options, `ntp-auditor.json` and the workers.
 * @module
 */

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
  /** What the default policy forgives: the longest stretch without a bound. */
  readonly policy: { readonly longestGapNs: bigint }
  /** Options that are checked and recorded but which this version does not act upon (a note says so); `null` where absent. */
  readonly inert: {
    readonly nightly: Plain
    readonly anchor: Plain
    readonly alerts: Plain
    readonly profiles: Plain
  }
  /** Notes on what was accepted with a correction (`192.0.2.1,0x8` lost its flag), for the operator. */
  readonly notes: readonly string[]
}
