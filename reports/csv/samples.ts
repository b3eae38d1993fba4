/**
 * samples.csv: one row per round over all references, with the bound of the error that it found.
 * @module
 */
import { formatInstant } from '../../lib/instant.js'
import type { SampleBody, TrailRecord } from '../../lib/trail/types.js'
import type { ZonedWriter } from '../moment.js'
import { simulated } from './numbered.js'
import { type Column, type Row, rowOf } from './table.js'

export type SampleRecord = TrailRecord & SampleBody

export interface SampleSource {
  readonly record: SampleRecord
  readonly zone: ZonedWriter
  readonly simulation: boolean
}

/** Columns that place a row; readings.csv repeats them. */
export const placeColumns: readonly Column<SampleSource>[] = [
  { name: 'seq', kind: 'integer', words: 'Record of the sample.', of: ({ record }) => record.seq },
  {
    name: 'wall_utc',
    kind: 'instant',
    words: 'What the audited clock showed, as UTC by its own reckoning.',
    of: ({ record }) => record.wall,
  },
  {
    name: 'wall_local',
    kind: 'instant',
    words: "The same in the report's zone.",
    of: ({ record, zone }) => zone.writeText(record.wall),
  },
]

export const sampleColumns: readonly Column<SampleSource>[] = [
  ...placeColumns,
  {
    name: 'earliest_utc',
    kind: 'instant',
    words: 'True UTC of the sample, at the earliest; empty where it found no bound.',
    of: ({ record }) => trueUtc(record, 'lowNs'),
  },
  {
    name: 'latest_utc',
    kind: 'instant',
    words: 'True UTC, at the latest.',
    of: ({ record }) => trueUtc(record, 'highNs'),
  },
  {
    name: 'reason',
    kind: 'text',
    words: '`startup`, `scheduled`, `clock-change`, `recheck`, `resume`, `requested` or `shutdown`.',
    of: ({ record }) => record.reason,
  },
  {
    name: 'trigger_seq',
    kind: 'integer',
    words: 'Record of the clock change that caused it; empty for all others.',
    of: ({ record }) => record.trigger,
  },
  {
    name: 'part',
    kind: 'text',
    words: '`all`, or `first` where an early answer was recorded before the round was over.',
    of: ({ record }) => record.part,
  },
  {
    name: 'verdict',
    kind: 'text',
    words: 'What it says by itself under `tolerance_ns`: `PROVEN`, `VIOLATED`, `INDETERMINATE` or `UNMONITORED`.',
    of: ({ record }) => record.verdict,
  },
  { name: 'cause', kind: 'text', words: 'Why it is not PROVEN.', of: ({ record }) => record.cause },
  {
    name: 'error_low_ns',
    kind: 'integer',
    words: 'Lower end of the error (UTC minus clock): positive = the clock is slow. Empty where there is no bound.',
    of: ({ record }) => record.consensus.lowNs,
  },
  {
    name: 'error_high_ns',
    kind: 'integer',
    words: 'Its upper end.',
    of: ({ record }) => record.consensus.highNs,
  },
  {
    name: 'tolerance_ns',
    kind: 'integer',
    words: "The tolerance that the auditor was configured with; the report's may differ.",
    of: ({ record }) => record.toleranceNs,
  },
  {
    name: 'state',
    kind: 'text',
    words: 'Outcome of the vote: `agreed`, `ambiguous`, `single`, `conflict` or `none`.',
    of: ({ record }) => record.consensus.state,
  },
  {
    name: 'support',
    kind: 'text',
    words: 'What the bound rests on: `voted`, `paired` or `single`; empty where there is none.',
    of: ({ record }) => record.consensus.support,
  },
  {
    name: 'agree',
    kind: 'text',
    words: 'References whose answers make the bound, separated by blanks.',
    of: ({ record }) => record.consensus.agree.join(' '),
  },
  {
    name: 'dissent',
    kind: 'text',
    words: 'References that answered and miss it, separated by blanks.',
    of: ({ record }) => record.consensus.dissent.join(' '),
  },
  {
    name: 'configured',
    kind: 'integer',
    words: 'How many references are configured.',
    of: ({ record }) => record.consensus.configured,
  },
  {
    name: 'faults_survived',
    kind: 'integer',
    words: 'How many wrong references the bound survives.',
    of: ({ record }) => record.consensus.faults,
  },
  {
    name: 'tai_utc_s',
    kind: 'integer',
    words: 'TAI minus UTC in seconds, by the leap second table.',
    of: ({ record }) => record.taiUtc,
  },
  {
    name: 'rate_ppb',
    kind: 'integer',
    words: 'By how much bounds widen, in parts per billion of the time that passes.',
    of: ({ record }) => record.ratePpb,
  },
  {
    name: 'audit_clock_ns',
    kind: 'integer',
    words: 'The audit clock at the sample.',
    of: ({ record }) => record.atNs,
  },
  {
    name: 'd_low_ns',
    kind: 'integer',
    words: 'Clock minus audit clock, at least.',
    of: ({ record }) => record.d.lowNs,
  },
  {
    name: 'd_high_ns',
    kind: 'integer',
    words: 'Clock minus audit clock, at most.',
    of: ({ record }) => record.d.highNs,
  },
  {
    name: 'looks',
    kind: 'integer',
    words: 'Looks of the witness since the record before.',
    of: ({ record }) => record.since.looks,
  },
  {
    name: 'widest_silence_ns',
    kind: 'integer',
    words: 'The longest time between two of them.',
    of: ({ record }) => record.since.widestSilenceNs,
  },
  {
    name: 'kernel_notice',
    kind: 'text',
    words:
      'Whether the kernel announced a set of the clock since the record before: `none`, `seen`, or `absent` where it cannot.',
    of: ({ record }) => record.since.notice,
  },
  {
    name: 'small_changes',
    kind: 'integer',
    words: 'Changes too small for a record of their own, since the record before.',
    of: ({ record }) => record.since.small.count,
  },
  {
    name: 'small_changes_sum_ns',
    kind: 'integer',
    words: 'The sum of their absolute sizes, rounded up.',
    of: ({ record }) => record.since.small.sumNs,
  },
  { name: 'boot_id', kind: 'text', words: 'The boot in which it was taken.', of: ({ record }) => record.bootId },
  simulated,
]

/** The row of one sample. */
export function sampleRow(record: SampleRecord, zone: ZonedWriter, simulation = false): Row {
  return rowOf(sampleColumns, { record, zone, simulation })
}

/** UTC = A + M - (TAI - UTC): what the references say, whatever the audited clock showed. */
function trueUtc({ atNs, taiUtc, consensus }: SampleRecord, end: 'lowNs' | 'highNs'): string | null {
  if (!consensus.m) return null
  return formatInstant(BigInt(atNs) + BigInt(consensus.m[end]) - BigInt(taiUtc) * 1_000_000_000n)
}
