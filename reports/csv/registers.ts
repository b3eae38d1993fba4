/**
 * The lists of a finished report as tables: its intervals, the changes of the clock, the gaps. The numbers are those of the
 * pages and of the JSON, as whole nanoseconds.
 * @module
 */
import type { ChangeEntry, GapEntry, Stretch } from '../../lib/evidence/types.js'
import { formatInstant } from '../../lib/instant.js'
import type { ChangeDocument, GapDocument } from '../document.js'
import type { Report } from '../types.js'
import { bound, entries, type Numbered, number, numbered, simulated, whole } from './numbered.js'
import type { Column, CsvForm } from './table.js'

export const intervalColumns: readonly Column<Numbered<Stretch>>[] = [
  { ...number, words: 'Number of the row from 1.' },
  { name: 'from_utc', kind: 'instant', words: 'Start, UTC.', of: ({ entry }) => formatInstant(entry.fromNs) },
  {
    name: 'to_utc',
    kind: 'instant',
    words: 'End, UTC; the first instant behind it.',
    of: ({ entry }) => formatInstant(entry.toNs),
  },
  {
    name: 'from_local',
    kind: 'instant',
    words: "Start in the report's zone.",
    of: ({ entry, zone }) => zone.write(entry.fromNs),
  },
  {
    name: 'to_local',
    kind: 'instant',
    words: "End in the report's zone.",
    of: ({ entry, zone }) => zone.write(entry.toNs),
  },
  { name: 'length_ns', kind: 'integer', words: 'End minus start.', of: ({ entry }) => entry.toNs - entry.fromNs },
  {
    name: 'verdict',
    kind: 'text',
    words: '`PROVEN`, `VIOLATED`, `INDETERMINATE`, `UNMONITORED` or `OFF`.',
    of: ({ entry }) => entry.verdict,
  },
  { name: 'cause', kind: 'text', words: 'Why it is not PROVEN; empty where it is.', of: ({ entry }) => entry.cause },
  {
    name: 'worst_low_ns',
    kind: 'integer',
    words: 'Lower end of the widest bound of the error inside; empty where there is no bound.',
    of: ({ entry }) => entry.worst?.lowNs ?? null,
  },
  { name: 'worst_high_ns', kind: 'integer', words: 'Its upper end.', of: ({ entry }) => entry.worst?.highNs ?? null },
  {
    name: 'worst_at_utc',
    kind: 'instant',
    words: 'When that bound holds, UTC.',
    of: ({ entry }) => entry.worst && formatInstant(entry.worst.atNs),
  },
  {
    name: 'support',
    kind: 'text',
    words: 'What the bound rests on: `voted`, `paired` or `single`; empty where there is none.',
    of: ({ entry }) => entry.support,
  },
  {
    name: 'witness',
    kind: 'text',
    words: '`complete`: the kernel announces every set of the clock; `looks`: the clock was looked at periodically.',
    of: ({ entry }) => entry.witness,
  },
  {
    name: 'estimated',
    kind: 'flag',
    words: 'Whether the UTC of its ends was estimated across a break of the audit clock.',
    of: ({ entry }) => entry.estimated,
  },
  { name: 'from_seq', kind: 'integer', words: 'First record that shapes it.', of: ({ entry }) => entry.fromSeq },
  { name: 'to_seq', kind: 'integer', words: 'Last record that shapes it.', of: ({ entry }) => entry.toSeq },
  simulated,
]

export const changeColumns: readonly Column<Numbered<ChangeEntry> & { readonly document: ChangeDocument }>[] = [
  { ...number, words: 'Number of the change, as in the plots and tables of the PDF.' },
  { name: 'seq', kind: 'integer', words: 'Its record.', of: ({ entry }) => entry.seq },
  {
    name: 'class',
    kind: 'text',
    words: '`step`, `slew`, `leap`, `set-during-suspend` or `unknown`.',
    of: ({ entry }) => entry.class,
  },
  {
    name: 'by',
    kind: 'text',
    words: 'A hint who changed it, never a claim: `daemon`, `foreign` or `unknown`.',
    of: ({ entry }) => entry.by,
  },
  {
    name: 'earliest_utc',
    kind: 'instant',
    words: 'The last look that did not show it, UTC.',
    of: ({ entry }) => formatInstant(entry.earliestNs),
  },
  {
    name: 'latest_utc',
    kind: 'instant',
    words: 'The first look that showed it, UTC.',
    of: ({ entry }) => formatInstant(entry.latestNs),
  },
  {
    name: 'earliest_local',
    kind: 'instant',
    words: "`earliest_utc` in the report's zone.",
    of: ({ entry, zone }) => zone.write(entry.earliestNs),
  },
  {
    name: 'latest_local',
    kind: 'instant',
    words: "`latest_utc` in the report's zone.",
    of: ({ entry, zone }) => zone.write(entry.latestNs),
  },
  {
    name: 'wall_before',
    kind: 'instant',
    words: 'What the clock showed at the look before, as UTC by its own reckoning.',
    of: ({ entry }) => formatInstant(entry.wallBeforeNs),
  },
  {
    name: 'wall_after',
    kind: 'instant',
    words: 'What it showed at the look after.',
    of: ({ entry }) => formatInstant(entry.wallAfterNs),
  },
  {
    name: 'size_low_ns',
    kind: 'integer',
    words: 'How far the clock was moved, at least; positive = forward.',
    of: ({ entry }) => entry.size.lowNs,
  },
  { name: 'size_high_ns', kind: 'integer', words: 'How far at most.', of: ({ entry }) => entry.size.highNs },
  {
    name: 'sample_seq',
    kind: 'integer',
    words: 'Record of the unscheduled sample that it caused; empty where there is none.',
    of: ({ entry }) => entry.sample,
  },
  {
    name: 'error_low_ns',
    kind: 'integer',
    words: 'Lower end of the error (UTC minus clock) that this sample found; empty where it found no bound.',
    of: ({ entry }) => entry.error?.lowNs ?? null,
  },
  { name: 'error_high_ns', kind: 'integer', words: 'Its upper end.', of: ({ entry }) => entry.error?.highNs ?? null },
  ...bound<{ readonly document: ChangeDocument }>(
    'before',
    'the last bound of the error before the change, in hindsight',
    ({ document }) => document.before,
  ),
  ...bound<{ readonly document: ChangeDocument }>(
    'after',
    'the first bound of the error behind the change, in hindsight',
    ({ document }) => document.after,
  ),
  {
    name: 'seen',
    kind: 'text',
    words: '`divergence`: the clocks ran apart; `kernel-notice`: the kernel announced it.',
    of: ({ document }) => document.seen,
  },
  {
    name: 'sample_verdict',
    kind: 'text',
    words: "What the unscheduled sample says by itself under the report's tolerance.",
    of: ({ document }) => document.unscheduled?.verdict ?? null,
  },
  {
    name: 'sample_latency_ns',
    kind: 'integer',
    words: 'From the first look that showed the change to that sample, by the audit clock.',
    of: ({ document }) => whole(document.unscheduled?.latency ?? undefined),
  },
  {
    name: 'notes',
    kind: 'text',
    words: 'What people wrote about it, separated by blanks and a slash.',
    of: ({ document }) => document.notes.map(({ by, text }) => `${by}: ${text}`).join(' / '),
  },
  simulated,
]

export const gapColumns: readonly Column<Numbered<GapEntry> & { readonly document: GapDocument }>[] = [
  number,
  { name: 'seq', kind: 'integer', words: 'Its record.', of: ({ entry }) => entry.seq },
  { name: 'from_utc', kind: 'instant', words: 'Start, UTC.', of: ({ entry }) => formatInstant(entry.fromNs) },
  { name: 'to_utc', kind: 'instant', words: 'End, UTC.', of: ({ entry }) => formatInstant(entry.toNs) },
  {
    name: 'from_local',
    kind: 'instant',
    words: "Start in the report's zone.",
    of: ({ entry, zone }) => zone.write(entry.fromNs),
  },
  {
    name: 'to_local',
    kind: 'instant',
    words: "End in the report's zone.",
    of: ({ entry, zone }) => zone.write(entry.toNs),
  },
  { name: 'length_ns', kind: 'integer', words: 'End minus start.', of: ({ entry }) => entry.toNs - entry.fromNs },
  { name: 'cause', kind: 'text', words: 'Why something is not known.', of: ({ entry }) => entry.cause },
  {
    name: 'breaks',
    kind: 'text',
    words: '`mono`: no bound is carried across; `wall`: the clock was not watched; `none`: the evidence goes on.',
    of: ({ entry }) => entry.breaks,
  },
  {
    name: 'estimated',
    kind: 'flag',
    words: 'Whether the UTC of its ends was estimated across a break of the audit clock.',
    of: ({ entry }) => entry.estimated,
  },
  ...bound<{ readonly document: GapDocument }>(
    'before',
    'the last bound of the error before the gap',
    ({ document }) => document.before,
  ),
  ...bound<{ readonly document: GapDocument }>(
    'after',
    'the first bound of the error behind the gap',
    ({ document }) => document.after,
  ),
  ...bound<{ readonly document: GapDocument }>(
    'carried',
    'the widest bound inside that is carried across it, which moves no verdict',
    ({ document }) => document.carried,
  ),
  simulated,
]

/** intervals.csv. */
export function intervalsCsv(report: Report, form: CsvForm): AsyncIterable<string> {
  return numbered(intervalColumns, entries(report.stretches), report, form)
}

/** changes.csv. */
export function changesCsv(report: Report, form: CsvForm): AsyncIterable<string> {
  const rows = report.changes.map((entry, i) => ({ entry, document: report.result.clockChanges[i]! }))
  return numbered(changeColumns, rows, report, form)
}

/** gaps.csv. */
export function gapsCsv(report: Report, form: CsvForm): AsyncIterable<string> {
  const rows = report.gaps.map((entry, i) => ({ entry, document: report.result.gaps[i]! }))
  return numbered(gapColumns, rows, report, form)
}
