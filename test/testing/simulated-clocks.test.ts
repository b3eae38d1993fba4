import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { contains, point, width } from '../../lib/interval.js'
import { SimulatedClocks, type SimulatedClocksOptions } from '../../lib/testing/simulated-clocks.js'
import { VirtualTime } from '../../lib/testing/virtual-time.js'

const second = 1_000_000_000n
const start = 1_772_000_000n * second
const exact = { resolutionNs: 1n, bracketNs: 0n }

function computer(options: SimulatedClocksOptions = {}) {
  const time = new VirtualTime(start)
  return { time, clocks: new SimulatedClocks(time, options) }
}

describe('a simulated computer', () => {
  test('with perfect readings shows truth as points', () => {
    const { time, clocks } = computer({ ...exact, offsetNs: -3n, upNs: 100n * second, driftPpb: 10_000n })
    const before = clocks.read()
    expect(before.wallNs).toBe(start - 3n)
    expect(before.d).toEqual(point(before.wallNs - before.aNs))
    expect(before.line).toEqual(point(start - 3n - 100n * second))
    expect(before.asleep).toEqual(point(0n))
    time.advanceTo(start + 10n * second)
    const after = clocks.read()
    expect(after.aNs - before.aNs).toBe(10n * second + 100_000n)
    expect(after.bootNs - before.bootNs).toBe(10n * second)
    expect(after.wallNs - before.wallNs).toBe(10n * second)
    expect(after.d).toEqual(point(before.d.lowNs - 100_000n))
    expect(after.line).toEqual(before.line)
    expect(clocks.truth().errorNs).toBe(3n)
  })

  test('a reading is as wide as bracket and resolution make it', () => {
    const { clocks } = computer({ resolutionNs: 1_000n, bracketNs: 200n })
    expect(width(clocks.read().d)).toBe(1_199n)
    clocks.bracketNs = 5_000_000n
    expect(width(clocks.read().d)).toBe(5_000_999n)
    expect(clocks.read().wallNs % 1_000n).toBe(0n)
  })

  test('a set moves wall, D and line, and nothing else; the kernel announces it once', () => {
    const { clocks } = computer(exact)
    const before = clocks.read()
    expect(clocks.notice()).toBe('none')
    clocks.set(start - 180n * second)
    expect(clocks.notice()).toBe('seen')
    expect(clocks.notice()).toBe('none')
    const after = clocks.read()
    expect(after.wallNs).toBe(start - 180n * second)
    expect(after.d).toEqual(point(before.d.lowNs - 180n * second))
    expect(after.line).toEqual(point(before.line.lowNs - 180n * second))
    expect(after).toMatchObject({ aNs: before.aNs, monoNs: before.monoNs, bootNs: before.bootNs })
  })

  test('uncoupled: the crystal alone is A, mono and boot; it runs on in sleep, and steering moves only the wall clock', () => {
    const { time, clocks } = computer({ ...exact, uncoupled: true, driftPpb: 40_000n, upNs: 0n, portable: true })
    expect(clocks).toMatchObject({ coupled: false, steered: false })
    const before = clocks.read()
    expect(before).toMatchObject({ rawNs: null, kernelTaiNs: null, asleep: point(0n), line: before.d })
    clocks.slew(2_000_000n, 5n * second)
    time.advanceTo(start + 10n * second)
    clocks.suspend(10n * second)
    const after = clocks.read()
    expect(after.aNs - before.aNs).toBe(20n * second + 800_000n)
    expect([after.monoNs, after.bootNs]).toEqual([after.aNs, after.aNs])
    expect(after.wallNs - before.wallNs).toBe(20n * second + 2_000_000n)
    expect(after.asleep).toEqual(point(0n))
    expect(clocks.notice()).toBe('absent')
  })

  test('a kernel without notices says so, also after a set', () => {
    const { clocks } = computer({ kernelNotice: false })
    clocks.step(second)
    expect(clocks.notice()).toBe('absent')
  })

  test('a slew moves wall, boot and mono together, evenly, and stays', () => {
    const { time, clocks } = computer(exact)
    const before = clocks.read()
    clocks.slew(5_000_000n, 10n * second)
    time.advanceTo(start + 5n * second)
    expect(clocks.truth().errorNs).toBe(-2_500_000n)
    expect(clocks.read().line).toEqual(before.line)
    expect(clocks.read().monoNs - before.monoNs).toBe(5n * second + 2_500_000n)
    time.advanceTo(start + 20n * second)
    clocks.slew(-1_000n, second)
    time.advanceTo(start + 30n * second)
    expect(clocks.truth().errorNs).toBe(-4_999_000n)
    expect(clocks.notice()).toBe('none')
    expect(() => clocks.slew(1n, 0n)).toThrow('"overNs" must be positive')
  })

  test('in suspend mono, raw and timers stand still', () => {
    const { time, clocks } = computer({ ...exact, driftPpb: 50_000n, wallDriftPpb: -7_000n })
    let looks = 0
    time.timers.setTimeout(() => {
      looks += 1
    }, 1_000)
    const before = clocks.read()
    clocks.suspend(7_200n * second)
    const after = clocks.read()
    expect(looks).toBe(0)
    expect(after).toMatchObject({ aNs: before.aNs, monoNs: before.monoNs, rawNs: before.rawNs, line: before.line })
    const wallWent = 7_200n * second - 50_400_000n
    expect(after.bootNs - before.bootNs).toBe(wallWent)
    expect(after.wallNs - before.wallNs).toBe(wallWent)
    expect(after.asleep).toEqual(point(wallWent))
    expect(clocks.notice()).toBe('seen')
  })

  test('a reboot starts the clocks at zero under a new boot id', () => {
    const { time, clocks } = computer(exact)
    const id = clocks.bootId
    clocks.suspend(second)
    clocks.reboot(60n * second)
    expect(clocks.bootId).not.toBe(id)
    expect(clocks.read()).toMatchObject({ aNs: 0n, monoNs: 0n, bootNs: 0n, wallNs: start + 61n * second })
    time.advanceTo(start + 62n * second)
    expect(clocks.read()).toMatchObject({ aNs: second, monoNs: second, bootNs: second, asleep: point(0n) })
  })

  test('a leap second keeps a right clock right where UTC leaps too', () => {
    const { time, clocks } = computer(exact)
    time.leap(1)
    expect(clocks.truth().errorNs).toBe(-second)
    clocks.leap(1)
    expect(clocks.truth()).toMatchObject({ errorNs: 0n, wallNs: start - second })
    expect(clocks.read().kernelTaiNs).toBe(38n * second)
  })

  test('a changed crystal or daemon goes on from where the clocks are', () => {
    const { time, clocks } = computer({ ...exact, driftPpb: 1_000n })
    const { aNs } = clocks.truth()
    time.advanceTo(start + second)
    clocks.setDrift(-2_000n)
    clocks.setWallDrift(500n)
    expect(clocks.truth()).toMatchObject({ aNs: aNs + second + 1_000n, errorNs: 0n })
    time.advanceTo(start + 3n * second)
    expect(clocks.truth()).toMatchObject({ aNs: aNs + 3n * second - 3_000n, errorNs: -1_000n })
  })

  test('a portable computer has a steered A and a coarse uptime', () => {
    const { clocks } = computer({ portable: true })
    expect(clocks).toMatchObject({ steered: true, coupled: true, auditClock: 'simulated monotonic clock' })
    const reading = clocks.read()
    expect(reading.aNs).toBe(reading.monoNs)
    expect(reading.rawNs).toBeNull()
    expect(reading.line).toEqual(reading.d)
    expect(width(reading.asleep)).toBe(9_999_999n + 200n)
  })

  test('it says when it was closed', () => {
    const { clocks } = computer()
    expect(clocks.closed).toBe(false)
    clocks.close()
    expect(clocks.closed).toBe(true)
  })
})

type Deed = (clocks: SimulatedClocks, time: VirtualTime) => void
const ns = (max: bigint) => fc.bigInt({ min: -max, max })
const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.bigInt({ min: 0n, max: 100n * second }).map(
    (by): Deed =>
      (_, time) =>
        time.advanceTo(time.nowNs() + by),
  ),
  ns(400n * second).map(
    (by): Deed =>
      (clocks) =>
        clocks.step(by),
  ),
  fc.tuple(ns(second), fc.bigInt({ min: 1n, max: 90n * second })).map(
    ([by, over]): Deed =>
      (clocks) =>
        clocks.slew(by, over),
  ),
  fc.bigInt({ min: 0n, max: 90_000n * second }).map(
    (by): Deed =>
      (clocks) =>
        clocks.suspend(by),
  ),
  ns(500_000n).map(
    (ppb): Deed =>
      (clocks) =>
        clocks.setDrift(ppb),
  ),
  ns(500_000n).map(
    (ppb): Deed =>
      (clocks) =>
        clocks.setWallDrift(ppb),
  ),
  fc.bigInt({ min: 0n, max: 10_000_000n }).map(
    (width): Deed =>
      (clocks) => {
        clocks.bracketNs = width
      },
  ),
  fc.constantFrom<Deed>(
    (clocks) => clocks.reboot(),
    (clocks) => clocks.leap(1),
    (_, time) => time.leap(-1),
  ),
)
const anyComputer = fc.record({
  driftPpb: ns(200_000n),
  offsetNs: ns(400_000n * second),
  wallDriftPpb: ns(200_000n),
  resolutionNs: fc.bigInt({ min: 1n, max: 20_000_000n }),
  bracketNs: fc.bigInt({ min: 0n, max: 100_000n }),
  portable: fc.boolean(),
  seed: fc.nat(),
})

test('whatever happens, every interval of every reading contains the truth', () => {
  fc.assert(
    fc.property(anyComputer, fc.array(deed, { maxLength: 25 }), (options, deeds) => {
      const { time, clocks } = computer(options)
      for (const happens of deeds) {
        happens(clocks, time)
        const { wallNs, aNs, monoNs, bootNs, utcNs, dNs, errorNs } = clocks.truth()
        const reading = clocks.read()
        expect(contains(reading.d, wallNs - aNs)).toBe(true)
        expect(contains(reading.line, wallNs - (options.portable ? monoNs : bootNs))).toBe(true)
        expect(contains(reading.asleep, bootNs - monoNs)).toBe(true)
        expect(reading).toMatchObject({ aNs, monoNs, bootNs, rawNs: options.portable ? null : aNs })
        expect(clocks.auditNs()).toBe(aNs)
        expect([dNs, errorNs, utcNs]).toEqual([wallNs - aNs, utcNs - wallNs, time.nowNs()])
        expect(wallNs - reading.wallNs >= 0n).toBe(true)
        expect(wallNs - reading.wallNs < options.resolutionNs + clocks.bracketNs).toBe(true)
      }
    }),
  )
})

test('while time flows, the clocks of one reading belong to one instant', () => {
  const { time, clocks } = computer(exact)
  time.flow()
  const { utcNs, wallNs } = clocks.truth()
  expect(utcNs).toBe(wallNs)
  const earlier = clocks.auditNs()
  expect(clocks.auditNs() >= earlier).toBe(true)
})
