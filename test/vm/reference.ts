/**
 * References for the auditors inside the virtual machine: they serve the crystal (CLOCK_MONOTONIC_RAW), which nobody steers or
 * sets, plus what the wall clock was ahead of it at the start. Tells its ports, and of every request when it came.
 * usage: reference.js NAME...
 */
import { hrtimeNs } from '../../lib/clock/hrtime.js'
import { openClockSource } from '../../lib/clock/open.js'
import { LoopbackReference } from '../../lib/testing/loopback-reference.js'

const clock = openClockSource({ prefer: 'native' })
const aheadNs = clock.read().d.lowNs

const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`)
const ports: Record<string, number> = {}
for (const name of process.argv.slice(2)) {
  const reference = await LoopbackReference.start({
    clock: () => clock.auditNs() + aheadNs,
    onRequest: () => say({ name, rawNs: `${clock.auditNs()}`, monoNs: `${hrtimeNs()}` }),
  })
  ports[name] = reference.port
}
say({ ports, aheadNs: `${aheadNs}` })
