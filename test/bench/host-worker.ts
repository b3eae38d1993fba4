/**
 * The host application of the benchmark `host`: `host-worker.js import | idle | with | without SECONDS SERVER...`. With `with` and `without`
 * it does a millisecond of work a hundred times a second, as a modest server does.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'

const [what, seconds = '10', ...references] = process.argv.slice(2)
const ms = Number(seconds) * 1000

function work(): void {
  const until = performance.now() + 1
  while (performance.now() < until);
}

async function measured(): Promise<Record<string, number>> {
  const before = performance.now()
  const usedBefore = process.cpuUsage()
  const bareRss = process.memoryUsage.rss()
  const { Auditor } = await import('../../lib/index.js')
  if (what === 'import') {
    const { user, system } = process.cpuUsage(usedBefore)
    return { ms: performance.now() - before, cpuMs: (user + system) / 1000 }
  }

  const folder = mkdtempSync(join(tmpdir(), 'ntp-auditor-host-'))
  const options = { trail: join(folder, 'trail'), references, trustLocal: true, interval: '64s', tolerance: '50ms' }
  const auditor = what === 'without' ? null : await Auditor.start(options)
  await auditor?.ready({ timeout: '30s' })
  await wait(2000) // what starting costs is not what is asked here
  try {
    if (what === 'idle') {
      const from = performance.now()
      const used = process.cpuUsage()
      await wait(ms)
      const { user, system } = process.cpuUsage(used)
      return { share: (user + system) / 1000 / (performance.now() - from), rss: process.memoryUsage.rss(), bareRss }
    }
    const delay = monitorEventLoopDelay({ resolution: 1 })
    const load = setInterval(work, 10)
    delay.enable()
    await wait(ms)
    delay.disable()
    clearInterval(load)
    return { p99: delay.percentile(99) / 1e6 }
  } finally {
    await auditor?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

process.send?.(await measured(), () => process.disconnect())
