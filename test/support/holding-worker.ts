/**
 * A worker thread that takes a trail, says so, and holds it until it is ended.
 * @module
 */
import { parentPort, workerData } from 'node:worker_threads'
import { Scribe } from '../../lib/scribe/scribe.js'

const { folder, token } = workerData as { folder: string; token: string }
const scribe = Scribe.open({ folder, zone: 'UTC', token })
parentPort?.postMessage(scribe.token)
setInterval(() => scribe.seq, 1000)
