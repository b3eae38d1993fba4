/**
 * The job with real parts: real processes, a real trail, a reference whose clock passes midnight when the test says so. This
 * computer's own clock stays as it is: it is hours wrong by that reference, and nobody asks it.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { formatInstant } from '../../lib/instant.js'
import { realFiles } from '../../lib/scribe/files.js'
import { TrailLock } from '../../lib/scribe/lock.js'
import { LoopbackReference } from '../../lib/testing/loopback-reference.js'
import { verifyTrail } from '../../lib/trail/verify.js'
import { FakedAuditor, findFaketime } from '../support/faked.js'
import { only, recordsOf } from '../support/simulated-audit.js'

jest.setTimeout(120_000)

const main = fileURLToPath(new URL('../../lib/cli/main.js', import.meta.url))
const minute = 60_000_000_000n
const day = 1440n * minute
let folder: string
let reference: LoopbackReference
let shiftNs = 0n
let children: ChildProcess[] = []

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nightly-'))
  const now = () => BigInt(Date.now()) * 1_000_000n
  // By the reference it is three minutes to midnight.
  shiftNs = day - (now() % day) - 3n * minute
  reference = await LoopbackReference.start({ clock: () => now() + shiftNs })
  children = []
  const made = await call('init', '--yes', '--reference', reference.at, '--trail', 'trail', '--interval', '1s')
  expect(made).toMatchObject({ code: 0, stderr: '' })
})
afterEach(async () => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL')
  await reference.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** `{file}` is copied, as a printer would put it on paper. */
function printer(): string[] {
  const path = join(folder, 'printer.sh')
  writeFileSync(path, `#!/bin/sh\ncp "$1" "${folder}/printed.pdf" && echo "job 7"\n`)
  chmodSync(path, 0o755)
  return [path, '{file}']
}

function configure(more: object = {}): void {
  writeFileSync(
    join(folder, 'ntp-auditor.json'),
    JSON.stringify({
      ...{ references: [reference.at], trustLocal: true, trail: 'trail', interval: '500ms', epoch: '2s' },
      ...{ tolerance: '365d', genesis: 'genesis.vkey', print: { command: printer() } },
      nightly: { at: '00:07', reports: ['day'], print: true },
      ...more,
    }),
  )
}

interface Event {
  readonly event: string
  readonly [field: string]: unknown
}

class Run {
  readonly child: ChildProcess
  readonly exited: Promise<number | null>
  stdout = ''
  stderr = ''
  #look: () => void = () => {}

  constructor(args: readonly string[]) {
    this.child = spawn(process.execPath, [main, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    children.push(this.child)
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text
      this.#look()
    })
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
    })
    this.exited = new Promise((resolve) => this.child.on('close', resolve))
  }

  get events(): Event[] {
    return this.stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Event)
  }

  /** The first event of which `holds` is true. */
  async until(holds: (event: Event) => boolean): Promise<Event> {
    return new Promise((resolve, reject) => {
      this.#look = () => {
        const found = this.events.find(holds)
        if (found) resolve(found)
      }
      this.#look()
      void this.exited.then((code) => reject(new Error(`ended with ${code}: ${this.stdout}${this.stderr}`)))
    })
  }
}

async function call(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const run = new Run(args)
  const code = await run.exited
  return { code, stdout: run.stdout, stderr: run.stderr }
}

/** The job that first reports something, of at most so many. */
async function later(most: number): ReturnType<typeof call> {
  const made = await call('nightly')
  return made.stdout.includes('report of') || most === 1 ? made : later(most - 1)
}

const trail = () => join(folder, 'trail')
const key = () => readFileSync(join(folder, 'genesis.vkey'), 'utf8').trim()

test('beside a live run: when the reference passes the nightly hour the day is reported, printed, recorded, and never again', async () => {
  configure()
  const label = formatInstant(BigInt(Date.now()) * 1_000_000n + shiftNs).slice(0, 10)
  const run = new Run(['run', '--json'])
  await run.until(({ event }) => event === 'first-sample')
  // At the start nothing is due yet.
  expect(await run.until(({ event }) => event === 'nightly')).toMatchObject({ code: 0, message: 'nothing is due' })
  shiftNs += 11n * minute
  const job = await run.until(({ event, message }) => event === 'nightly' && message !== 'nothing is due')
  // One minute of the day is known: too little to be proof.
  expect(job).toMatchObject({ code: 3 })
  expect(job.message).toContain(`report of ${label} (day) under custom: policy not-proven`)
  const records = recordsOf(trail())
  const [report] = only(records, 'report')
  expect(only(records, 'report')).toHaveLength(1)
  expect(report).toMatchObject({ period: `${label} (day)`, profile: 'custom', met: 'not-proven', intact: 'true' })
  expect(report!.from).toBe(`${label}T00:00:00.000000000Z`)
  const files = readdirSync(join(folder, 'reports')).sort()
  expect(report!.files.map(({ name }) => name).sort()).toEqual(files)
  const [print] = only(records, 'print')
  const pdf = report!.files.find(({ name }) => name.endsWith('.pdf'))!
  expect(print).toMatchObject({ ok: true, file: pdf.name, sha256: pdf.sha256, message: 'job 7' })
  expect(readFileSync(join(folder, 'printed.pdf'))).toEqual(readFileSync(join(folder, 'reports', pdf.name)))

  const again = await call('nightly', '--json')
  const outcome = JSON.parse(again.stdout)
  expect(outcome).toMatchObject({ idle: false, intact: 'true', reports: [], prints: [], anchors: [], failures: [] })
  expect(outcome.sample.verdict).toBe('PROVEN')
  expect({ code: again.code, stderr: again.stderr }).toEqual({ code: 0, stderr: '' })
  run.child.kill('SIGTERM')
  expect(await run.exited).toBe(0)
  const verified = await verifyTrail(trail(), { keys: [key()], anchors: [] })
  expect(verified.intact).toBe(true)
  expect(only(recordsOf(trail()), 'report')).toHaveLength(1)
})

test('without an auditor the job writes the trail itself; two at once: the second says so and exits with 4', async () => {
  configure({ print: {}, nightly: { at: '00:07', reports: ['day'], formats: ['json'] } })
  expect((await call('nightly', '--json')).code).toBe(3) // no seal yet that says what was written
  shiftNs += 11n * minute
  const lock = TrailLock.take(join(trail(), '.nightly'), { files: realFiles })
  const second = await call('nightly')
  lock.release()
  expect(second.code).toBe(4)
  expect(second.stderr).toContain('another nightly job is at work on the trail')
  expect(second.stdout).toBe('')
  // A reference that jumps is not believed by its first sample.
  const { code, stdout } = await later(3)
  expect(stdout).toMatch(/report of \S+ \(day\) under custom: policy not-proven/)
  expect(code).toBe(3)
  expect(await call('nightly', '--if-due')).toMatchObject({ code: 0, stdout: 'nothing is due\n' })
  expect(only(recordsOf(trail()), 'report')).toHaveLength(1)
})

test('a printer that fails is told, recorded, and makes it 4; the report stands', async () => {
  configure({ print: { command: ['false', '{file}'] } })
  await call('nightly')
  shiftNs += 11n * minute
  const { code, stdout } = await later(3)
  expect(code).toBe(4)
  expect(stdout).toContain('FAILED print')
  const records = recordsOf(trail())
  expect(only(records, 'report')).toHaveLength(1)
  expect(only(records, 'print')).toMatchObject([{ ok: false, message: 'false ended with 1' }])
})

const faketime = findFaketime()
if (faketime !== undefined) {
  test('a wall clock that is set over two nights, a year ahead and back, makes no day be reported', async () => {
    configure({ nightly: { at: '00:07', reports: ['day', 'month', 'year'] } })
    shiftNs = 0n
    const faked = new FakedAuditor(faketime, main, folder)
    children.push(faked.child)
    await faked.until(({ event }) => event === 'nightly')
    for (const away of ['+172800', '+31622400', '-172800', '+0']) {
      const seen = faked.lines.length
      faked.set(away)
      await faked.until(({ event }) => event === 'clock-change', seen)
      const { code, stdout } = await call('nightly', '--if-due')
      expect({ code, stdout }).toEqual({ code: 0, stdout: 'nothing is due\n' })
    }
    expect(await faked.stop()).toBe(0)
    expect(only(recordsOf(trail()), 'clock-change').length).toBeGreaterThanOrEqual(4)
    expect(only(recordsOf(trail()), 'report')).toEqual([])
  })
}

if (process.platform !== 'win32') {
  test('SIGHUP: a right configuration is taken and recorded, a wrong one is told and changes nothing', async () => {
    configure()
    const run = new Run(['run', '--json'])
    await run.until(({ event }) => event === 'first-sample')
    run.child.kill('SIGHUP')
    await run.until(({ event, keys }) => event === 'configuration' && (keys as string[]).length === 0)

    writeFileSync(join(folder, 'ntp-auditor.json'), '{ "references": [')
    run.child.kill('SIGHUP')
    const wrong = await run.until(({ event }) => event === 'problem')
    expect(wrong).toMatchObject({ code: 'ERR_OPTION' })
    expect(wrong.message).toContain('the configuration was not taken, the one in force goes on')

    configure({ tolerance: '10s' })
    run.child.kill('SIGHUP')
    await run.until(({ event, keys }) => event === 'configuration' && (keys as string[]).length > 0)
    configure({ tolerance: '10s', nightly: { at: '03:00' } })
    run.child.kill('SIGHUP')
    await run.until(({ event, keys }) => event === 'configuration' && (keys as string[]).join() === 'nightly')
    run.child.kill('SIGTERM')
    expect(await run.exited).toBe(0)

    const records = recordsOf(trail())
    const [first, second] = only(records, 'config')
    expect(only(records, 'config')).toHaveLength(2)
    const opens = only(records, 'open').filter(({ configurationDigest }) => configurationDigest)
    expect(first).toMatchObject({ keys: ['tolerance'], oldDigest: opens[0]!.configurationDigest })
    expect(opens.find(({ seq }) => seq < first!.seq && seq > 1)?.configurationDigest).toBe(first!.newDigest)
    expect(second).toMatchObject({ keys: ['nightly'], oldDigest: first!.newDigest })
    const samples = only(records, 'sample')
    expect(samples.find(({ seq }) => seq < first!.seq)?.verdict).toBe('PROVEN')
    expect(samples.findLast(({ seq }) => seq > first!.seq)?.verdict).toBe('VIOLATED')
    expect(existsSync(join(trail(), 'lock'))).toBe(false)
    expect((await verifyTrail(trail(), { keys: [key()], anchors: [] })).intact).toBe(true)
  })
}
