/**
 * The nightly job beside a running audit: a process of its own, of low priority, so that nothing it renders or waits for holds up
 * the audit. It is started when the evidence passes the nightly hour, and besides by the wall clock (node-cron), for nights in
 * which no reference answers; it decides by itself whether anything is due.
 * @module
 */
import { spawn } from 'node:child_process'
import { constants, setPriority } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { NightlyConfig } from '../config/types.js'
import { parseInstant } from '../instant.js'
import { Trigger } from '../nightly/trigger.js'
import type { SampleDocument } from '../trail/document.js'
import { nanosecondsOf } from './text.js'

/** How one run of the job ended. */
export interface NightlyEnd {
  /** `null`: it was killed, or could not be started. */
  readonly code: number | null
  /** Its last words. */
  readonly message: string
}

/** Starts the job; resolves when it has ended, never rejects. */
export type StartJob = (signal: AbortSignal) => Promise<NightlyEnd>

export interface HostOptions {
  readonly at: NightlyConfig['at']
  readonly zone: string
  readonly start: StartJob
  /** Calls back at every nightly hour of the wall clock. Returns the undoing. Default: node-cron. */
  readonly schedule?: (options: { at: string; zone: string }, tick: () => void) => Promise<() => void>
  readonly onEnd: (end: NightlyEnd) => void
}

export class NightlyHost {
  readonly #options: HostOptions
  readonly #trigger: Trigger
  readonly #abort = new AbortController()
  #unschedule: () => void = () => {}
  #running: Promise<void> | null = null
  #again = false

  private constructor(options: HostOptions) {
    this.#options = options
    this.#trigger = new Trigger(options)
  }

  static async start(options: HostOptions): Promise<NightlyHost> {
    const host = new NightlyHost(options)
    host.#unschedule = await (options.schedule ?? byCron)(options, () => host.#look())
    return host
  }

  /** A sample is durable. */
  sample({ wall, consensus: { low } }: Pick<SampleDocument, 'wall' | 'consensus'>): void {
    if (low !== null && this.#trigger.sample(parseInstant(wall) + nanosecondsOf(low))) this.#look()
  }

  /** Ends a job that is under way; what it has not recorded is done the next time. */
  async stop(): Promise<void> {
    this.#unschedule()
    this.#again = false
    this.#abort.abort()
    await this.#running
  }

  /** One job at a time; whoever asks meanwhile gets one behind it. */
  #look(): void {
    if (this.#abort.signal.aborted) return
    if (this.#running !== null) {
      this.#again = true
      return
    }
    this.#running = this.#options.start(this.#abort.signal).then((end) => {
      this.#running = null
      if (this.#abort.signal.aborted) return
      this.#options.onEnd(end)
      if (!this.#again) return
      this.#again = false
      this.#look()
    })
  }
}

async function byCron({ at, zone }: { at: string; zone: string }, tick: () => void): Promise<() => void> {
  const { schedule } = await import('node-cron')
  const [hour, minute] = at.split(':').map(Number)
  const task = schedule(`${minute} ${hour} * * *`, tick, { timezone: zone, suppressMissedWarning: true })
  return () => void task.destroy()
}

/** How long a job that was told to end may take (ms). */
const graceMs = 3_000
const kept = 4_000

/**
 * The job as a process of its own: `ntp-auditor nightly --if-due` with further arguments. Its environment is ours (secrets of
 * mail servers may stand there).
 */
export function jobProcess(args: readonly string[], cwd: string): StartJob {
  const main = fileURLToPath(new URL('./main.js', import.meta.url))
  return (signal) =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [main, 'nightly', '--if-due', ...args], {
        cwd,
        stdio: ['ignore', 'pipe', 'pipe'],
        windowsHide: true,
      })
      let said = ''
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          said = (said + text).slice(-kept)
        })
      }
      let hard: NodeJS.Timeout | undefined
      const end = () => {
        child.kill()
        hard = setTimeout(() => child.kill('SIGKILL'), graceMs)
      }
      signal.addEventListener('abort', end, { once: true })
      const finish = (code: number | null, message: string) => {
        clearTimeout(hard)
        signal.removeEventListener('abort', end)
        resolve({ code, message })
      }
      child.on('spawn', () => {
        try {
          if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL)
        } catch {
          // it has ended already, or this system has no priorities: then it runs like any other
        }
      })
      child.on('error', (error) => finish(null, `the nightly job could not be started: ${error.message}`))
      child.on('close', (code) => finish(code, said.trim()))
    })
}
