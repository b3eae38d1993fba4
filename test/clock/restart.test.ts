/** What happened while no auditor ran, told from the last record and the first reading. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { acrossRestart } from '../../lib/clock/restart.js'
import type { ClockChange, ClockReading, Gap, LastStamp } from '../../lib/clock/types.js'
import { contains, width } from '../../lib/interval.js'
import { Computer, type Kind, kinds, ms, second } from './sim.js'
import { defaults } from './watch.js'

const linux = ['native', 'wasi', 'edge'] as const

/** What a record keeps of a reading. */
function record(reading: ClockReading, bootId = 'boot-1'): LastStamp {
  const { wallNs, aNs, monoNs, bootNs, rawNs, d } = reading
  return { bootId, wallNs, aNs, monoNs, bootNs, rawNs, d }
}

function computerOf(kind: Kind, crystalPpb = 0n): Computer {
  const computer = new Computer(kind, undefined, crystalPpb)
  computer.readCostNs = () => (kind === 'edge' ? 1_500n : 20n)
  return computer
}

/** Reads, lets things happen, and reads again in a new process. */
function down(computer: Computer, meanwhile: () => void): readonly (ClockChange | Gap)[] {
  const last = record(computer.source().read())
  meanwhile()
  const source = computer.source()
  const first = { ...source.read(), bootId: source.bootId }
  return acrossRestart(last, first, { ...defaults, coupled: source.coupled })
}

const short = (event: ClockChange | Gap): string =>
  event.kind === 'gap' ? `${event.cause} ${event.breaks}` : event.class

describe('in the same boot', () => {
  test.each(kinds)('%s: nothing happened: an hour without an auditor', (kind) => {
    const events = down(computerOf(kind, 20_000n), () => undefined)
    expect(events.map(short)).toEqual(['auditor-down wall'])
    const computer = computerOf(kind, 20_000n)
    const [gap] = down(computer, () => computer.advance(3_600n * second)) as Gap[]
    expect(short(gap!)).toBe('auditor-down wall')
    expect(gap!.toNs! - gap!.fromNs!).toBeGreaterThan(3_599n * second)
    expect(gap!.wallToNs - gap!.wallFromNs).toBeGreaterThan(3_599n * second)
  })

  test.each(kinds)('%s: ten seconds set meanwhile, in the interval of the downtime', (kind) => {
    const computer = computerOf(kind)
    const before = computer.aNs
    const events = down(computer, () => {
      computer.advance(1_000n * second)
      computer.set(-10n * second)
      computer.advance(1_000n * second)
    })
    const change = events[0] as ClockChange
    expect(short(change)).toBe('step')
    expect(events.map(short).at(-1)).toBe('auditor-down wall')
    expect(contains(change.size, -10n * second)).toBe(true)
    expect(width(change.size)).toBeLessThan({ native: 2_000n, wasi: 40n * ms, edge: 40n * ms, mac: 3_000n }[kind])
    expect(change.earliestNs).toBeGreaterThanOrEqual(before - 2_000n)
    expect(change.latestNs).toBeLessThanOrEqual(computer.aNs)
    expect(change.latestNs - change.earliestNs).toBeGreaterThan(1_999n * second)
  })

  test.each(linux)('%s: a night asleep is no set, but A stood still', (kind) => {
    const computer = computerOf(kind)
    const events = down(computer, () => {
      computer.advance(second)
      computer.sleep(30_000n * second)
      computer.advance(second)
    })
    expect(events.map(short)).toEqual(['suspend mono', 'auditor-down wall'])
  })

  test('portably a sleep too short for the uptime shows as a move of wall against hrtime', () => {
    const computer = computerOf('wasi')
    const events = down(computer, () => computer.sleep(3n * ms))
    expect(events.map(short)).toEqual(['suspend mono', 'auditor-down wall'])
  })

  test.each(linux)('%s: a night asleep and a set', (kind) => {
    const computer = computerOf(kind)
    const events = down(computer, () => {
      computer.sleep(30_000n * second)
      computer.set(60n * second)
    })
    expect(events.map(short)).toEqual(['step', 'suspend mono', 'auditor-down wall'])
    expect(contains((events[0] as ClockChange).size, 60n * second)).toBe(true)
  })

  test('where hrtime runs free, what drift can do is no set', () => {
    const computer = computerOf('mac')
    computer.steer(300_000n)
    expect(down(computer, () => computer.advance(3_600n * second)).map(short)).toEqual(['auditor-down wall'])
    const moved = down(computer, () => {
      computer.advance(3_600n * second)
      computer.set(2n * second)
    })
    expect(moved.map(short)).toEqual(['step', 'auditor-down wall'])
  })

  test('a set below the report is none', () => {
    const computer = computerOf('native')
    expect(down(computer, () => computer.set(900_000n)).map(short)).toEqual(['auditor-down wall'])
  })

  test('a leap second that was announced is one', () => {
    const midnightNs = BigInt(Date.parse('2017-01-01T00:00:00Z')) * 1_000_000n
    const computer = new Computer('native', midnightNs - 100n * second)
    const last = record(computer.source().read())
    computer.advance(100n * second)
    computer.leap(1n)
    computer.advance(100n * second)
    const first = { ...computer.source().read(), bootId: 'boot-1' }
    const options = { ...defaults, coupled: true, leapAnnounced: (at: bigint) => at === midnightNs }
    expect(acrossRestart(last, first, options).map(short)).toEqual(['leap', 'auditor-down wall'])
  })
})

describe('where M cannot go on', () => {
  const read = (computer: Computer): ClockReading & { bootId: string } => {
    const source = computer.source()
    return { ...source.read(), bootId: source.bootId }
  }

  test('another boot', () => {
    const computer = computerOf('native')
    const first = read(computer)
    const events = acrossRestart(record(first, 'boot-0'), first, { ...defaults, coupled: true })
    expect(events.map(short)).toEqual(['boot mono'])
    expect((events[0] as Gap).fromNs).toBeNull()
  })

  test('a machine put back to a snapshot of the same boot', () => {
    const computer = computerOf('native')
    const snapshot = read(computer)
    computer.advance(3_600n * second)
    const later = read(computer)
    expect(acrossRestart(record(later), snapshot, { ...defaults, coupled: true }).map(short)).toEqual(['boot mono'])
  })

  test.each([
    ['native', 'wasi'],
    ['wasi', 'native'],
  ] as const)('from %s to %s A is another clock; a set shows all the same', (from, to) => {
    // The same deeds on two computers, one read natively and one portably: the records of one machine.
    const computers = [computerOf(from), computerOf(to)] as const
    // Raw runs a tenth faster than what mono shows of the downtime.
    for (const computer of computers) computer.steer(-100_000_000n)
    const last = record(computers[0].source().read())
    const quiet = acrossRestart(last, read(computers[1]), { ...defaults, coupled: true })
    expect(quiet.map(short)).toEqual(['auditor-down mono'])
    for (const computer of computers) {
      computer.advance(100n * second)
      computer.set(-second)
    }
    const [change, gap] = acrossRestart(last, read(computers[1]), { ...defaults, coupled: true })
    expect(short(change!)).toBe('step')
    expect(contains((change as ClockChange).size, -second)).toBe(true)
    expect((change as ClockChange).earliestNs).toBeLessThanOrEqual(5_001n * second)
    expect(gap).toMatchObject({ cause: 'auditor-down', breaks: 'mono', fromNs: null })
  })
})

test('whatever happens in a downtime: a recorded size is true, and a set above the report is recorded', () => {
  const deed = fc.record({
    what: fc.constantFrom('set', 'sleep', 'pass', 'slew'),
    sizeUs: fc.oneof(fc.integer({ min: -5_000_000, max: 5_000_000 }), fc.integer({ min: -30_000, max: 30_000 })),
  })
  fc.assert(
    fc.property(fc.constantFrom(...kinds), fc.array(deed, { maxLength: 5 }), fc.boolean(), (kind, deeds, stalls) => {
      const computer = computerOf(kind, 40_000n)
      let dice = 7
      if (stalls) {
        computer.readCostNs = () => {
          dice = (dice * 75 + 74) % 65_537
          return dice % 400 === 0 ? 5n * ms : kind === 'edge' ? 1_500n : 20n
        }
      }
      const fromNs = computer.nowNs
      const events = down(computer, () => {
        for (const { what, sizeUs } of deeds) {
          const size = BigInt(sizeUs) * 1_000n
          if (what === 'set') computer.set(size)
          if (what === 'sleep') computer.sleep(size < 0n ? -size : size)
          if (what === 'slew') computer.steer(size / 100n < 400_000n && size / 100n > -400_000n ? size / 100n : 0n)
          computer.advance(10n * second)
        }
      })
      const sets = computer.deeds.filter(({ what }) => what === 'set')
      const net = sets.reduce((sum, { sizeNs }) => sum + sizeNs, 0n)
      const slack = kind === 'mac' ? (computer.nowNs - fromNs) / 1_900n : 0n
      const change = events.find((event) => event.kind === 'clock-change')
      if (change !== undefined) {
        expect(contains({ lowNs: change.size.lowNs - slack, highNs: change.size.highNs + slack }, net)).toBe(true)
        expect(net).not.toBe(0n)
        for (const { aNs } of sets) expect(change.earliestNs <= aNs && aNs <= change.latestNs).toBe(true)
      }
      const blind = { native: 10_000n, wasi: 60n * ms, edge: 60n * ms, mac: 2n * slack + 10n * ms }[kind] + ms
      if (net > blind || net < -blind) expect(change).toBeDefined()
      // Where A stood still, M may not run on.
      const unseenNs = stalls ? 12n * ms : 50_000n
      const slept = computer.deeds.some(({ what, sizeNs }) => what === 'sleep' && sizeNs > unseenNs)
      if (slept && kind !== 'mac')
        expect(events.some((event) => event.kind === 'gap' && event.breaks === 'mono')).toBe(true)
    }),
    { numRuns: Number(process.env.RUNS ?? 300) },
  )
})
