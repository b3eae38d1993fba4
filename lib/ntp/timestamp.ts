/**
 * The 64-bit NTP timestamp (RFC 5905 section 6): unsigned units of 2^-32 s since an era's start, era 0 at
 * 1900-01-01T00:00:00Z, a new era every 2^32 s (the first change: 2036-02-07T06:28:16Z).
 *
 * A timestamp alone does not know its era. Differences are therefore taken first, as wrapped signed 64-bit numbers: right
 * whenever the two instants lie within 2^31 s (68 years) of each other, whichever eras they fall into.
 * @module
 */

/** Seconds from 1900-01-01 to 1970-01-01. */
const unixEpoch = 2_208_988_800n
const nsPerSecond = 1_000_000_000n
const half = 1n << 31n

/** Units of 2^-32 s to nanoseconds, rounded down. */
export function unitsToNsFloor(units: bigint): bigint {
  return (units * nsPerSecond) >> 32n
}

/** Units of 2^-32 s to nanoseconds, rounded up. */
export function unitsToNsCeil(units: bigint): bigint {
  return -((-units * nsPerSecond) >> 32n)
}

/** Nanoseconds to units of 2^-32 s, rounded down. */
export function nsToUnitsFloor(ns: bigint): bigint {
  const shifted = ns << 32n
  const quotient = shifted / nsPerSecond
  return shifted < 0n && quotient * nsPerSecond !== shifted ? quotient - 1n : quotient
}

/** Nanoseconds to units of 2^-32 s, rounded up. */
export function nsToUnitsCeil(ns: bigint): bigint {
  return -nsToUnitsFloor(-ns)
}

/**
 * The timestamp of an instant, rounded down to 2^-32 s, of whatever era it falls into.
 * @param unixNs nanoseconds since 1970-01-01T00:00:00Z; may be negative
 */
export function toNtp(unixNs: bigint): bigint {
  return BigInt.asUintN(64, nsToUnitsFloor(unixNs + unixEpoch * nsPerSecond))
}

/**
 * The instant of a timestamp in the era nearest to `pivotNs`, rounded to the nearest nanosecond (a unit is 0.233 ns, so
 * this undoes {@link toNtp} exactly). A timestamp exactly half an era away is taken to be the earlier one.
 * @param timestamp unsigned 64 bits
 * @param pivotNs an instant known to lie within 68 years, nanoseconds since 1970-01-01T00:00:00Z
 */
export function fromNtp(timestamp: bigint, pivotNs: bigint): bigint {
  const pivot = nsToUnitsFloor(pivotNs + unixEpoch * nsPerSecond)
  const units = pivot + difference(timestamp, BigInt.asUintN(64, pivot))
  return ((units * nsPerSecond + half) >> 32n) - unixEpoch * nsPerSecond
}

/** `a - b` in units of 2^-32 s, signed, wrapped to 64 bits: right across an era change (RFC 5905 section 6). */
export function difference(a: bigint, b: bigint): bigint {
  return BigInt.asIntN(64, a - b)
}
