/** Exchanges with a server, in a worker thread as the auditor's engine does; posts what each one told. */
import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { openClockSource } from '../../lib/clock/open.js'
import { systemTimers } from '../../lib/clock/timers.js'
import { exchange } from '../../lib/ntp/exchange.js'

export interface Task {
  readonly address: string
  readonly port: number
  readonly prefer: 'native' | 'wasi'
  readonly count: number
}
export interface Told {
  readonly offsetNs: bigint
  readonly delayNs: bigint
  readonly low: bigint
  readonly high: bigint
}

const { address, port, prefer, count } = workerData as Task
const clocks = openClockSource({ prefer })
const told: Told[] = []
for (let i = 0; i < count; i += 1) {
  const reading = await exchange(
    { host: address, address, port },
    {
      timeoutNs: 2_000_000_000n,
      clocks,
      timers: systemTimers,
      random64: () => randomBytes(8).readBigUInt64BE(),
      taiUtc: () => 37,
      ratePpb: 100_000n,
      maxDistanceNs: 3_000_000_000n,
      ownAddresses: () => new Set(),
    },
  )
  if (reading.ok) told.push(reading)
  // Far enough apart that nothing stays warm on purpose.
  await pause(1 + (i % 7))
}
clocks.close()
parentPort?.postMessage({
  clock: clocks.name,
  told: told.map(({ offsetNs, delayNs, low, high }) => ({ offsetNs, delayNs, low, high })),
})
