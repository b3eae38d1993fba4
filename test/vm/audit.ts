/**
 * One `ntp-auditor run` inside the virtual machine, as a user starts it: what it prints, and what its trail gains.
 * @module
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { closeSync, fstatSync, mkdirSync, openSync, readdirSync, readSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { hrtimeNs } from '../../lib/clock/hrtime.js'
import type { TrailRecord } from '../../lib/trail/types.js'

/** Where a copy of the package stands: `native` with koffi, `portable` without. */
export function packageFolder(kind: string): string {
  return fileURLToPath(new URL(`../../../../${kind}/`, import.meta.url))
}

export interface Told {
  /** CLOCK_MONOTONIC when the line came: the record was durable before. */
  readonly monoNs: bigint
  readonly event: string
  readonly seq?: number
}

export class Audit {
  readonly name: string
  readonly told: Told[] = []
  /** Clock changes told so far. */
  changes = 0
  /** Readings so far whose receive time is the kernel's. */
  stamped = 0
  readonly #folder: string
  readonly #command: string
  readonly #offsets = new Map<string, number>()
  #child: ChildProcess | null = null

  constructor(name: string, folder: string, port: number) {
    this.name = name
    this.#folder = join(folder, name)
    this.#command = join(packageFolder(name), 'dist/lib/cli/main.js')
    mkdirSync(this.#folder, { recursive: true })
    const configuration = { trail: 'trail', references: [`127.0.0.1:${port}`], trustLocal: true, interval: '16s' }
    writeFileSync(join(this.#folder, 'ntp-auditor.json'), JSON.stringify({ ...configuration, tolerance: '50ms' }))
  }

  /** Starts it; resolves when it says `ready` and its first sample is taken. */
  start(): Promise<void> {
    const child = spawn(process.execPath, [this.#command, 'run', '--json'], {
      cwd: this.#folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#child = child
    return new Promise((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`${this.name} ended with ${code}`)))
      createInterface({ input: child.stdout }).on('line', (text) => {
        const line = { ...JSON.parse(text), monoNs: hrtimeNs() } as Told
        this.told.push(line)
        if (line.event === 'clock-change') this.changes += 1
        if (line.event === 'first-sample') resolve()
      })
    })
  }

  /** The records since the last call. */
  take(): TrailRecord[] {
    const files = readdirSync(join(this.#folder, 'trail'), { recursive: true, encoding: 'utf8' })
    const number = (name: string): number => Number(name.split('.').at(-2))
    return files
      .filter((name) => name.endsWith('.ndjson'))
      .sort((a, b) => number(a) - number(b))
      .flatMap((name) => this.#more(name))
  }

  #more(name: string): TrailRecord[] {
    const from = this.#offsets.get(name) ?? 0
    const fd = openSync(join(this.#folder, 'trail', name), 'r')
    const bytes = Buffer.alloc(fstatSync(fd).size - from)
    readSync(fd, bytes, 0, bytes.length, from)
    closeSync(fd)
    const whole = bytes.lastIndexOf(10) + 1
    this.#offsets.set(name, from + whole)
    const lines = bytes.subarray(0, whole).toString('utf8').split('\n').slice(0, -1)
    const records = lines.map((line) => JSON.parse(line) as TrailRecord)
    for (const record of records) {
      const reading = record.type === 'sample' ? record.readings.primary : undefined
      if (reading?.ok && reading.received === 'kernel') this.stamped += 1
    }
    return records
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name)
  }

  /** Stops it as a service manager does. @returns its exit code */
  async stop(): Promise<number | null> {
    const child = this.#child
    if (!child) return null
    child.removeAllListeners('exit')
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    return ended
  }

  /** What `verify --json` says of the trail, and its exit code. */
  verify(): Promise<{ code: unknown; intact: unknown; records: number; findings: { severity: string }[] }> {
    return new Promise((resolve) => {
      execFile(process.execPath, [this.#command, 'verify', '--json'], { cwd: this.#folder }, (error, out) => {
        resolve({ code: error?.code ?? 0, ...JSON.parse(out) })
      })
    })
  }
}
