/**
 * Node's own clocks, taken when this module is loaded: an application that later fakes them does not fake the audit.
 * @module
 */

const hrtime = process.hrtime.bigint
const now = Date.now

/** `process.hrtime` (ns): CLOCK_MONOTONIC on Linux, mach_continuous_time on macOS, QueryPerformanceCounter on Windows. */
export function hrtimeNs(): bigint {
  return hrtime()
}

/** `Date.now()` as nanoseconds: true wall time lies in `[value, value + 1 ms)`. */
export function dateNs(): bigint {
  return BigInt(now()) * 1_000_000n
}
