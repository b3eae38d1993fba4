/**
 * Errands that the calling thread does not feel: each in a worker thread of its own.
 * @module
 */
import { Worker } from 'node:worker_threads'
import { take } from './take.js'
import type { Errand, Keeper, Left, Seal, Taken } from './types.js'

/** What a worker may take beyond a keeper's own limit, to load, to read and to check (ms). */
const patienceMs = 60_000

/**
 * One try with one keeper: a program runs beside us anyway, a time stamp is asked for in a worker.
 * @throws {Error} where the worker died
 */
export async function takeAside(seal: Seal, keeper: Keeper, timeoutMs: number): Promise<Taken> {
  if (keeper.kind === 'command') return take(seal, keeper, { timeoutMs })
  const { body, token } = (await run({ kind: 'take', seal, keeper, timeoutMs }, timeoutMs + patienceMs)) as Taken
  return { body, token: token && Buffer.from(token) }
}

/**
 * Which seal of an earlier run still waits.
 * @throws {TrailReadError} where the trail cannot be read
 */
export async function leftAside(trail: string, keepers: readonly Keeper[]): Promise<Left | null> {
  const left = (await run({ kind: 'left', trail, keepers }, patienceMs)) as Left | null
  if (!left) return null
  const names = left.to.map((keeper) => JSON.stringify(keeper))
  return { seal: left.seal, to: keepers.filter((keeper) => names.includes(JSON.stringify(keeper))) }
}

function run(workerData: Errand, limitMs: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), {
      name: 'ntp-auditor anchor',
      workerData,
      execArgv: [],
      env: {},
    })
    worker.unref()
    const limit = setTimeout(() => {
      void worker.terminate()
      reject(new Error('the worker that sees to anchors gave no answer and was ended'))
    }, limitMs)
    limit.unref()
    worker.on('message', resolve)
    worker.on('error', reject)
    worker.on('exit', () => {
      clearTimeout(limit)
      reject(new Error('the worker that sees to anchors died'))
    })
  })
}
