/**
 * An application of a test, in a process of its own, that asks about the clock while its engine hangs and dies:
 * `asking-application.js TRAIL PORT`. Prints one JSON object.
 */
import { Session } from 'node:inspector'
import type { Worker } from 'node:worker_threads'
import { Auditor } from '../../lib/auditor.js'

const [trail, port] = process.argv.slice(2)
const workers: Worker[] = []
process.on('worker', (worker) => workers.push(worker))
/** Names every engine that lives, for the inspector. */
const engines: string[] = []
const session = new Session()
session.connect()
const post = session.post.bind(session) as (method: string, parameters: object) => void
session.on('NodeWorker.attachedToWorker' as 'inspectorNotification', (message) => {
  const { sessionId, workerInfo } = message.params as unknown as { sessionId: string; workerInfo: { url: string } }
  if (workerInfo.url.includes('engine')) engines.push(sessionId)
})
post('NodeWorker.enable', { waitForDebuggerOnStart: false })

/** Makes the engine hang as in an endless loop. */
function hang(ms: number): void {
  const expression = `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${ms})`
  const message = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } })
  post('NodeWorker.sendMessageToWorker', { sessionId: engines.at(-1), message })
}

const auditor = await Auditor.start(
  { trail, references: [`127.0.0.1:${port}`], trustLocal: true, interval: '1s', tolerance: '500ms' },
  { keepAlive: true },
)
auditor.on('problem', () => {})
let samples = 0
auditor.on('sample', () => {
  samples += 1
})
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

interface Seen {
  readonly ms: number
  readonly verdict: string
  readonly cause: string | null
  readonly samples: number
}

/** Asks until it was PROVEN again after having been something else: every change of the answer, and when. */
async function watch(limitMs: number): Promise<Seen[]> {
  const seen: Seen[] = []
  const from = performance.now()
  const before = samples
  while (performance.now() - from < limitMs) {
    const { verdict, cause } = auditor.bound()
    const last = seen.at(-1)
    if (last?.verdict !== verdict || last.cause !== cause) {
      seen.push({ ms: performance.now() - from, verdict, cause, samples: samples - before })
    }
    if (seen.length > 1 && verdict === 'PROVEN') break
    await pause(5)
  }
  return seen
}

await auditor.ready({ timeout: '20s' })
await pause(300)
const first = auditor.bound()
hang(3_000)
const hung = await watch(15_000)
await pause(500)
const [, engine] = workers
const died = watch(20_000)
await engine?.terminate()
const killed = await died
await auditor.stop()
const after = auditor.bound()
process.stdout.write(`${JSON.stringify({ first, hung, killed, after })}\n`)
