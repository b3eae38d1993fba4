/**
 * Asks the clock while an auditor runs in the same process.
 *
 *     node dist/ask.js ./audit-trail time.example.net
 */
import { Auditor } from 'ntp-auditor'

const [trail = './audit-trail', ...references] = process.argv.slice(2)
// Only for servers on this very computer, as tests have them.
const trustLocal = references.every((reference) => reference.startsWith('127.'))

const auditor = await Auditor.start({ trail, references, trustLocal, tolerance: '500ms' })
await auditor.ready()

const now = auditor.bound()
// { verdict: 'PROVEN', low: -0.0021, high: 0.0034, support: 'voted', witness: 'looks',
//   asOf: '2026-11-22T06:17:50.398028000Z', expires: '2026-11-22T06:17:51.301442000Z', cause: null }
auditor.assertWithin('500ms') // the bound, or throws ClockNotProvenError

console.log(now)
await auditor.stop()
