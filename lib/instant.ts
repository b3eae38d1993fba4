/**
 * Instants as whole nanoseconds since 1970-01-01T00:00:00Z and their ISO 8601 text with nine decimals.
 * @module
 */

const text = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})\.(\d{9})Z$/

/**
 * Writes an instant as `2026-03-03T14:02:00.000000000Z`.
 * @param ns nanoseconds since the Unix epoch, in the years 0000 to 9999
 * @throws {RangeError} outside those years
 */
export function formatInstant(ns: bigint): string {
  const seconds = floorDivide(ns, 1_000_000_000n)
  const rest = ns - seconds * 1_000_000_000n
  const head = new Date(Number(seconds) * 1000).toISOString()
  if (head.length !== 24) throw new RangeError(`an instant must lie in the years 0000 to 9999, got ${ns} ns`)
  return `${head.slice(0, 19)}.${rest.toString().padStart(9, '0')}Z`
}

/**
 * Reads what {@link formatInstant} writes, and nothing else: re-encoding gives the same text.
 * @throws {RangeError} for any other text, also for the 30th of February
 */
export function parseInstant(iso: string): bigint {
  const match = text.exec(iso)
  const ms = match ? Date.parse(`${iso.slice(0, 19)}.000Z`) : Number.NaN
  if (!match || Number.isNaN(ms)) {
    throw new RangeError(`an instant must look like 2026-03-03T14:02:00.000000000Z, got ${JSON.stringify(iso)}`)
  }
  const ns = BigInt(ms) * 1_000_000n + BigInt(match[7] ?? '0')
  if (formatInstant(ns) !== iso) throw new RangeError(`no such instant: ${JSON.stringify(iso)}`)
  return ns
}

/** Integer division that rounds towards minus infinity (`/` of bigint rounds towards zero). */
export function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b
  return a < 0n !== b < 0n && quotient * b !== a ? quotient - 1n : quotient
}

/** Integer division that rounds towards plus infinity. */
export function ceilDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b
  return a < 0n === b < 0n && quotient * b !== a ? quotient + 1n : quotient
}
