/**
 * A simulation that leaves out looks says what one says that takes them all, and what the real auditor with its scribe writes
 * to the disk; and its truth is asked at any instant.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { Auditor } from '../../lib/auditor.js'
import { OptionRangeError, OptionTypeError, OutputError } from '../../lib/errors.js'
import type { Fact } from '../../lib/evidence/types.js'
import type { IntervalNs } from '../../lib/interval.js'
import { type Scenario, simulate } from '../../lib/testing/index.js'
import { ModelClocks } from '../../lib/testing/simulate-clocks.js'
import { SimulatedNetwork } from '../../lib/testing/simulate-network.js'
import { plotOf } from '../../lib/testing/simulate-plot.js'
import type { SimulatedKind } from '../../lib/testing/simulate-types.js'
import { VirtualTime } from '../../lib/testing/virtual-time.js'
import type { TrailRecord } from '../../lib/trail/types.js'
import { verifyTrail } from '../../lib/trail/verify.js'
import { seconds, verdicts } from '../scenarios/hold.js'
import { recordsOf, removeFolders, temporaryFolder } from '../support/simulated-audit.js'

afterAll(removeFolders)

const busy: Scenario = {
  length: '5h',
  seed: 7,
  events: [
    { at: '20m', do: 'set', by: '-3m' },
    { at: '30m', do: 'set', by: '3m' },
    { at: '31m', do: 'set', by: '400us' },
    { at: '40m', do: 'slew', by: '40ms', over: '200s' },
    { at: '50m', do: 'starve', for: '20s' },
    { at: '1h', do: 'suspend', for: '30m', set: '2s' },
    { at: '100m', do: 'reference', which: 1, change: { offsetNs: 2_000_000_000n } },
    { at: '110m', do: 'reference', which: 2, change: { faults: ['silent'] } },
    { at: '2h', do: 'reference', which: 2, change: { faults: [] } },
    { at: '130m', do: 'down', for: '10m' },
    { at: '150m', do: 'down', for: '3m', killed: true },
    { at: '3h', do: 'reboot', off: '10m', ahead: '-4s' },
    { at: '4h', do: 'crystal', ppb: -70_000n },
  ],
}

/** Fields that depend on how many looks shaped them: by less than a look's own doubt. */
function close(a: IntervalNs, b: IntervalNs): boolean {
  const near = (x: bigint, y: bigint): boolean => (x > y ? x - y : y - x) < 1_500n
  return near(a.lowNs, b.lowNs) && near(a.highNs, b.highNs)
}

test.each<SimulatedKind>(['native', 'portable', 'uncoupled'])(
  'looks that are left out would have told nothing: %s',
  async (kind) => {
    const scenario = { ...busy, computer: { kind } }
    const [fast, full] = [await simulate(scenario), await simulate(scenario, { looks: 'every' })]
    expect(fast.counts).toEqual(full.counts)
    // What stands at the last look that was taken, and not at one of its own, stands earlier.
    const bare = ({ chord, widestSilenceNs, looks, ...fact }: Fact): object => {
      if (fact.kind === 'other' && fact.type === 'reference') return { seq: fact.seq, type: fact.type }
      return fact.kind === 'clock-change' ? { ...fact, size: null } : fact
    }
    const looks = (facts: readonly Fact[]): number => facts.reduce((sum, fact) => sum + fact.looks, 0)
    expect(Math.abs(looks(fast.facts) - looks(full.facts))).toBeLessThan(20)
    expect(looks(full.facts)).toBeGreaterThan(55_000)
    expect(fast.facts.map(bare)).toEqual(full.facts.map(bare))
    for (const [i, fact] of fast.facts.entries()) {
      const other = full.facts[i]!
      expect(close(fact.chord, other.chord)).toBe(true)
      // A record that cuts a second later or earlier halves a period or not; longer silences are the same.
      const silence = ({ widestSilenceNs }: Fact): number => Math.max(Number(widestSilenceNs), 251_000_000)
      expect(Math.abs(silence(fact) - silence(other))).toBeLessThan(1_000_000)
      if (fact.kind === 'clock-change' && other.kind === 'clock-change') expect(close(fact.size, other.size)).toBe(true)
    }
    const [few, all] = [await verdicts(fast, 50_000_000n), await verdicts(full, 50_000_000n)]
    expect(few.map(({ verdict, cause }) => `${verdict} ${cause}`)).toEqual(
      all.map(({ verdict, cause }) => `${verdict} ${cause}`),
    )
    for (const verdict of ['PROVEN', 'VIOLATED', 'INDETERMINATE', 'UNMONITORED', 'OFF'] as const)
      expect(seconds(few, verdict)).toBeCloseTo(seconds(all, verdict), 1)
  },
)

test('the real auditor writes the same trail', async () => {
  const scenario: Scenario = {
    length: '30m',
    seed: 3,
    events: [
      { at: '5m', do: 'set', by: '-3m' },
      { at: '10m', do: 'slew', by: '-30ms', over: '100s' },
      { at: '20m', do: 'set', by: '3m' },
    ],
    audit: { interval: '32s' },
  }
  const folder = join(temporaryFolder(), 'trail')
  const simulation = await simulate(scenario, { folder })
  const plot = plotOf(scenario)
  const time = new VirtualTime(plot.startNs)
  const network = new SimulatedNetwork(plot, time, scenario)
  const trail = join(temporaryFolder(), 'trail')
  const configuration = { ...simulation.configuration, trail }
  const { heartbeatNs, witness } = configuration
  const clocks = new ModelClocks({ plot, time, skip: false, heartbeatNs, reportNs: witness.reportNs })
  const auditor = await Auditor.startWith(configuration, {
    engine: 'inline',
    parts: {
      ...{ clocks, timers: time.timers, openPort: network.open, noticeMs: 250 },
      uniform: () => 0.5,
      ownAddresses: () => network.own(),
    },
  })
  await time.run(plot.startNs + plot.lengthNs)
  let stopped = false
  void auditor.stop().finally(() => {
    stopped = true
  })
  while (!stopped) await time.run(time.nowNs() + 100_000_000n)

  const told = (records: readonly TrailRecord[]): string[] =>
    records.flatMap((record) => {
      if (record.type === 'clock-change') return [`${record.class} ${record.size.lowNs.slice(0, -5)} ${record.by}`]
      if (record.type === 'sample')
        return [`${record.reason} ${record.part} ${record.consensus.state} ${record.verdict}`]
      return []
    })
  const [real, made] = [recordsOf(trail), recordsOf(folder)]
  const until = (list: string[]): string[] => list.slice(0, -2)
  // Timers of the real run are jittered otherwise; what is told is the same.
  expect(until(told(real)).slice(0, 30)).toEqual(until(told(made)).slice(0, 30))
  expect(Object.keys(real[0]!).sort()).toEqual(Object.keys(made[0]!).sort())
  const shape = (records: readonly TrailRecord[], type: string): string[] =>
    Object.keys(records.find((record) => record.type === type) ?? {}).sort()
  for (const type of ['sample', 'clock-change', 'heartbeat', 'close'])
    expect(shape(made, type)).toEqual(shape(real, type))
  expect(await verifyTrail(folder)).toMatchObject({ intact: 'self-consistent', upTo: made.length })
  expect(made[0]).toMatchObject({ type: 'open', simulation: true })
})

test('truth is known at every instant, by true time and by what the wall clock showed', async () => {
  const { truth, fromNs } = await simulate({
    length: '1h',
    computer: { ahead: '1s', daemon: false, crystalPpb: 0n, wanderPpb: 0n },
    events: [{ at: '30m', do: 'set', by: '-1m' }],
  })
  const minute = 60_000_000_000n
  expect(truth.at(10n * minute)).toMatchObject({ errorNs: -1_000_000_000n, utcNs: fromNs + 10n * minute, on: true })
  expect(truth.errorAt(fromNs + 29n * minute)).toEqual([-1_000_000_000n])
  expect(truth.errorAt(fromNs + 31n * minute)).toEqual([59_000_000_000n])
  // The minute before the set was shown twice.
  expect(truth.errorAt(fromNs + 29n * minute + 30_000_000_000n, 'wall')).toEqual([-1_000_000_000n, 59_000_000_000n])
  expect(truth.errorAt(fromNs - minute)).toEqual([])
  expect(truth.whenWallShowed(fromNs + 2n * minute).map(({ sinceNs }) => sinceNs)).toEqual([119_000_000_000n])
})

test('a daemon slews what is near and sets what is far, and the kernel says who it was', async () => {
  const events = [{ at: '10m', do: 'set', by: '-3s' }] as const
  const far = await simulate({ length: '1h', computer: { stepAbove: '128ms' }, events })
  const changes = far.facts.flatMap((fact) => (fact.kind === 'clock-change' ? [fact] : []))
  expect(changes.map(({ class: kind, by }) => `${kind} ${by}`)).toEqual(['step foreign', 'step daemon'])
  expect(Math.abs(Number(far.truth.at(3_000_000_000_000n).errorNs))).toBeLessThan(1_000_000)
  const slow = await simulate({ length: '1h', events })
  // At most 20 ppm: 20 us a second.
  expect(Number(slow.truth.at(3_000_000_000_000n).errorNs) / 1e9).toBeCloseTo(2.96, 1)
})

test('equal seeds, equal days; other seeds, other days', async () => {
  const day = (seed: number) => simulate({ length: '1h', seed })
  const [a, b, c] = [await day(1), await day(1), await day(2)]
  expect(b.facts).toEqual(a.facts)
  expect(c.facts).not.toEqual(a.facts)
})

test('weeks are quick, in segments by day, and nothing is kept in memory', async () => {
  const folder = join(temporaryFolder(), 'trail')
  const { counts, facts } = await simulate({ length: '20d', audit: { interval: '15m', heartbeat: '20m' } }, { folder })
  expect(facts).toEqual([])
  expect(counts).toMatchObject({ open: 21 })
  expect(counts.sample).toBeGreaterThan(1_800)
  expect(readdirSync(join(folder, '2026', '03'))).toHaveLength(21)
})

test('what cannot be is refused by name', async () => {
  await expect(simulate({ length: '0s' })).rejects.toThrow(OptionRangeError)
  await expect(simulate({ length: 'long' })).rejects.toThrow(/"length"/)
  await expect(simulate({ length: '1h', events: [{ at: '1', do: 'set', by: '1s' }] })).rejects.toThrow(/events\[0\].at/)
  await expect(simulate({ length: '1d', events: [{ at: '1h', do: 'leap', second: 1 }] })).rejects.toThrow(/midnight/)
  await expect(simulate({ length: '1h', references: [{ offset: 1n } as object] })).rejects.toThrow(OptionTypeError)
  await expect(simulate({ length: '1h', audit: { tolerence: '1s' } })).rejects.toThrow(/tolerance/)
  await expect(simulate({ length: '1h' }, { folder: '/' })).rejects.toThrow(OutputError)
})
