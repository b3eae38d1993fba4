import { describe, expect, test } from '@jest/globals'
import { allProfiles, findProfile, presetIds, toleranceFor, warningFor } from '../../../reports/profiles/index.js'
import { describeRule } from '../../../reports/rule.js'
import { ms, s } from '../fixture.js'

const refusal = (act: () => unknown) => {
  try {
    act()
  } catch (error) {
    return (error as Error).message
  }
  return 'accepted'
}

describe('the presets', () => {
  test('are these', () => {
    expect(presetIds).toEqual([
      ...['custom', 'cat-50ms', 'cert-in', 'finra-50ms', 'finra-manual-1s', 'hipaa', 'iso27001', 'mifid-100us'],
      ...['mifid-1ms', 'mifid-voice-1s', 'nist-800-53', 'part11', 'pci', 'psap-100ms', 'tsa-1s'],
    ])
  })

  test.each(allProfiles().map((profile) => [profile.id, profile] as const))(
    '%s names its clause, its source and the day it was looked up',
    (id, profile) => {
      if (id === 'custom') return expect(profile).toMatchObject({ status: 'own', toleranceNs: null, checkedOn: '' })
      expect(profile.clause).not.toBe('')
      expect(profile.checkedOn).toMatch(/^2026-\d\d-\d\d$/)
      expect(profile.source.length).toBeGreaterThan(10)
      expect(profile.worksheet.length).toBeGreaterThan(0)
    },
  )

  test('give a conclusion under the name of the rule only where it is in force', () => {
    const context = { toleranceNs: s, warningNs: null, longestGapNs: s, zone: 'UTC', claims: {}, met: true }
    const concluded = allProfiles().filter((profile) => describeRule(profile, context).conclusion !== null)
    expect(concluded.map(({ id }) => id)).toEqual([
      ...['cat-50ms', 'cert-in', 'finra-50ms', 'finra-manual-1s', 'hipaa', 'iso27001', 'nist-800-53', 'part11'],
      ...['pci', 'tsa-1s'],
    ])
    expect(describeRule(findProfile('finra-50ms'), { ...context, met: false }).conclusion).toContain('does not meet')
  })

  test('name the references that do not claim the standard of the rule', () => {
    const claims = {
      primary: { operator: 'NIST', traceableTo: 'UTC(NIST)' },
      secondary: { operator: 'PTB', traceableTo: 'UTC(PTB)' },
      tertiary: { operator: null, traceableTo: null },
    }
    const context = { toleranceNs: s, warningNs: null, longestGapNs: s, zone: 'UTC', claims, met: true }
    expect(describeRule(findProfile('finra-50ms'), context).otherStandards).toEqual([
      'secondary: claims UTC(PTB)',
      'tertiary: claims no traceability',
    ])
    expect(describeRule(findProfile('pci'), context)).toMatchObject({ otherStandards: [], tolerance: null })
    expect(describeRule(findProfile('pci'), context).notes[0]).toBe(
      'The tolerance of 1s was chosen by the operator; the rule states none.',
    )
  })
})

describe('the tolerance of a profile', () => {
  test('may be tightened, never loosened', () => {
    const finra = findProfile('finra-50ms')
    expect(toleranceFor(finra, undefined, s)).toBe(50n * ms)
    expect(toleranceFor(finra, '50ms', s)).toBe(50n * ms)
    expect(toleranceFor(finra, '20ms', s)).toBe(20n * ms)
    expect(refusal(() => toleranceFor(finra, '50001us', s))).toBe(
      '"tolerance" must not be looser than the 50ms of profile "finra-50ms", got "50001us"',
    )
  })

  test('must be chosen where the rule states none; the configured one is no choice', () => {
    expect(refusal(() => toleranceFor(findProfile('pci'), undefined, s))).toContain(
      'is required: the rule of profile "pci" states no number',
    )
    expect(toleranceFor(findProfile('pci'), '1s', 5n * s)).toBe(s)
    expect(toleranceFor(findProfile('custom'), undefined, 5n * s)).toBe(5n * s)
    expect(refusal(() => toleranceFor(findProfile('custom'), '0s', s))).toContain('more than nothing')
  })

  test('has a warning threshold below it, or none', () => {
    const profile = findProfile('r', { r: { tolerance: '1s', warning: '400ms' } })
    expect(warningFor(profile, undefined, s)).toBe(400n * ms)
    expect(warningFor(profile, undefined, 300n * ms)).toBeNull()
    expect(warningFor(profile, '10ms', s)).toBe(10n * ms)
    expect(refusal(() => warningFor(profile, '1s', s))).toContain('less than the tolerance')
  })
})

describe('a profile of the operator', () => {
  const own = {
    'my-finra': {
      base: 'finra-50ms',
      title: 'Desk 7',
      tolerance: '20ms',
      holidays: ['2026-11-26', '2026-12-25'],
      hours: { zone: 'America/New_York', from: '09:30', to: '16:00' },
      proven: '99.95%',
    },
  }

  test('takes from its base what it does not say itself', () => {
    const profile = findProfile('my-finra', own)
    expect(profile).toMatchObject({
      title: 'Desk 7',
      status: 'in-force',
      toleranceNs: 20n * ms,
      provenBasisPoints: 9995n,
      standard: 'UTC(NIST)',
      hours: { zone: 'America/New_York', days: [1, 2, 3, 4, 5], fromMinute: 570, toMinute: 960 },
      checkBefore: { zone: 'America/New_York', days: [1, 2, 3, 4, 5], minute: 570 },
    })
    expect(allProfiles(own).map(({ id }) => id)).toContain('my-finra')
  })

  test('can be made again from its own definition', () => {
    for (const profile of allProfiles(own)) {
      expect(findProfile('again', { again: profile.definition })).toEqual({ ...profile, id: 'again' })
    }
  })

  test.each([
    [{ base: 'finra-50ms', tolerance: '60ms' }, '"profiles.r.tolerance" must not be looser than that of "finra-50ms"'],
    [{ base: 'finra-50ms', proven: '90%' }, '"profiles.r.proven" must not be looser'],
    [{ base: 'nonsense' }, '"profiles.r.base" must be one of custom, cat-50ms'],
    [{ tolerence: '1s' }, '"profiles.r.tolerence" is an unknown option; did you mean "tolerance"?'],
    [{ tolerance: 50 }, 'a bare number has no unit, write "50s"'],
    [{ tolerance: '1s', warning: '1s' }, '"profiles.r.warning" must be less than the tolerance'],
    [{ proven: '0%' }, '"profiles.r.proven" must be a share'],
    [{ proven: '100.01%' }, '"profiles.r.proven" must be a share'],
    [{ hours: { from: '18:00', to: '08:00' } }, '"profiles.r.hours.to" must be later than "from"'],
    [{ hours: { from: '8:00' } }, '"profiles.r.hours.from" must be a time of day'],
    [{ hours: { to: '24:30' } }, '"profiles.r.hours.to" must be a time of day'],
    [{ hours: { days: ['monday'] } }, '"profiles.r.hours.days[0]" must be one of mon, tue'],
    [{ hours: { days: [] } }, '"profiles.r.hours.days" must name at least one day'],
    [{ hours: { zone: 'Mars/Olympus' } }, '"profiles.r.hours.zone" must be an IANA zone'],
    [{ holidays: ['2026-02-30'] }, '"profiles.r.holidays[0]" must be a date that exists'],
    [{ holidays: '2026-12-25' }, '"profiles.r.holidays" must be a list'],
    [{ checkBefore: { zone: 'UTC' } }, '"profiles.r.checkBefore.at" must be a time of day'],
    [{ counters: { exceedances: 0 } }, '"profiles.r.counters.exceedances" must be a whole number from 1'],
    [{ leastReferences: 4 }, '"profiles.r.leastReferences" must be a whole number from 1 to 3'],
    [{ leastSupport: 'strong' }, '"profiles.r.leastSupport" must be one of single, paired, voted'],
    [{ status: 'law' }, '"profiles.r.status" must be one of in-force'],
    [{ statement: 'a\nb' }, '"profiles.r.statement" must be 1 to 2000 characters without line ends'],
    [{ worksheet: [{ hint: 'x' }] }, '"profiles.r.worksheet[0].label" must be text'],
    ['text', '"profiles.r" must be an object'],
  ])('is refused where it is wrong: %j', (input, message) => {
    expect(refusal(() => findProfile('r', { r: input }))).toContain(message)
  })

  test('has an id of its own', () => {
    expect(refusal(() => findProfile('x', { pci: {} }))).toContain('"profiles.pci" must have another id')
    expect(refusal(() => findProfile('A b', { 'A b': {} }))).toContain('must be named with lower-case letters')
    expect(refusal(() => findProfile('finra-50m', own))).toContain('did you mean "finra-50ms"?')
    expect(refusal(() => findProfile('__proto__', {}))).toContain('must be the id of a profile')
    expect(refusal(() => findProfile('x', []))).toContain('"profiles" must be an object of profiles')
  })
})
