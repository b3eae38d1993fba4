/**
 * Asks an auditor of its own about the clock, as fast as it can, until SIGTERM: `asking-clock.js LIBRARY TRAIL REFERENCE FILE`. The clock is
 * right while FILE, which libfaketime reads, holds `+0`. Prints a line whenever the verdict changes, one when it was asked often
 * enough to mean something (1,000 times, 100 of them PROVEN), and one at the end.
 */
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type { Auditor as Face } from '../../lib/auditor.js'

const [library = '', trail, reference = '', file = ''] = process.argv.slice(2)
const { Auditor } = (await import(pathToFileURL(library).href)) as { Auditor: typeof Face }
const auditor = await Auditor.start(
  { trail, references: [reference], trustLocal: true, interval: '16s', tolerance: '50ms' },
  { keepAlive: true },
)
let asked = 0
let proven = 0
let wrong = 0
let last = ''
let enough = false
const right = (): boolean => readFileSync(file, 'utf8').trim() === '+0'
let ending = false
process.on('SIGTERM', () => {
  ending = true
})
process.stdout.write(`${JSON.stringify({ event: 'started' })}\n`)
while (!ending) {
  for (let i = 0; i < 20; i += 1) {
    // Right before and right after: then it was so in between, but for a set out and back.
    const before = right()
    const { verdict, cause } = auditor.bound()
    const after = right()
    asked += 1
    if (verdict === 'PROVEN') proven += 1
    if (!before && !after && verdict === 'PROVEN') wrong += 1
    if (before && after && verdict === 'VIOLATED') wrong += 1
    if (!enough && asked >= 1_000 && proven >= 100) {
      enough = true
      process.stdout.write(`${JSON.stringify({ event: 'enough' })}\n`)
    }
    if (`${verdict} ${cause}` === last) continue
    last = `${verdict} ${cause}`
    process.stdout.write(`${JSON.stringify({ event: 'verdict', verdict, cause })}\n`)
  }
  await new Promise((resolve) => setImmediate(resolve))
}
await auditor.stop()
process.stdout.write(`${JSON.stringify({ event: 'end', asked, proven, wrong })}\n`)
