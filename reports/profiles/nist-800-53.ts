/**
 * NIST SP 800-53 revision 5, AU-8 and SC-45: time stamps and their synchronization; the organization states the number.
 * @module
 */
import type { ProfileInput } from './input.js'

export const nist80053: ProfileInput = {
  title: 'NIST SP 800-53 rev. 5, time stamps and system time synchronization',
  clause: 'AU-8, SC-45, SC-45(1)',
  status: 'in-force',
  source: 'stigviewer.com, AU-8; csf.tools, SC-45(1)',
  checkedOn: '2026-11-22',
  retention: 'as the organization defines',
  statement:
    'The internal clock of this system was compared with the authoritative sources named above at the interval stated; differences, changes and times without evidence are listed in this report.',
  worksheet: [
    { label: 'Granularity of time measurement (AU-8)', hint: 'as the organization defines' },
    {
      label: 'Frequency of comparison (SC-45(1)(a))',
      hint: 'as the organization defines; the interval of this report',
    },
    { label: 'Difference from which clocks are synchronized (SC-45(1)(b))', hint: 'as the organization defines' },
    { label: 'Authoritative time source', hint: 'those of this report, or where they get their time from' },
  ],
  notes: [
    'The controls leave frequency, source and difference to the organization; the discussion of AU-8 speaks of hundreds or tens of milliseconds.',
  ],
}
