/**
 * A worker thread for one errand, which then ends: what checks certificates is large, and reading a trail takes a while; no host
 * application should wait for either.
 * @module
 */
import { parentPort, workerData } from 'node:worker_threads'
import { take } from './take.js'
import type { Errand } from './types.js'
import { unanchored } from './unanchored.js'

const errand = workerData as Errand
const done =
  errand.kind === 'take'
    ? take(errand.seal, errand.keeper, { timeoutMs: errand.timeoutMs })
    : unanchored(errand.trail, errand.keepers)
void done.then((result) => parentPort?.postMessage(result))
