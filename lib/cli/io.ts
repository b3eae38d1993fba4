/**
 * What a command has of the world: two outputs, a folder, a clock, signals, somebody to ask. Handed in, so that commands run
 * in tests without a process of their own.
 * @module
 */
import { createInterface } from 'node:readline/promises'
import type { Writable } from 'node:stream'

/** Where text goes. A reader that went away (EPIPE) is no error: `closed` becomes true and writing does nothing. */
export interface Output {
  readonly isTerminal: boolean
  readonly columns: number
  readonly closed: boolean
  /** Resolves when the text was taken. @throws the system's error where it was not (a full disk) */
  write(text: string): Promise<void>
}

export interface Io {
  readonly stdout: Output
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** What the wall clock shows, in nanoseconds since the Unix epoch: `now` of the options. */
  nowNs(): bigint
  /** Puts a question to the person at the terminal; `null` where nobody sits there. An empty answer gives `fallback`. */
  readonly ask: ((question: string, fallback: string) => Promise<string>) | null
  /** Calls back at the first SIGINT or SIGTERM. Returns the undoing. */
  onSignal(listener: (signal: NodeJS.Signals) => void): () => void
  /** Calls back at each SIGHUP, where that is no hanging up: not on a terminal, not on Windows. Returns the undoing. */
  onHangup(listener: () => void): () => void
  /** Resolves after `ms`, or at once when `signal` aborts. */
  pause(ms: number, signal?: AbortSignal): Promise<void>
}

class StreamOutput implements Output {
  readonly #stream: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  #closed = false

  constructor(stream: Writable & { readonly isTTY?: boolean; readonly columns?: number }) {
    this.#stream = stream
    stream.on('error', () => {
      this.#closed = true // write() below reports it; without a listener the process would die
    })
  }

  get isTerminal(): boolean {
    return this.#stream.isTTY === true
  }

  get columns(): number {
    return this.#stream.columns ?? 80
  }

  get closed(): boolean {
    return this.#closed
  }

  write(text: string): Promise<void> {
    if (this.#closed) return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.#stream.write(text, (error) => {
        if (!error) return resolve()
        this.#closed = true
        if ((error as NodeJS.ErrnoException).code === 'EPIPE') return resolve()
        reject(error)
      })
    })
  }
}

/** The world of this process. */
export function processIo(): Io {
  const terminal = process.stdin.isTTY === true && process.stdout.isTTY === true
  return {
    stdout: new StreamOutput(process.stdout),
    stderr: new StreamOutput(process.stderr),
    env: process.env,
    cwd: process.cwd(),
    nowNs: () => BigInt(Date.now()) * 1_000_000n,
    ask: terminal ? ask : null,
    onSignal(listener) {
      process.once('SIGINT', listener)
      process.once('SIGTERM', listener)
      return () => {
        process.off('SIGINT', listener)
        process.off('SIGTERM', listener)
      }
    },
    onHangup(listener) {
      if (process.stdout.isTTY === true || process.platform === 'win32') return () => {}
      process.on('SIGHUP', listener)
      return () => process.off('SIGHUP', listener)
    },
    pause,
  }
}

async function ask(question: string, fallback: string): Promise<string> {
  const reader = createInterface({ input: process.stdin, output: process.stdout })
  try {
    const answer = await reader.question(fallback === '' ? `${question}: ` : `${question} [${fallback}]: `)
    return answer.trim() === '' ? fallback : answer.trim()
  } finally {
    reader.close()
  }
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', done)
  })
}
