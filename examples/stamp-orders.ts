/**
 * A program that stamps orders and refuses to do so when its clock is not proven to be within 50 ms of UTC.
 *
 *     node dist/stamp-orders.js ./audit-trail time.example.net
 */
import { type AskableClock, Auditor, ClockNotProvenError } from 'ntp-auditor'

/** @throws {ClockNotProvenError} the order gets no stamp */
function stamp(order: string, clock: AskableClock): object {
  const { asOf, low, high, support } = clock.assertWithin('50ms')
  return { order, at: asOf, error: { low, high }, support }
}

const [trail, ...references] = process.argv.slice(2)
await using auditor = await Auditor.start({
  trail,
  references,
  tolerance: '50ms',
  // Only for servers on this very computer, as tests have them.
  trustLocal: references.every((reference) => reference.startsWith('127.')),
})
for (const order of ['too early', 'in time']) {
  try {
    console.log(JSON.stringify(stamp(order, auditor)))
  } catch (error) {
    if (!(error instanceof ClockNotProvenError)) throw error
    console.log(`refused "${order}": ${error.message}`)
  }
  await auditor.ready({ timeout: '10s' })
}
