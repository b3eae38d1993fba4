/**
 * What happens to clocks, each by name and from end to end: simulated packets, the engine's records, a trail on disk, its index,
 * the report. Where the printed assumptions hold, nothing that is said is wrong; where one is broken on purpose, the report says
 * so, or the test says why nobody could know.
 */
import { afterAll, expect, test } from '@jest/globals'
import type { SimulatedEvent, SimulatedReference } from '../../lib/testing/simulate-types.js'
import { removeFolders } from '../support/simulated-audit.js'
import { saidAt, seconds, truthAt } from './hold.js'
import { hour, minute, ms, second, walk } from './walk.js'

afterAll(removeFolders)

const still = { crystalPpb: 0n, wanderPpb: 0n } as const

test('a quiet morning is PROVEN throughout', async () => {
  const { list, wrong, result } = await walk({ length: '6h' })
  expect(wrong).toEqual([])
  expect(seconds(list, 'PROVEN')).toBeGreaterThan(6 * 3600 - 3)
  expect(result.policy).toMatchObject({ met: true, failures: [] })
})

test('set-back-and-forth-between-samples: both sets are found, and the time between them is VIOLATED', async () => {
  const events: SimulatedEvent[] = [
    { at: '20m', do: 'set', by: '-3m' },
    { at: '20m10s', do: 'set', by: '3m' },
  ].map(
    (event) => ({ ...event, at: event.at === '20m' ? 20n * minute : 20n * minute + 10n * second }) as SimulatedEvent,
  )
  const { list, wrong, changed, result } = await walk({ length: '1h', events, audit: { interval: '5m' } }, 50n * ms, [
    20n * minute,
    20n * minute + 10n * second,
  ])
  expect(wrong).toEqual([])
  expect(changed.map(({ class: kind, size }) => [kind, size.lowNs / second])).toEqual([
    ['step', -180n],
    ['step', 179n],
  ])
  expect(seconds(list, 'VIOLATED')).toBeGreaterThan(9.4)
  expect(seconds(list, 'VIOLATED')).toBeLessThanOrEqual(10)
  expect(result.policy.met).toBe(false)
})

test('slew-out-and-back between two samples: the witness measured it', async () => {
  const events: SimulatedEvent[] = [
    { at: 100n * second, do: 'slew', by: '75ms', over: '15s' },
    { at: 115n * second, do: 'slew', by: '-75ms', over: '15s' },
  ]
  const { simulation, wrong, list } = await walk(
    { length: '10m', computer: { ...still, daemon: false }, events, audit: { interval: '2m' } },
    50n * ms,
    [100n * second, 115n * second, 130n * second],
  )
  expect(wrong).toEqual([])
  const top = 115n * second
  expect(truthAt(simulation, top).error).toBeLessThan(-74n * ms)
  const bound = (await saidAt(simulation, top))?.bound
  expect(bound && bound.lowNs < -60n * ms).toBe(true)
  expect(seconds(list, 'VIOLATED')).toBeGreaterThan(3)
})

test('a set inside a burst of exchanges: the burst is thrown away and begun anew', async () => {
  const events: SimulatedEvent[] = [
    { at: 10n * minute, do: 'set', by: '500ms' },
    { at: 10n * minute + 3n * second, do: 'set', by: '-200ms' },
    { at: 10n * minute + 5n * second + 510n * ms, do: 'set', by: '-300ms' },
  ]
  const { wrong, changed, list, bounded } = await walk(
    { length: '20m', events },
    50n * ms,
    events.map(({ at }) => at as bigint),
  )
  expect(wrong).toEqual([])
  expect(changed).toHaveLength(3)
  expect(changed.every(({ sample }) => sample !== null)).toBe(true)
  expect(seconds(list, 'VIOLATED')).toBeGreaterThan(4.5)
  expect(bounded).toBeGreaterThan(0.9)
})

test('a suspend inside an exchange: the answer that slept with the computer is worth nothing', async () => {
  const far: SimulatedReference = { path: { toMs: 400, fromMs: 400 }, header: { rootDispersionNs: ms } }
  const { wrong, simulation, missed } = await walk({
    length: '2h',
    references: [far],
    events: [{ at: 300n * ms, do: 'suspend', for: '1h' }],
  })
  expect(wrong).toEqual([])
  expect(missed.map(({ cause }) => cause)).toEqual(['suspend'])
  const first = simulation.facts.find((fact) => fact.kind === 'sample' && fact.m !== null)
  // The exchange that was cut told nothing; the first bound comes after the sleep.
  expect(first?.kind === 'sample' && first.reason).toBe('resume')
})

test('a thousand small sets, none of them told: VIOLATED in the end', async () => {
  const events = Array.from({ length: 1_000 }, (_, i): SimulatedEvent => {
    return { at: minute + BigInt(i) * 3n * second, do: 'set', by: '300us' }
  })
  const { wrong, simulation, list } = await walk(
    { length: '70m', computer: { daemon: false, crystalPpb: 0n, wanderPpb: 0n }, events },
    50n * ms,
    events.slice(0, 20).map(({ at }) => at as bigint),
  )
  expect(wrong).toEqual([])
  expect(truthAt(simulation, 60n * minute).error).toBeLessThan(-290n * ms)
  expect(seconds(list, 'VIOLATED')).toBeGreaterThan(3_000)
})

test('two sets inside one look are one change, of their sum, and the look is INDETERMINATE', async () => {
  const at = 10n * minute + 20n * ms
  const events: SimulatedEvent[] = [
    { at, do: 'set', by: '5s' },
    { at: at + 100n * ms, do: 'set', by: '-2s' },
  ]
  for (const kind of ['native', 'portable', 'uncoupled'] as const) {
    const { wrong, changed, simulation } = await walk({ length: '20m', computer: { kind }, events }, 50n * ms, [at])
    expect(wrong).toEqual([])
    expect(changed).toMatchObject([{ class: 'step' }])
    expect(changed[0]!.size.lowNs / ms).toBe(2_999n)
    expect((await saidAt(simulation, at + 50n * ms))?.span.lack).toMatchObject({ cause: 'clock-change' })
  }
})

test('set and undone inside one look: told by the kernel; elsewhere nobody could know, and the page says `looks`', async () => {
  const at = 10n * minute + 20n * ms
  const events: SimulatedEvent[] = [
    { at, do: 'set', by: '5s' },
    { at: at + 100n * ms, do: 'set', by: '-5s' },
  ]
  const native = await walk({ length: '20m', events }, 50n * ms, [at])
  expect(native.wrong).toEqual([])
  expect(native.changed).toMatchObject([{ class: 'unknown' }])
  expect((await saidAt(native.simulation, at + 50n * ms))?.span.lack).toMatchObject({ cause: 'clock-change' })
  const portable = await walk({ length: '20m', computer: { kind: 'portable' }, events }, 50n * ms)
  expect(portable.changed).toEqual([])
  const said = await saidAt(portable.simulation, at + 50n * ms)
  expect(said?.span.witness).toBe('looks')
  // The clock was five seconds wrong for a tenth of a second, between two looks: that is what `looks` assumes not to happen.
  expect(said?.bound && said.bound.highNs < second).toBe(true)
})

test('suspend-overnight: OFF for eight hours, PROVEN on both sides', async () => {
  for (const kind of ['native', 'portable', 'uncoupled'] as const) {
    const { wrong, list } = await walk(
      { length: '10h', computer: { kind }, events: [{ at: '1h', do: 'suspend', for: '8h' }] },
      60n * ms,
      [hour, 9n * hour],
    )
    expect(wrong).toEqual([])
    // A of an uncoupled computer runs through the sleep: nobody looked, and nothing says why.
    const cause = kind === 'uncoupled' ? seconds(list, 'UNMONITORED', 'starved') : seconds(list, 'OFF', 'suspend')
    expect(Math.abs(cause - 8 * 3600)).toBeLessThan(30)
    expect(seconds(list, 'PROVEN')).toBeGreaterThan(1.9 * 3600)
  }
})

test('a set during a suspend, by as much as the sleep was long, is not missed', async () => {
  const { wrong, changed, list } = await walk({
    length: '4h',
    events: [{ at: '1h', do: 'suspend', for: '1h', set: '-1h' }],
  })
  expect(wrong).toEqual([])
  expect(changed).toMatchObject([{ class: 'set-during-suspend' }])
  expect(seconds(list, 'VIOLATED')).toBeGreaterThan(7_000)
})

test('era-2036: the day on which NTP timestamps begin anew is a day like any other', async () => {
  const { wrong, list } = await walk({ start: '2036-02-07T05:00:00Z', length: '3h' })
  expect(wrong).toEqual([])
  expect(seconds(list, 'PROVEN')).toBeGreaterThan(3 * 3600 - 3)
})

test('a crystal beyond its drift bound is found out', async () => {
  const near: SimulatedReference = { path: { toMs: 1, fromMs: 1 }, header: { rootDispersionNs: 1_000n } }
  const { list, wrong } = await walk({
    length: '1h',
    computer: { crystalPpb: 2_000_000n, withinPpb: 3_000_000n },
    references: [near, near, near],
  })
  expect(wrong.filter((text) => /PROVEN|VIOLATED/.test(text))).toEqual([])
  expect(seconds(list, 'INDETERMINATE', 'drift-bound-exceeded')).toBeGreaterThan(0.9 * 3600)
})

test('set over midnight and back: nothing is counted twice', async () => {
  const { wrong, list, result } = await walk(
    { start: '2026-03-02T23:50:00Z', length: '20m', events: [{ at: 11n * minute, do: 'set', by: '-3m' }] },
    50n * ms,
    [11n * minute],
  )
  expect(wrong).toEqual([])
  expect(seconds(list)).toBe(1_200)
  expect(result.integrity.records).toBeGreaterThan(30)
})

test('a day of gaps: down, killed, starved, rebooted', async () => {
  const events: SimulatedEvent[] = [
    { at: '1h', do: 'down', for: '30m' },
    { at: '2h', do: 'down', for: '10m', killed: true },
    { at: '3h', do: 'starve', for: '90s' },
    { at: '4h', do: 'reboot', off: '20m', audit: '30s' },
    { at: '5h', do: 'suspend', for: '40m' },
  ]
  const { wrong, list, missed } = await walk(
    { length: '7h', events },
    50n * ms,
    [1n, 2n, 3n, 4n, 5n].map((n) => n * hour),
  )
  expect(wrong).toEqual([])
  expect(missed.map(({ cause }) => cause)).toEqual(
    expect.arrayContaining(['auditor-down', 'starved', 'presumed-off', 'suspend']),
  )
  expect(seconds(list, 'OFF')).toBeGreaterThan(60 * 60 - 30)
  expect(seconds(list, 'UNMONITORED', 'auditor-down')).toBeGreaterThan(40 * 60 - 30)
  expect(seconds(list, 'UNMONITORED', 'starved')).toBeGreaterThan(85)
})
