/**
 * A hint at who changed the clock, never a claim: root may write what it rests on.
 * @module
 */
import type { ChangeBy, ClockChange, KernelState } from './types.js'

/** How long after a change was seen the kernel is to be asked (ms): a daemon has rewritten its bound by then. */
export const hintDelayMs = 20

/** NTP_PHASE_LIMIT: the bound of its error that a kernel falls back to when the clock is set. */
const resetNs = 16_000_000_000n

/**
 * Every set resets the kernel's bound of its error; a time daemon that stepped the clock writes its own at once, a person with
 * `date` does not. Slews and leap seconds leave the bound as it is and so tell nothing.
 * @param kernel the kernel's state {@link hintDelayMs} after the change was seen, not much later: a daemon soon corrects a foreign set
 */
export function changedBy(change: ClockChange, kernel: KernelState | null): ChangeBy {
  if (kernel === null || change.class === 'slew' || change.class === 'leap') return 'unknown'
  return kernel.maxErrorNs >= resetNs ? 'foreign' : 'daemon'
}
