import { expect, test } from '@jest/globals'
import { type Collected, type Round, Rounds } from '../../lib/engine/rounds.js'
import type { AskOptions, Sampler } from '../../lib/engine/sampler.js'
import type { Reading } from '../../lib/ntp/types.js'

/** A sampler whose answers are given by the test, one per call. */
class HandSampler {
  readonly asked: AskOptions[] = []
  #waiting: ((readings: { primary: Reading }) => void)[] = []
  ask(options: AskOptions): Promise<{ primary: Reading }> {
    this.asked.push(options)
    return new Promise((resolve) => this.#waiting.push(resolve))
  }
  async answer(host: string): Promise<void> {
    const reading: Reading = {
      ok: false,
      host,
      port: 123,
      address: null,
      error: { code: 'ERR_TIMEOUT', message: 'none' },
      header: null,
      tests: null,
      ignored: 0,
    }
    this.#waiting.shift()?.({ primary: reading })
    await settled()
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

function setUp() {
  const sampler = new HandSampler()
  const pauses: { run: () => void; ms: number }[] = []
  const told: { reason: string; part: string; hosts: (string | undefined)[] }[] = []
  const rounds = new Rounds({
    sampler: sampler as unknown as Sampler,
    timers: { setTimeout: (run, ms) => pauses.push({ run, ms }), clearTimeout: () => {} },
    onAnswers: (round: Round, part, collected: Collected) =>
      told.push({ reason: round.reason, part, hosts: (collected.primary ?? []).map(({ host }) => host) }),
  })
  const pass = async () => {
    expect(pauses[0]?.ms).toBe(2000)
    pauses.shift()?.run()
    await settled()
  }
  return { sampler, rounds, told, pass }
}

const scheduled: Round = {
  reason: 'scheduled',
  triggerId: null,
  exchanges: 1,
  unscheduled: false,
  timeoutNs: 5n,
  toleranceNs: 9n,
}
const burst: Round = {
  reason: 'clock-change',
  triggerId: 4,
  exchanges: 3,
  unscheduled: true,
  timeoutNs: 5n,
  toleranceNs: 9n,
}

test('one exchange is told once, as all', async () => {
  const { sampler, rounds, told } = setUp()
  const done = rounds.begin(scheduled)
  expect(rounds.current).toBe(scheduled)
  await sampler.answer('a')
  expect(await done).toBe(true)
  expect(told).toEqual([{ reason: 'scheduled', part: 'all', hosts: ['a'] }])
  expect(rounds.current).toBeNull()
  expect(sampler.asked.map(({ unscheduled }) => unscheduled)).toEqual([false])
})

test('a burst tells its first answers at once and all of them after, two seconds apart', async () => {
  const { sampler, rounds, told, pass } = setUp()
  const done = rounds.begin(burst)
  await sampler.answer('a')
  expect(told).toEqual([{ reason: 'clock-change', part: 'first', hosts: ['a'] }])
  await pass()
  await sampler.answer('b')
  expect(told).toHaveLength(1)
  await pass()
  await sampler.answer('c')
  expect(await done).toBe(true)
  expect(told[1]).toEqual({ reason: 'clock-change', part: 'all', hosts: ['a', 'b', 'c'] })
})

test('a new round ends the one under way: its late answers are thrown away', async () => {
  const { sampler, rounds, told } = setUp()
  const first = rounds.begin(scheduled)
  const wanted = sampler.asked[0]?.wanted
  expect(wanted?.()).toBe(true)
  const second = rounds.begin(burst)
  expect(wanted?.()).toBe(false)
  await sampler.answer('cut through')
  expect(await first).toBe(false)
  expect(told).toEqual([])
  await sampler.answer('after the change')
  expect(told).toEqual([{ reason: 'clock-change', part: 'first', hosts: ['after the change'] }])
  rounds.cancel()
  expect(rounds.current).toBeNull()
  void second
})

test('later packets of any round take tokens', async () => {
  const { sampler, rounds, pass } = setUp()
  void rounds.begin({ ...scheduled, exchanges: 2 })
  await sampler.answer('a')
  await pass()
  expect(sampler.asked.map(({ unscheduled }) => unscheduled)).toEqual([false, true])
})
