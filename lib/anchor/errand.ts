/**
 * Runs {@link take} where the calling thread does not feel it.
 * @module
 */
import { Worker } from 'node:worker_threads'
import { take } from './take.js'
import type { Keeper, Seal, Taken } from './types.js'
import type { ErrandData } from './worker.js'

/** What a worker may take beyond the keeper's own limit, to load and to check (ms). */
const patienceMs = 30_000

/**
 * One try with one keeper: a program runs beside us anyway, a time stamp is asked for in a worker thread of its own.
 * @throws {Error} where the worker died
 */
export function runErrand(seal: Seal, keeper: Keeper, timeoutMs: number): Promise<Taken> {
  if (keeper.kind === 'command') return take(seal, keeper, { timeoutMs })
  return new Promise((resolve, reject) => {
    const workerData: ErrandData = { seal, keeper, timeoutMs }
    const worker = new Worker(new URL('./worker.js', import.meta.url), {
      name: 'ntp-auditor anchor',
      workerData,
      execArgv: [],
      env: {},
    })
    worker.unref()
    const limit = setTimeout(() => {
      void worker.terminate()
      reject(new Error('the worker that asks for a time stamp gave no answer and was ended'))
    }, timeoutMs + patienceMs)
    limit.unref()
    worker.on('message', ({ body, token }: Taken) => {
      resolve({ body, token: token && Buffer.from(token) })
    })
    worker.on('error', (error) => reject(error))
    worker.on('exit', () => {
      clearTimeout(limit)
      reject(new Error('the worker that asks for a time stamp died'))
    })
  })
}
