/**
 * FINRA Rule 4590(b): other business clocks, one second.
 * @module
 */
import type { ProfileInput } from './input.js'

export const finraManual1s: ProfileInput = {
  title: 'FINRA Rule 4590, other business clocks',
  clause: '4590(b), (c), .01',
  status: 'in-force',
  source: 'finra.complinet.com, rule 4590 (element 4433); order of approval: Federal Register 81 FR 22136',
  checkedOn: '2026-11-22',
  standard: 'UTC(NIST)',
  retention: 'the period, and the accessibility, that SEC Rule 17a-4(b) specifies',
  checkBefore: { zone: 'America/New_York', days: ['mon', 'tue', 'wed', 'thu', 'fri'], at: '09:30' },
  tolerance: '1s',
  granularity: '1s',
  statement:
    'The clock named above was checked against the references named above at the times listed; the results of the checks, and every time at which the clock was found outside one second, are listed in this report.',
  worksheet: [
    { label: 'Clocks covered', hint: 'systems that record these events with this clock' },
    { label: 'Written synchronization procedures', hint: 'title, version, place' },
    { label: 'Action taken on each breach listed', hint: 'who, when, what' },
  ],
  notes: [
    'The market is taken to open at 09:30 New York time, Monday to Friday: check the opening of your market, and list its holidays in a profile of your own with this one as its base.',
    'The tolerance covers the difference between the time provider and NIST, the transmission delay and the drift of the clock: the bound of this report covers the last two, and the first as far as the references state it honestly.',
    'The share of the time that must be PROVEN is a choice of this profile: the rule states none.',
  ],
}
