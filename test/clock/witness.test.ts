/** What the witness says of single deeds, on computers whose clock reads take no time: exact to the nanosecond. */
import { describe, expect, test } from '@jest/globals'
import { leapTable } from '../../lib/clock/leap.js'
import { shippedLeapList } from '../../lib/clock/leap-shipped.js'
import { observe } from '../../lib/clock/observe.js'
import type { Stamp } from '../../lib/clock/types.js'
import { Witness } from '../../lib/clock/witness.js'
import { contains, largest, smallest, width } from '../../lib/interval.js'
import { Computer, kinds, ms, second } from './sim.js'
import { changesOf, defaults, gapsOf, watch } from './watch.js'

const linux = ['native', 'wasi', 'edge'] as const
const at = (iso: string): bigint => BigInt(Date.parse(iso)) * 1_000_000n

/** An edge needs a clock that moves while it spins; the others may read in no time. */
function computerOf(kind: (typeof kinds)[number], wallNs?: bigint, crystalPpb?: bigint): Computer {
  const computer = new Computer(kind, wallNs, crystalPpb)
  computer.readCostNs = () => (kind === 'edge' ? 1_500n : 20n)
  return computer
}

describe('a set', () => {
  test.each(kinds)('%s: three minutes back is one step of three minutes, dated between two looks', (kind) => {
    const computer = computerOf(kind)
    const size = -180n * second
    computer.at(10_100n * ms, () => computer.set(size))
    const log = watch(computer, { untilNs: 20n * second })
    expect(log.events).toHaveLength(1)
    const [change] = changesOf(log)
    expect(change).toMatchObject({ kind: 'clock-change', class: 'step', by: 'unknown' })
    expect(change?.seen).toBe(kind === 'native' ? 'kernel-notice' : 'divergence')
    expect(contains(change!.size, size)).toBe(true)
    // Two readings, each as wide as its resolution and the time it took.
    expect(width(change!.size)).toBeLessThan(kind === 'edge' ? 30_000n : 3_000n)
    expect(change!.latestNs - change!.earliestNs).toBeLessThan(260n * ms)
    expect(change!.wallAfterNs - change!.wallBeforeNs).toBeLessThan(size + 260n * ms)
  })

  test.each(kinds)('%s: back and forth between two samples are two steps of opposite size', (kind) => {
    const computer = computerOf(kind)
    computer.at(10_100n * ms, () => computer.set(5n * second))
    computer.at(20_100n * ms, () => computer.set(-5n * second))
    const log = watch(computer, { untilNs: 30n * second, sampleEvery: 100 })
    expect(changesOf(log).map(({ class: kind }) => kind)).toEqual(['step', 'step'])
    expect(changesOf(log).map(({ size }) => contains(size, size.lowNs > 0n ? 5n * second : -5n * second))).toEqual([
      true,
      true,
    ])
  })

  test('portably a forward step as short as an unseen sleep may be one: class unknown, and A may have stood still', () => {
    const computer = computerOf('wasi')
    computer.at(10_100n * ms, () => computer.set(4n * ms))
    const log = watch(computer, { untilNs: 20n * second })
    expect(changesOf(log).map(({ class: kind }) => kind)).toEqual(['unknown'])
    expect(contains(changesOf(log)[0]!.size, 4n * ms)).toBe(true)
    expect(gapsOf(log).map(({ cause, breaks }) => [cause, breaks])).toEqual([['starved', 'mono']])
  })

  test('portably a backward step of the same size is no sleep', () => {
    const computer = computerOf('wasi')
    computer.at(10_100n * ms, () => computer.set(-4n * ms))
    const log = watch(computer, { untilNs: 20n * second })
    expect(log.events.map((event) => event.kind)).toEqual(['clock-change'])
    expect(changesOf(log)[0]?.class).toBe('step')
  })

  test.each(linux)(
    '%s: a thousand small sets are counted, and recorded as the departure that they add up to',
    (kind) => {
      const computer = computerOf(kind)
      for (let n = 1n; n <= 1_000n; n++) computer.at(n * 300n * ms, () => computer.set(-30_000n))
      const log = watch(computer, { untilNs: 301n * second })
      const changes = changesOf(log)
      const small = log.stamps.reduce((sum, { since }) => sum + since.small.count, 0)
      expect(changes.length + small).toBe(1_000)
      // 30 ms in all, written each time that they reach one.
      expect(changes.length).toBeGreaterThanOrEqual(28)
      const sum = changes.reduce((total, { size }) => total + size.lowNs, 0n)
      expect(sum).toBeLessThan(-28n * ms)
      for (const { class: kind, size } of changes) {
        expect(kind).toBe('step')
        expect(smallest(size)).toBeGreaterThan(ms)
      }
    },
  )
})

describe('the kernel notice', () => {
  test('tells of a set undone before the next look: class unknown, size around zero', () => {
    const computer = computerOf('native')
    computer.at(10_100n * ms, () => computer.set(3_600n * second))
    computer.at(10_120n * ms, () => computer.set(-3_600n * second))
    const log = watch(computer, { untilNs: 20n * second })
    expect(log.events).toHaveLength(1)
    const [change] = changesOf(log)
    expect(change).toMatchObject({ class: 'unknown', seen: 'kernel-notice' })
    expect(contains(change!.size, 0n)).toBe(true)
    expect(largest(change!.size)).toBeLessThan(1_000n)
  })

  test('portably nobody can know', () => {
    const computer = computerOf('wasi')
    computer.at(10_100n * ms, () => computer.set(3_600n * second))
    computer.at(10_120n * ms, () => computer.set(-3_600n * second))
    const log = watch(computer, { untilNs: 20n * second })
    expect(log.events).toEqual([])
    expect(log.stamps.at(-1)?.since.notice).toBe('absent')
  })

  test('a set of one nanosecond is noticed though no reading can show it', () => {
    const computer = computerOf('native')
    computer.at(10_100n * ms, () => computer.set(1n))
    const log = watch(computer, { untilNs: 20n * second })
    expect(changesOf(log).map(({ class: kind }) => kind)).toEqual(['unknown'])
  })

  test('a small step explains its notice: no record, but the stretch says that there was one', () => {
    const computer = computerOf('native')
    computer.at(10_100n * ms, () => computer.set(200_000n))
    const log = watch(computer, { untilNs: 20n * second })
    expect(log.events).toEqual([])
    const since = log.stamps.at(-1)?.since
    expect(since?.notice).toBe('seen')
    expect(since?.small.count).toBe(1)
    expect(since?.small.sumNs).toBeGreaterThanOrEqual(200_000n)
    expect(since?.small.sumNs).toBeLessThan(201_000n)
  })

  test('that comes after the look that found its step is not taken for another, once', () => {
    const computer = computerOf('native')
    const source = computer.source()
    const witness = new Witness(source.read(), { ...defaults, coupled: true, bootId: 'b' }, 'none')
    const look = (notice: 'none' | 'seen'): string[] => {
      computer.advance(20n * ms)
      return witness.look(source.read(), notice).map((event) => (event.kind === 'gap' ? event.cause : event.class))
    }
    expect(look('none')).toEqual([])
    computer.set(second)
    expect(look('none')).toEqual(['step'])
    expect(look('seen')).toEqual([])
    expect(look('seen')).toEqual(['unknown'])
    computer.set(second)
    expect(look('none')).toEqual(['step'])
    for (let n = 0; n < 5; n++) expect(look('none')).toEqual([])
    expect(look('seen')).toEqual(['unknown'])
  })
})

describe('a slew', () => {
  test('out and back natively: seen when it leaves the line and when it returns', () => {
    const computer = computerOf('native')
    computer.at(10_000n * ms, () => computer.steer(100_000_000n))
    computer.at(20_000n * ms, () => computer.steer(-100_000_000n))
    computer.at(30_000n * ms, () => computer.steer(0n))
    const log = watch(computer, { untilNs: 40n * second })
    const changes = changesOf(log)
    expect(changes.map(({ class: kind }) => kind)).toEqual(changes.map(() => 'slew'))
    const seconds = changes.map(({ latestNs }) => Number(latestNs - 5_000n * second) / 1e9)
    expect(seconds.filter((s) => s < 9.9)).toEqual([])
    for (const from of [10, 20, 30]) {
      const near = seconds.filter((s) => s > from && s < from + 1)
      expect(near.length).toBeGreaterThanOrEqual(1)
      expect(near.length).toBeLessThanOrEqual(2)
    }
    expect(seconds.length).toBeLessThanOrEqual(6)
  })

  test('too slow to leave the line is no change: it is in d and chord', () => {
    const computer = computerOf('native')
    computer.at(10_000n * ms, () => computer.steer(10_000n))
    const log = watch(computer, { untilNs: 110n * second, sampleEvery: 80 })
    expect(log.events).toEqual([])
    const last = log.stamps.at(-1) as Stamp
    expect(contains(last.d, computer.trueD(last.aNs))).toBe(true)
    expect(width(last.d)).toBeLessThan(1_000n)
  })

  test('a steady frequency is the line from the second sample on, and from the first look where the kernel states it', () => {
    const start = (kernelRatePpb: bigint | null): string[] => {
      const computer = computerOf('native')
      computer.steer(60_000n)
      const log = watch(computer, { untilNs: 200n * second, sampleEvery: 256, kernelRatePpb: () => kernelRatePpb })
      return changesOf(log).map(({ class: kind }) => kind)
    }
    expect(start(60_000n)).toEqual([])
    // Unstated: one millisecond off after 17 seconds, and again until there are two points to draw the line through.
    expect(start(null)).toEqual(['slew', 'slew'])
  })

  test('at 40 ppm all day on a computer whose hrtime runs free gives no step', () => {
    const computer = computerOf('mac', undefined, 30_000n)
    computer.steer(-10_000n)
    for (let n = 1n; n < 20n; n++)
      computer.at(n * 60n * second, () => computer.steer(n % 2n === 0n ? -450_000n : 400_000n))
    const log = watch(computer, { untilNs: 1_200n * second, sampleEvery: 256 })
    expect(changesOf(log).filter(({ class: kind }) => kind !== 'slew')).toEqual([])
    expect(gapsOf(log)).toEqual([])
  })

  test('portably on Linux it cannot be seen', () => {
    const computer = computerOf('wasi')
    computer.at(10_000n * ms, () => computer.steer(100_000_000n))
    expect(watch(computer, { untilNs: 30n * second }).events).toEqual([])
  })
})

describe('the line', () => {
  test('is not bent by a small step between two samples', () => {
    const computer = computerOf('native')
    computer.at(20_100n * ms, () => computer.set(-900_000n))
    const log = watch(computer, { untilNs: 60n * second, sampleEvery: 16, stops: new Map([[100, 700n * ms]]) })
    expect(log.events).toEqual([])
    expect(log.stamps.reduce((sum, { since }) => sum + since.small.count, 0)).toBe(1)
  })

  test('is forgotten where D was out of sight: the slope starts again at what the kernel states', () => {
    const computer = computerOf('native')
    computer.steer(60_000n)
    let stated = 60_000n
    const stops = new Map([[64, 2n * second]])
    computer.at(10n * second, () => {
      stated = 0n
    })
    const log = watch(computer, { untilNs: 45n * second, stops, kernelRatePpb: () => stated })
    expect(log.events.map((event) => event.kind)).toEqual(['gap', 'clock-change'])
  })

  test('a slew is dated from the last look that was certainly inside, past a blunt one', () => {
    const computer = computerOf('native')
    const source = computer.source()
    const witness = new Witness(source.read(), { ...defaults, coupled: true, bootId: 'b' }, 'none')
    const look = (bluntNs = 0n) => {
      computer.advance(250n * ms)
      const reading = source.read()
      const d = { lowNs: reading.d.lowNs - bluntNs, highNs: reading.d.highNs + bluntNs }
      return [reading, witness.look({ ...reading, d }, 'none')] as const
    }
    look()
    const [inside] = look()
    computer.steer(2_000_000n)
    expect(look(5n * ms)[1]).toEqual([])
    expect(look(5n * ms)[1]).toEqual([])
    const [out, events] = look()
    expect(events).toHaveLength(1)
    const [change] = events
    expect(change).toMatchObject({ class: 'slew', latestNs: out.aNs, wallBeforeNs: inside.wallNs })
  })

  test('is not drawn through a blunt look', () => {
    const computer = computerOf('native')
    const source = computer.source()
    const witness = new Witness(source.read(), { ...defaults, coupled: true, bootId: 'b' }, 'none')
    computer.advance(250n * ms)
    const reading = source.read()
    witness.look({ ...reading, d: { lowNs: reading.d.lowNs - 50n * ms, highNs: reading.d.highNs + 50n * ms } }, 'none')
    witness.anchor()
    computer.steer(10_000_000n)
    computer.advance(250n * ms)
    expect(witness.look(source.read(), 'none').map(({ kind }) => kind)).toEqual(['clock-change'])
  })
})

describe('a suspend', () => {
  test.each(kinds)('%s: at any moment of a reading is a suspend, or silence, and never a set', (kind) => {
    for (const long of [4_000n * ms, 12n * ms, 15n * ms]) {
      for (let offset = 0n; offset < 1_600n; offset += 40n) {
        const computer = computerOf(kind === 'edge' ? 'wasi' : kind)
        computer.advance(offset * 9_973n)
        const source = computer.source()
        const look = () => computer.advance(250n * ms)
        const witness = new Witness(
          source.read(),
          { ...defaults, coupled: source.coupled, bootId: 'b' },
          source.notice(),
        )
        for (let n = 0; n < 3; n++) {
          look()
          const { reading, notice } = observe(source)
          expect(witness.look(reading, notice)).toEqual([])
        }
        look()
        computer.at(computer.nowNs + offset, () => computer.sleep(long))
        const found = [0, 1].flatMap(() => {
          const { reading, notice } = observe(source)
          const events = witness.look(reading, notice)
          look()
          return events
        })
        const told = found.map((event) => (event.kind === 'gap' ? `${event.cause} ${event.breaks}` : event.class))
        const expected =
          kind === 'mac'
            ? [[], ['starved wall']]
            : [['suspend mono'], ['unknown', 'starved mono'], ['unknown', 'starved mono', 'suspend mono']]
        expect(expected).toContainEqual(told)
      }
    }
  })

  test.each(['native', 'wasi', 'mac'] as const)('%s: in the very first reading changes nothing after it', (kind) => {
    for (let offset = 0n; offset < 1_600n; offset += 40n) {
      const computer = computerOf(kind)
      computer.at(offset, () => computer.sleep(4n * second))
      expect(changesOf(watch(computer, { untilNs: 8n * second }))).toEqual([])
    }
  })

  test('during a stop is one gap, not two', () => {
    const computer = computerOf('native')
    computer.at(10_600n * ms, () => computer.sleep(second))
    const log = watch(computer, { untilNs: 90n * second, stops: new Map([[40, 5n * second]]) })
    expect(gapsOf(log).map(({ cause, breaks }) => [cause, breaks])).toEqual([['suspend', 'mono']])
  })

  test.each(linux)('%s: is a gap in which A stood still, and no change', (kind) => {
    const computer = computerOf(kind)
    computer.at(10_100n * ms, () => computer.sleep(3_600n * second))
    const log = watch(computer, { untilNs: 3_620n * second })
    expect(log.events).toHaveLength(1)
    const [gap] = gapsOf(log)
    expect(gap).toMatchObject({ cause: 'suspend', breaks: 'mono' })
    expect(gap!.wallToNs - gap!.wallFromNs).toBeGreaterThan(3_600n * second)
    expect(gap!.toNs! - gap!.fromNs!).toBeLessThan(260n * ms)
  })

  test('overnight on a computer whose hrtime runs through it is silence', () => {
    const computer = computerOf('mac')
    computer.at(10_100n * ms, () => computer.sleep(3_600n * second))
    const log = watch(computer, { untilNs: 3_620n * second })
    expect(gapsOf(log).map(({ cause, breaks }) => [cause, breaks])).toEqual([['starved', 'wall']])
    expect(changesOf(log)).toEqual([])
  })

  test.each(linux)('%s: with a set in it is both', (kind) => {
    const computer = computerOf(kind)
    computer.at(10_100n * ms, () => {
      computer.set(-3n * second)
      computer.sleep(4n * second)
    })
    const log = watch(computer, { untilNs: 20n * second })
    expect(gapsOf(log).map(({ cause }) => cause)).toEqual(['suspend'])
    const [change] = changesOf(log)
    expect(change?.class).toBe('set-during-suspend')
    expect(contains(change!.size, -3n * second)).toBe(true)
    expect(width(change!.size)).toBeLessThan(kind === 'native' ? 1_000n : 50n * ms)
    expect(changesOf(log)).toHaveLength(1)
  })

  test.each(linux)('%s: that a set undoes to the millisecond is still both', (kind) => {
    const computer = computerOf(kind)
    computer.at(10_100n * ms, () => {
      computer.sleep(4n * second)
      computer.set(-4n * second)
    })
    const log = watch(computer, { untilNs: 20n * second })
    expect(changesOf(log).map(({ class: kind }) => kind)).toEqual(['set-during-suspend'])
  })
})

describe('silence', () => {
  test.each(kinds)('%s: of five seconds is a gap starved; what was set in it is known too', (kind) => {
    const computer = computerOf(kind)
    computer.at(11_000n * ms, () => computer.set(second))
    const log = watch(computer, { untilNs: 20n * second, stops: new Map([[40, 5n * second]]) })
    expect(gapsOf(log).map(({ cause, breaks }) => [cause, breaks])).toEqual([['starved', 'wall']])
    expect(changesOf(log)).toHaveLength(1)
    expect(contains(changesOf(log)[0]!.size, second)).toBe(true)
  })

  test.each(kinds)('%s: of less than a second is none, but is told', (kind) => {
    const computer = computerOf(kind)
    const log = watch(computer, { untilNs: 20n * second, stops: new Map([[40, 700n * ms]]) })
    expect(log.events).toEqual([])
    expect(log.stamps.at(-1)!.since.widestSilenceNs).toBeGreaterThan(950n * ms)
    expect(log.stamps.at(-1)!.since.widestSilenceNs).toBeLessThan(960n * ms)
  })

  test('a look that itself lasts seconds is passed over, its notice is not', () => {
    const computer = computerOf('native')
    const source = computer.source()
    const first = source.read()
    const witness = new Witness(first, { ...defaults, coupled: true, bootId: 'b' }, 'none')
    computer.advance(3n * second)
    const wide = source.read()
    const stretched = { ...wide, d: { lowNs: wide.d.lowNs, highNs: wide.d.highNs + 2n * second } }
    expect(witness.look(stretched, 'seen')).toEqual([])
    expect(witness.last).toBe(first)
    const found = witness.look(source.read(), 'none')
    expect(found.map((event) => (event.kind === 'gap' ? event.cause : event.class))).toEqual(['unknown', 'starved'])
  })
})

describe('a leap second', () => {
  const newYear = at('2017-01-01T00:00:00Z')
  const table = leapTable(shippedLeapList, 'shipped')
  const leapAnnounced = (midnightNs: bigint): boolean => table.leapsBetween(midnightNs - 1n, midnightNs).length > 0

  test.each([
    [1n, 6n * ms],
    [-1n, -994n * ms],
  ])('%s s: natively the kernel moves TAI the other way', (inserted, afterMidnightNs) => {
    const computer = computerOf('native', newYear - 10n * second)
    computer.at(10n * second + afterMidnightNs, () => computer.leap(inserted))
    const log = watch(computer, { untilNs: 20n * second })
    expect(changesOf(log).map(({ class: kind, size }) => [kind, contains(size, -inserted * second)])).toEqual([
      ['leap', true],
    ])
  })

  test.each(['wasi', 'edge'] as const)('%s: the table announces it', (kind) => {
    const computer = computerOf(kind, newYear - 10n * second)
    computer.at(10n * second + 6n * ms, () => computer.leap(1n))
    const known = watch(computer, { untilNs: 20n * second, leapAnnounced })
    expect(changesOf(known).map(({ class: kind }) => kind)).toEqual(['leap'])
  })

  test.each([
    ['a year that has none', 'wasi', at('2018-01-01T00:00:00Z'), 6n * ms, -second],
    ['set by hand at midnight, TAI unmoved', 'native', at('2018-01-01T00:00:00Z'), 6n * ms, -second],
    ['an hour early', 'wasi', newYear + 3_600n * second, 6n * ms, -second],
    ['of the wrong size', 'wasi', newYear, 6n * ms, -second - 20_000n],
    ['forward where one is inserted', 'wasi', newYear, 5_000n * ms, second],
  ] as const)('is a step where it is %s', (_, kind, midnightNs, lateNs, size) => {
    const computer = computerOf(kind, midnightNs - 10n * second)
    computer.at(10n * second + lateNs, () => computer.set(size))
    const log = watch(computer, { untilNs: 20n * second, leapAnnounced })
    expect(changesOf(log).map(({ class: kind }) => kind)).toEqual(['step'])
  })
})

describe('records', () => {
  test('a heartbeat ahead of a change keeps its size out of the chord of the time before', () => {
    const computer = computerOf('native')
    computer.at(10_100n * ms, () => computer.set(600n * second))
    const log = watch(computer, { untilNs: 20n * second })
    const [first, before, change, last] = log.stamps
    expect(log.stamps).toHaveLength(4)
    expect(before!.since.looks).toBe(40)
    expect(largest(before!.since.chord)).toBeLessThan(1_000n)
    expect(change!.since.looks).toBe(1)
    expect(change!.aNs).toBe(changesOf(log)[0]?.latestNs)
    expect(last!.since.looks).toBeGreaterThan(30)
    expect(first!.since).toEqual({
      looks: 0,
      widestSilenceNs: 0n,
      notice: 'none',
      small: { count: 0, sumNs: 0n },
      chord: { lowNs: 0n, highNs: 0n },
    })
  })

  test('a blunt look is silence to the chord', () => {
    const computer = computerOf('native')
    const source = computer.source()
    const witness = new Witness(source.read(), { ...defaults, coupled: true, bootId: 'b' }, 'none')
    for (const bluntNs of [0n, 3n * ms, 0n]) {
      computer.advance(250n * ms)
      const reading = source.read()
      witness.look({ ...reading, d: { lowNs: reading.d.lowNs - bluntNs, highNs: reading.d.highNs + bluntNs } }, 'none')
    }
    const { since } = witness.stamp()
    expect(since.looks).toBe(3)
    expect(largest(since.chord)).toBeLessThan(1_000n)
    expect(since.widestSilenceNs).toBeGreaterThan(499n * ms)
  })

  test('a set of a microsecond is found and counted', () => {
    const computer = computerOf('native')
    computer.at(10_100n * ms, () => computer.set(1_000n))
    expect(watch(computer, { untilNs: 20n * second }).stamps.at(-1)?.since.small.count).toBe(1)
  })

  test('the chord of a slew that came back holds its summit, also over more looks than are kept', () => {
    const computer = computerOf('native')
    computer.at(300n * second, () => computer.steer(500_000n))
    computer.at(600n * second, () => computer.steer(-500_000n))
    computer.at(900n * second, () => computer.steer(0n))
    const log = watch(computer, { untilNs: 1_200n * second, reportNs: 10n * second })
    const last = log.stamps.at(-1)!
    expect(last.since.looks).toBe(4_800)
    // 500 ppm for 300 s; the simulated kernel loses a part of a nanosecond at every read.
    expect(last.since.chord.highNs).toBeGreaterThan(149_900_000n)
    expect(last.since.chord.highNs).toBeLessThan(150_100_000n)
    expect(last.since.chord.lowNs).toBeGreaterThan(-100_000n)
  })
})
