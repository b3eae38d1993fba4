/**
 * Chooses the best way to read this computer's clocks.
 * @module
 */
import { readBootId } from './boot.js'
import { type Libc, openLibc } from './libc.js'
import { openNative } from './native.js'
import type { NativeGate } from './native-gate.js'
import { openPortable } from './portable.js'
import type { ClockSource } from './types.js'

/**
 * Opens a clock source: `native` on 64-bit Linux where the optional package koffi loads, else `wasi`, else `edge`.
 * The source holds no event loop open; it works in worker threads, each with a source of its own.
 *
 * @param options.gate in a worker thread: keeps it out of native code while the process ends
 * @param options.prefer begins the search further down: `wasi` leaves native out, `edge` takes only what JavaScript has
 */
export function openClockSource(
  options: { readonly prefer?: 'native' | 'wasi' | 'edge'; readonly gate?: NativeGate } = {},
): ClockSource {
  const prefer = options.prefer ?? 'native'
  const bootId = readBootId()
  const native = prefer === 'native' ? openGated(options.gate, bootId) : null
  return native ?? openPortable(prefer === 'edge' ? 'edge' : 'wasi', process.platform, bootId)
}

function openGated(gate: NativeGate | undefined, bootId: string): ClockSource | null {
  if (gate === undefined) return openNative(openLibc(), bootId)
  const libc = gate.inside(() => openLibc())
  const source = libc && openNative(gated(libc, gate), bootId)
  // A reading passes the gate once, not at each of its clocks.
  return source && { ...source, read: () => gate.inside(() => source.read()) }
}

function gated(libc: Libc, gate: NativeGate): Libc {
  return {
    now: (id) => gate.inside(() => libc.now(id)),
    timex: () => gate.inside(() => libc.timex()),
    cancelOnSet: () => gate.inside(() => libc.cancelOnSet()),
    readTimer: (fd) => gate.inside(() => libc.readTimer(fd)),
    packetStamp: (fd) => gate.inside(() => libc.packetStamp(fd)),
    socket: (kind) => gate.inside(() => libc.socket(kind)),
    replace: (fd, by) => gate.inside(() => libc.replace(fd, by)),
    close: (fd) => gate.inside(() => libc.close(fd)),
  }
}
