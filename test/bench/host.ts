/**
 * What an application feels of an auditor: how long the import takes, what share of a core an idle auditor with three references uses, and by
 * how much the delay of its event loop differs (five alternated pairs, with and without). On a busy computer only the second figure says
 * much; the load is printed beside. `HOST_SECONDS=10 npm run bench -- host` for a short look; 120 is the real thing.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { LoopbackReference } from '../../lib/testing/loopback-reference.js'

const seconds = Number(process.env.HOST_SECONDS ?? '120')
const pairs = 5
const importRuns = 9
const targets = { importMs: 100, idleShare: 0.005, delayMs: 0.2 }

const references = await Promise.all([1, 2, 3].map(() => LoopbackReference.start()))
const servers = references.map(({ at }) => at)

/** Runs the host application and gives what it measured. */
async function host(what: string): Promise<Record<string, number>> {
  const child = fork(join(import.meta.dirname, 'host-worker.js'), [what, String(seconds), ...servers], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  const [measured] = await once(child, 'message')
  await once(child, 'exit')
  return measured
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
const list = (values: readonly number[], digits: number) => values.map((value) => value.toFixed(digits)).join(' ')
let failed = false
function tell(name: string, value: number, target: number, unit: string, all: string): void {
  const met = value <= target
  failed ||= !met
  const load = loadavg()[0]?.toFixed(1)
  console.log(
    `${name}: ${value.toFixed(3)} ${unit}, target ${target} ${unit}: ${met ? 'met' : 'MISSED'} (${all}; load ${load})`,
  )
}

const imports: number[] = []
const cpu: number[] = []
for (let run = 0; run < importRuns; run += 1) {
  const { ms, cpuMs } = await host('import')
  imports.push(ms ?? Number.NaN)
  cpu.push(cpuMs ?? Number.NaN)
}
const processor = `of processor time ${list(cpu, 0)}`
tell('import of ntp-auditor, median', median(imports), targets.importMs, 'ms', `${list(imports, 0)}; ${processor}`)

const idle = await host('idle')
const share = (idle.share ?? Number.NaN) * 100
const memory = `${((idle.rss ?? 0) / 2 ** 20).toFixed(0)} MB resident, ${((idle.bareRss ?? 0) / 2 ** 20).toFixed(0)} before`
tell('idle auditor, of a core', share, targets.idleShare * 100, '%', `${seconds} s; ${memory}`)

const differences: number[] = []
const each: string[] = []
for (let pair = 0; pair < pairs; pair += 1) {
  const order = pair % 2 === 0 ? ['without', 'with'] : ['with', 'without']
  const p99: Record<string, number> = {}
  for (const what of order) p99[what] = (await host(what)).p99 ?? Number.NaN
  differences.push(p99.with! - p99.without!)
  each.push(`${p99.without!.toFixed(2)}/${p99.with!.toFixed(2)}`)
}
tell('event loop delay p99, median of differences', median(differences), targets.delayMs, 'ms', each.join(' '))

await Promise.all(references.map((reference) => reference.stop()))
process.exitCode = failed ? 1 : 0
