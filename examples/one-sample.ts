/**
 * One sample now, without a trail: how far is this computer's clock from UTC at most?
 *
 *     node dist/one-sample.js time.example.net
 */
import { sampleOnce } from 'ntp-auditor'

const references = process.argv.slice(2)
// `trustLocal` only for servers on this very computer, as tests have them.
const trustLocal = references.some((reference) => reference.startsWith('127.'))
const { verdict, cause, consensus, readings } = await sampleOnce({ references, trustLocal, tolerance: '50ms' })

for (const [role, reading] of Object.entries(readings)) {
  if (reading.ok)
    console.log(`${role}: between ${reading.low} and ${reading.high} s (positive: the local clock is slow)`)
  else console.log(`${role}: ${reading.error.code}: ${reading.error.message}`)
}
console.log(verdict, cause ?? '', consensus.state, consensus.low, consensus.high)
