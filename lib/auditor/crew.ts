/**
 * The two workers of an auditor, as one: started, linked to each other, replaced when they die, ended.
 * @module
 */
import { MessageChannel, Worker } from 'node:worker_threads'
import { hrtimeNs } from '../clock/hrtime.js'
import { NativeGate, shutAtExit } from '../clock/native-gate.js'
import { systemTimers } from '../clock/timers.js'
import type { Configuration } from '../config/types.js'
import type { AuditorToEngine, EngineToAuditor } from '../engine/messages.js'
import type { EngineWorkerData } from '../engine/worker.js'
import { type LiveInlet, SharedBoard } from '../evidence/live-board.js'
import type { AuditorToScribe, ErrorData, Leave, Relink, ScribeToAuditor } from '../scribe/messages.js'
import type { ScribeWorkerData } from '../scribe/worker.js'

/** What the application hears. */
export interface CrewListener {
  readonly fromEngine: (message: EngineToAuditor) => void
  readonly fromScribe: (message: ScribeToAuditor) => void
  readonly onProblem: (error: ErrorData) => void
  /** What the engine was asked and has not answered is lost. */
  readonly onEngineLost: () => void
}

export interface Crew {
  /** What the engine publishes. */
  readonly live: LiveInlet
  toEngine(message: AuditorToEngine): void
  toScribe(message: AuditorToScribe): void
  /** While held, the workers keep the process alive. */
  hold(on: boolean): void
  /** Ends both at once; what is not durable by then is lost. */
  end(): Promise<void>
}

/** Waits before a worker that died is started again: 0.1 s, then doubled up to a minute; a minute of life forgives. */
const firstPauseMs = 100
const longestPauseMs = 60_000
/** How long a worker may take to leave. */
const patienceMs = 2_000
/** How often it is asked meanwhile whether it is outside native code. */
const stepMs = 10

/** Only what a worker needs of the environment: nothing of the application's secrets. */
function environment(): NodeJS.ProcessEnv {
  const wanted = ['NODE_V8_COVERAGE', 'SystemRoot', 'LOCALAPPDATA', 'HOME', 'XDG_CACHE_HOME']
  return Object.fromEntries(
    wanted.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  )
}

type Role = 'engine' | 'scribe'

/** Both as worker threads. */
export class WorkerCrew implements Crew {
  readonly #configuration: Configuration
  readonly #listener: CrewListener
  readonly live = new SharedBoard()
  /** Of the present scribe's lock: its successor takes it over. */
  #token: string | null = null
  #engine: Worker
  #scribe: Worker
  #engines = 0
  /** Of workers that are alive. */
  readonly #gates = new Map<Worker, NativeGate>()
  #held = true
  #ended = false
  readonly #deaths: Record<Role, { count: number; at: number }> = {
    engine: { count: 0, at: 0 },
    scribe: { count: 0, at: 0 },
  }

  /** @param rekey why the first scribe begins a new chain of keys; `null`: it does not */
  constructor(configuration: Configuration, listener: CrewListener, rekey: string | null = null) {
    this.#configuration = configuration
    this.#listener = listener
    const { port1, port2 } = new MessageChannel()
    this.#scribe = this.#startScribe(port1, rekey)
    this.#engine = this.#startEngine(port2)
  }

  toEngine(message: AuditorToEngine): void {
    this.#engine.postMessage(message)
  }

  toScribe(message: AuditorToScribe): void {
    this.#scribe.postMessage(message)
  }

  hold(on: boolean): void {
    this.#held = on
    for (const worker of [this.#engine, this.#scribe]) {
      if (on) worker.ref()
      else worker.unref()
    }
  }

  async end(): Promise<void> {
    this.#ended = true
    await Promise.all([this.#leave(this.#engine), this.#leave(this.#scribe)])
  }

  #startScribe(engine: MessageChannel['port1'], rekey: string | null = null): Worker {
    const gate = new NativeGate()
    const workerData: ScribeWorkerData = {
      configuration: this.#configuration,
      token: this.#token,
      rekey,
      engine,
      live: this.live.buffer,
      gate: gate.buffer,
    }
    const worker = this.#start('scribe', new URL('../scribe/worker.js', import.meta.url), workerData, engine, gate)
    worker.on('message', (message: ScribeToAuditor) => {
      if (worker !== this.#scribe || this.#ended) return
      if (message.kind === 'opened') this.#token = message.token
      this.#listener.fromScribe(message)
    })
    return worker
  }

  #startEngine(scribe: MessageChannel['port1']): Worker {
    const generation = this.#engines
    this.#engines += 1
    const gate = new NativeGate()
    const workerData: EngineWorkerData = {
      configuration: this.#configuration,
      generation,
      scribe,
      live: this.live.buffer,
      gate: gate.buffer,
    }
    const worker = this.#start('engine', new URL('../engine/worker.js', import.meta.url), workerData, scribe, gate)
    worker.on('message', (message: EngineToAuditor) => {
      if (worker === this.#engine && !this.#ended) this.#listener.fromEngine(message)
    })
    return worker
  }

  #start(role: Role, url: URL, workerData: object, port: MessageChannel['port1'], gate: NativeGate): Worker {
    const open = shutAtExit(gate)
    const worker = new Worker(url, {
      name: `ntp-auditor ${role}`,
      workerData,
      transferList: [port],
      execArgv: [],
      env: environment(),
    })
    let cause = 'it was ended from outside'
    worker.on('error', (error) => {
      cause = error instanceof Error ? error.message : String(error)
    })
    worker.on('exit', () => {
      open()
      this.#gates.delete(worker)
      this.#died(role, cause)
    })
    this.#gates.set(worker, gate)
    if (!this.#held) worker.unref()
    return worker
  }

  #died(role: Role, cause: string): void {
    if (this.#ended) return
    const death = this.#deaths[role]
    const now = Number(hrtimeNs()) / 1e6
    death.count = now - death.at > longestPauseMs ? 1 : death.count + 1
    death.at = now
    const pause = Math.min(firstPauseMs * 2 ** (death.count - 1), longestPauseMs)
    const message = `the ${role} worker died (${cause}); it is started again in ${pause / 1000} s and a gap is recorded`
    this.#listener.onProblem({ code: 'ERR_WORKER', message })
    if (role === 'engine') this.#listener.onEngineLost()
    const timer = systemTimers.setTimeout(() => this.#replace(role), pause) as NodeJS.Timeout
    if (!this.#held) timer.unref()
  }

  #replace(role: Role): void {
    if (this.#ended) return
    const { port1, port2 } = new MessageChannel()
    if (role === 'scribe') {
      this.#scribe = this.#startScribe(port1)
      this.#engine.postMessage({ kind: 'relink', port: port2 } satisfies Relink, [port2])
    } else {
      this.#engine = this.#startEngine(port2)
      this.#scribe.postMessage({ kind: 'relink', port: port1 } satisfies Relink, [port1])
    }
  }

  /**
   * Lets a worker end by itself. To terminate a thread that happens to be inside a native module (koffi being loaded, a clock
   * being read) aborts the whole process: one that does not answer is terminated when it is outside.
   */
  async #leave(worker: Worker): Promise<void> {
    if (worker.threadId === -1) return // it ended before
    const gate = this.#gates.get(worker)
    await new Promise<void>((resolve) => {
      const timer = systemTimers.setTimeout(resolve, patienceMs)
      worker.once('exit', () => {
        systemTimers.clearTimeout(timer)
        resolve()
      })
      worker.postMessage({ kind: 'leave' } satisfies Leave)
    })
    for (let tries = 0; gate && !gate.close() && tries < patienceMs / stepMs; tries++) await pause(stepMs)
    await worker.terminate()
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    systemTimers.setTimeout(resolve, ms)
  })
}
