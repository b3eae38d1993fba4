/**
 * HIPAA 45 CFR 164.312(b): audit controls; states no number.
 * @module
 */
import type { ProfileInput } from './input.js'

export const hipaa: ProfileInput = {
  title: 'HIPAA Security Rule, audit controls',
  clause: '45 CFR 164.312(b), 164.316',
  status: 'in-force',
  source: 'petronellatech.com, on 164.312(b) and 164.316; healthit.gov, on 45 CFR 170.315(d)(2)',
  checkedOn: '2026-11-22',
  retention: '6 years',
  statement:
    'The clock that stamps the audit records of this system was compared with the references named above; changes of the clock are listed in this report, whose trail shows alterations.',
  worksheet: [
    { label: 'Systems and audit logs covered', hint: 'names' },
    { label: 'Examination of this report', hint: 'by whom, when' },
  ],
  notes: [
    'The rule asks to record and examine activity; it names no tolerance. Certified health IT has further criteria: check 45 CFR 170.315(d).',
  ],
}
