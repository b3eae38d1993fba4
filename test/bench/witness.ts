/**
 * What the watch over the clock costs: its share of a core at 250 ms with each clock source, and the share and memory of a whole
 * auditor with its two workers above those of a process that does nothing; natively and in a project without native modules.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { LoopbackReference } from '../../lib/testing/loopback-reference.js'
import { portablePackage } from '../support/portable-package.js'

const seconds = process.env.SECONDS ?? '30'
const target = { native: 0.5, portable: 1, megabytes: 60 }
const script = join(import.meta.dirname, 'witness-worker.js')
const native = join(import.meta.dirname, '../../lib')

interface Cost {
  readonly clock: string
  readonly share: number
  readonly rss: number
}

await using reference = await LoopbackReference.start()
const project = mkdtempSync(join(tmpdir(), 'ntp-auditor-bench-'))
const portable = dirname(dirname(portablePackage(project)))

async function cost(lib: string, what: string): Promise<Cost> {
  const args = ['--disable-warning=ExperimentalWarning', script, lib, what, seconds, `${reference.port}`]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  for await (const text of child.stdout) out += text
  return JSON.parse(out) as Cost
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`
const megabytes = (bytes: number): number => bytes / 1e6
const verdict = (met: boolean): string => (met ? 'met' : 'missed')

console.log(`node ${process.version}, load ${loadavg()[0]?.toFixed(2)}, ${seconds} s each`)
const bare = await cost(native, 'bare')
console.log(`a process that does nothing: ${percent(bare.share)} of a core, ${megabytes(bare.rss).toFixed(0)} MB`)
for (const [what, limit] of [
  ['native', target.native],
  ['wasi', target.portable],
  ['edge', target.portable],
] as const) {
  const { clock, share } = await cost(native, what)
  const above = (share - bare.share) * 100
  console.log(
    `witness, ${clock}: ${percent(share)} of a core; target ${limit} % above nothing: ${verdict(above < limit)}`,
  )
}
for (const [name, lib] of [
  ['native', native],
  ['portable', portable],
] as const) {
  const { share, rss } = await cost(lib, 'auditor')
  const above = megabytes(rss - bare.rss)
  console.log(
    `auditor, ${name}: ${percent(share)} of a core; ${megabytes(rss).toFixed(0)} MB, ${above.toFixed(0)} MB above a bare ` +
      `process; target ${target.megabytes}: ${verdict(above < target.megabytes)}`,
  )
}
rmSync(project, { recursive: true, force: true })
