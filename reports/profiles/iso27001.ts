/**
 * ISO/IEC 27001:2022 Annex A 8.17: clock synchronization; states no number.
 * @module
 */
import type { ProfileInput } from './input.js'

export const iso27001: ProfileInput = {
  title: 'ISO/IEC 27001, clock synchronization',
  clause: 'Annex A 8.17',
  status: 'in-force',
  source: 'advisera.com and hightable.io, on control 8.17',
  checkedOn: '2026-11-22',
  retention: 'as the management system defines',
  statement:
    'The clock of this system was compared with the approved time sources named above; drift, changes and times without evidence are listed in this report.',
  worksheet: [
    { label: 'Approved time sources', hint: 'document, version' },
    { label: 'Drift monitoring and alerting', hint: 'where configured, who is told' },
  ],
  notes: [
    'The control asks for approved time sources on all systems; which tolerance is right follows from your own risk assessment.',
  ],
}
