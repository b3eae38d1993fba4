import { describe, expect, test } from '@jest/globals'
import type { Stretch } from '../../lib/evidence/types.js'
import { customPolicy, exitCode, judgePolicy } from '../../reports/policy.js'
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

const judge = (...parts: readonly (readonly [Stretch['verdict'], bigint])[]) => {
  const policy = judgePolicy(lay(...parts), customPolicy, true)
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
    const damaged = judgePolicy(day, customPolicy, false)
    expect(damaged.failures.map(({ rule }) => rule)).toEqual(['trail-intact'])
    expect(exitCode({ policy: damaged })).toBe(3)
    expect(judgePolicy(day, customPolicy, 'self-consistent').met).toBe(true)
  })
})
