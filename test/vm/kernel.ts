/**
 * The kernel's clock inside the virtual machine: changed by `clk`, and what it truly shows.
 * @module
 */
import { execFile } from 'node:child_process'
import { openClockSource } from '../../lib/clock/open.js'
import type { IntervalNs } from '../../lib/interval.js'

if (process.env.IN_VM !== '1') throw new Error('not in the virtual machine: this would change your clock')

const clock = openClockSource({ prefer: 'native' })

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
