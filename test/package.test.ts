/**
 * The package as it is published, installed in a blank project without native modules (as by `npm install --ignore-scripts` on
 * a computer without prebuilt binaries): every entry loads, the command works.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { LoopbackReference } from '../lib/testing/loopback-reference.js'
import { type PackedProject, packedProject } from './support/packed-project.js'

let packed: PackedProject
let project = ''
let installed = ''
let reference: LoopbackReference

beforeAll(async () => {
  packed = packedProject(['better-sqlite3', 'koffi', '@koromix'])
  project = packed.folder
  installed = packed.installed
  reference = await LoopbackReference.start()
}, 60_000)

afterAll(async () => {
  await reference?.stop()
  packed?.remove()
})

/** Runs node in the project; this process goes on serving time meanwhile. */
async function run(...args: string[]): Promise<{ status: number | null; out: string }> {
  const child = spawn(process.execPath, args, { cwd: project, stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  child.stdout.on('data', (text) => {
    out += text
  })
  await once(child, 'close')
  return { status: child.exitCode, out }
}

async function node(...args: string[]): Promise<string> {
  const { status, out } = await run(...args)
  expect(status).toBe(0)
  return out
}

const command = () => join(installed, 'dist/lib/cli/main.js')

test('it carries what it needs and no sources or tests', () => {
  const files = readdirSync(installed, { recursive: true, encoding: 'utf8' })
  expect(files).toEqual(
    expect.arrayContaining([
      'README.md',
      'LICENSE',
      'CHANGELOG.md',
      'dist/lib/engine/worker.js',
      'dist/lib/scribe/worker.js',
    ]),
  )
  expect(files.filter((name) => /(^|\/)test\/|[^d]\.ts$/.test(name) && !name.endsWith('.d.ts'))).toEqual([])
})

test.each(['ntp-auditor', 'ntp-auditor/reports', 'ntp-auditor/testing'])(
  '%s can be imported and required',
  async (entry) => {
    const script = `const m = await import('${entry}'); console.log(Object.keys(m).length > 0)`
    expect(await node('--input-type=module', '-e', script)).toBe('true\n')
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
    const target = manifest.exports[entry.replace('ntp-auditor', '.')]
    expect(existsSync(join(installed, target.types))).toBe(true)
    const required = `console.log(Object.keys(require('${entry}')).length > 0)`
    expect(await node('--input-type=commonjs', '-e', required)).toBe('true\n')
  },
)

test('its types hold in a strict project that checks the libraries too', async () => {
  const consumer = `import { type AskableClock, Auditor, attach, prove, sampleOnce, verify } from 'ntp-auditor'
import { renderFleet, renderReport } from 'ntp-auditor/reports'
import { fakeAuditor, LoopbackReference, simulate } from 'ntp-auditor/testing'
export const clock: AskableClock = fakeAuditor()
export const all = [Auditor, attach, prove, sampleOnce, verify, renderFleet, renderReport, LoopbackReference, simulate]
// @ts-expect-error: a limit is a duration with its unit, never a bare number
clock.assertWithin(50)
`
  writeFileSync(join(project, 'consumer.mts'), consumer)
  const options =
    '--noEmit --strict --skipLibCheck false --module nodenext --target es2023 --lib es2023,esnext.disposable --types node'
  expect(await run(join(project, 'node_modules/typescript/bin/tsc'), ...options.split(' '), 'consumer.mts')).toEqual({
    status: 0,
    out: '',
  })
})

test('importing starts nothing: the process ends by itself, quickly', async () => {
  const script = `const t = performance.now(); await import('ntp-auditor'); console.log(Math.round(performance.now() - t))`
  expect(Number(await node('--input-type=module', '-e', script))).toBeLessThan(1000)
})

test('sample, run, show and verify work without any native module', async () => {
  const server = `127.0.0.1:${reference.port}`
  const sample = JSON.parse(await node(command(), 'sample', '--reference', server, '--trust-local', '--json'))
  expect(sample).toMatchObject({ verdict: 'PROVEN', consensus: { state: 'single' } })

  writeFileSync(
    join(project, 'ntp-auditor.json'),
    JSON.stringify({ trail: 'trail', references: [server], trustLocal: true, interval: '1s' }),
  )
  const child = spawn(process.execPath, [command(), 'run'], { cwd: project, stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  for await (const text of child.stdout) {
    out += text
    if (out.includes('first-sample') && !child.killed) child.kill('SIGTERM')
  }
  if (child.exitCode === null) await once(child, 'exit')
  expect(child.exitCode).toBe(0)
  expect(out).toContain('ready')

  const records = (await node(command(), 'show', '--json'))
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))
  // No koffi, so portable clocks on a steered audit clock, and the page will say so.
  expect(records[0]).toMatchObject({ type: 'open', steered: process.platform === 'linux' })
  expect(records[0].clockSource).not.toBe('native')
  expect(records.at(-1)).toMatchObject({ type: 'close' })
  const verified = await run(command(), 'verify', '--json')
  expect(verified.status).toBe(3)
  expect(JSON.parse(verified.out)).toMatchObject({ intact: 'self-consistent', records: records.length })
}, 60_000)
