/**
 * A process that does one thing and tells what it costs: `witness-worker.js LIB bare|native|wasi|edge|auditor SECONDS PORT`, LIB the
 * built library's folder. The clock sources run the watch as the engine does; `auditor` is the whole of it, with both its workers.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'

const [lib = '', what = 'bare', seconds = '20', port = ''] = process.argv.slice(2)
const room = (name: string): string => pathToFileURL(join(lib, name)).href
const folder = mkdtempSync(join(tmpdir(), 'ntp-auditor-bench-'))
let end = async (): Promise<void> => undefined
let clock = ''

if (what === 'auditor') {
  const { Auditor } = (await import(room('auditor.js'))) as typeof import('../../lib/auditor.js')
  const options = { trail: join(folder, 'trail'), references: [`127.0.0.1:${port}`], trustLocal: true, interval: '16s' }
  const auditor = await Auditor.start(options, { keepAlive: true })
  await auditor.ready({ timeout: '10s' })
  end = () => auditor.stop()
} else if (what !== 'bare') {
  const [{ openClockSource }, { systemTimers }, { Witness }, { Watch }] = await Promise.all([
    import(room('clock/open.js')) as Promise<typeof import('../../lib/clock/open.js')>,
    import(room('clock/timers.js')) as Promise<typeof import('../../lib/clock/timers.js')>,
    import(room('clock/witness.js')) as Promise<typeof import('../../lib/clock/witness.js')>,
    import(room('engine/watch.js')) as Promise<typeof import('../../lib/engine/watch.js')>,
  ])
  const clocks = openClockSource({ prefer: what as 'native' | 'wasi' | 'edge' })
  clock = clocks.name
  const periodNs = 250_000_000n
  const { coupled, bootId } = clocks
  const options = { periodNs, reportNs: 1_000_000n, maxRatePpb: 500_000n, coupled, bootId }
  const watch = new Watch({
    clocks,
    timers: systemTimers,
    witness: new Witness(clocks.read(), options, clocks.notice()),
    periodNs,
    noticeMs: 50,
    onEvents: () => undefined,
    onLook: () => undefined,
  })
  watch.start()
  end = async () => {
    watch.stop()
    clocks.close()
  }
}

// Compiled and warm before it counts.
await pause(5_000)
const before = process.cpuUsage()
const from = performance.now()
await pause(Number(seconds) * 1_000)
const { user, system } = process.cpuUsage(before)
const share = (user + system) / 1_000 / (performance.now() - from)
process.stdout.write(`${JSON.stringify({ clock, share, rss: process.memoryUsage.rss() })}\n`)
await end()
rmSync(folder, { recursive: true, force: true })
process.exit(0)
