import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { LoopbackReference } from '../../lib/testing/loopback-reference.js'
import { TrailBuilder } from '../support/trail-builder.js'

/** Real processes, a real socket, the real trail: on a busy computer each start of Node may take a second. */
jest.setTimeout(60_000)

const main = fileURLToPath(new URL('../../lib/cli/main.js', import.meta.url))
let reference: LoopbackReference
let folder: string
beforeAll(async () => {
  reference = await LoopbackReference.start()
  folder = mkdtempSync(join(tmpdir(), 'process-'))
})
afterAll(async () => {
  await reference.stop()
  rmSync(folder, { recursive: true })
})

type Stdio = 'pipe' | number

class Run {
  readonly child: ChildProcess
  readonly exited: Promise<number | null>
  stdout = ''
  stderr = ''
  #waiting: { text: string; found: () => void }[] = []

  constructor(cwd: string, args: readonly string[], stdout: Stdio = 'pipe') {
    this.child = spawn(process.execPath, [main, ...args], { cwd, stdio: ['ignore', stdout, 'pipe'] })
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text
      for (const { text, found } of this.#waiting) if (this.stdout.includes(text)) found()
    })
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
    })
    this.exited = new Promise((resolve) => this.child.on('close', resolve))
  }

  /** Resolves when stdout holds `text`; rejects when the process ends before. */
  says(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.stdout.includes(text)) return resolve()
      this.#waiting.push({ text, found: resolve })
      void this.exited.then((code) => reject(new Error(`ended with ${code} before it said "${text}": ${this.stderr}`)))
    })
  }
}

async function call(
  args: readonly string[],
  cwd = folder,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const run = new Run(cwd, args)
  const code = await run.exited
  return { code, stdout: run.stdout, stderr: run.stderr }
}

function configured(): string {
  const cwd = mkdtempSync(join(folder, 'cwd-'))
  const references = [{ host: '127.0.0.1', port: reference.port }]
  writeFileSync(
    join(cwd, 'ntp-auditor.json'),
    JSON.stringify({ references, trail: 'trail', interval: '500ms', trustLocal: true }),
  )
  return cwd
}

test('sample against a real server: pure JSON, the true offset inside, 0', async () => {
  const { code, stdout, stderr } = await call([
    'sample',
    '--json',
    '--trust-local',
    '--reference',
    `127.0.0.1:${reference.port}`,
  ])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const { consensus, verdict } = JSON.parse(stdout)
  expect(verdict).toBe('PROVEN')
  expect(consensus.low).toBeLessThanOrEqual(0)
  expect(consensus.high).toBeGreaterThanOrEqual(0)
})

test('sample of our own clock proves nothing: 3, with a hint', async () => {
  const { code, stdout } = await call(['sample', '--reference', `127.0.0.1:${reference.port}`])
  expect(code).toBe(3)
  expect(stdout).toContain('INDETERMINATE (self-reference)')
  expect(stdout).toContain('--trust-local')
})

test('sample of a closed port names the port and the next step: 3', async () => {
  const gone = await LoopbackReference.start()
  const { port } = gone
  await gone.stop()
  const { code, stdout } = await call(['sample', '--reference', `127.0.0.1:${port}`])
  expect(code).toBe(3)
  expect(stdout).toMatch(new RegExp(`nothing listens at 127\\.0\\.0\\.1 port ${port}: check .*\\[ERR_PORT_CLOSED\\]`))
})

test('from init to show: run is ready, samples, is alone, records for others, stops in order', async () => {
  const cwd = configured()
  const run = new Run(cwd, ['run'])
  await run.says('first-sample PROVEN')
  expect(run.stdout.split('\n')[0]).toBe('ready')

  const second = await call(['run'], cwd)
  expect(second.code).toBe(4)
  expect(second.stderr).toContain(`held by process ${run.child.pid}`)
  expect(second.stdout).toBe('')

  const recorded = await call(['sample', '--record', '--json'], cwd)
  expect({ code: recorded.code, stderr: recorded.stderr }).toEqual({ code: 0, stderr: '' })
  const { seq, reason } = JSON.parse(recorded.stdout)
  // One that is under way when it is asked for serves as well.
  expect(['requested', 'scheduled']).toContain(reason)

  run.child.kill('SIGTERM')
  expect(await run.exited).toBe(0)
  expect(run.stderr).toBe('')

  const shown = await call(['show', '--json'], cwd)
  const records = shown.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(records.map((record) => record.seq)).toEqual(records.map((_, index) => index + 1))
  expect(records[0].type).toBe('open')
  expect(records[seq - 1]).toMatchObject({ type: 'sample', reason: 'requested' })
  expect(records.at(-1).type).toBe('close')
  expect((await call(['verify', '--json'], cwd)).code).toBe(3)
})

test('sample --record with no auditor takes the lock itself and gives it back', async () => {
  const cwd = configured()
  const first = await call(['sample', '--record', '--json'], cwd)
  expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: '' })
  const again = await call(['sample', '--record', '--json'], cwd)
  expect(again.code).toBe(0)
  expect(JSON.parse(again.stdout).seq).toBeGreaterThan(JSON.parse(first.stdout).seq)
})

test('a trail that cannot be made: 4, cause and next step, nothing half written', async () => {
  const cwd = configured()
  const { code, stdout, stderr } = await call(['run', '--trail', 'ntp-auditor.json/trail'], cwd)
  expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
  expect(stderr).toMatch(/^ntp-auditor: .*ntp-auditor\.json\/trail/)
  expect(stderr).not.toContain('    at ')
})

test('report and prove of a built trail: files beside each other, exit codes of the evidence', async () => {
  const builder = new TrailBuilder({
    folder: mkdtempSync(join(folder, 'trail-')),
    utc: '2026-03-03T00:00:00.000000000Z',
  })
  builder.open()
  for (let i = 0; i < 20; i++) builder.advance(64).sample()
  const hour = ['--from', '2026-03-03T00:02:00Z', '--to', '2026-03-03T00:20:00Z']
  const cwd = mkdtempSync(join(folder, 'cwd-'))

  const printed = await call(['report', '--trail', builder.folder, ...hour, '--json'], cwd)
  expect({ code: printed.code, stderr: printed.stderr }).toEqual({ code: 0, stderr: '' })
  expect(JSON.parse(printed.stdout)).toMatchObject({ policy: { met: true }, seconds: { PROVEN: 1080, VIOLATED: 0 } })
  expect(readdirSync(cwd)).toEqual([])

  const written = await call(['report', '--trail', builder.folder, ...hour, '--out', 'r'], cwd)
  expect({ code: written.code, stderr: written.stderr }).toEqual({ code: 0, stderr: '' })
  const named = [...written.stdout.matchAll(/^wrote (.*)$/gm)].map((match) => match[1])
  expect(named.sort()).toEqual(
    readdirSync(join(cwd, 'r'))
      .map((name) => join(cwd, 'r', name))
      .sort(),
  )
  expect(named.filter((name) => name?.endsWith('.pdf'))).toHaveLength(1)

  const lax = await call(['prove', '--trail', builder.folder, '--at', '2026-03-03T00:10:00Z', '--json'], cwd)
  expect({ code: lax.code, stderr: lax.stderr }).toEqual({ code: 0, stderr: '' })
  const { low, high } = JSON.parse(lax.stdout).answers[0]
  expect(low).toBeLessThan(0)
  expect(high).toBeGreaterThan(0)
  const strict = ['prove', '--trail', builder.folder, '--at', '2026-03-03T00:10:00Z', '--tolerance', '1us']
  expect((await call(strict, cwd)).code).toBe(3)
  const tomorrow = await call(['report', '--trail', builder.folder, '--day', '2999-01-01'], cwd)
  expect(tomorrow.code).toBe(2)
  expect(tomorrow.stderr).toContain('lies in the future')
})

describe('when the reader of stdout goes away', () => {
  test('show ends quietly', async () => {
    const builder = new TrailBuilder({ folder: mkdtempSync(join(folder, 'trail-')) })
    builder.open()
    for (let i = 0; i < 500; i++) builder.advance(64).sample()
    const run = new Run(folder, ['show', '--trail', builder.folder])
    run.child.stdout?.destroy()
    expect(await run.exited).toBe(0)
    expect(run.stderr).toBe('')
  })

  test('run goes on', async () => {
    const cwd = configured()
    const run = new Run(cwd, ['run'])
    await run.says('ready')
    run.child.stdout?.destroy()
    const recorded = await call(['sample', '--record', '--json'], cwd)
    expect(recorded.code).toBe(0)
    run.child.kill('SIGINT')
    expect(await run.exited).toBe(0)
  })
})

// Reason to pass over: only Linux has a device that is always full; failing files are tested with injected ones everywhere.
const full = existsSync('/dev/full') ? test : test.skip
full('an output that cannot be written is told: 4', async () => {
  const run = new Run(folder, ['--version'], openSync('/dev/full', 'w'))
  expect(await run.exited).toBe(4)
  expect(run.stderr).toContain('ENOSPC')
})
