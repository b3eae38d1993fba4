/**
 * Metrics for Prometheus: the bound as it is at the instant of each scrape, and counters of what happened.
 *
 *     node dist/metrics-prometheus.js ./audit-trail 9123 time.example.net
 *     curl http://127.0.0.1:9123/metrics
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { Auditor } from 'ntp-auditor'
import { Counter, Gauge, Registry } from 'prom-client'

const [trail, port, ...references] = process.argv.slice(2)
const auditor = await Auditor.start({
  trail,
  references,
  tolerance: '50ms',
  // Only for servers on this very computer, as tests have them.
  trustLocal: references.every((reference) => reference.startsWith('127.')),
})

const registers = [new Registry()]
const registry = registers[0]!
const verdicts = ['PROVEN', 'VIOLATED', 'INDETERMINATE', 'UNMONITORED', 'OFF'] as const
new Gauge({
  name: 'clock_error_bound_seconds',
  help: 'Bound of UTC - clock, at this scrape; NaN where nothing is known',
  labelNames: ['side'],
  registers,
  collect() {
    const { low, high } = auditor.bound()
    this.set({ side: 'low' }, low ?? Number.NaN)
    this.set({ side: 'high' }, high ?? Number.NaN)
  },
})
new Gauge({
  name: 'clock_verdict',
  help: '1 for the verdict of this scrape, 0 for all others',
  labelNames: ['verdict'],
  registers,
  collect() {
    const now = auditor.bound().verdict
    for (const verdict of verdicts) this.set({ verdict }, verdict === now ? 1 : 0)
  },
})
const changes = new Counter({
  name: 'clock_changes_total',
  help: 'Times that somebody or something changed the clock',
  labelNames: ['class', 'by'],
  registers,
})
auditor.on('clockChange', (change) => changes.inc({ class: change.class, by: change.by }))
const gaps = new Counter({ name: 'clock_gaps_total', help: 'Gaps in the evidence', labelNames: ['cause'], registers })
auditor.on('gap', ({ cause }) => gaps.inc({ cause }))

const server = createServer(async (_request, response) => {
  response.setHeader('content-type', registry.contentType).end(await registry.metrics())
}).listen(Number(port), '127.0.0.1')
await once(server, 'listening')
await auditor.ready({ timeout: '30s' })
console.log('ready')

await once(process, 'SIGTERM')
server.close()
await auditor.stop()
