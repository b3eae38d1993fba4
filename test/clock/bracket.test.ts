import { describe, expect, test } from '@jest/globals'
import { type Bracket, extent, narrowest, slewedDifference, steppedDifference } from '../../lib/clock/bracket.js'
import { takeEdge } from '../../lib/clock/edge.js'
import { LiveLine } from '../../lib/clock/live-line.js'
import { contains } from '../../lib/interval.js'
import { Computer, ms, second } from './sim.js'

const bracket = (beforeNs: bigint, wallNs: bigint, afterNs: bigint, spanNs: bigint): Bracket => ({
  beforeNs,
  wallNs,
  afterNs,
  spanNs,
})

describe('a bracket', () => {
  test('proves the difference to the truncation of both clocks', () => {
    expect(steppedDifference(bracket(100n, 5_000n, 130n, 1_000n))).toEqual({ lowNs: 4_869n, highNs: 5_900n })
  })

  test('of seconds holds at its end too, though wall was slewed by a tenth meanwhile', () => {
    const computer = new Computer('native')
    computer.steer(100_000_000n)
    const beforeNs = computer.aNs
    const wallNs = computer.wallNs
    computer.advance(5n * second)
    const afterNs = computer.aNs
    const wide = bracket(beforeNs, wallNs, afterNs, 1n)
    expect(contains(slewedDifference(wide), computer.dNs)).toBe(true)
    expect(contains(steppedDifference(wide), computer.dNs)).toBe(false)
  })

  test('the narrowest is taken, with more tries while all are wide', () => {
    const widths = [50n, 9n, 30n, 40n, 5n, 1n]
    const tries = (least: number, most: number, enoughNs: bigint): [bigint, number] => {
      let n = 0
      const best = narrowest(() => bracket(0n, 0n, widths[n++] ?? 0n, 0n), extent, { least, most, enoughNs })
      return [best.afterNs, n]
    }
    expect(tries(3, 6, 10n)).toEqual([9n, 3])
    expect(tries(3, 6, 8n)).toEqual([5n, 5])
    expect(tries(1, 2, 1n)).toEqual([9n, 2])
  })
})

describe('the millisecond edge', () => {
  test('is found to the time of two readings', () => {
    const computer = new Computer('edge')
    const wall = (): bigint => {
      computer.advance(700n)
      return computer.wallNs - (computer.wallNs % ms)
    }
    const other = (): bigint => {
      computer.advance(700n)
      return computer.aNs
    }
    const found = takeEdge(wall, other)
    expect(found.spanNs).toBe(0n)
    expect(found.wallNs % ms).toBe(0n)
    expect(contains(steppedDifference(found), computer.dNs)).toBe(true)
    expect(extent(found)).toBe(2_800n)
  })

  test('is none where the clock stalls around it: then the plain millisecond, which holds', () => {
    const computer = new Computer('edge')
    const wall = (): bigint => {
      computer.advance(400_000n)
      return computer.wallNs - (computer.wallNs % ms)
    }
    const found = takeEdge(wall, () => computer.aNs)
    expect(found.spanNs).toBe(ms)
    expect(contains(steppedDifference(found), computer.dNs)).toBe(true)
  })
})

describe('the live line', () => {
  const exact = (ns: bigint) => ({ lowNs: ns, highNs: ns })

  test('takes its slope from two anchors far enough apart for their widths', () => {
    const line = new LiveLine(ms, 0n, exact(0n), 0n)
    line.anchor(second, exact(0n))
    line.anchor(2n * second, exact(50_000n))
    expect(line.at(3n * second)).toEqual(exact(100_000n))
    // A microsecond each, ten milliseconds apart: 200 ppm of doubt is too much; the anchor before is asked.
    line.anchor(2_010n * ms, { lowNs: 50_000n, highNs: 51_000n })
    expect(line.at(3n * second).lowNs).toBeGreaterThan(98_000n)
    expect(line.at(3n * second).highNs).toBeLessThan(102_000n)
  })

  test('an anchor taken twice at one instant gives no slope', () => {
    const line = new LiveLine(ms, 0n, exact(0n), 7_000n)
    line.anchor(second, exact(5n))
    line.anchor(second, exact(5n))
    expect(line.at(2n * second)).toEqual(exact(7_005n))
  })

  test('keeps its slope over a step, and falls back to the stated one after a gap', () => {
    const line = new LiveLine(ms, 0n, exact(0n), 0n)
    line.anchor(second, exact(0n))
    line.anchor(2n * second, exact(50_000n))
    line.stepped(3n * second, exact(9n * second))
    expect(line.at(4n * second)).toEqual(exact(9n * second + 50_000n))
    line.restart(5n * second, exact(0n), -20_000n)
    expect(line.at(6n * second)).toEqual(exact(-20_000n))
  })

  test('a small step leaves it where it is, and its slope unbent', () => {
    const line = new LiveLine(ms, 0n, exact(0n), 0n)
    line.anchor(second, exact(0n))
    line.nudged(exact(500_000n))
    expect(line.at(2n * second)).toEqual(exact(0n))
    line.anchor(2n * second, exact(500_000n))
    expect(line.at(3n * second)).toEqual(exact(500_000n))
  })
})
