/**
 * Which of a record's clocks is A, the audit clock.
 * @module
 */

/** A of a record (ns): CLOCK_MONOTONIC_RAW where the source has it, else the monotonic clock. */
export function auditNs(record: { readonly rawNs: string | null; readonly monoNs: string }): bigint {
  return BigInt(record.rawNs ?? record.monoNs)
}
