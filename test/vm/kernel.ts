/**
 * The kernel's clock inside the virtual machine: changed by `clk`, and what it truly shows.
 * @module
 */
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { hrtimeNs } from '../../lib/clock/hrtime.js'
import { openClockSource } from '../../lib/clock/open.js'
import type { IntervalNs } from '../../lib/interval.js'

if (process.env.IN_VM !== '1') throw new Error('not in the virtual machine: this would change your clock')

const clock = openClockSource({ prefer: 'native' })
const koffi = createRequire(import.meta.url)('koffi') as {
  load(path: null): { func(name: string, result: string, args: string[]): (...args: unknown[]) => number }
}
const adjtimex = koffi.load(null).func('adjtimex', 'int', ['void *'])
const timex = new BigInt64Array(26)

/** Runs a command without holding up this process; rejects where it fails. */
export function sh(command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('bash', ['-c', command], { encoding: 'utf8' }, (error, out) => (error ? reject(error) : resolve(out)))
  })
}

/** Runs `clk` and tells CLOCK_MONOTONIC right before its system call. */
export async function clk(...args: readonly string[]): Promise<bigint> {
  const out = await sh(`clk ${args.join(' ')}`)
  return BigInt(/"before_mono_ns":(\d+)/.exec(out)?.[1] ?? '0')
}

/** Wall minus boot: moved by sets alone. The narrowest of some. */
export function line(): IntervalNs {
  return best(({ line: interval }) => interval)
}

/** Wall minus raw. */
export function wallMinusRaw(): IntervalNs {
  return best(({ d }) => d)
}

/** The same by one reading, for who asks all the time. */
export function wallMinusRawOnce(): IntervalNs {
  return clock.read().d
}

/** Mono minus raw, now. While nothing steers the clock it stays. */
export function monoMinusRaw(): bigint {
  const { monoNs, rawNs } = clock.read()
  return monoNs - (rawNs ?? monoNs)
}

function best(pick: (reading: ReturnType<typeof clock.read>) => IntervalNs): IntervalNs {
  let narrowest = pick(clock.read())
  for (let n = 0; n < 20; n++) {
    const next = pick(clock.read())
    if (next.highNs - next.lowNs < narrowest.highNs - narrowest.lowNs) narrowest = next
  }
  return narrowest
}

/** ADJ_SETOFFSET with ADJ_NANO of linux/timex.h. */
const setOffset = 0x0100 | 0x2000

/**
 * Steps the wall clock from this very process, so that no other has to be started, and to end, beside what is measured.
 * @returns CLOCK_MONOTONIC right before the system call
 */
export function step(byNs: bigint): bigint {
  const second = 1_000_000_000n
  const rest = ((byNs % second) + second) % second
  timex.fill(0n)
  new Int32Array(timex.buffer)[0] = setOffset
  // struct timex: time at the bytes 72 (seconds) and 80 (nanoseconds, not negative)
  timex[9] = (byNs - rest) / second
  timex[10] = rest
  const beforeNs = hrtimeNs()
  if (adjtimex(timex) < 0) throw new Error('the kernel refused the step')
  return beforeNs
}
