/**
 * ETSI EN 319 421: clocks of a time-stamping authority, declared accuracy of one second or better.
 * @module
 */
import type { ProfileInput } from './input.js'

export const tsa1s: ProfileInput = {
  title: 'ETSI EN 319 421, clock of a time-stamping unit',
  clause: 'clause 7.7 (V1.1.1)',
  status: 'in-force',
  source: 'doc.primekey.com, SignServer, time requirements (quotes EN 319 421 V1.1.1, 2016-03)',
  checkedOn: '2026-11-22',
  tolerance: '1s',
  retention: 'as the policy of the authority states; losses of synchronization are recorded',
  statement:
    'The clock named above was compared with UTC as served by the references named above; every detected drift or jump outside the declared accuracy is listed in this report.',
  worksheet: [
    { label: 'Accuracy declared in the policy', hint: '1 second or better; the tolerance of this report' },
    { label: 'Traceability to a UTC(k) laboratory', hint: 'chain and documents' },
    { label: 'Issuing stopped in each breach listed', hint: 'from, to, by whom' },
    { label: 'Leap second handling recorded', hint: 'yes, no, none in the period' },
  ],
  notes: [
    'The standard demands the accuracy that the policy of the authority declares, of 1 second or better: give the declared one with --tolerance.',
    'The edition looked up is V1.1.1; later ones exist. Check which of them applies to you.',
    'The share of the time that must be PROVEN is a choice of this profile: the standard states none.',
  ],
}
