/**
 * How well one exchange tells the time: |offset| against a chronyd that serves this computer's own clock, so that the truth is
 * 0, in a worker thread, with the main thread idle and blocked 200 ms at a time; `chronyd -Q` in the same run beside it.
 */
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpus, loadavg, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { type Chronyd, findChronyd, startChronyd } from '../interop/chronyd.js'
import type { Task, Told } from './exchange-worker.js'

const exchanges = Number(process.env.EXCHANGES ?? 1_000)
const yardsticks = Number(process.env.YARDSTICKS ?? 40)
const target = { median: 15, p99: 150 }

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** Median and 99th percentile of absolute offsets in microseconds. */
function print(what: string, offsets: readonly number[], rest = ''): { median: number; p99: number } {
  const sorted = offsets.map(Math.abs).sort((a, b) => a - b)
  const [median, p99] = [quantile(sorted, 0.5), quantile(sorted, 0.99)]
  console.log(
    `${what.padEnd(40)} ${String(offsets.length).padStart(5)}  ${median.toFixed(1).padStart(7)} ${p99.toFixed(1).padStart(8)}${rest}`,
  )
  return { median, p99 }
}

function micro({ offsetNs }: Told): number {
  return Number(offsetNs) / 1_000
}

/** Of each so many exchanges the one that a sample would use. */
function narrowestOf(count: number, told: readonly Told[]): Told[] {
  const best: Told[] = []
  for (let i = 0; i + count <= told.length; i += count) {
    const burst = told.slice(i, i + count)
    best.push(burst.reduce((a, b) => (b.high - b.low < a.high - a.low ? b : a)))
  }
  return best
}

/** What `chronyd -Q` says in so many runs, in microseconds (it prints no finer). */
function yardstick({ program, address, port }: Chronyd): number[] {
  const offsets: number[] = []
  for (let i = 0; i < yardsticks; i += 1) {
    const quiet = ['cmdport 0', 'bindcmdaddress /', `pidfile ${join(tmpdir(), `ntp-auditor-bench-${process.pid}.pid`)}`]
    const server = `server ${address} port ${port} iburst maxsamples 1`
    const who = ['-4', '-Q', '-U', '-u', userInfo().username, '-t', '10', '-f', '/dev/null']
    const env = { ...process.env, ...program.env }
    const said = spawnSync(program.path, [...who, ...quiet, server], { env, encoding: 'utf8' })
    const match = /clock wrong by (-?[\d.]+) seconds/.exec(said.stderr)
    if (match) offsets.push(Number(match[1]) * 1e6)
  }
  return offsets
}

/** A thread that does not come back for 200 ms at a time. */
function block(): () => void {
  let on = true
  const spin = (): void => {
    const until = performance.now() + 200
    while (performance.now() < until);
    if (on) setImmediate(spin)
  }
  spin()
  return () => {
    on = false
  }
}

async function measure(server: Chronyd, prefer: Task['prefer'], blocked: boolean): Promise<void> {
  const task: Task = { address: server.address, port: server.port, prefer, count: exchanges }
  const worker = new Worker(new URL('./exchange-worker.js', import.meta.url), { workerData: task })
  const answer = once(worker, 'message') as Promise<[{ clock: string; told: Told[] }]>
  const unblock = blocked ? block() : () => undefined
  const [{ clock, told }] = await answer
  unblock()
  const inside = told.filter(({ low, high }) => low <= 0n && 0n <= high).length
  const { median, p99 } = print(
    `worker, ${clock}, main ${blocked ? 'blocked' : 'idle'}`,
    told.map(micro),
    `   truth inside ${inside} of ${exchanges}`,
  )
  const met = median <= target.median && p99 <= target.p99
  console.log(`${''.padEnd(40)} target ${target.median} / ${target.p99}: ${met ? 'met' : 'missed'}`)
  print('  the narrowest of 4, as after a change', narrowestOf(4, told).map(micro))
}

const program = findChronyd()
if (program === null) {
  console.log('skipped: chronyd not found (fetch it with .ci/fetch-chrony)')
} else {
  await using server = await startChronyd(program, { family: 4, local: true })
  console.log(
    `node ${process.version}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(2)}; |offset| in microseconds`,
  )
  console.log(`${''.padEnd(40)} count   median      p99`)
  print('chronyd -Q', yardstick(server))
  for (const prefer of ['native', 'wasi'] as const) {
    for (const blocked of [false, true]) await measure(server, prefer, blocked)
  }
  print('chronyd -Q', yardstick(server))
}
