/**
 * NENA 04-002 (2007, superseded in 2016): clocks of public safety answering points, 100 milliseconds.
 * @module
 */
import type { ProfileInput } from './input.js'

export const psap100ms: ProfileInput = {
  title: 'NENA 04-002, PSAP master clock',
  clause: '04-002 (2007)',
  status: 'superseded',
  source: 'bytefusion, nenatime (states the 100 ms); artsdocbox 98081866 (superseded on 2016-12-21)',
  checkedOn: '2026-11-22',
  tolerance: '100ms',
  retention: 'local rules',
  statement:
    'The clock named above was compared with UTC as served by the references named above; bounds, breaches and gaps are listed in this report.',
  worksheet: [{ label: 'Local rule that applies', hint: 'title, number, tolerance' }],
  notes: ['NENA 04-002 was superseded on 2016-12-21. Local rules may state other numbers: check yours.'],
}
