import { describe, expect, test } from '@jest/globals'
import type { Stretch } from '../../lib/evidence/types.js'
import { type Case, exitCode, judgePolicy } from '../../reports/policy.js'
import { findProfile } from '../../reports/profiles/index.js'
import { dayNs, ms, s } from './fixture.js'

const hour = 3600n * s
const bound = { lowNs: -6n * ms, highNs: 6n * ms, atNs: dayNs }

/** Stretches from midnight on; those of a verdict without evidence have no bound. */
function lay(...parts: readonly (readonly [Stretch['verdict'], bigint])[]): Stretch[] {
  let fromNs = dayNs
  return parts.map(([verdict, lengthNs]) => {
    const known = verdict === 'PROVEN' || verdict === 'VIOLATED'
    const made: Stretch = {
      fromNs,
      toNs: fromNs + lengthNs,
      verdict,
      cause: null,
      worst: known ? bound : null,
      support: known ? 'voted' : null,
      witness: 'complete',
      fromSeq: 1,
      toSeq: 2,
      estimated: false,
    }
    fromNs += lengthNs
    return made
  })
}

const noCounters = {
  ...{ breaches: 0, samplesOutside: 0, most24h: { breaches: null, samples: null }, worst: null, thresholds: [] },
}

/** A case of profile `custom` that differs where told. */
const caseOf = (stretches: readonly Stretch[], more: Partial<Case> = {}): Case => ({
  ...{ stretches, profile: findProfile('custom'), longestGapNs: hour, hours: null, checks: [], counters: noCounters },
  ...{ references: 3, zone: 'UTC', intact: true },
  ...more,
})

const judge = (...parts: readonly (readonly [Stretch['verdict'], bigint])[]) => {
  const policy = judgePolicy(caseOf(lay(...parts)))
  return { met: policy.met, rules: policy.failures.map(({ rule }) => rule), exit: exitCode({ policy }), policy }
}

describe('the policy', () => {
  test('is met by a day that is PROVEN', () => {
    expect(judge(['PROVEN', 24n * hour])).toMatchObject({ met: true, rules: [], exit: 0 })
  })

  test('is met at 99 % exactly, and not one nanosecond below', () => {
    expect(judge(['PROVEN', 99n * 60n * s], ['UNMONITORED', 60n * s])).toMatchObject({ met: true, exit: 0 })
    expect(judge(['PROVEN', 99n * 60n * s - 1n], ['UNMONITORED', 60n * s + 1n])).toMatchObject({
      met: false,
      rules: ['proven-share'],
      exit: 3,
    })
  })

  test('is broken by one nanosecond VIOLATED, whatever else holds', () => {
    const { rules, exit, policy } = judge(['PROVEN', 24n * hour - 1n], ['VIOLATED', 1n])
    expect(rules).toEqual(['nothing-violated'])
    expect(exit).toBe(1)
    expect(policy.failures[0]).toEqual({
      rule: 'nothing-violated',
      message: 'the clock was outside the tolerance for 0:00:00.000000001 in 1 interval',
      lack: false,
    })
  })

  test('is broken, not merely unproven, where both happen', () => {
    expect(judge(['VIOLATED', s], ['UNMONITORED', 20n * hour])).toMatchObject({
      rules: ['nothing-violated', 'proven-share', 'longest-gap'],
      exit: 1,
    })
  })

  test('does not count OFF: a night of suspend costs nothing', () => {
    const { met, policy } = judge(['PROVEN', 10n * hour], ['OFF', 12n * hour], ['PROVEN', 2n * hour])
    expect(met).toBe(true)
    expect(policy.provenShare).toBe(1)
  })

  test('joins the dark before and after an OFF, but not across a bound', () => {
    const half = 1800n * s
    const lit = ['PROVEN', 1000n * hour] as const
    expect(judge(lit, ['UNMONITORED', half], ['OFF', 8n * hour], ['UNMONITORED', half])).toMatchObject({ rules: [] })
    expect(judge(lit, ['UNMONITORED', half], ['OFF', 8n * hour], ['UNMONITORED', half + 1n])).toMatchObject({
      rules: ['longest-gap'],
      exit: 3,
    })
    expect(judge(lit, ['UNMONITORED', half], ['PROVEN', 1n], ['UNMONITORED', half + 1n])).toMatchObject({ rules: [] })
  })

  test('lacks proof where the computer was off all the time', () => {
    expect(judge(['OFF', 24n * hour])).toMatchObject({ met: false, rules: ['proven-share'], exit: 3 })
  })

  test('lacks proof where the trail is damaged, and does not where it is only self-consistent', () => {
    const day = lay(['PROVEN', 24n * hour])
    const damaged = judgePolicy(caseOf(day, { intact: false }))
    expect(damaged.failures.map(({ rule }) => rule)).toEqual(['trail-intact'])
    expect(exitCode({ policy: damaged })).toBe(3)
    expect(judgePolicy(caseOf(day, { intact: 'self-consistent' })).met).toBe(true)
  })
})

describe('the policy of a rule', () => {
  const rules = (judged: Case) => judgePolicy(judged).failures.map(({ rule }) => rule)

  test('judges only its hours; what lies outside is told beside', () => {
    const day = lay(['UNMONITORED', 8n * hour], ['PROVEN', 10n * hour], ['VIOLATED', 6n * hour])
    const hours = [{ fromNs: dayNs + 8n * hour, toNs: dayNs + 18n * hour }]
    const judged = judgePolicy(caseOf(day, { hours }))
    expect(judged).toMatchObject({
      met: true,
      provenShare: 1,
      judged: { seconds: 36_000 },
      outside: { PROVEN: 0, VIOLATED: 21_600, UNMONITORED: 28_800 },
    })
    expect(rules(caseOf(day, { hours: [{ fromNs: dayNs + 8n * hour, toNs: dayNs + 18n * hour + 1n }] }))).toEqual([
      'nothing-violated',
    ])
    expect(rules(caseOf(day, { hours: [] }))).toEqual(['proven-share'])
  })

  test('asks for support: what is PROVEN by one reference counts less than what was voted', () => {
    const day = lay(['PROVEN', 24n * hour])
    const paired = { ...findProfile('custom'), leastSupport: 'paired' as const }
    expect(rules(caseOf(day, { profile: paired }))).toEqual([])
    const weak = day.map((stretch) => ({ ...stretch, support: 'single' as const }))
    const judged = judgePolicy(caseOf(weak, { profile: paired }))
    expect(judged.failures).toEqual([
      {
        rule: 'least-support',
        message: 'PROVEN with support "paired" or better for 0.000 % of the period less OFF; 99.000 % are wanted',
        lack: true,
      },
    ])
    expect(exitCode({ policy: judged })).toBe(3)
  })

  test('asks for a PROVEN check before an hour of each of its days', () => {
    const window = (day: string, at: bigint) => ({ day, fromNs: at, toNs: at + 9n * hour })
    const checks = [
      { window: window('2026-11-23', dayNs), sample: { seq: 7, utcNs: dayNs + hour } },
      { window: window('2026-11-24', dayNs + 24n * hour), sample: null },
    ]
    const judged = judgePolicy(caseOf(lay(['PROVEN', 48n * hour]), { checks }))
    expect(judged.checks.map(({ day, met, sample }) => [day, met, sample])).toEqual([
      ['2026-11-23', true, 7],
      ['2026-11-24', false, null],
    ])
    expect(judged.failures[0]).toEqual({
      rule: 'check-before',
      message:
        'no PROVEN check before the hour that the rule names on 1 day of 2, first on 2026-11-24 ' +
        '(before 2026-11-22T09:00:00.000000000Z)',
      lack: true,
    })
  })

  test('is not met by a self-report that is due, and that is no lack of proof', () => {
    const thresholds = [{ words: '10 or more', limit: 10, value: 11, unit: 'breaches' as const, reached: true }]
    const judged = judgePolicy(caseOf(lay(['PROVEN', hour]), { counters: { ...noCounters, thresholds } }))
    expect(exitCode({ policy: judged })).toBe(1)
    const below = thresholds.map((one) => ({ ...one, value: 9, reached: false }))
    expect(rules(caseOf(lay(['PROVEN', hour]), { counters: { ...noCounters, thresholds: below } }))).toEqual([])
  })

  test('is never met where no evidence over this path can meet it, however good the day was', () => {
    const judged = judgePolicy(caseOf(lay(['PROVEN', 24n * hour]), { profile: findProfile('mifid-100us') }))
    expect(judged.failures.map(({ rule, lack }) => [rule, lack])).toEqual([['not-provable', true]])
    expect(judged.failures[0]?.message).toContain('not provable over this path')
  })

  test('asks for references', () => {
    const profile = { ...findProfile('custom'), leastReferences: 3 }
    expect(rules(caseOf(lay(['PROVEN', hour]), { profile }))).toEqual([])
    expect(rules(caseOf(lay(['PROVEN', hour]), { profile, references: 2 }))).toEqual(['least-references'])
  })
})
