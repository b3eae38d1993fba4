/**
 * Another process asks about the clock: no lock, no worker, no packet of its own. Give it the trail of an auditor that runs on this computer.
 *
 *     node dist/attach.js ./audit-trail 3
 */
import { setTimeout as wait } from 'node:timers/promises'
import { attach } from 'ntp-auditor'

const [trail = './audit-trail', times = '3'] = process.argv.slice(2)
const clock = await attach({ trail })
clock.on('sample', ({ seq, verdict }) => console.log(`record ${seq}: ${verdict}`))
clock.on('clockChange', ({ size }) => console.log(`the clock was moved by ${size.low} to ${size.high} s`))

for (let n = 0; n < Number(times); n += 1) {
  const { verdict, low, high, cause, asOf } = clock.bound()
  console.log(asOf, verdict, low === null ? cause : `between ${low} and ${high} s`)
  await wait(200)
}
clock.close()
