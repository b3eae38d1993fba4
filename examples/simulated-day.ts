/**
 * A day that never was, in a second: somebody sets the clock back at 14:00 and forward at 15:00, a reference errs from 20:00 on.
 * What the trail says can be held against the truth.
 *
 *     node dist/simulated-day.js
 */
import { simulate } from 'ntp-auditor/testing'

const { truth, counts, fromNs } = await simulate(
  {
    start: '2026-03-03T00:00:00Z',
    length: '1d',
    computer: { kind: 'native', ahead: '3ms' },
    events: [
      { at: '14h', do: 'set', by: '-3m' },
      { at: '15h', do: 'set', by: '3m' },
      { at: '20h', do: 'reference', which: 1, change: { offsetNs: 2_000_000_000n } },
    ],
    audit: { interval: '64s', tolerance: '50ms' },
  },
  { folder: './simulated-trail' },
)
truth.errorAt(fromNs + 52_000_000_000_000n) // [180...n]: UTC - wall in nanoseconds at 14:26:40 UTC
console.log(truth.errorAt(fromNs + 52_000_000_000_000n), counts)
