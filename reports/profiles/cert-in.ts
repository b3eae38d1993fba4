/**
 * CERT-In directions of 28 April 2022 (India): synchronization to NIC or NPL; states no number.
 * @module
 */
import type { ProfileInput } from './input.js'

export const certIn: ProfileInput = {
  title: 'CERT-In directions, synchronization of clocks',
  clause: 'directions of 2022-04-28 under section 70B(6) of the Information Technology Act',
  status: 'in-force',
  source: 'ankura and spinsafe, on the directions; ringsafe.in',
  checkedOn: '2026-11-22',
  retention: 'logs: 180 days',
  statement:
    'The clock of this system was compared with the sources named above; the list of sources, and times in UTC and local time, are part of this report and its tables.',
  worksheet: [
    { label: 'Sources traceable to NIC or NPL', hint: 'servers, chain' },
    { label: 'Logs kept for 180 days', hint: 'place' },
  ],
  notes: [
    'The directions ask to synchronize with servers of NIC or NPL, or with sources traceable to them; they name no tolerance.',
  ],
}
