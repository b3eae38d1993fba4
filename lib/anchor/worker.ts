/**
 * A worker thread that takes one seal to one keeper and ends: what checks certificates is large, and no host application
 * should wait while it loads.
 * @module
 */
import { parentPort, workerData } from 'node:worker_threads'
import { take } from './take.js'
import type { Keeper, Seal } from './types.js'

/** What the worker is started with. */
export interface ErrandData {
  readonly seal: Seal
  readonly keeper: Keeper
  readonly timeoutMs: number
}

const { seal, keeper, timeoutMs } = workerData as ErrandData
void take(seal, keeper, { timeoutMs }).then((taken) => parentPort?.postMessage(taken))
