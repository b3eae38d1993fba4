/**
 * The real timers, taken from Node itself when this module is loaded: an application that later installs fake ones does not stop the audit.
 * @module
 */
import { clearTimeout as clear, setTimeout as set } from 'node:timers'
import type { Timers } from './types.js'

/** Node's own timers. `setTimeout` returns a `NodeJS.Timeout`, which the caller may `unref()`. */
export const systemTimers: Timers = {
  setTimeout: (run, ms) => set(run, ms),
  clearTimeout: (handle) => clear(handle as NodeJS.Timeout),
}
