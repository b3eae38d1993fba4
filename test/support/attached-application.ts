/**
 * A process of a test that attaches to the auditor of another: `attached-application.js TRAIL`. For each line that it is sent it prints what
 * it says of the clock; events as they come.
 */
import { attach } from '../../lib/auditor/attach.js'

const clock = await attach({ trail: process.argv[2] ?? '', keepAlive: true })
const print = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`)
clock.on('sample', ({ seq, verdict }) => print({ event: 'sample', seq, verdict }))
print({ event: 'attached' })
process.on('message', () => print({ event: 'bound', ...clock.bound() }))
process.on('disconnect', () => {
  clock.close()
})
