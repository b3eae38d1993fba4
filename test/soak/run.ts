/**
 * Real time, a computer that is much too busy, and auditors that are stopped at random: nobody touches the clock, so that not one
 * clock change may be recorded. Run by hand: `npm run build && node dist/test/soak/run.js [MINUTES]`, twenty by default.
 *
 * One auditor with native clocks, one without native modules; eight busy loops; every 5 to 25 s one of the auditors is stopped
 * (SIGSTOP) for 10 ms to 4 s. Where a time daemon runs it may slew: classes `slew` and small steps of its own are told apart in what
 * is printed. Ends with 1 where a change was recorded or a trail does not verify.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { LoopbackReference } from '../../lib/testing/loopback-reference.js'
import { seeded } from '../../lib/testing/random.js'
import { verifyTrail } from '../../lib/trail/verify.js'
import { portablePackage } from '../support/portable-package.js'
import { only, recordsOf } from '../support/simulated-audit.js'

const minutes = Number(process.argv[2] ?? 20)
const random = seeded(Number(process.env.SEED ?? 1))
const busyLoops = 8

await using reference = await LoopbackReference.start()
const folder = mkdtempSync(join(tmpdir(), 'ntp-auditor-soak-'))

/** A whole auditor; resolves when it is ready. */
async function audit(name: string, command: string): Promise<{ name: string; child: ChildProcess; trail: string }> {
  const configuration = join(folder, `${name}.json`)
  const options = { trail: name, references: [reference.at], trustLocal: true, interval: '16s' }
  writeFileSync(configuration, JSON.stringify(options))
  const child = spawn(process.execPath, [command, 'run', '--config', configuration], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const text of child.stdout!.iterator({ destroyOnReturn: false })) {
    if (String(text).includes('ready')) break
  }
  child.stdout?.resume()
  return { name, child, trail: join(folder, name) }
}

const audits = [
  await audit('native', resolve(import.meta.dirname, '../../lib/cli/main.js')),
  await audit('portable', portablePackage(folder)),
]
const loops = Array.from({ length: busyLoops }, () => fork(join(import.meta.dirname, 'busy.js')))
const endAt = performance.now() + minutes * 60_000
let stops = 0
let longestMs = 0
while (performance.now() < endAt) {
  await pause(Math.min(5_000 + random() * 20_000, Math.max(0, endAt - performance.now())))
  const { child } = audits[Math.floor(random() * audits.length)]!
  // Short stops are the rule, as they are the ones that fall into a reading.
  const ms = random() < 0.7 ? 10 + random() * 200 : 200 + random() * 3_800
  child.kill('SIGSTOP')
  const from = performance.now()
  await pause(ms)
  child.kill('SIGCONT')
  stops += 1
  longestMs = Math.max(longestMs, performance.now() - from)
}
for (const loop of loops) loop.kill('SIGKILL')

console.log(`${minutes} minutes, ${busyLoops} busy loops, ${stops} stops of up to ${(longestMs / 1000).toFixed(1)} s`)
for (const { name, child, trail } of audits) {
  const ended = new Promise((done) => child.once('exit', done))
  child.kill('SIGTERM')
  const code = await ended
  const records = recordsOf(trail)
  const changes = only(records, 'clock-change')
  const starved = only(records, 'gap').filter(({ cause }) => cause === 'starved')
  const samples = only(records, 'sample')
  const bounds = samples.filter(({ consensus }) => consensus.lowNs !== null)
  const wrong = bounds.filter(({ consensus }) => BigInt(consensus.lowNs!) > 0n || BigInt(consensus.highNs!) < 0n)
  const { intact } = await verifyTrail(trail)
  const steps = changes.filter((change) => change.class !== 'slew')
  if (changes.length > 0 || wrong.length > 0 || code !== 0 || intact !== 'self-consistent') process.exitCode = 1
  console.log(
    `${name}: ${records.length} records, ${changes.length} clock changes (${steps.length} no slews), ${starved.length} gaps starved, ` +
      `${bounds.length} of ${samples.length} samples with a bound, ${wrong.length} without the truth; ended with ${code}, ${intact}`,
  )
  for (const change of changes) console.log(JSON.stringify(change))
}
if (process.exitCode === 1) console.log(`kept: ${folder}`)
else rmSync(folder, { recursive: true, force: true })
process.exit()
