import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { spreadOf } from '../../../reports/pdf/dots.js'
import { chooseScale, linearScale, rateScale } from '../../../reports/pdf/scale.js'
import { rulerOf } from '../../../reports/pdf/ticks.js'
import '../../support/seed.js'

describe('the scale of values', () => {
  test('is linear, with zero on it, where one serves all values', () => {
    const scale = chooseScale(0.002, 0.004, 0.003)
    expect(scale.words).toBeNull()
    expect(scale.unit).toBe('ms')
    expect(scale.domain[0]).toBeLessThan(0)
    expect(scale.domain[1]).toBeGreaterThan(0.004)
  })

  test('is linear near zero and logarithmic beyond where one value is an hour off, and says so', () => {
    const scale = chooseScale(-0.004, 3600, 0.003)
    expect(scale.words).toBe('The scale is linear within \u00b15 ms and logarithmic beyond.')
    // A value of 3 ms and one of an hour are both to be read off.
    const at = (value: number) => scale.place(value, 0, 100)
    expect(at(0.003) - at(0)).toBeGreaterThan(10)
    expect(at(3600)).toBeLessThan(100)
    expect(at(3600) - at(1)).toBeGreaterThan(10)
    const labels = scale.ticks.map(({ label }) => label)
    expect(labels).toContain('0')
    expect(labels).toContain('+2.5 ms')
    expect(labels.some((label) => / s$/.test(label))).toBe(true)
  })

  test('never turns an order around and never leaves a value out', () => {
    const value = fc.double({ min: -1e10, max: 1e10, noNaN: true })
    fc.assert(
      fc.property(value, value, value, fc.double({ min: 1e-9, max: 1e10, noNaN: true }), (a, b, c, typical) => {
        const [low, middle, high] = [a, b, c].sort((x, y) => x - y) as [number, number, number]
        const scale = chooseScale(low, high, typical)
        const at = [low, middle, high].map((each) => scale.place(each, 0, 1))
        expect(at[0]).toBeLessThanOrEqual(at[1]!)
        expect(at[1]).toBeLessThanOrEqual(at[2]!)
        expect(scale.domain[0]).toBeLessThanOrEqual(low)
        expect(scale.domain[1]).toBeGreaterThanOrEqual(high)
        const places = scale.ticks.map((tick) => tick.value)
        expect(places).toEqual([...places].sort((x, y) => x - y))
      }),
    )
  })

  test('clamps to its ends', () => {
    const scale = linearScale([-1, 1])
    expect(scale.place(5, 10, 20)).toBe(20)
    expect(scale.place(-5, 10, 20)).toBe(10)
  })
})

test('a scale of values on one side of zero keeps hardly any room for the other', () => {
  const scale = chooseScale(0.001, 3600, 0.003)
  expect(scale.words).toBe('The scale is linear within \u00b15 ms and logarithmic beyond.')
  expect(scale.domain).toEqual([-0.0005, 5400])
  expect(scale.ticks.map(({ label }) => label)).toEqual(['0', '+2.5 ms', '+5 ms', '+1 s', '+100 s'])
  expect(chooseScale(-3600, -0.001, 0.003).domain).toEqual([-5400, 0.0005])
  // A low plot has fewer ticks.
  expect(chooseScale(-3600, 3600, 0.003, 4).ticks.map(({ label }) => label)).toEqual([
    ...['\u2212100 s', '\u22125 ms', '0', '+5 ms', '+100 s'],
  ])
})

describe('the scale of rates', () => {
  test('is filled by rates that lie near together', () => {
    const scale = rateScale(11.5, 12.5, 12.4)
    expect(scale.domain).toEqual([11.42, 12.58])
    expect(scale.unit).toBe('ppm')
    expect(scale.words).toBeNull()
    expect(scale.ticks.map(({ label }) => label)).toEqual(['+11.6', '+11.8', '+12.0', '+12.2', '+12.4'])
  })

  test('has room for one rate alone, and for a reference that went an hour wrong', () => {
    expect(rateScale(12, 12, 12).domain).toEqual([11.999, 12.001])
    const scale = rateScale(-2, 1_000_000, 12.4)
    expect(scale.words).toBe('The scale is linear within \u00b120 ppm and logarithmic beyond.')
    expect(scale.domain).toEqual([-20, 1_500_000])
    const at = (ppm: number) => scale.place(ppm, 0, 100)
    expect(at(12) - at(0)).toBeGreaterThan(10)
    expect(at(1_000_000)).toBeLessThan(100)
    expect(scale.ticks.at(-1)?.label).toBe('+100 000')
  })
})

describe('a ruler', () => {
  test('counts from zero, or from a value near all where they lie close together far away', () => {
    expect(rulerOf([-0.004, 0.002], 5).base).toBe(0)
    const far = rulerOf([1_795_175_999.999, 1_795_176_000.004], 5)
    expect(far.base).toBeCloseTo(1_795_176_000.0015, 3)
    expect(far.unit.name).toBe('ms')
    for (const { label } of far.ticks) expect(label.length).toBeLessThan(8)
  })
})

describe('what columns spread over', () => {
  test('is the least and the most, however few hold them', () => {
    const calm = Array.from({ length: 100 }, () => ({ low: -0.001, high: 0.002 }))
    expect(spreadOf([...calm, null, { low: 0, high: 3600 }])).toEqual({
      low: -0.001,
      high: 3600,
      typical: 0.002,
      used: 101,
    })
    expect(spreadOf([null])).toBeNull()
  })
})
