/**
 * The examples are a project of its own: here it is put together from the packed package, compiled against the types that the package
 * ships, and every example runs as its head says.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Auditor } from '../lib/auditor.js'
import { LoopbackReference } from '../lib/testing/loopback-reference.js'
import { simulate } from '../lib/testing/simulate.js'
import { type PackedProject, packedProject, root } from './support/packed-project.js'
import { removeFolders, temporaryFolder } from './support/simulated-audit.js'
import { TrailBuilder } from './support/trail-builder.js'

const examples = join(root, 'examples')
let reference: LoopbackReference
let project: PackedProject
const children = new Set<ChildProcess>()

beforeAll(async () => {
  project = packedProject()
  for (const name of readdirSync(examples, { withFileTypes: true })) {
    if (name.isFile()) copyFileSync(join(examples, name.name), join(project.folder, name.name))
  }
  const compiler = join(project.folder, 'node_modules/.bin/tsc')
  execFileSync(compiler, ['-p', 'tsconfig.json'], { cwd: project.folder, stdio: 'inherit' })
  reference = await LoopbackReference.start()
}, 120_000)
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await reference?.stop()
  project?.remove()
  removeFolders()
})

const server = () => `127.0.0.1:${reference.port}`
const trailFolder = () => join(temporaryFolder(), 'trail')

function start(name: string, ...args: string[]): ChildProcess & { said: string } {
  const child = spawn(process.execPath, [join('dist', name), ...args], {
    cwd: project.folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.add(child)
  const started = Object.assign(child, { said: '' })
  child.stdout?.on('data', (text) => {
    started.said += text
  })
  return started
}

async function runTo(code: number, name: string, ...args: string[]): Promise<string> {
  const child = start(name, ...args)
  await once(child, 'close')
  expect({ code: child.exitCode, said: child.said }).toMatchObject({ code })
  return child.said
}

const run = (name: string, ...args: string[]) => runTo(0, name, ...args)

/** Waits for a service to say something, uses it, and tells it to stop. */
async function serving(words: RegExp, use: () => Promise<void>, name: string, ...args: string[]): Promise<string> {
  const child = start(name, ...args)
  while (!words.test(child.said)) {
    if (child.exitCode !== null) throw new Error(`${name} ended: ${child.said}`)
    await Promise.race([once(child.stdout!, 'data'), once(child, 'exit')])
  }
  await use()
  child.kill('SIGTERM')
  await once(child, 'close')
  expect(child.exitCode).toBe(0)
  return child.said
}

async function freePort(): Promise<string> {
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const { port } = holder.address() as { port: number }
  holder.close()
  await once(holder, 'close')
  return String(port)
}

/** Asks until the answer is as wanted: what a busy computer says before that is no failure. */
async function until<T>(ask: () => Promise<T>, good: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (good(answer)) return answer
  }
}

const postOrder = (port: string) =>
  fetch(`http://127.0.0.1:${port}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"buy":7}',
  })

/**
 * Waits for the first sample; then an order gets its stamp. On a busy computer packets may take so long that the sample bounds too little:
 * then, and only then, it is refused for just that.
 */
async function stampedOrTooWide(port: string): Promise<void> {
  const answered = async () => {
    const answer = await postOrder(port)
    return { status: answer.status, body: (await answer.json()) as { readonly cause?: string } }
  }
  const { status, body } = await until(
    answered,
    (answer) => answer.status === 201 || answer.body.cause === 'bound-too-wide',
  )
  if (status === 201) expect(body).toMatchObject({ order: { buy: 7 }, support: 'single' })
  else expect({ status, body }).toMatchObject({ status: 503, body: { code: 'ERR_CLOCK_NOT_PROVEN' } })
}

/** A trail of an hour and four minutes on 2026-03-03. */
function hourOfTrail(host?: string): string {
  const folder = trailFolder()
  const builder = new TrailBuilder({ folder, ...(host === undefined ? {} : { host }) })
  builder.open()
  for (let i = 0; i < 60; i += 1) builder.advance(64).sample()
  builder.close()
  return folder
}

/** A whole simulated day. */
async function dayOfTrail(host: string): Promise<string> {
  const folder = trailFolder()
  await simulate(
    {
      start: '2026-03-02T23:00:00Z',
      length: '26h',
      audit: { interval: '64s', tolerance: '50ms', identity: { hostLabel: host } },
    },
    { folder },
  )
  return folder
}

const ran: Record<string, () => Promise<void>> = {
  'one-sample.ts': async () => {
    expect(await run('one-sample.js', server())).toMatch(/^primary: between .*\nPROVEN {2}single/)
  },
  'audit.ts': async () => {
    const out = await run('audit.js', trailFolder(), server())
    expect(out).toMatch(/PROVEN[\s\S]*record \d+: PROVEN\n$/)
  },
  'report.ts': async () => {
    const out = await runTo(3, 'report.js', hourOfTrail(), '2026-03-03', temporaryFolder())
    // An hour and four minutes were watched; the rest of the day is lack of proof, never a pass.
    expect(out).toMatch(/^PROVEN 3840 s, VIOLATED 0 s, INDETERMINATE 0 s, UNMONITORED 82560 s\n/)
    expect(out).toMatch(/^[0-9a-f]{64} {2}.*\.pdf$/m)
  },
  'nightly-job.ts': async () => {
    const out = await run('nightly-job.js', await dayOfTrail('till-1'), '2026-03-03', temporaryFolder())
    expect(out).toMatch(/intact: self-consistent, \d+ records, sealed up to 0\n/)
    expect(out).toMatch(/^day 2026-03-03: policy met$/m)
    expect(out).toMatch(/^[0-9a-f]{64} {2}.*\.pdf$/m)
  },
  'several-hosts.ts': async () => {
    const out = temporaryFolder()
    const trails = [await dayOfTrail('till-1'), await dayOfTrail('till-2')]
    const said = await run('several-hosts.js', '2026-03-03', out, ...trails)
    expect(said).toMatch(/^till-1: met, PROVEN for .* %\ntill-2: met, .*\n\d+ files in /)
    expect(readdirSync(out).filter((name) => /fleet.*\.pdf$/.test(name))).toHaveLength(1)
  },
  'own-profile.ts': async () => {
    const said = await runTo(3, 'own-profile.js', hourOfTrail(), '2026-03-03', temporaryFolder())
    // From 09:30 in New York nobody watched any more: lack of proof.
    expect(said).toMatch(/^desk-7: not met\n- proven-share: /)
  },
  'printed-report.ts': async () => {
    const printer = join(temporaryFolder(), 'printer.cjs')
    const paper = join(temporaryFolder(), 'paper')
    const script = `require('node:fs').copyFileSync(process.argv[2], ${JSON.stringify(paper)}); console.log('job 1')`
    writeFileSync(printer, script)
    const args = [hourOfTrail(), '2026-03-03', temporaryFolder(), process.execPath, printer]
    expect(await run('printed-report.js', ...args)).toMatch(/^report [0-9a-f]{12} printed: job 1\n/)
    expect(readFileSync(paper).subarray(0, 5).toString()).toBe('%PDF-')
  },
  'stamp-orders.ts': async () => {
    const out = await run('stamp-orders.js', trailFolder(), server())
    // Whether an order comes too early is for the computer to say; never is one stamped without a bound.
    const line = (order: string) =>
      `(\\{"order":"${order}","at":".*Z","error":\\{"low":.*,"high":.*\\},"support":"single"\\}|refused "${order}": .*)`
    expect(out).toMatch(new RegExp(`^${line('too early')}\n${line('in time')}\n$`))
  },
  'serve-orders.ts': async () => {
    const port = await freePort()
    const use = async () => {
      await stampedOrTooWide(port)
      expect(await (await fetch(`http://127.0.0.1:${port}/health/clock`)).json()).toHaveProperty('asOf')
    }
    await serving(/^http:/, use, 'serve-orders.js', trailFolder(), port, server())
  },
  'cluster.ts': async () => {
    const port = await freePort()
    const use = async () => {
      await stampedOrTooWide(port)
    }
    const said = await serving(/(worker[\s\S]*){2}/, use, 'cluster.js', trailFolder(), port, server())
    expect(said.match(/^worker [12] at http/gm)).toHaveLength(2)
  },
  'metrics-prometheus.ts': async () => {
    const port = await freePort()
    const use = async () => {
      const text = await until(
        async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text(),
        (metrics) => /clock_verdict\{verdict="(PROVEN|INDETERMINATE)"\} 1/.test(metrics),
      )
      expect(text).toMatch(/^clock_error_bound_seconds\{side="low"\} -?[\d.e-]+$/m)
      expect(text).toContain('# TYPE clock_changes_total counter')
    }
    await serving(/^ready/, use, 'metrics-prometheus.js', trailFolder(), port, server())
  },
  'metrics-opentelemetry.ts': async () => {
    const out = await run('metrics-opentelemetry.js', trailFolder(), server())
    expect(out).toMatch(/^clock\.proven \{"verdict":"[A-Z]+"\} [01]$/m)
  },
  'attach.ts': async () => {
    const trail = trailFolder()
    const options = { trail, references: [server()], trustLocal: true, interval: '1s', tolerance: '500ms' }
    await using auditor = await Auditor.start(options)
    await auditor.ready({ timeout: '20s' })
    const out = await run('attach.js', trail, '8')
    expect(out.match(/^\d{4}-.*Z (PROVEN between|UNMONITORED)/gm)).toHaveLength(8)
    expect(out).toMatch(/PROVEN between -\d.* and \d.* s\n/)
  },
  'test-your-application.ts': async () => {
    expect(await run('test-your-application.js')).toBe('the liar was named, the denial was seen\n')
  },
  'tour.ts': async () => {
    const out = await run('tour.js', trailFolder(), server())
    // Nearly all of today was not watched: files are made all the same.
    expect(out).toMatch(/\n\d+ files; [A-Z]+; self-consistent, \d+ findings\n$/)
  },
  'ask.ts': async () => {
    const child = start('ask.js', trailFolder(), server())
    await once(child, 'close')
    // A busy computer may starve the witness: then it throws, and never answers without a bound.
    if (child.exitCode === 0) expect(child.said).toMatch(/^\{\n {2}verdict: 'PROVEN',\n {2}low: -\d/)
    else expect({ code: child.exitCode, said: child.said }).toEqual({ code: 1, said: '' })
  },
  'simulated-day.ts': async () => {
    const out = await run('simulated-day.js')
    const [, slow] = /^\[ (\d+)n \] /.exec(out) ?? []
    // Three minutes back, less the 3 ms that it was fast before, less what the crystal gained.
    expect(Number(slow) / 1e9).toBeCloseTo(180, 1)
    expect(out).toMatch(/'clock-change': [2-9]/)
  },
  'order-service.test.ts': async () => {
    const said = execFileSync(process.execPath, ['--test', 'dist/order-service.test.js'], {
      cwd: project.folder,
      encoding: 'utf8',
    })
    expect(said).toMatch(/pass 3\n/)
  },
}

test('there is a run for every example', () => {
  const parts = ['order-service.ts'] // what others import
  expect([...Object.keys(ran), ...parts].sort()).toEqual(
    readdirSync(examples)
      .filter((name) => name.endsWith('.ts'))
      .sort(),
  )
})

test('the project names the versions that are tried here', () => {
  const own = JSON.parse(readFileSync(join(examples, 'package.json'), 'utf8'))
  const all = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const { 'ntp-auditor': ours, ...others } = { ...own.dependencies, ...own.devDependencies }
  expect(ours).toBe(`^${all.version}`)
  expect(all.devDependencies).toMatchObject(others)
  expect(existsSync(join(project.installed, 'dist/lib/index.d.ts'))).toBe(true)
})

test.each(Object.entries(ran))('%s', async (_name, example) => example(), 60_000)
