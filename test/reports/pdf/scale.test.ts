import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { spreadOf } from '../../../reports/pdf/dots.js'
import { chooseScale, linearScale } from '../../../reports/pdf/scale.js'
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
