import { describe, expect, test } from '@jest/globals'
import { parseInstant } from '../../../lib/instant.js'
import { choosePanels } from '../../../reports/pdf/plot.js'
import { instantTicks, unitOf, valueTicks } from '../../../reports/pdf/ticks.js'
import { resolvePeriod } from '../../../reports/period.js'

const nowNs = parseInstant('2027-06-01T00:00:00.000000000Z')
const column = (low: number, high: number) => ({ low, high })

describe('the scales of a plot', () => {
  test('show the tolerance, however small the bound, and a close-up beside it', () => {
    const panels = choosePanels([column(-0.001, 0.002), null], 0.05)
    expect(panels.map(({ title }) => title)).toEqual(['Against the tolerance', 'Close-up of the bound'])
    expect(panels[0]?.domain).toEqual([expect.closeTo(-0.065), expect.closeTo(0.065)])
    expect(panels[1]?.domain[1]).toBeCloseTo(0.0023)
  })

  test('show all of the range where something lies beyond three tolerances', () => {
    const panels = choosePanels([column(-0.04, 0.04), column(179.9, 180.1)], 0.05)
    expect(panels.map(({ title }) => title)).toEqual(['Against the tolerance', 'Whole range'])
    expect(panels[0]?.domain[1]).toBeCloseTo(0.15)
    expect(panels[1]!.domain[1]).toBeGreaterThan(180.1)
    expect(panels[1]!.domain[0]).toBeLessThan(-0.04)
  })

  test('need one panel where the bound is of the size of the tolerance', () => {
    expect(choosePanels([column(-0.04, 0.06)], 0.05)).toEqual([
      { title: 'Against the tolerance', domain: [expect.closeTo(-0.065), expect.closeTo(0.065)] },
    ])
  })
})

describe('ticks', () => {
  test('are round, in the unit that suits, with a sign', () => {
    expect(unitOf(0.15).name).toBe('ms')
    expect(unitOf(5e-7).name).toBe('ns')
    expect(unitOf(1e-4).name).toBe('\u00b5s')
    expect(unitOf(180).name).toBe('s')
    expect(unitOf(86_000).name).toBe('h')
    expect(unitOf(1.8e9).name).toBe('days')
    expect(valueTicks([-0.15, 0.15], unitOf(0.15)).map(({ label }) => label)).toEqual([
      '\u2212150',
      '\u2212100',
      '\u221250',
      '0',
      '+50',
      '+100',
      '+150',
    ])
    expect(valueTicks([-0.0012, 0.0012], unitOf(0.0012)).map(({ label }) => label)).toEqual([
      '\u22121.0',
      '\u22120.5',
      '0.0',
      '+0.5',
      '+1.0',
    ])
  })

  test('of a day are hours of UTC with the local time beside them, also when summer time begins', () => {
    const ticks = instantTicks(resolvePeriod({ day: '2027-03-28' }, { zone: 'Europe/Berlin', nowNs }))
    expect(ticks.find(({ utc }) => utc === '00:00')?.local).toBe('01:00')
    expect(ticks.find(({ utc }) => utc === '03:00')?.local).toBe('05:00')
    expect(
      instantTicks(resolvePeriod({ day: '2027-03-28' }, { zone: 'UTC', nowNs })).every(({ local }) => local === null),
    ).toBe(true)
  })

  test.each([
    [{ month: '2027-03' }, /^\d\d-\d\d$/],
    [{ year: '2026' }, /^\d{4}-\d\d$/],
    [{ from: '2027-03-28T10:00Z', to: '2027-03-28T10:05Z' }, /^\d\d:\d\d:\d\d$/],
    [{ from: '2027-03-28', to: '2027-03-31' }, /^\d\d-\d\d \d\dh$/],
  ])('of %j stay few, inside, and of one form', (choice, form) => {
    const period = resolvePeriod(choice, { zone: 'UTC', nowNs })
    const ticks = instantTicks(period)
    expect(ticks.length).toBeGreaterThanOrEqual(3)
    expect(ticks.length).toBeLessThanOrEqual(16)
    for (const { ns, utc } of ticks) {
      expect(ns >= period.fromNs && ns <= period.toNs).toBe(true)
      expect(utc).toMatch(form)
    }
  })
})
