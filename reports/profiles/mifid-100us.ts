/**
 * RTS 25 (Delegated Regulation (EU) 2017/574), high frequency algorithmic trading: 100 microseconds, which NTP over a network does not prove.
 * @module
 */
import type { ProfileInput } from './input.js'

export const mifid100us: ProfileInput = {
  title: 'RTS 25, high frequency algorithmic trading',
  clause: 'Delegated Regulation (EU) 2017/574, article 3 and annex, table 2; article 4',
  status: 'superseded',
  source:
    'nomox.eu, annex of Delegated Regulation (EU) 2017/574; handbook.fca.org.uk, 574 article 4; repeal: sintact.ro, Delegated Regulation (EU) 2025/1155, version of 2025-11-03',
  checkedOn: '2026-11-22',
  tolerance: '100us',
  granularity: '1us',
  unprovable:
    '100 microseconds is not provable over this path: half the round-trip delay, the root delay and dispersion of the servers and the reading of the clock by a program are part of every bound. It takes a hardware time stamp.',
  reviewPeriod: 'at least once a year',
  worksheet: [
    {
      label: 'System of traceability to UTC',
      hint: 'design, functioning and specification documents: title, version, place',
    },
    { label: 'Exact point at which a time stamp is applied', hint: 'and that it remains constant' },
    { label: 'Yearly review of the traceability system', hint: 'done on, by whom, findings' },
  ],
  statement:
    'The clock named above was compared with UTC as served by the references named above; the divergence, its bounds and the periods without evidence are listed in this report.',
  notes: [
    'In the European Union, Delegated Regulation (EU) 2025/1155 repealed Delegated Regulation (EU) 2017/574 (RTS 25): read its articles 11 to 15 and annex IV, whose numbers this preset does not hold, and write a profile of your own. In the United Kingdom a version of its own of RTS 25 is published.',
  ],
}
