/**
 * The day table with its roll-ups, and the breach register, as tables.
 * @module
 */
import type { Breach, SpanRow } from '../document.js'
import { nanoseconds } from '../seconds.js'
import type { Report } from '../types.js'
import { verdicts } from '../words.js'
import { entries, type Numbered, number, numbered, simulated } from './numbered.js'
import type { Column, CsvForm } from './table.js'

export const dayColumns: readonly Column<Numbered<SpanRow>>[] = [
  { ...number, words: 'Number of the row from 1.' },
  {
    name: 'unit',
    kind: 'text',
    words: '`day`, `week`, `month`, `quarter` or `year`: days first, then what they roll up to.',
    of: ({ entry }) => unitOf(entry.label),
  },
  {
    name: 'label',
    kind: 'text',
    words: "`2026-11-21`, `2026-W47` (ISO 8601), `2026-11`, `2026-Q4` or `2026`, in the report's zone.",
    of: ({ entry }) => entry.label,
  },
  { name: 'from_utc', kind: 'instant', words: 'Start of what lies in the period, UTC.', of: ({ entry }) => entry.from },
  { name: 'to_utc', kind: 'instant', words: 'Its end, UTC.', of: ({ entry }) => entry.to },
  {
    name: 'from_local',
    kind: 'instant',
    words: "Start in the report's zone.",
    of: ({ entry, zone }) => zone.writeText(entry.from),
  },
  {
    name: 'to_local',
    kind: 'instant',
    words: "End in the report's zone.",
    of: ({ entry, zone }) => zone.writeText(entry.to),
  },
  {
    name: 'verdict',
    kind: 'text',
    words:
      '`PROVEN` where all of it less OFF is, `VIOLATED` where any of it is, `OFF` where all of it is; else `INDETERMINATE` or `UNMONITORED`, whichever is the longer.',
    of: ({ entry }) => entry.verdict,
  },
  ...verdicts.map(
    (verdict): Column<Numbered<SpanRow>> => ({
      name: `${verdict.toLowerCase()}_ns`,
      kind: 'integer',
      words: `How long it was ${verdict}.`,
      of: ({ entry }) => nanoseconds(entry.seconds[verdict]),
    }),
  ),
  {
    name: 'worst_low_ns',
    kind: 'integer',
    words: 'Lower end of the bound of the error that reaches furthest from zero; empty where there is no bound.',
    of: ({ entry }) => entry.worst && nanoseconds(entry.worst.low),
  },
  {
    name: 'worst_high_ns',
    kind: 'integer',
    words: 'Its upper end.',
    of: ({ entry }) => entry.worst && nanoseconds(entry.worst.high),
  },
  {
    name: 'worst_at_utc',
    kind: 'instant',
    words: 'When that bound holds, UTC.',
    of: ({ entry }) => entry.worst?.at ?? null,
  },
  {
    name: 'worst_offset_ns',
    kind: 'integer',
    words: "The middle of a sample's bound that lies furthest from zero: an estimate, no proof.",
    of: ({ entry }) => entry.worstOffset && nanoseconds(entry.worstOffset.offset),
  },
  {
    name: 'worst_offset_seq',
    kind: 'integer',
    words: 'Record of that sample.',
    of: ({ entry }) => entry.worstOffset?.seq ?? null,
  },
  {
    name: 'samples_scheduled',
    kind: 'integer',
    words: 'Scheduled samples.',
    of: ({ entry }) => entry.samples.scheduled,
  },
  {
    name: 'samples_unscheduled',
    kind: 'integer',
    words: 'All other samples.',
    of: ({ entry }) => entry.samples.unscheduled,
  },
  {
    name: 'samples_failed',
    kind: 'integer',
    words: 'Samples of both kinds that found no bound.',
    of: ({ entry }) => entry.samples.failed,
  },
  { name: 'changes', kind: 'integer', words: 'Clock changes that began in it.', of: ({ entry }) => entry.changes },
  { name: 'gaps', kind: 'integer', words: 'Gaps that began in it.', of: ({ entry }) => entry.gaps },
  { name: 'breaches', kind: 'integer', words: 'Breaches that began in it.', of: ({ entry }) => entry.breaches },
  simulated,
]

export const breachColumns: readonly Column<Numbered<Breach>>[] = [
  { ...number, of: ({ entry }) => entry.no },
  {
    name: 'start_earliest_utc',
    kind: 'instant',
    words: 'End of the last PROVEN instant before, UTC: it began then at the earliest.',
    of: ({ entry }) => entry.start.earliest,
  },
  {
    name: 'start_latest_utc',
    kind: 'instant',
    words: 'First instant that is VIOLATED, UTC: it began then at the latest.',
    of: ({ entry }) => entry.start.latest,
  },
  {
    name: 'end_earliest_utc',
    kind: 'instant',
    words: 'End of the last instant that is VIOLATED, UTC.',
    of: ({ entry }) => entry.end.earliest,
  },
  {
    name: 'end_latest_utc',
    kind: 'instant',
    words: 'First PROVEN instant behind, UTC.',
    of: ({ entry }) => entry.end.latest,
  },
  {
    name: 'start_latest_local',
    kind: 'instant',
    words: "`start_latest_utc` in the report's zone.",
    of: ({ entry, zone }) => zone.writeText(entry.start.latest),
  },
  {
    name: 'end_earliest_local',
    kind: 'instant',
    words: "`end_earliest_utc` in the report's zone.",
    of: ({ entry, zone }) => zone.writeText(entry.end.earliest),
  },
  {
    name: 'open_start',
    kind: 'flag',
    words: 'Whether it had begun before the period, as far as one can tell.',
    of: ({ entry }) => entry.open.start,
  },
  {
    name: 'open_end',
    kind: 'flag',
    words: 'Whether it had not ended with the period.',
    of: ({ entry }) => entry.open.end,
  },
  {
    name: 'least_ns',
    kind: 'integer',
    words: 'How long the clock was outside, at least.',
    of: ({ entry }) => nanoseconds(entry.duration.least),
  },
  { name: 'most_ns', kind: 'integer', words: 'How long at most.', of: ({ entry }) => nanoseconds(entry.duration.most) },
  {
    name: 'worst_low_ns',
    kind: 'integer',
    words: 'Lower end of the bound of the error that reaches furthest from zero.',
    of: ({ entry }) => nanoseconds(entry.worst.low),
  },
  { name: 'worst_high_ns', kind: 'integer', words: 'Its upper end.', of: ({ entry }) => nanoseconds(entry.worst.high) },
  { name: 'worst_at_utc', kind: 'instant', words: 'When that bound holds, UTC.', of: ({ entry }) => entry.worst.at },
  {
    name: 'estimate_ns',
    kind: 'integer',
    words: 'The middle of that bound: an estimate, no proof.',
    of: ({ entry }) => nanoseconds(entry.estimate),
  },
  {
    name: 'cause',
    kind: 'text',
    words:
      'Class of the clock change that began it; `drift`: none did; `unwatched`: nobody was looking; `before`: it began before the period.',
    of: ({ entry }) => entry.cause,
  },
  {
    name: 'change_seqs',
    kind: 'text',
    words: 'Records of the clock changes in which it began, separated by blanks.',
    of: ({ entry }) => entry.changes.join(' '),
  },
  {
    name: 'sample_seq',
    kind: 'integer',
    words: 'Record of the first sample that found it.',
    of: ({ entry }) => entry.sample,
  },
  simulated,
]

function unitOf(label: string): string {
  if (/^\d{4}$/.test(label)) return 'year'
  if (label.includes('W')) return 'week'
  if (label.includes('Q')) return 'quarter'
  return label.length === 7 ? 'month' : 'day'
}

/** days.csv: the days, and below them the weeks, months, quarters and years that they roll up to. */
export function daysCsv(report: Report, form: CsvForm): AsyncIterable<string> {
  const { days, weeks, months, quarters, years } = report.result
  return numbered(dayColumns, entries([...days, ...weeks, ...months, ...quarters, ...years]), report, form)
}

/** breaches.csv. */
export function breachesCsv(report: Report, form: CsvForm): AsyncIterable<string> {
  return numbered(breachColumns, entries(report.result.breaches), report, form)
}
