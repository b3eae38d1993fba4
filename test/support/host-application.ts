/**
 * An application of a test, in a process of its own: `host-application.js TRAIL PORT kill-workers MS | acknowledge`.
 */
import type { Worker } from 'node:worker_threads'
import { Auditor } from '../../lib/auditor.js'

const [trail, port, what, ms] = process.argv.slice(2)
const workers: Worker[] = []
process.on('worker', (worker) => workers.push(worker))

const options = {
  trail,
  references: [`127.0.0.1:${port}`],
  trustLocal: true,
  interval: what === 'acknowledge' ? '20ms' : '1s',
}
const auditor = await Auditor.start(options, { keepAlive: true })
if (what === 'acknowledge') {
  auditor.on('sample', ({ seq, wall }) => process.stdout.write(`${seq} ${wall}\n`))
} else {
  const started = performance.now()
  const wait = (delay: number) => new Promise((resolve) => setTimeout(resolve, delay))
  await wait(1500)
  const [scribe, engine] = workers
  // A scribe that dies before the next engine has told of its predecessor's death would leave one gap for both.
  const told = new Promise((resolve) => auditor.once('gap', resolve))
  await engine?.terminate()
  await told
  await wait(500)
  await scribe?.terminate()
  await wait(Number(ms) - (performance.now() - started))
  process.stdout.write('alive after 10 s\n')
  await auditor.stop()
}
