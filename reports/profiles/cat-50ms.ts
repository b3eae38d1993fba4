/**
 * CAT NMS Plan section 6.8, FINRA Rule 6820: business clocks of Industry Members, 50 milliseconds.
 * @module
 */
import type { ProfileInput } from './input.js'

export const cat50ms: ProfileInput = {
  title: 'CAT NMS Plan, business clocks of Industry Members',
  clause: 'CAT NMS Plan section 6.8; FINRA Rule 6820; SEC Rule 613(d)',
  status: 'in-force',
  source: 'catnmsplan.com, frequently asked questions R1 and R2',
  checkedOn: '2026-11-22',
  tolerance: '50ms',
  standard: 'UTC(NIST)',
  retention: '5 years, the first 2 accessible',
  reviewPeriod: 'yearly certification, by 15 March for the calendar year before, kept in the books of the member',
  statement:
    'The clock named above was checked against the references named above at the times listed; the results, and every time at which the clock was found outside 50 milliseconds, are listed in this report and kept as part of the log of synchronization events.',
  worksheet: [
    { label: 'Certification for the calendar year', hint: 'January to December' },
    { label: 'Clocks covered, also those of third parties', hint: 'systems, providers' },
    { label: 'Certified by, title', hint: 'in print' },
    { label: 'Date', hint: 'by 15 March' },
  ],
  notes: [
    'Clocks used solely for manual order events or for the time of allocation must be within one second; those of Participants (exchanges) within 100 microseconds: this profile is for neither.',
    'When exceedances must be reported by the member itself, sources contradict one another; this profile counts them and sets no threshold. Read the alerts of the plan, and set "counters" in a profile of your own.',
    'The share of the time that must be PROVEN is a choice of this profile: the rule states none.',
  ],
}
