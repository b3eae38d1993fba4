/**
 * 21 CFR 11.10(e): time-stamped audit trails; states no number.
 * @module
 */
import type { ProfileInput } from './input.js'

export const part11: ProfileInput = {
  title: '21 CFR Part 11, audit trails',
  clause: '11.10(e)',
  status: 'in-force',
  source: 'gmp-compliance.org, on 21 CFR 11.10(e) and the guidance on time stamps',
  checkedOn: '2026-11-22',
  retention: 'at least as long as the records themselves',
  statement:
    'The clock that stamps the records of this system was compared with the references named above; changes of the clock are listed in this report.',
  worksheet: [
    { label: 'System and records covered', hint: 'names' },
    { label: 'Time zone that the stamps refer to', hint: 'UTC, or a zone with its offset' },
    { label: 'Review of every clock change listed', hint: 'by whom, when, result' },
  ],
  notes: [
    'The rule asks for secure, computer-generated, time-stamped audit trails that can be printed for inspection; a draft guidance of 2002 spoke of detecting clock changes and of checking periodically: check what became of it.',
  ],
}
