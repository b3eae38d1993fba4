/**
 * PCI DSS v4.0.1, requirement 10.6: time settings; states no number.
 * @module
 */
import type { ProfileInput } from './input.js'

export const pci: ProfileInput = {
  title: 'PCI DSS v4.0.1, time synchronization',
  clause: '10.6.1 to 10.6.3',
  status: 'in-force',
  source: 'withpci.com, 10.6.2 and 10.6.3',
  checkedOn: '2026-11-22',
  statement:
    'Changes of the clock of this system in the period were logged and are listed in this report with the sample that each of them caused; they were reviewed as noted below.',
  worksheet: [
    { label: 'Designated time servers', hint: 'those of this report, and where they get their time from' },
    { label: 'Who has access to time settings', hint: 'personnel with a business need' },
    { label: 'Review of every clock change listed', hint: 'by whom, when, result' },
  ],
  notes: [
    'The requirement asks for designated servers, for external sources that are industry-accepted and based on TAI or UTC, and that changes to time settings are logged, monitored and reviewed.',
    'How long logs must be kept stands in requirement 10.5.1: check it.',
  ],
}
