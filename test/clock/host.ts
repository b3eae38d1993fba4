/** An application that reads the clocks: run by source.test.ts as a process or a worker. Arguments: source, and how to go on. */
import { parentPort } from 'node:worker_threads'
import { observe } from '../../lib/clock/observe.js'
import { openClockSource } from '../../lib/clock/open.js'
import { systemTimers } from '../../lib/clock/timers.js'

const [prefer, how] = process.argv.slice(2) as ['native' | 'wasi' | 'edge', string]
if (how === 'fake') {
  globalThis.setTimeout = (() => {
    throw new Error('faked')
  }) as unknown as typeof setTimeout
  Date.now = () => 0
  process.hrtime.bigint = () => 0n
}
const source = openClockSource({ prefer })
source.onSet?.(() => undefined)
const { reading } = observe(source)
if (reading.aNs === 0n || reading.wallNs < 1_600_000_000_000_000_000n) throw new Error('no clock')
if (parentPort === null) process.stdout.write('read\n')
if (how === 'exit') process.exit(0)
if (how === 'fake') systemTimers.setTimeout(() => process.stdout.write('ticked\n'), 1)
if (how === 'spin') {
  parentPort?.postMessage(source.name)
  for (;;) observe(source)
}
