/**
 * Keeps a worker thread out of native modules while the process ends. A thread that is stopped inside one (koffi being loaded, a clock
 * being read) aborts the whole process, for the module finds that it can no longer speak to JavaScript. So the worker
 * marks in shared memory that it is inside; at exit the process waits until it is out, and from then on it stays out.
 *
 * The waiting is bounded: nothing that a native module does keeps a process from ending.
 * @module
 */
import { hrtimeNs } from './hrtime.js'

/** Bits of the word: the worker is inside; the process ends. */
const inside = 1
const shut = 2

/** How long an exit waits at most (ms): loading a native module takes some tens of them, a call microseconds. */
const patienceMs = 5_000

const now = (): number => Number(hrtimeNs()) / 1e6

/** One worker's gate, seen from both threads: hand {@link buffer} to the worker and make a gate of it there. */
export class NativeGate {
  readonly buffer: SharedArrayBuffer
  readonly #word: Int32Array
  #depth = 0

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.buffer = buffer
    this.#word = new Int32Array(buffer)
  }

  /** In the worker: runs what calls native code. Once the process ends it does not return, and `work` is not begun. */
  inside<T>(work: () => T): T {
    if (this.#depth === 0 && (Atomics.or(this.#word, 0, inside) & shut) !== 0) this.#leave()
    this.#depth += 1
    try {
      return work()
    } finally {
      this.#depth -= 1
      if (this.#depth === 0) this.#leave()
    }
  }

  /** In the host: the worker enters no more. @returns whether it is outside */
  close(): boolean {
    return (Atomics.or(this.#word, 0, shut) & inside) === 0
  }

  /** In the host, as the process ends: {@link close}, and waits until the worker is outside, at most `ms`. @returns whether it is */
  shut(ms: number = patienceMs): boolean {
    for (const end = now() + ms; !this.close(); ) {
      const left = end - now()
      if (left <= 0) return false
      Atomics.wait(this.#word, 0, inside | shut, left)
    }
    return true
  }

  /** Out again; where the process ends, for good. */
  #leave(): void {
    if ((Atomics.and(this.#word, 0, ~inside) & shut) === 0) return
    Atomics.notify(this.#word, 0)
    // Ended from outside while it waits.
    for (;;) Atomics.wait(this.#word, 0, shut)
  }
}

const gatesOf = Symbol.for('ntp-auditor.gates')
type Leaving = (() => void) & { readonly [gatesOf]: Set<NativeGate> }

/**
 * From now on the end of this process waits for the gate. One listener serves all gates, of every auditor in the process.
 * @returns undoes it
 */
export function shutAtExit(gate: NativeGate): () => void {
  const isLeaving = (listener: object): listener is Leaving => gatesOf in listener
  let leaving = process.listeners('exit').find(isLeaving)
  if (leaving === undefined) {
    const gates = new Set<NativeGate>()
    const shutAll = (): void => {
      // First all at once, so that one is not waited for while another enters.
      for (const each of gates) each.close()
      for (const each of gates) each.shut()
    }
    leaving = Object.assign(shutAll, { [gatesOf]: gates })
    process.on('exit', leaving)
  }
  const listener = leaving
  listener[gatesOf].add(gate)
  return () => {
    listener[gatesOf].delete(gate)
    if (listener[gatesOf].size === 0) process.removeListener('exit', listener)
  }
}
