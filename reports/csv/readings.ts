/**
 * readings.csv: one row per sample and reference, answered or not, with what the packet said.
 * @module
 */
import { ceilDivide } from '../../lib/instant.js'
import { referenceIdText } from '../../lib/ntp/reference-id.js'
import { type Role, roles, testNames } from '../../lib/ntp/types.js'
import type { StoredGoodReading, StoredReading } from '../../lib/trail/types.js'
import type { ZonedWriter } from '../moment.js'
import { simulated } from './numbered.js'
import { placeColumns, type SampleRecord, type SampleSource } from './samples.js'
import { type Column, type Row, rowOf, type Value } from './table.js'

export interface ReadingSource extends SampleSource {
  readonly role: Role
  readonly reading: StoredReading
}

export const readingColumns: readonly Column<ReadingSource>[] = [
  ...placeColumns,
  { name: 'role', kind: 'text', words: '`primary`, `secondary` or `tertiary`.', of: ({ role }) => role },
  { name: 'server', kind: 'text', words: 'The reference as configured.', of: ({ reading }) => reading.server },
  { name: 'port', kind: 'integer', words: 'Its UDP port.', of: ({ reading }) => reading.port },
  {
    name: 'address',
    kind: 'text',
    words: 'The address that was asked; empty where the name had none.',
    of: ({ reading }) => reading.address,
  },
  { name: 'ok', kind: 'flag', words: 'Whether a usable answer came.', of: ({ reading }) => reading.ok },
  {
    name: 'vote',
    kind: 'text',
    words: '`agree`, `dissent`, or empty where it took no part in the bound.',
    of: ({ record: { consensus }, role }) =>
      consensus.agree.includes(role) ? 'agree' : consensus.dissent.includes(role) ? 'dissent' : null,
  },
  {
    name: 'offset_ns',
    kind: 'integer',
    words: 'Reference minus clock (RFC 5905 offset): positive = the clock is slow.',
    of: good(({ offsetNs }) => offsetNs),
  },
  { name: 'delay_ns', kind: 'integer', words: 'Round trip delay.', of: good(({ delayNs }) => delayNs) },
  {
    name: 'root_distance_ns',
    kind: 'integer',
    words: 'Half the width of what this answer cannot exclude.',
    of: good(({ rootDistanceNs }) => rootDistanceNs),
  },
  {
    name: 'low_ns',
    kind: 'integer',
    words: 'Lower end of the error by this answer alone.',
    of: good(({ lowNs }) => lowNs),
  },
  { name: 'high_ns', kind: 'integer', words: 'Its upper end.', of: good(({ highNs }) => highNs) },
  { name: 'stratum', kind: 'integer', words: 'Stratum that the answer states.', of: ({ reading }) => reading.stratum },
  {
    name: 'leap_indicator',
    kind: 'integer',
    words: '0 none, 1 a second more, 2 a second less, 3 not synchronised.',
    of: ({ reading }) => reading.li,
  },
  {
    name: 'reference_id',
    kind: 'text',
    words: 'As on the wire: `0x` and eight hexadecimal digits.',
    of: ({ reading }) => hexadecimal(reading.referenceId),
  },
  {
    name: 'reference_name',
    kind: 'text',
    words: 'The reference id as characters (stratum 0 and 1) or as dotted octets.',
    of: ({ reading: { stratum, referenceId } }) =>
      stratum === null || referenceId === null ? null : referenceIdText(stratum, Number.parseInt(referenceId, 16)),
  },
  {
    name: 'root_delay_ns',
    kind: 'integer',
    words: "The server's own delay to its source, rounded up.",
    of: good(({ rootDelay }) => short(rootDelay)),
  },
  {
    name: 'root_dispersion_ns',
    kind: 'integer',
    words: "The server's own dispersion, rounded up.",
    of: good(({ rootDispersion }) => short(rootDispersion)),
  },
  {
    name: 'precision_log2_s',
    kind: 'integer',
    words: "The server's precision as a power of two seconds.",
    of: good(({ precision }) => precision),
  },
  {
    name: 'poll_log2_s',
    kind: 'integer',
    words: 'Its poll interval as a power of two seconds.',
    of: good(({ poll }) => poll),
  },
  { name: 'version', kind: 'integer', words: 'NTP version of the answer.', of: good(({ vn }) => vn) },
  { name: 'mode', kind: 'integer', words: 'NTP mode of the answer.', of: good(({ mode }) => mode) },
  {
    name: 't1',
    kind: 'text',
    words: 'Request sent (this clock): `0x` and a 64-bit NTP timestamp.',
    of: good(({ t1 }) => hexadecimal(t1)),
  },
  { name: 't2', kind: 'text', words: 'Request received (reference).', of: good(({ t2 }) => hexadecimal(t2)) },
  { name: 't3', kind: 'text', words: 'Answer sent (reference).', of: good(({ t3 }) => hexadecimal(t3)) },
  { name: 't4', kind: 'text', words: 'Answer received (this clock).', of: good(({ t4 }) => hexadecimal(t4)) },
  {
    name: 'reference_time',
    kind: 'text',
    words: "When the reference's clock was last set or corrected, as an NTP timestamp.",
    of: good(({ referenceTime }) => hexadecimal(referenceTime)),
  },
  {
    name: 'reading_ns',
    kind: 'integer',
    words: 'How exactly the local clock was read: half the width of its bracket.',
    of: good(({ readingNs }) => readingNs),
  },
  {
    name: 'self',
    kind: 'flag',
    words: "Whether the answer came from one of this computer's own addresses.",
    of: good(({ self }) => self),
  },
  {
    name: 'failed_tests',
    kind: 'text',
    words: 'Names of the tests that the answer failed, separated by blanks.',
    of: ({ reading: { tests } }) => tests && testNames.filter((name) => tests[name] === 0).join(' '),
  },
  {
    name: 'ignored',
    kind: 'integer',
    words: 'Packets that were no answer to our request, and were passed over.',
    of: ({ reading }) => reading.ignored,
  },
  {
    name: 'error_code',
    kind: 'text',
    words: 'Why there is no usable answer.',
    of: ({ reading }) => (reading.ok ? null : reading.error.code),
  },
  {
    name: 'error_message',
    kind: 'text',
    words: 'The same in words.',
    of: ({ reading }) => (reading.ok ? null : reading.error.message),
  },
  simulated,
]

/** The rows of one sample: one per reference that was asked. */
export function readingRows(record: SampleRecord, zone: ZonedWriter, simulation = false): readonly Row[] {
  return roles.flatMap((role) => {
    const reading = record.readings[role]
    return reading ? [rowOf(readingColumns, { record, zone, simulation, role, reading })] : []
  })
}

function good(of: (reading: StoredGoodReading) => Value): (source: ReadingSource) => Value {
  return ({ reading }) => (reading.ok ? of(reading) : null)
}

/** Marked as hexadecimal, so that no program takes `12e45678` for a number. */
function hexadecimal(digits: string | null): string | null {
  return digits === null ? null : `0x${digits}`
}

/** Unsigned 16.16 seconds in hexadecimal, as nanoseconds. */
function short(digits: string): bigint {
  return ceilDivide(BigInt(`0x${digits}`) * 1_000_000_000n, 1n << 16n)
}
