/**
 * The wall clock in microseconds without native code: `clock_time_get` of node:wasi, called without any WebAssembly.
 * @module
 */
import { createRequire } from 'node:module'
import { dateNs, hrtimeNs } from './hrtime.js'

const load = createRequire(import.meta.url)
const realtime = 0
const monotonic = 1

/** Part of JavaScript as Node runs it, but not of the types we compile with. */
declare const WebAssembly: { readonly Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer } }

/** True wall time lies in `[value, value + wasiSpanNs)`: libuv's implementation truncates to whole microseconds. */
export const wasiSpanNs = 1_000n

/** Both give nanoseconds: since the Unix epoch, and as `process.hrtime.bigint()` does. */
export interface WasiClocks {
  readonly wallNs: () => bigint
  readonly monoNs: () => bigint
}

/**
 * Opens a reader of the wall clock.
 * @returns a function that gives nanoseconds since the Unix epoch, or `null` where node:wasi cannot be had or is not sane
 */
export function openWasiClock(): (() => bigint) | null {
  return openWasiClocks()?.wallNs ?? null
}

/** Opens readers of the wall clock and of the clock behind `process.hrtime`; `null` where node:wasi cannot be had or is not sane. */
export function openWasiClocks(): WasiClocks | null {
  try {
    const { WASI } = quietly(() => load('node:wasi') as typeof import('node:wasi'))
    const memory = new WebAssembly.Memory({ initial: 1 })
    const wasi = new WASI({ version: 'preview1', returnOnExit: true })
    wasi.initialize({ exports: { memory } })
    const get = wasi.wasiImport.clock_time_get as (id: number, precision: bigint, at: number) => number
    const view = new BigUint64Array(memory.buffer, 0, 2)
    const wallNs = (): bigint => {
      get(realtime, 1n, 0)
      return view[0] ?? 0n
    }
    const monoNs = (): bigint => {
      get(monotonic, 1n, 8)
      return view[1] ?? 0n
    }
    if (get(realtime, 1n, 0) !== 0 || get(monotonic, 1n, 8) !== 0) return null
    return near(wallNs(), dateNs()) && near(monoNs(), hrtimeNs()) ? { wallNs, monoNs } : null
  } catch {
    return null
  }
}

const minuteNs = 60_000_000_000n

/** Whether two clocks show about the same; one that was faked before we were loaded tells nothing. */
function near(oneNs: bigint, otherNs: bigint): boolean {
  const away = oneNs > otherNs ? oneNs - otherNs : otherNs - oneNs
  return away <= minuteNs || fakedAtLoad
}

/** Whether a test framework had put functions of its own in the place of the engine's before this module was loaded. */
export const fakedAtLoad = !Function.prototype.toString.call(Date.now).includes('[native code]')

/**
 * Runs `load` without the ExperimentalWarning that node:wasi emits when first loaded: it would speak to the host application
 * about a module it does not use. The swap lasts for this one synchronous call; every other warning passes.
 */
function quietly<T>(run: () => T): T {
  const emit = process.emitWarning
  const pass = emit.bind(process) as (...all: unknown[]) => void
  process.emitWarning = ((...all: unknown[]) => {
    if (all[1] === 'ExperimentalWarning' && String(all[0]).includes('WASI')) return
    pass(...all)
  }) as typeof process.emitWarning
  try {
    return run()
  } finally {
    process.emitWarning = emit
  }
}
