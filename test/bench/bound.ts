/**
 * What a question costs: `bound()` and `assertWithin()` of an auditor in this process, and through `attach`, each as a multiple of the
 * yardstick `process.hrtime.bigint()`; and what keeping `live.json` costs the auditor while somebody asks and while nobody does.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { attach } from '../../lib/auditor/attach.js'
import { Auditor } from '../../lib/auditor.js'
import { LoopbackReference } from '../../lib/testing/loopback-reference.js'

const calls = 500
const runs = 400
const targetMicroseconds = 5

/** Nanoseconds a call: the tenth of many short runs counted from the fastest, so that what else the computer does is left out; and the median. */
function cost(call: () => unknown): { readonly ns: number; readonly median: number } {
  for (let i = 0; i < 20_000; i += 1) call()
  const all: number[] = []
  for (let run = 0; run < runs; run += 1) {
    const before = process.hrtime.bigint()
    for (let i = 0; i < calls; i += 1) call()
    all.push(Number(process.hrtime.bigint() - before) / calls)
  }
  all.sort((a, b) => a - b)
  return { ns: all[runs / 10] ?? Number.NaN, median: all[runs / 2] ?? Number.NaN }
}

/** Share of a core that this whole process takes while `busy` runs for some seconds. */
async function share(seconds: number, ask: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  const from = process.hrtime.bigint()
  while (process.hrtime.bigint() - from < BigInt(seconds) * 1_000_000_000n) {
    ask()
    await wait(200)
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6 / (Number(process.hrtime.bigint() - from) / 1e9)
}

const folder = mkdtempSync(join(tmpdir(), 'ntp-auditor-bench-'))
await using reference = await LoopbackReference.start()
await using auditor = await Auditor.start({
  trail: join(folder, 'trail'),
  references: [reference.at],
  trustLocal: true,
  tolerance: '500ms',
})
await auditor.ready({ timeout: '20s' })
await wait(300)
using attached = await attach({ trail: join(folder, 'trail') })
if (auditor.bound().verdict !== 'PROVEN' || attached.bound().verdict !== 'PROVEN') throw new Error('nothing is proven')

console.log(`node ${process.version}, load ${loadavg()[0]?.toFixed(2)}, first decile of ${runs} runs of ${calls} calls`)
const yardstick = cost(() => process.hrtime.bigint()).ns
console.log(`yardstick process.hrtime.bigint(): ${yardstick.toFixed(0)} ns`)
for (const [name, call] of [
  ['bound()', () => auditor.bound()],
  ["assertWithin('400ms')", () => auditor.assertWithin('400ms')],
  ['attached bound()', () => attached.bound()],
] as const) {
  const { ns, median } = cost(call)
  const met = ns < targetMicroseconds * 1000 ? 'met' : 'missed'
  const told = `${(ns / 1000).toFixed(2)} us, ${(ns / yardstick).toFixed(0)} x hrtime (median ${(median / 1000).toFixed(2)} us)`
  console.log(`${name}: ${told}; target ${targetMicroseconds} us: ${met}`)
}
if (process.argv[2] !== 'short') {
  const idle = await share(10, () => {})
  const asked = await share(10, () => auditor.bound())
  console.log(
    `an auditor nobody asks: ${(idle * 100).toFixed(2)} % of a core; asked five times a second: ${(asked * 100).toFixed(2)} %`,
  )
  const script = `import { attach } from '${new URL('../../lib/index.js', import.meta.url)}'
    const clock = await attach({ trail: ${JSON.stringify(join(folder, 'trail'))} }); const at = process.cpuUsage()
    for (let i = 0; i < 50; i++) { clock.bound(); await new Promise((go) => setTimeout(go, 200)) }
    const { user, system } = process.cpuUsage(at); console.log(((user + system) / 1e5).toFixed(2))`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  child.stdout.on('data', (text) => {
    out += text
  })
  const both = await share(10, () => {})
  await new Promise((resolve) => (child.exitCode === null ? child.once('close', resolve) : resolve(null)))
  console.log(
    `asked five times a second by an attached process: ${(both * 100).toFixed(2)} %; that process ${out.trim()} %`,
  )
}
rmSync(folder, { recursive: true, force: true })
