/**
 * Chooses the best way to read this computer's clocks.
 * @module
 */
import { readBootId } from './boot.js'
import { openLibc } from './libc.js'
import { openNative } from './native.js'
import { openPortable } from './portable.js'
import type { ClockSource } from './types.js'

/**
 * Opens a clock source: `native` on 64-bit Linux where the optional package koffi loads, else `wasi`, else `edge`.
 * The source holds no event loop open; it works in worker threads, each with a source of its own.
 *
 * @param options.prefer begins the search further down: `wasi` leaves native out, `edge` takes only what JavaScript has
 */
export function openClockSource(options: { prefer?: 'native' | 'wasi' | 'edge' } = {}): ClockSource {
  const prefer = options.prefer ?? 'native'
  const bootId = readBootId()
  const native = prefer === 'native' ? openNative(openLibc(), bootId) : null
  return native ?? openPortable(prefer === 'edge' ? 'edge' : 'wasi', process.platform, bootId)
}
