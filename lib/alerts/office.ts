/**
 * The way to the worker that delivers: started for the first message, ended when nothing waits any more.
 * @module
 */
import { readdir } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import type { AlertConfig } from '../config/types.js'
import { inherited } from '../program.js'
import type { Fared } from './postman.js'
import type { Message } from './types.js'
import type { FromPostman, PostmanData, ToPostman } from './worker.js'

/** How long a worker that was asked to end may take (ms). */
const patienceMs = 2_000

export class Office {
  readonly #config: AlertConfig
  readonly #onFared: (fared: Fared) => void
  readonly #onTrouble: (message: string) => void
  #worker: Worker | null = null
  /** Messages that no worker has tried yet. */
  #untried: Message[] = []
  #stopped = false

  constructor(config: AlertConfig, onFared: (fared: Fared) => void, onTrouble: (message: string) => void) {
    this.#config = config
    this.#onFared = onFared
    this.#onTrouble = onTrouble
  }

  /** Takes up what an earlier run left in the queue. */
  async resume(): Promise<void> {
    const names = await readdir(this.#config.queue).catch(() => [])
    if (names.some((name) => name.endsWith('.json')) && !this.#stopped) this.#start()
  }

  send(message: Message): void {
    if (this.#stopped) return
    this.#untried.push(message)
    this.#start().postMessage({ kind: 'send', message } satisfies ToPostman)
  }

  /** Ends deliveries; what waits stays in the queue. */
  async stop(budgetMs: number): Promise<void> {
    this.#stopped = true
    const worker = this.#worker
    if (!worker) return
    this.#worker = null
    const ended = new Promise((resolve) => worker.once('exit', resolve))
    worker.postMessage({ kind: 'stop' } satisfies ToPostman)
    const limit = setTimeout(() => void worker.terminate(), Math.min(budgetMs, patienceMs))
    await ended
    clearTimeout(limit)
  }

  #start(): Worker {
    if (this.#worker) return this.#worker
    const { channels, queue, timeoutNs } = this.#config
    const workerData: PostmanData = { channels, queue, timeoutMs: Number(timeoutNs / 1_000_000n) }
    const worker = new Worker(new URL('./worker.js', import.meta.url), {
      name: 'ntp-auditor alerts',
      workerData,
      execArgv: [],
      env: environmentOf(this.#config),
    })
    worker.unref()
    this.#worker = worker
    worker.on('message', (message: FromPostman) => {
      if (message.kind === 'fared') {
        this.#untried = this.#untried.filter(({ id }) => id !== message.fared.id)
        this.#onFared(message.fared)
      } else if (message.waiting === 0 && this.#untried.length === 0 && this.#worker === worker) {
        this.#worker = null
        worker.postMessage({ kind: 'stop' } satisfies ToPostman)
      }
    })
    worker.on('error', (error) => this.#onTrouble(`the worker that delivers alerts died: ${(error as Error).message}`))
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = null
    })
    return worker
  }
}

/** What programs need, and the variables that hold secrets; nothing else of the application's. */
function environmentOf({ channels }: AlertConfig): NodeJS.ProcessEnv {
  const secrets = channels.flatMap((channel) => {
    const secret = channel.kind === 'mail' ? channel.password : channel.kind === 'webhook' ? channel.secret : null
    return secret && 'env' in secret ? [secret.env] : []
  })
  return Object.fromEntries(
    [...inherited, ...secrets].flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  )
}
