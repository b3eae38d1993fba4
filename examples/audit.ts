/**
 * An application that audits its computer's clock while it runs.
 *
 *     node dist/audit.js ./audit-trail time.example.net
 */
import { Auditor } from 'ntp-auditor'

const [trail, ...references] = process.argv.slice(2)
const auditor = await Auditor.start({
  trail,
  references,
  tolerance: '50ms',
  interval: '16s',
  // Only for servers on this very computer, as tests have them.
  trustLocal: references.every((reference) => reference.startsWith('127.')),
})

auditor.on('clockChange', ({ size, earliest, latest }) => {
  console.warn(`the clock was moved by ${size.low} to ${size.high} s between ${earliest} and ${latest}`)
})
auditor.on('verdict', ({ verdict, cause, at }) => console.log(at, verdict, cause ?? ''))
auditor.on('gap', ({ cause, from, to }) => console.warn(`not known from ${from} to ${to}: ${cause}`))
auditor.on('problem', (error) => console.error(error.message))

await auditor.ready({ timeout: '10s' })
const { seq, verdict } = await auditor.sample()
console.log(`record ${seq}: ${verdict}`)
await auditor.stop()
