/**
 * hosts.csv: the table of all computers of a fleet.
 * @module
 */
import type { FleetResult, FleetRow } from '../fleet.js'
import { nanoseconds } from '../seconds.js'
import { verdicts } from '../words.js'
import { simulated } from './numbered.js'
import { type Column, type CsvForm, csvText, rowOf } from './table.js'

export const hostColumns: readonly Column<FleetRow>[] = [
  { name: 'host', kind: 'text', words: 'The computer, as its trail names it.', of: ({ host }) => host },
  { name: 'origin', kind: 'text', words: 'The name of its trail.', of: ({ origin }) => origin },
  { name: 'machine', kind: 'text', words: 'A pseudonym of its machine id.', of: ({ identity }) => identity.machine },
  { name: 'report', kind: 'text', words: 'Id of its own report.', of: ({ report }) => report },
  { name: 'as_of_seq', kind: 'integer', words: 'The last record that its report rests on.', of: ({ asOf }) => asOf },
  {
    name: 'closed',
    kind: 'flag',
    words: 'Whether a usable sample behind the period closes it.',
    of: ({ closed }) => closed,
  },
  {
    name: 'outcome',
    kind: 'text',
    words: '`met`, `not-met`, or `not-proven` where only proof is lacking.',
    of: ({ outcome }) => outcome,
  },
  {
    name: 'reason',
    kind: 'text',
    words: 'The first reason for it; empty where it is met.',
    of: ({ reason }) => reason,
  },
  {
    name: 'tolerance_ns',
    kind: 'integer',
    words: 'The tolerance it was judged by.',
    of: ({ tolerance }) => nanoseconds(tolerance),
  },
  ...verdicts.map(
    (verdict): Column<FleetRow> => ({
      name: `${verdict.toLowerCase()}_ns`,
      kind: 'integer',
      words: `How long it was ${verdict}.`,
      of: ({ seconds }) => nanoseconds(seconds[verdict]),
    }),
  ),
  {
    name: 'worst_low_ns',
    kind: 'integer',
    words: 'Lower end of the bound of the error that reaches furthest from zero; empty where there is no bound.',
    of: ({ worst }) => worst && nanoseconds(worst.low),
  },
  {
    name: 'worst_high_ns',
    kind: 'integer',
    words: 'Its upper end.',
    of: ({ worst }) => worst && nanoseconds(worst.high),
  },
  { name: 'worst_at_utc', kind: 'instant', words: 'When that bound holds, UTC.', of: ({ worst }) => worst?.at ?? null },
  { name: 'changes', kind: 'integer', words: 'Clock changes in the period.', of: ({ clockChanges }) => clockChanges },
  { name: 'breaches', kind: 'integer', words: 'Breaches in the period.', of: ({ breaches }) => breaches },
  { name: 'gaps', kind: 'integer', words: 'Gaps in the period.', of: ({ gaps }) => gaps },
  {
    name: 'intact',
    kind: 'text',
    words: '`true` under a key, `false` where the trail is damaged, `self-consistent` where no key says more.',
    of: ({ intact }) => String(intact),
  },
  simulated,
]

/** hosts.csv. */
export function hostsCsv({ hosts }: FleetResult, form: CsvForm): AsyncIterable<string> {
  return csvText(
    hostColumns,
    hosts.map((host) => rowOf(hostColumns, host)),
    form,
  )
}
