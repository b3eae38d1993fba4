/** Rows that are written from the bytes of a line are those of the parsed record; whatever is in doubt is left to the parser. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { formatInstant } from '../../../lib/instant.js'
import { type Role, roles, testNames } from '../../../lib/ntp/types.js'
import { canonicalize, parseCanonical } from '../../../lib/trail/canonical.js'
import { checkRecord } from '../../../lib/trail/record.js'
import type { StoredFailedReading, StoredGoodReading, StoredReading } from '../../../lib/trail/types.js'
import {
  type CsvForm,
  LongTables,
  RowWriter,
  readingColumns,
  readingRows,
  type SampleRecord,
  sampleColumns,
  sampleRow,
} from '../../../reports/csv/index.js'
import { ZonedWriter } from '../../../reports/moment.js'
import { good, recordOf, s, sampleBody, tests } from '../fixture.js'

const everything = { firstSeq: 1, lastSeq: Number.MAX_SAFE_INTEGER, fromSeconds: 0, toSeconds: 1e12 }
const forms: readonly CsvForm[] = ['evidence', 'spreadsheet']
const lineOf = (record: SampleRecord) => Buffer.from(canonicalize(record))
const parsed = (line: Buffer) => JSON.parse(line.toString()) as SampleRecord

/** What the general writer makes of records. */
function wantedOf(records: readonly SampleRecord[], form: CsvForm, zone: ZonedWriter): [string, string] {
  const [samples, readings] = [new RowWriter(sampleColumns, form), new RowWriter(readingColumns, form)]
  const texts: [string, string] = [samples.header(), readings.header()]
  for (const record of records) {
    texts[0] += samples.row(sampleRow(record, zone, true))
    for (const row of readingRows(record, zone, true)) texts[1] += readings.row(row)
  }
  return texts
}

const written = (tables: LongTables) => tables.written().map((bytes) => bytes.toString())

/** Tables that know the forms of a line, and hold nothing. */
function taught(record: SampleRecord, form: CsvForm, zone: ZonedWriter): LongTables {
  const tables = new LongTables({ zone, simulation: true, form })
  const line = lineOf(record)
  tables.record(parsed(line))
  tables.clear()
  return tables
}

const ns = fc
  .oneof(
    { weight: 500, arbitrary: fc.bigInt(-(10n ** 23n), 10n ** 23n) },
    { weight: 100, arbitrary: fc.constantFrom(0n, -1n, 10n ** 9n, 10n ** 24n - 1n) },
    // Longer than a hole takes.
    { weight: 1, arbitrary: fc.constantFrom(10n ** 24n, -(10n ** 29n)) },
  )
  .map(String)
const hex = (digits: number) =>
  fc.bigInt(0n, 16n ** BigInt(digits) - 1n).map((n) => n.toString(16).padStart(digits, '0'))
const hostile = fc.oneof(
  fc.constantFrom(
    'ntp1.example.net',
    '',
    '=1+1',
    'a,b',
    'a"b',
    'a\\b',
    'a\nb',
    ' x',
    '1e5',
    'zeit-ü',
    '\u202e',
    '😀',
    '"type":"sample"',
  ),
  fc.string(),
  fc.string({ unit: 'grapheme' }),
)
/** 1971 to 2170. */
const instantNs = fc.bigInt(31_536_000n * s, 6_311_433_600n * s)

/** The measured values of a reading, and of a sample. */
const measuredReading = fc.record({
  ...{ t1: hex(16), t2: hex(16), t3: hex(16), t4: hex(16), rootDelay: hex(8), rootDispersion: hex(8) },
  ...{ referenceTime: hex(16), atNs: ns, lineNs: ns, readingNs: ns, offsetNs: ns, delayNs: ns, rootDistanceNs: ns },
  ...{ lowNs: ns, highNs: ns, m: fc.record({ lowNs: ns, highNs: ns }) },
})
const measured = fc.record({
  seq: fc.oneof({ weight: 50, arbitrary: fc.integer({ min: 1, max: 10 ** 15 - 1 }) }, fc.constant(10 ** 15)),
  prev: hex(64),
  wallNs: instantNs,
  trueNs: instantNs,
  half: fc.bigInt(0n, 10n ** 12n),
  atNs: fc.bigInt(0n, 10n ** 20n),
  error: fc.record({ lowNs: ns, highNs: ns }),
  d: fc.record({ lowNs: ns, highNs: ns }),
  since: fc.record({ looks: fc.nat(), widestSilenceNs: ns, small: fc.record({ count: fc.nat(), sumNs: ns }) }),
  toleranceNs: ns,
  readings: fc.record({ primary: measuredReading, secondary: measuredReading, tertiary: measuredReading }),
})

/** The rest: what makes a form. */
const goodForm: fc.Arbitrary<StoredReading> = fc
  .record({
    ...{ server: hostile, port: fc.integer({ min: 1, max: 65_535 }), address: hostile, self: fc.boolean() },
    ...{
      stratum: fc.integer({ min: 0, max: 255 }),
      li: fc.integer({ min: 0, max: 3 }),
      referenceId: hex(8),
      ignored: fc.nat(),
    },
    tests: fc.record(Object.fromEntries(testNames.map((name) => [name, fc.constantFrom(0, 1)]))) as never,
  })
  .map((more) => good('', 0n, more as Partial<StoredGoodReading>))
const failedForm: fc.Arbitrary<StoredReading> = fc.record({
  ...{
    ok: fc.constant(false as const),
    server: hostile,
    port: fc.constant(123),
    address: fc.oneof(hostile, fc.constant(null)),
  },
  error: fc.record({ code: fc.constant('ERR_TIMEOUT' as const), message: hostile }),
  ...{ tests: fc.constantFrom(null, tests), stratum: fc.constantFrom(null, 16), li: fc.constantFrom(null, 3) },
  ...{ referenceId: fc.option(hex(8)), ignored: fc.nat() },
}) as fc.Arbitrary<StoredFailedReading>
const subset = fc.subarray([...roles])
const formOf = fc.record({
  asked: subset,
  readings: fc.record(
    Object.fromEntries(roles.map((role) => [role, fc.oneof(goodForm, failedForm)])) as Record<Role, typeof goodForm>,
  ),
  ...{ agree: subset, dissent: subset, bootId: hostile, bound: fc.boolean(), raw: fc.boolean(), doubt: fc.boolean() },
  trigger: fc.option(fc.integer({ min: 1 })),
  cause: fc.option(fc.constantFrom('conflict', 'leap-doubt')),
  taiUtc: fc.integer({ min: -1000, max: 1000 }),
  /** Fields of a later version, also such as look like known ones. */
  more: fc.dictionary(
    fc.constantFrom('zz', 'Aa', 'd.lowNs', 'readings.primary', 'xNs', 't9', 'ü'),
    fc.oneof(hostile, ns, fc.nat(), fc.constant({ lowNs: '1' })),
  ),
})

type FormOf = typeof formOf extends fc.Arbitrary<infer T> ? T : never
type Measured = typeof measured extends fc.Arbitrary<infer T> ? T : never

function make(form: FormOf, values: Measured): SampleRecord {
  const readings: Record<string, StoredReading> = {}
  for (const role of form.asked) {
    const reading = form.readings[role]
    readings[role] = reading.ok ? { ...reading, ...values.readings[role] } : reading
  }
  const middle = values.trueNs + BigInt(form.taiUtc) * s - values.atNs
  const m = { lowNs: `${middle - values.half}`, highNs: `${middle + values.half}` }
  const base = recordOf(sampleBody(0n), values.seq, values.wallNs)
  const { lowNs, highNs } = form.bound ? values.error : { lowNs: null, highNs: null }
  return {
    ...base,
    ...form.more,
    ...{ prev: values.prev, d: values.d, bootId: form.bootId, rawNs: form.raw ? values.error.lowNs : null },
    since: { ...base.since, ...values.since },
    ...{
      atNs: `${values.atNs}`,
      taiUtc: form.taiUtc,
      trigger: form.trigger,
      toleranceNs: values.toleranceNs,
      readings,
    },
    ...(form.doubt ? { leapDoubt: true as const } : {}),
    cause: form.cause as SampleRecord['cause'],
    consensus: { ...base.consensus, agree: form.agree, dissent: form.dissent, m: form.bound ? m : null, lowNs, highNs },
  } as SampleRecord
}

describe.each(forms)('in the form %s', (form) => {
  test.each(['UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Africa/Monrovia', 'America/St_Johns'])(
    'records of all kinds, in %s: the same rows from the line as from the record',
    (name) => {
      let taken = 0
      const zone = new ZonedWriter(name)
      const sequence = fc.array(fc.record({ which: fc.nat({ max: 2 }), values: measured }), { maxLength: 12 })
      fc.assert(
        fc.property(fc.tuple(formOf, formOf, formOf), sequence, (families, steps) => {
          const tables = new LongTables({ zone, simulation: true, form })
          const records = steps.map(({ which, values }) => make(families[which]!, values))
          for (const record of records) {
            const line = lineOf(record)
            if (tables.line(line, everything)) taken += 1
            else tables.record(parsed(line))
          }
          expect(written(tables)).toEqual(wantedOf(records, form, new ZonedWriter(name)))
        }),
        { numRuns: 100 },
      )
      expect(taken).toBeGreaterThan(100)
    },
  )

  test('any field changed to anything: the same rows, or none', () => {
    const zone = new ZonedWriter('Europe/Berlin')
    const record = recordOf(sampleBody(3_000_000n), 4711, 1_795_219_200n * s)
    const tables = taught(record, form, zone)
    const others = [
      '',
      '0',
      '-0',
      '00',
      '-7',
      '12e4',
      '1'.repeat(31),
      'abcdef0123456789',
      '=x',
      'ü',
      null,
      true,
      0,
      7,
      -7,
      1e15,
    ]
    let taken = 0
    for (const path of leavesOf(record)) {
      for (const other of others) {
        const changed = structuredClone(record)
        put(changed, path, other)
        const line = lineOf(changed)
        tables.clear()
        if (!tables.line(line, everything)) continue
        taken += 1
        expect([path, other, ...written(tables)]).toEqual([path, other, ...bodyOf([changed], form, zone)])
      }
    }
    expect(taken).toBeGreaterThan(100)
  })
})

test('any byte of a line changed, left out or put in: the same rows as of the record, where it is one in canonical form', () => {
  const zone = new ZonedWriter('Europe/Berlin')
  const record = recordOf(sampleBody(3_000_000n), 4711, 1_795_219_200n * s)
  const tables = taught(record, 'evidence', zone)
  const line = lineOf(record)
  let taken = 0
  const hold = (tried: Buffer) => {
    tables.clear()
    if (!tables.line(tried, everything)) return
    taken += 1
    const value = parseCanonical(tried) as SampleRecord
    expect(faultOf(value)).toBeNull()
    expect(written(tables)).toEqual(bodyOf([value], 'evidence', zone))
  }
  for (let i = 0; i <= line.length; i += 1) {
    for (const byte of Buffer.from('08"\\,:{}-agA.\n\u00e9 ')) {
      if (i < line.length) hold(Buffer.concat([line.subarray(0, i), Buffer.of(byte), line.subarray(i + 1)]))
      hold(Buffer.concat([line.subarray(0, i), Buffer.of(byte), line.subarray(i)]))
    }
    hold(Buffer.concat([line.subarray(0, i), line.subarray(i + 1)]))
    hold(line.subarray(0, i))
  }
  expect(taken).toBeGreaterThan(1000)
})

describe('a line is left to the parser', () => {
  const zone = new ZonedWriter('Europe/Berlin')
  const record = recordOf(sampleBody(0n), 5, 1_795_219_200n * s)
  const at = (wall: string) => lineOf({ ...record, wall })

  test('unless it is surely in the range and in the period', () => {
    const tables = taught(record, 'evidence', zone)
    const line = lineOf(record)
    // True UTC lies 6 ms around a whole second.
    const seconds = 1_795_219_200
    expect(record.wall).toBe('2026-11-21T00:00:00.000000000Z')
    expect(tables.line(line, { ...everything, firstSeq: 5, lastSeq: 5 })).toBe(true)
    expect(tables.line(line, { ...everything, firstSeq: 6 })).toBe(false)
    expect(tables.line(line, { ...everything, lastSeq: 4 })).toBe(false)
    expect(tables.line(line, { ...everything, fromSeconds: seconds - 1, toSeconds: seconds + 1 })).toBe(true)
    expect(tables.line(line, { ...everything, fromSeconds: seconds })).toBe(false)
    expect(tables.line(line, { ...everything, toSeconds: seconds })).toBe(false)
  })

  test.each([
    '2026-02-30T00:00:00.000000000Z',
    '2026-13-01T00:00:00.000000000Z',
    '2026-11-21T24:00:00.000000000Z',
    '2026-11-21T00:60:00.000000000Z',
    '2026-11-21T00:00:60.000000000Z',
    '0000-01-01T00:00:00.000000000Z',
    '9999-12-31T23:59:59.999999999Z',
  ])('where the wall clock shows %s', (wall) => {
    const tables = taught(record, 'evidence', zone)
    tables.line(lineOf(record), everything)
    tables.clear()
    expect(tables.line(at(wall), everything)).toBe(false)
    expect(tables.line(at('2026-11-22T00:00:00.000000000Z'), everything)).toBe(true)
    expect(tables.written()[0].toString()).toContain(
      '5,2026-11-22T00:00:00.000000000Z,2026-11-22T01:00:00.000000000+01:00,',
    )
  })

  test('where nothing like it was met, and where forms change faster than they are worth learning', () => {
    const tables = new LongTables({ zone, simulation: true, form: 'evidence' })
    expect(tables.line(lineOf(record), everything)).toBe(false)
    const records = Array.from({ length: 200 }, (_, i) => ({ ...record, bootId: `boot ${i}` }))
    for (const one of records) {
      expect(tables.line(lineOf(one), everything)).toBe(false)
      tables.record(parsed(lineOf(one)))
    }
    expect(written(tables)).toEqual(wantedOf(records, 'evidence', zone))
    // The first 64 were learnt from; of these the last 32 are known.
    const known = records.map((one) => tables.line(lineOf(one), everything))
    expect(known.filter(Boolean)).toHaveLength(32)
    expect(known.lastIndexOf(true)).toBe(63)
  })
})

test('instants through a day of summer time, and back', () => {
  const zone = new ZonedWriter('Europe/Berlin')
  const first = recordOf(sampleBody(0n), 1, 1_774_738_800n * s)
  const records = Array.from({ length: 200 }, (_, i) => ({
    ...first,
    wall: formatInstant((1_774_738_800n + 433n * BigInt(i)) * s + BigInt(i) * 7_654_321n),
  }))
  const tables = taught(first, 'evidence', zone)
  for (const record of records) expect(tables.line(lineOf(record), everything)).toBe(true)
  expect(written(tables)).toEqual(bodyOf(records, 'evidence', zone))
})

function bodyOf(records: readonly SampleRecord[], form: CsvForm, zone: ZonedWriter): string[] {
  const headers = wantedOf([], form, zone)
  return wantedOf(records, form, zone).map((text, i) => text.slice(headers[i]!.length))
}

/** Why a value is no record, less what the verification alone looks at: that an interval is not empty. */
function faultOf(value: unknown): string | null {
  try {
    checkRecord(value)
    return null
  } catch (error) {
    const { message } = error as Error
    return message.endsWith('lowNs is above highNs') ? null : message
  }
}

type Path = readonly string[]

function leavesOf(value: object, path: Path = []): Path[] {
  return Object.entries(value).flatMap(([key, entry]) =>
    typeof entry === 'object' && entry !== null ? leavesOf(entry, [...path, key]) : [[...path, key]],
  )
}

function put(value: object, [key = '', ...rest]: Path, entry: unknown): void {
  const object = value as Record<string, unknown>
  if (rest.length === 0) object[key] = entry
  else put(object[key] as object, rest, entry)
}
