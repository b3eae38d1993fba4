/**
 * Whom a report is about, and under which settings the evidence was taken: read from the trail's `open` records, never from
 * a configuration file beside it.
 * @module
 */
import { type Role, roles } from '../lib/ntp/types.js'
import type { OpenBody } from '../lib/trail/types.js'
import type { ReferenceClaim } from './references.js'

/** What the configuration repeated in a trail says, as far as a report needs it. Durations in nanoseconds. */
export interface RecordedSettings {
  readonly toleranceNs: bigint
  readonly intervalNs: bigint
  readonly longestGapNs: bigint
  /** The longest stretch without a bound that the policy forgives. */
  readonly policyGapNs: bigint
  readonly witnessPeriodNs: bigint
  readonly witnessReportNs: bigint
  readonly slewPpb: bigint
  readonly claims: Readonly<Partial<Record<Role, ReferenceClaim>>>
  /** How each reference treats leap seconds: `none`, or the name of a smear. */
  readonly smear: Readonly<Partial<Record<Role, string>>>
}

export interface Subject {
  readonly open: OpenBody
  readonly settings: RecordedSettings
  /** How many configurations were in force during the period. */
  readonly configurations: number
  readonly simulation: boolean
}

/** The design's defaults: what an absent field of an old or foreign configuration means. */
const defaults = {
  toleranceNs: 1_000_000_000n,
  intervalNs: 64_000_000_000n,
  policyGapNs: 3_600_000_000_000n,
  periodNs: 250_000_000n,
  reportNs: 1_000_000n,
  slewPpb: 500_000n,
}

/** Collects `open` records in order of seq; the last one that began before the period's end speaks for the period. */
export class SubjectBuilder {
  #open: OpenBody | null = null
  #configured: OpenBody | null = null
  #digests = new Set<string>()
  #simulation = false

  /** @param before whether the record stands before the period: then a later one replaces it */
  open(body: OpenBody, before: boolean): void {
    if (before) this.#digests = new Set()
    this.#digests.add(body.configurationDigest)
    this.#open = body
    if (body.configuration) this.#configured = body
    if (body.simulation) this.#simulation = true
  }

  build(): Subject | null {
    if (!this.#open) return null
    return {
      open: this.#open,
      settings: readSettings(this.#configured?.configuration ?? null),
      configurations: this.#digests.size,
      simulation: this.#simulation,
    }
  }
}

/** Reads the encoded configuration of an `open` record: whole nanoseconds are decimal strings there. */
export function readSettings(configuration: object | null): RecordedSettings {
  const config = fields(configuration)
  const witness = fields(config.witness)
  const intervalNs = whole(config.intervalNs) ?? defaults.intervalNs
  const claims: { [role in Role]?: ReferenceClaim } = {}
  const smear: { [role in Role]?: string } = {}
  const references = Array.isArray(config.references) ? config.references : []
  for (const [index, role] of roles.entries()) {
    if (index >= references.length) break
    const reference = fields(references[index])
    claims[role] = { operator: text(reference.operator), traceableTo: text(reference.traceableTo) }
    smear[role] = text(reference.smear) ?? 'none'
  }
  return {
    toleranceNs: whole(config.toleranceNs) ?? defaults.toleranceNs,
    intervalNs,
    longestGapNs: whole(config.longestGapNs) ?? 4n * intervalNs,
    policyGapNs: whole(fields(config.policy).longestGapNs) ?? defaults.policyGapNs,
    witnessPeriodNs: whole(witness.periodNs) ?? defaults.periodNs,
    witnessReportNs: whole(witness.reportNs) ?? defaults.reportNs,
    slewPpb: whole(config.slewPpb) ?? defaults.slewPpb,
    claims,
    smear,
  }
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function whole(value: unknown): bigint | null {
  if (typeof value === 'string' && /^-?\d{1,30}$/.test(value)) return BigInt(value)
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : null
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
