/**
 * The service of `order-service.ts` with an auditor in its own process.
 *
 *     node dist/serve-orders.js ./audit-trail 8080 time.example.net
 *     curl -X POST -H 'content-type: application/json' -d '{"buy":7}' http://127.0.0.1:8080/orders
 *     curl http://127.0.0.1:8080/health/clock
 */
import { once } from 'node:events'
import { Auditor } from 'ntp-auditor'
import { orderService } from './order-service.js'

const [trail, port, ...references] = process.argv.slice(2)
const auditor = await Auditor.start({
  trail,
  references,
  tolerance: '50ms',
  // Only for servers on this very computer, as tests have them.
  trustLocal: references.every((reference) => reference.startsWith('127.')),
})
// Before the first sample every order would be refused.
await auditor.ready({ timeout: '30s' })
const app = orderService(auditor, '50ms')
console.log(await app.listen({ host: '127.0.0.1', port: Number(port) }))

await once(process, 'SIGTERM')
await app.close()
await auditor.stop({ timeout: '3s' })
