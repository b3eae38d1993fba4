/**
 * The lists of a finished report as tables: its intervals, the changes of the clock, the gaps. The numbers are those of the
 * pages and of the JSON, as whole nanoseconds.
 * @module
 */
import type { ChangeEntry, GapEntry, Stretch } from '../../lib/evidence/types.js'
import { formatInstant } from '../../lib/instant.js'
import { ZonedWriter } from '../moment.js'
import type { Report } from '../types.js'
import { type Column, type CsvForm, csvText, rowOf } from './table.js'

interface Numbered<Entry> {
  readonly no: number
  readonly entry: Entry
  readonly zone: ZonedWriter
}

const number: Column<Numbered<unknown>> = {
  name: 'no',
  kind: 'integer',
  words: 'Number of the row from 1, as in the PDF.',
  of: ({ no }) => no,
}

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
]

export const changeColumns: readonly Column<Numbered<ChangeEntry>>[] = [
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
]

export const gapColumns: readonly Column<Numbered<GapEntry>>[] = [
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
]

/** intervals.csv. */
export function intervalsCsv(report: Report, form: CsvForm): AsyncIterable<string> {
  return numbered(intervalColumns, report.stretches, report, form)
}

/** changes.csv. */
export function changesCsv(report: Report, form: CsvForm): AsyncIterable<string> {
  return numbered(changeColumns, report.changes, report, form)
}

/** gaps.csv. */
export function gapsCsv(report: Report, form: CsvForm): AsyncIterable<string> {
  return numbered(gapColumns, report.gaps, report, form)
}

function numbered<Entry>(
  columns: readonly Column<Numbered<Entry>>[],
  entries: readonly Entry[],
  { period }: Report,
  form: CsvForm,
): AsyncIterable<string> {
  const zone = new ZonedWriter(period.zone)
  function* rows() {
    for (const [index, entry] of entries.entries()) yield rowOf(columns, { no: index + 1, entry, zone })
  }
  return csvText(columns, rows(), form)
}
