import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseInstant } from '../../lib/instant.js'
import { toJson } from '../../reports/json.js'
import { readSettings, SubjectBuilder } from '../../reports/subject.js'
import { dayNs, makeDay, ms, openBody, piece, s } from './fixture.js'

describe('a composed report', () => {
  const { report } = makeDay()
  const { result } = report

  test('sums its seconds by verdict to the length of the period', () => {
    expect(result.seconds).toEqual({
      PROVEN: 82_463.75,
      VIOLATED: 2_407.75,
      INDETERMINATE: 0.5,
      UNMONITORED: 1_528,
      OFF: 0,
    })
    expect(result.provenBySupport).toEqual({ voted: 82_463.75, paired: 0, single: 0 })
    expect(Object.values(result.seconds).reduce((a, b) => a + b)).toBe(86_400)
  })

  test('sums to the nanosecond, however the day is cut', () => {
    const cuts = fc.array(fc.bigInt(1n, 86_400n * s - 1n), { maxLength: 12 })
    fc.assert(
      fc.property(cuts, (inner) => {
        const edges = [0n, ...new Set(inner), 86_400n * s].sort((a, b) => (a < b ? -1 : 1))
        const pieces = edges.slice(1).map((end, index) => {
          const bound = index % 3 === 0 ? null : { lowNs: -ms, highNs: index % 3 === 1 ? ms : 2n * ms }
          return piece(dayNs + edges[index]!, dayNs + end, bound)
        })
        const made = makeDay({ pieces, bodies: [] }).report.result
        const total = Object.values(made.seconds).reduce((sum, value) => sum + BigInt(Math.round(value * 1e9)), 0n)
        expect(total).toBe(86_400n * s)
        expect(made.intervals[0]?.from).toBe(made.from)
        expect(made.intervals.at(-1)?.to).toBe(made.to)
      }),
      { numRuns: 30 },
    )
  })

  test('never rounds what is PROVEN up, nor what is not down, where a double has no nanoseconds left', () => {
    const end = dayNs + 31_536_000n * s
    const pieces = [
      piece(dayNs, end - 1n, { lowNs: -ms, highNs: ms }),
      piece(end - 1n, end, null),
      piece(end, 2n * end - dayNs - 1n, null),
    ]
    const { seconds, provenBySupport } = makeDay({ pieces, bodies: [] }).report.result
    expect(seconds.PROVEN).toBeLessThan(31_536_000)
    expect(provenBySupport.voted).toBeLessThan(31_536_000)
    expect(seconds.UNMONITORED).toBe(31_536_000)
  })

  test('names the widest bound, and the widest while PROVEN', () => {
    expect(result.worst?.bound.high).toBeGreaterThan(180)
    expect(result.provenWorst?.bound.high).toBeLessThan(0.0091)
    const at = parseInstant(result.provenWorst!.at)
    expect(at >= report.period.fromNs && at <= report.period.toNs).toBe(true)
  })

  test('is named after what it says: the same twice, another where one nanosecond differs', () => {
    expect(makeDay().report.result.id).toBe(result.id)
    expect(result.id).toMatch(/^[0-9a-f]{12}$/)
    expect(makeDay({ toleranceNs: 50n * ms + 1n }).report.result.id).not.toBe(result.id)
  })

  test('states no assumption that the period does not need', () => {
    const words = result.method.assumptions.join('\n')
    expect(words).toContain('"voted"')
    expect(words).not.toContain('"paired"')
    expect(words).not.toContain('"looks"')
    expect(words).not.toContain('steered')
    expect(words).not.toContain('SIMULATION')
    const other = makeDay({ open: { steered: true, ratePpb: 600_000, simulation: true } }).report.result
    expect(other.method.assumptions[0]).toBe('SIMULATION: no clock in this report is a real one.')
    expect(other.method.assumptions.join('\n')).toContain('every rate is 600 ppm. A slew faster than this')
    expect(other.simulation).toBe(true)
  })

  test('has no bound, no sample and no PROVEN instant where nothing is known', () => {
    const { result: dark } = makeDay({
      pieces: [piece(dayNs, dayNs + 86_400n * s, null)],
      bodies: [],
      gaps: [],
      changes: [],
    }).report
    expect(dark).toMatchObject({ worst: null, provenWorst: null, samples: { scheduled: 0 }, references: {} })
    expect(dark.seconds.UNMONITORED).toBe(86_400)
    expect(dark.policy.met).toBe(false)
  })

  test('is JSON that reads back as the same result, with a newline at its end', () => {
    const text = toJson(result)
    expect(JSON.parse(text)).toEqual(result)
    expect(text.endsWith('}\n')).toBe(true)
  })
})

describe('the subject of a report', () => {
  test('is what the last open record says; settings stay where a rotation repeats none', () => {
    const builder = new SubjectBuilder()
    builder.open({ ...openBody, host: 'old', configurationDigest: 'a' }, true)
    builder.open({ ...openBody, host: 'first', configurationDigest: 'b' }, true)
    builder.open(
      { ...openBody, host: 'second', configurationDigest: 'b', configuration: null, reason: 'rotation' },
      false,
    )
    builder.open({ ...openBody, host: 'third', configurationDigest: 'c', configuration: null }, false)
    const subject = builder.build()
    expect(subject?.open.host).toBe('third')
    expect(subject?.settings.toleranceNs).toBe(50n * ms)
    expect(subject?.configurations).toBe(2)
    expect(new SubjectBuilder().build()).toBeNull()
  })

  test('takes the defaults where a configuration is absent or says nonsense', () => {
    const bare = readSettings(null)
    expect(bare).toMatchObject({
      toleranceNs: s,
      intervalNs: 64n * s,
      longestGapNs: 256n * s,
      witnessPeriodNs: 250n * ms,
    })
    expect(readSettings({ toleranceNs: '1e9', intervalNs: {}, witness: 7, references: 'x', slewPpb: 1.5 })).toEqual(
      bare,
    )
    expect(readSettings({ intervalNs: '16000000000' }).longestGapNs).toBe(64n * s)
  })
})
