/**
 * One reading of what sets the clock, in a worker thread that ends afterwards.
 * @module
 */
import { Worker } from 'node:worker_threads'
import { NativeGate, shutAtExit } from '../clock/native-gate.js'
import { programEnvironment } from '../program.js'
import type { DisciplineBody } from '../trail/types.js'

/** A reading under way. */
export interface Reader {
  /** @throws {Error} where the worker died or gave no answer */
  readonly body: Promise<DisciplineBody>
  /** Nobody waits any more. */
  cancel(): void
}

/** All tools together take some seconds at most; a computer under load gets its time (ms). */
const patienceMs = 60_000

/** Starts a worker that keeps no process alive. */
export function readAside(): Reader {
  const gate = new NativeGate()
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    name: 'ntp-auditor discipline',
    workerData: { gate: gate.buffer },
    execArgv: [],
    env: programEnvironment(),
  })
  worker.unref()
  const undo = shutAtExit(gate)
  const end = () => {
    // One that is inside a native module must not be stopped there; it ends by itself.
    if (gate.close()) void worker.terminate()
  }
  const body = new Promise<DisciplineBody>((resolve, reject) => {
    const limit = setTimeout(() => {
      end()
      reject(new Error(`what sets the clock could not be read within ${patienceMs / 1000} s`))
    }, patienceMs)
    limit.unref()
    worker.on('message', resolve)
    worker.on('error', reject)
    worker.on('exit', () => {
      clearTimeout(limit)
      undo()
      reject(new Error('the worker that reads what sets the clock died'))
    })
  })
  return { body, cancel: end }
}
