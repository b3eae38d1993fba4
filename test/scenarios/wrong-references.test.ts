/** References that lie, fall silent, run free or serve this very clock, from end to end. */
import { afterAll, expect, test } from '@jest/globals'
import { contains } from '../../lib/interval.js'
import type { SimulatedEvent, SimulatedReference } from '../../lib/testing/simulate-types.js'
import { removeFolders } from '../support/simulated-audit.js'
import { saidAt, seconds, truthAt } from './hold.js'
import { hour, minute, ms, second, walk } from './walk.js'

afterAll(removeFolders)

const lie = (at: bigint, which: number, offsetNs: bigint): SimulatedEvent => ({
  ...{ at, do: 'reference', which, change: { offsetNs } },
})
const silence = (at: bigint, which: number): SimulatedEvent => ({
  ...{ at, do: 'reference', which, change: { faults: ['silent'] } },
})

test('one-of-three-lies: it is named all the time, and PROVEN stays PROVEN', async () => {
  const { wrong, list, result } = await walk({ length: '3h', events: [lie(hour, 0, 2n * second)] })
  expect(wrong).toEqual([])
  expect(seconds(list, 'PROVEN')).toBeGreaterThan(3 * 3600 - 3)
  expect(result.references.primary?.dissented).toBeGreaterThan(100)
})

test('two-of-three-lie differently: conflict, nothing is claimed', async () => {
  const events = [
    lie(10n * minute, 0, hour),
    lie(10n * minute, 1, -hour),
    lie(20n * minute, 0, 0n),
    lie(20n * minute, 1, 0n),
  ]
  const { wrong, list } = await walk({ length: '40m', events })
  expect(wrong).toEqual([])
  expect(seconds(list, 'INDETERMINATE', 'conflict')).toBeGreaterThan(590)
  expect(list.at(-2)?.verdict).toBe('PROVEN')
})

test('two-of-three-lie alike: a jump is seen, afterwards nobody could know which', async () => {
  const { list } = await walk({ length: '40m', events: [lie(10n * minute, 0, second), lie(10n * minute, 1, second)] })
  // The assumption "at most one wrong of three" is broken. The drift bound tells that something happened; then the majority is believed.
  expect(list.some(({ cause }) => cause === 'drift-bound-exceeded')).toBe(true)
  expect(list.at(-2)?.verdict).toBe('VIOLATED')
})

test('one silent and one of the two others lying: conflict, no bound', async () => {
  const { wrong, list } = await walk({ length: '1h', events: [silence(10n * minute, 2), lie(20n * minute, 0, second)] })
  expect(wrong).toEqual([])
  expect(seconds(list, 'INDETERMINATE', 'conflict')).toBeGreaterThan(2_300)
})

test('a small lie of one of two: paired, and the truth is inside', async () => {
  const two: SimulatedReference[] = [{}, {}].map(() => ({
    path: { toMs: 10, fromMs: 10 },
    header: { rootDispersionNs: 2n * ms },
  }))
  const { wrong, list } = await walk({ length: '2h', references: two, events: [lie(hour, 0, 15n * ms)] })
  expect(wrong).toEqual([])
  expect(list.some(({ support }) => support === 'paired')).toBe(true)
})

test('a server that runs free for 30 hours with fresh-looking dispersion: three vote it down, alone it is believed', async () => {
  const events: SimulatedEvent[] = [{ at: 0n, do: 'reference', which: 0, change: { driftPpb: 10_000n } }]
  const audit = { interval: '15m' }
  const three = await walk({ length: '30h', events, audit }, 150n * ms)
  expect(three.wrong).toEqual([])
  expect(three.result.references.primary?.dissented).toBeGreaterThan(50)
  const near: SimulatedReference = { path: { toMs: 5, fromMs: 5 }, header: { rootDispersionNs: ms } }
  const alone = await walk({ length: '30h', references: [near], events, audit }, 150n * ms)
  // 36 ms an hour lies far inside any drift bound: one server's word cannot be tested, and the page says `single`.
  const end = 29n * hour
  const said = await saidAt(alone.simulation, end)
  expect(said?.span.support).toBe('single')
  expect(said?.bound && contains(said.bound, truthAt(alone.simulation, end).error)).toBe(false)
})

test('a local daemon that serves this very clock bounds nothing', async () => {
  const local: SimulatedReference = { serves: 'wall', path: { toMs: 0.1, fromMs: 0.1 } }
  const { wrong, list, result } = await walk({
    length: '2h',
    references: [local],
    events: [{ at: hour, do: 'set', by: '1s' }],
  })
  expect(wrong).toEqual([])
  expect(seconds(list, 'PROVEN') + seconds(list, 'VIOLATED')).toBe(0)
  expect(seconds(list, 'INDETERMINATE', 'self-reference')).toBeGreaterThan(7_000)
  expect(result.references.primary?.self).toBeGreaterThan(100)
})

test('all references silent: the bound widens, then nothing is monitored', async () => {
  const events = [0, 1, 2].map((which) => silence(hour, which))
  const { wrong, list } = await walk({ length: '3h', events })
  expect(wrong).toEqual([])
  expect(seconds(list, 'UNMONITORED', 'too-far-from-sample')).toBeGreaterThan(2 * 3600 - 5 * 64 - 10)
})

test('an asymmetric path: half the delay covers it', async () => {
  const skewed: SimulatedReference = { path: { toMs: 180, fromMs: 2 }, header: { rootDispersionNs: 1_000n } }
  const { wrong, list } = await walk({ length: '1h', references: [skewed] }, 200n * ms)
  expect(wrong).toEqual([])
  expect(seconds(list, 'PROVEN')).toBeGreaterThan(3_590)
})
