import { describe, expect, test } from '@jest/globals'
import { parse } from 'csv-parse/sync'
import { formatInstant } from '../../../lib/instant.js'
import type { StoredFailedReading } from '../../../lib/trail/types.js'
import {
  changesCsv,
  csvText,
  gapsCsv,
  intervalsCsv,
  type Row,
  readingColumns,
  readingRows,
  sampleColumns,
  sampleRow,
} from '../../../reports/csv/index.js'
import { ZonedWriter } from '../../../reports/moment.js'
import { nanoseconds } from '../../../reports/seconds.js'
import { dayNs, good, makeDay, ms, recordOf, s, sampleBody, tests } from '../fixture.js'

type Cells = Readonly<Record<string, string>>

async function cells(text: AsyncIterable<string>): Promise<Cells[]> {
  let whole = ''
  for await (const chunk of text) whole += chunk
  return parse(whole, { columns: true, record_delimiter: '\r\n' }) as Cells[]
}

const read = (columns: Parameters<typeof csvText>[0], rows: readonly Row[]) => cells(csvText(columns, rows, 'evidence'))
const berlin = new ZonedWriter('Europe/Berlin')

describe('the lists of a report', () => {
  const { report } = makeDay()

  test('intervals.csv says what the result says, and its lengths sum to the period', async () => {
    const rows = await cells(intervalsCsv(report, 'evidence'))
    expect(rows.map((row) => [row.from_utc, row.to_utc, row.verdict, row.cause])).toEqual(
      report.result.intervals.map((each) => [each.from, each.to, each.verdict, each.cause ?? '']),
    )
    expect(rows.map((row) => [row.worst_low_ns, row.worst_high_ns])).toEqual(
      report.result.intervals.map(({ worst }) =>
        worst ? [nanoseconds(worst.low).toString(), nanoseconds(worst.high).toString()] : ['', ''],
      ),
    )
    expect(rows.reduce((sum, row) => sum + BigInt(row.length_ns!), 0n)).toBe(86_400n * s)
    expect(rows[3]).toEqual({
      no: '4',
      from_utc: '2026-11-21T10:57:31.000000000Z',
      to_utc: '2026-11-21T10:57:31.250000000Z',
      from_local: '2026-11-21T10:57:31.000000000Z',
      to_local: '2026-11-21T10:57:31.250000000Z',
      length_ns: '250000000',
      verdict: 'INDETERMINATE',
      cause: 'clock-change',
      worst_low_ns: '',
      worst_high_ns: '',
      worst_at_utc: '',
      support: '',
      witness: 'complete',
      estimated: 'false',
      from_seq: rows[3]!.from_seq,
      to_seq: rows[3]!.to_seq,
      simulation: 'false',
    })
  })

  test('changes.csv has every change in its order, exact', async () => {
    const rows = await cells(changesCsv(report, 'evidence'))
    expect(rows).toHaveLength(2)
    expect(rows[0]).toMatchObject({
      no: '1',
      seq: '10581',
      class: 'step',
      by: 'foreign',
      earliest_utc: '2026-11-21T10:17:23.000000000Z',
      latest_utc: '2026-11-21T10:17:23.250000000Z',
      wall_after: '2026-11-21T10:14:23.250000000Z',
      size_low_ns: '-180000001200',
      size_high_ns: '-179999999100',
      sample_seq: '10582',
      error_low_ns: '179994000000',
      error_high_ns: '180006000000',
    })
  })

  test('gaps.csv names cause and what it breaks', async () => {
    expect(await cells(gapsCsv(report, 'evidence'))).toEqual([
      {
        no: '1',
        seq: '10777',
        from_utc: '2026-11-21T14:00:12.000000000Z',
        to_utc: '2026-11-21T14:25:40.000000000Z',
        from_local: '2026-11-21T14:00:12.000000000Z',
        to_local: '2026-11-21T14:25:40.000000000Z',
        length_ns: '1528000000000',
        cause: 'auditor-down',
        breaks: 'mono',
        estimated: 'true',
        before_low_ns: '-7902061',
        before_high_ns: '4097943',
        before_at_utc: '2026-11-21T14:00:12.000000000Z',
        after_low_ns: '-7469959',
        after_high_ns: '4530043',
        after_at_utc: '2026-11-21T14:25:40.000000000Z',
        carried_low_ns: '',
        carried_high_ns: '',
        carried_at_utc: '',
        simulation: 'false',
      },
    ])
  })

  test('give local times in the zone of the report', async () => {
    const local = { ...report, period: { ...report.period, zone: 'Asia/Kathmandu' } }
    const rows = await cells(gapsCsv(local, 'evidence'))
    expect(rows[0]?.from_local).toBe('2026-11-21T19:45:12.000000000+05:45')
    expect(rows[0]?.from_utc).toBe('2026-11-21T14:00:12.000000000Z')
  })

  test('are headers alone where nothing happened', async () => {
    const calm = makeDay({ changes: [], gaps: [] }).report
    expect(await cells(changesCsv(calm, 'evidence'))).toEqual([])
    expect(await cells(gapsCsv(calm, 'evidence'))).toEqual([])
  })
})

describe('samples.csv', () => {
  test('has a row per sample: what the clock showed, between which instants it truly was, and the bound', async () => {
    const wallNs = dayNs - 3n * ms
    const [row] = await read(sampleColumns, [sampleRow(recordOf(sampleBody(3n * ms), 4711, wallNs), berlin)])
    expect(row).toMatchObject({
      seq: '4711',
      wall_utc: '2026-11-20T23:59:59.997000000Z',
      wall_local: '2026-11-21T00:59:59.997000000+01:00',
      earliest_utc: formatInstant(dayNs + 3n * ms - 6n * ms),
      latest_utc: formatInstant(dayNs + 3n * ms + 6n * ms),
      reason: 'scheduled',
      trigger_seq: '',
      verdict: 'PROVEN',
      cause: '',
      error_low_ns: '-3000000',
      error_high_ns: '9000000',
      tolerance_ns: '50000000',
      state: 'agreed',
      support: 'voted',
      agree: 'primary secondary',
      dissent: 'tertiary',
      tai_utc_s: '37',
      kernel_notice: 'none',
      looks: '256',
    })
  })

  test('leaves cells empty where a sample found no bound', async () => {
    const none = sampleBody(0n, {
      verdict: 'INDETERMINATE',
      cause: 'conflict',
      consensus: {
        state: 'conflict',
        support: null,
        m: null,
        lowNs: null,
        highNs: null,
        agree: [],
        dissent: [],
        faults: 0,
        configured: 3,
      },
    })
    const [row] = await read(sampleColumns, [sampleRow(recordOf(none, 1, dayNs), berlin)])
    expect(row).toMatchObject({
      earliest_utc: '',
      latest_utc: '',
      error_low_ns: '',
      support: '',
      agree: '',
      cause: 'conflict',
    })
  })
})

describe('readings.csv', () => {
  test('has a row per reference, with the packet in units that people read', async () => {
    const rows = await read(readingColumns, [...readingRows(recordOf(sampleBody(0n), 5, dayNs), berlin)])
    expect(rows.map((row) => [row.role, row.server, row.vote])).toEqual([
      ['primary', 'ntp1.example.net', 'agree'],
      ['secondary', 'ntp2.example.net', 'agree'],
      ['tertiary', 'ntp3.example.net', 'dissent'],
    ])
    expect(rows[0]).toMatchObject({
      seq: '5',
      port: '123',
      ok: 'true',
      offset_ns: '120000',
      delay_ns: '8000000',
      root_distance_ns: '6000000',
      low_ns: '-5880000',
      high_ns: '6120000',
      reference_id: '0x47505300',
      reference_name: 'GPS',
      root_delay_ns: '244141',
      root_dispersion_ns: '488282',
      precision_log2_s: '-23',
      t1: '0xecb5d3c100000000',
      self: 'false',
      failed_tests: '',
      error_code: '',
    })
    expect(rows[2]?.reference_name).toBe('71.80.83.0')
  })

  test('keeps what an answer said that was refused, and the reason', async () => {
    const refused: StoredFailedReading = {
      ok: false,
      server: '=HYPERLINK("http://192.0.2.1")',
      port: 123,
      address: null,
      error: { code: 'ERR_TEST_FAILED', message: 'it says "stratum 16"\nand more' },
      tests: { ...tests, synchronised: 0, distance: 0 },
      stratum: 16,
      li: 3,
      referenceId: '52415445',
      ignored: 2,
    }
    const body = sampleBody(0n, { readings: { primary: refused, secondary: good('ntp2.example.net', 0n) } })
    const rows = await read(readingColumns, [...readingRows(recordOf(body, 5, dayNs), berlin)])
    expect(rows).toHaveLength(2)
    expect(rows[0]).toMatchObject({
      server: '=HYPERLINK("http://192.0.2.1")',
      address: '',
      ok: 'false',
      offset_ns: '',
      t1: '',
      self: '',
      stratum: '16',
      leap_indicator: '3',
      failed_tests: 'synchronised distance',
      ignored: '2',
      error_code: 'ERR_TEST_FAILED',
      error_message: 'it says "stratum 16"\nand more',
    })
  })
})
