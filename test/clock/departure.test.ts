/** Departures from the line, told as few and as whole as can be. Looks of a D that is known exactly but for their width. */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Departure, Departures } from '../../lib/clock/departure.js'
import type { Look } from '../../lib/clock/look.js'
import { contains } from '../../lib/interval.js'
import '../support/seed.js'
import { ms, second } from './sim.js'

const report = ms
const period = 250n * ms

/** A look at A = `aNs` that finds D within `wide` of `dNs`. */
function look(aNs: bigint, dNs: bigint, wide = 20_000n): Look {
  const d = { lowNs: dNs - wide / 2n, highNs: dNs + wide / 2n }
  const reading = {
    ...{ aNs, wallNs: aNs + dNs, d, line: d, asleep: { lowNs: 0n, highNs: 0n } },
    ...{ monoNs: aNs, bootNs: aNs, rawNs: aNs, kernelTaiNs: null },
  }
  return { reading, notice: 'none', fromNs: aNs, aNs }
}

interface Told {
  readonly atNs: bigint
  readonly departure: Departure
}

/** Follows D(a) from 0 to `untilNs`, a look each period. */
function follow(d: (aNs: bigint) => bigint, untilNs: bigint, wide?: bigint) {
  const departures = new Departures(report, look(0n, d(0n), wide), 0n)
  const told: Told[] = []
  for (let aNs = period; aNs <= untilNs; aNs += period) {
    for (const departure of departures.add(look(aNs, d(aNs), wide))) told.push({ atNs: aNs, departure })
  }
  return { departures, told }
}

const brief = ({ departure: { from, to, size } }: Told) => [
  Number(from.aNs / ms),
  Number(to.aNs / ms),
  Number((size.lowNs + size.highNs) / 2n) / 1e6,
]

/** 10 % from 1 s to 14 s. */
const slew = (aNs: bigint): bigint => {
  const since = aNs - second
  return since <= 0n ? 0n : (since < 13n * second ? since : 13n * second) / 10n
}

test.each([200n, 20_000n, 200_000n])(
  'slew-of-13-s: looks %d ns wide, and never two records within a second',
  (wide) => {
    const { departures, told } = follow(slew, 20n * second, wide)
    expect(brief(told[0]!)).toEqual([1_000, 1_250, 25])
    expect(told.length).toBeLessThanOrEqual(18)
    told.forEach(({ departure }, n) => {
      const before = told[n - 1]
      if (before) expect(departure.to.aNs - before.departure.to.aNs).toBeGreaterThanOrEqual(second)
    })
    // Sharp looks know the rate by the second record, and then only its end departs; blunt ones need longer to know it.
    if (wide === 200_000n) return
    expect(departures.settle()).toEqual([])
    expect(told.map((each) => brief(each)[1])).toEqual([1_250, 2_250, 14_250, 15_250])
  },
)

test('what departs within the second is told in full', () => {
  // 2 ms at once; then 0.5 ms a look.
  const d = (aNs: bigint): bigint => (aNs < second ? 0n : 2n * ms + ((aNs - second) / period) * (ms / 2n))
  const { told } = follow(d, 2n * second)
  // From one record alone no rate is known: the line is level.
  expect(told.map(brief)).toEqual([
    [750, 1_000, 2],
    [1_250, 2_000, 2],
  ])
})

test('slew-out-and-back within a second after a record: the furthest point and the way back are told', () => {
  const at = (aMs: number, dMs: number) => ({ aNs: BigInt(aMs) * ms, dNs: BigInt(dMs * 1e6) })
  const departures = new Departures(report, look(0n, 0n), 0n)
  const tell = ({ aNs, dNs }: { aNs: bigint; dNs: bigint }) =>
    departures.add(look(aNs, dNs)).map((departure) => brief({ atNs: aNs, departure }))
  expect(tell(at(2_000, 0))).toEqual([])
  expect(tell(at(2_250, 5))).toEqual([[2_000, 2_250, 5]])
  // No rate is known from so near: the line is level at 5 ms.
  const flat = departures.at(look(2_500n * ms, 5n * ms))
  expect(contains(flat, 0n)).toBe(true)
  expect(tell(at(2_500, 9))).toEqual([])
  expect(tell(at(2_750, 12))).toEqual([])
  expect(tell(at(3_000, 11.5))).toEqual([])
  const turned = tell(at(3_100, 5))
  expect(turned).toEqual([[2_250, 2_750, 7]])
  // The way back leaves the line at once, and is held until a second after the turn.
  expect(tell(at(3_500, 5))).toEqual([])
  const back = tell(at(3_750, 5))
  expect(back).toEqual([[2_750, 3_750, -7]])
})

test('one that ends before its second is told when it is due', () => {
  const departures = new Departures(report, look(0n, 0n), 0n)
  expect(departures.add(look(second, 3n * ms))).toHaveLength(1)
  expect(departures.add(look(second + period, 5n * ms))).toEqual([])
  // Nearer again, but by less than is reported: no turn.
  expect(departures.add(look(second + 2n * period, 4_200_000n))).toEqual([])
  const due = departures.add(look(2n * second, 4_200_000n))
  expect(due.map((departure) => brief({ atNs: 0n, departure }))).toEqual([[1_000, 1_250, 2]])
})

test('while a departure is held a sample does not move the line, and the end tells it', () => {
  const departures = new Departures(report, look(0n, 0n), 0n)
  expect(departures.add(look(second, 3n * ms))).toHaveLength(1)
  const out = look(second + period, 6n * ms)
  expect(departures.add(out)).toEqual([])
  departures.anchor(out)
  expect(departures.settle().map((departure) => brief({ atNs: 0n, departure }))).toEqual([[1_000, 1_250, 3]])
  expect(departures.settle()).toEqual([])
  // Told, it is where the line runs.
  expect(contains(departures.at(out), 0n)).toBe(true)
})

test('a departure that a blunt look proves is told once', () => {
  const departures = new Departures(report, look(0n, 0n), 0n)
  expect(departures.add(look(second, 9n * ms, 4n * ms))).toHaveLength(1)
  for (let n = 2n; n < 12n; n++) expect(departures.add(look(n * second, 9n * ms))).toEqual([])
})

test('whatever D does, what leaves the line is told within a second and a look, and seldom', () => {
  const walk = fc.array(fc.integer({ min: -25_000_000, max: 25_000_000 }), { minLength: 4, maxLength: 80 })
  fc.assert(
    fc.property(walk, (moves) => {
      const departures = new Departures(report, look(0n, 0n), 0n)
      let dNs = 0n
      let aNs = 0n
      let toldNs: bigint | null = null
      /** Looks that were out, and not told of yet. */
      let open: { aNs: bigint; sizeNs: bigint }[] = []
      for (const move of moves) {
        aNs += period
        dNs += BigInt(move)
        const now = look(aNs, dNs)
        const size = departures.at(now)
        if (size.lowNs > report) open.push({ aNs, sizeNs: size.lowNs })
        if (size.highNs < -report) open.push({ aNs, sizeNs: size.highNs })
        for (const { from, to, size: told } of departures.add(now)) {
          expect(from.aNs).toBeLessThan(to.aNs)
          expect(told.lowNs > report || told.highNs < -report).toBe(true)
          // No look before the last record is told of again.
          if (toldNs !== null) expect(from.aNs).toBeGreaterThanOrEqual(toldNs)
          toldNs = to.aNs
          open = open.filter((look) => look.aNs > to.aNs && look.aNs === aNs)
        }
        for (const one of open) expect(aNs - one.aNs).toBeLessThanOrEqual(second)
      }
      departures.settle()
      expect(departures.settle()).toEqual([])
    }),
    { numRuns: 300 },
  )
})
