/**
 * A process that watches the clock as the engine does and prints what it sees, one JSON object a line.
 * usage: watcher.js native|wasi|edge
 */
import { hrtimeNs } from '../../lib/clock/hrtime.js'
import { loadLeapTable } from '../../lib/clock/leap.js'
import { observe } from '../../lib/clock/observe.js'
import { openClockSource } from '../../lib/clock/open.js'
import { Witness } from '../../lib/clock/witness.js'

const prefer = process.argv[2] as 'native' | 'wasi' | 'edge'
const source = openClockSource({ prefer })
const leaps = loadLeapTable()
const periodMs = 250
const first = observe(source)
const witness = new Witness(
  first.reading,
  {
    periodNs: BigInt(periodMs) * 1_000_000n,
    reportNs: 1_000_000n,
    maxRatePpb: 500_000n,
    coupled: source.coupled,
    bootId: source.bootId,
    kernelRatePpb: () => source.kernel?.()?.ratePpb ?? null,
    leapAnnounced: (midnightNs) => leaps.leapsBetween(midnightNs - 1n, midnightNs).length > 0,
  },
  first.notice,
)

function print(line: object): void {
  const text = JSON.stringify(line, (_, value) => (typeof value === 'bigint' ? `${value}` : value))
  process.stdout.write(`${text}\n`)
}

let looks = 0
function look(): void {
  const { reading, notice } = observe(source)
  looks++
  const events = witness.look(reading, notice)
  if (events.length === 0) return
  witness.before()
  const seenNs = hrtimeNs()
  for (const event of events) print({ ...event, seenNs, since: witness.stamp().since })
  // The hint: whoever set the clock did or did not write the kernel's error bound at once.
  if (!events.some(({ kind }) => kind === 'clock-change')) return
  for (const ms of [0, 5, 20]) {
    setTimeout(() => {
      const afterMs = (Number(hrtimeNs() - seenNs) / 1e6).toFixed(1)
      print({ kind: 'kernel', afterMs, ...source.kernel?.() })
    }, ms)
  }
}
setInterval(look, periodMs)
source.onSet?.(look)
process.on('SIGTERM', () => {
  const { user, system } = process.cpuUsage()
  print({ kind: 'end', looks, cpuSeconds: (user + system) / 1e6, seconds: process.uptime() })
  process.exit(0)
})
print({ kind: 'ready', source: source.name, d: first.reading.d, bootId: source.bootId })
