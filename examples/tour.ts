/**
 * The library in one page: audit, ask, stop, report, prove, verify.
 *
 *     node dist/tour.js ./audit-trail time.example.net
 */
import { Auditor, prove, verify } from 'ntp-auditor'
import { renderReport } from 'ntp-auditor/reports'

const [trail = './audit-trail', ...references] = process.argv.slice(2)
// Only for servers on this very computer, as tests have them.
const trustLocal = references.every((reference) => reference.startsWith('127.'))

const auditor = await Auditor.start({ trail, references, trustLocal, tolerance: '50ms' })
auditor.on('clockChange', (change) => console.warn('the clock was changed', change))
auditor.on('verdict', ({ verdict, cause }) => console.log(verdict, cause ?? ''))
await auditor.ready({ timeout: '30s' })

const { asOf, verdict, low, high } = auditor.bound() // synchronous, microseconds
console.log(asOf, verdict, low, high)
await auditor.stop()

const { files } = await renderReport({ trail, from: 'today', out: 'reports/' })
const { answers } = await prove({ trail, at: asOf })
const { intact, findings } = await verify(trail)
console.log(`${files.length} files; ${answers[0]?.verdict}; ${intact}, ${findings.length} findings`)
