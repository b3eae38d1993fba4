/**
 * Several processes, one auditor: the primary audits, each worker attaches to its trail and asks the clock itself, in microseconds.
 *
 *     node dist/cluster.js ./audit-trail 8081 time.example.net
 */
import cluster from 'node:cluster'
import { once } from 'node:events'
import { Auditor, attach } from 'ntp-auditor'
import { orderService } from './order-service.js'

const [trail = './audit-trail', port = '8081', ...references] = process.argv.slice(2)

async function primary(): Promise<void> {
  await using auditor = await Auditor.start({
    trail,
    references,
    tolerance: '50ms',
    // Only for servers on this very computer, as tests have them.
    trustLocal: references.every((reference) => reference.startsWith('127.')),
  })
  await auditor.ready({ timeout: '30s' })
  // Workers come after the auditor: there is a trail to attach to, and it is proven.
  for (let n = 0; n < 2; n += 1) cluster.fork()
  await once(process, 'SIGTERM')
  cluster.disconnect()
}

async function worker(): Promise<void> {
  const clock = await attach({ trail })
  const app = orderService(clock, '50ms')
  console.log(`worker ${cluster.worker?.id} at ${await app.listen({ host: '127.0.0.1', port: Number(port) })}`)
  process.once('disconnect', () => {
    clock.close()
    void app.close()
  })
}

await (cluster.isPrimary ? primary() : worker())
