/**
 * The real timers, taken when this module is loaded: an application that later installs fake ones does not stop the audit.
 * @module
 */
import type { Timers } from './types.js'

const set = globalThis.setTimeout
const clear = globalThis.clearTimeout

/** Node's own timers. `setTimeout` returns a `NodeJS.Timeout`, which the caller may `unref()`. */
export const systemTimers: Timers = {
  setTimeout: (run, ms) => set(run, ms),
  clearTimeout: (handle) => clear(handle as NodeJS.Timeout),
}
