/** A day in seconds: real packets, a look every 250 ms, a sample every 64 s, and the truth to hold every bound against. */
import { randomBytes } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { assemble } from '../../lib/consensus/assemble.js'
import type { Sample } from '../../lib/consensus/types.js'
import { parseInstant } from '../../lib/instant.js'
import { contains } from '../../lib/interval.js'
import { type ExchangeOptions, exchange } from '../../lib/ntp/exchange.js'
import { type Reading, roles } from '../../lib/ntp/types.js'
import { LoopbackReference, SimulatedClocks, VirtualTime } from '../../lib/testing/index.js'

const second = 1_000_000_000n
const start = parseInstant('2026-03-03T00:00:00.000000000Z')

function exchangeOptions(time: VirtualTime, clocks: SimulatedClocks): ExchangeOptions {
  return {
    timeoutNs: 2n * second,
    clocks,
    timers: time.timers,
    random64: () => randomBytes(8).readBigUInt64BE(),
    taiUtc: () => 37,
    ratePpb: 100_000n,
    maxDistanceNs: 3n * second,
    ownAddresses: () => new Set<string>(),
  }
}

function ask(reference: LoopbackReference, options: ExchangeOptions): Promise<Reading> {
  const { address, port } = reference
  return exchange({ host: address, address, port }, options)
}

test('a day with a wandering crystal and one lying reference: every bound holds, every lie is named', async () => {
  const time = new VirtualTime(start)
  const clocks = new SimulatedClocks(time, { offsetNs: -3_000_000n, driftPpb: 40_000n, wallDriftPpb: 20n })
  const options = exchangeOptions(time, clocks)
  const started = { clock: () => time.nowNs(), timers: time.timers }
  const references = await Promise.all([
    LoopbackReference.start({ ...started, address: '127.0.0.1' }),
    LoopbackReference.start({ ...started, address: '127.0.0.1', offsetNs: 90n * second }),
    LoopbackReference.start({ ...started, address: '127.0.0.1', path: { loss: 0.01 } }),
  ])
  const samples: Sample[] = []
  let looks = 0
  let missed = 0
  let busy = 0

  const look = (): void => {
    time.timers.setTimeout(look, 250)
    looks += 1
    if (!contains(clocks.read().d, clocks.truth().dNs)) missed += 1
  }
  const round = async (): Promise<void> => {
    time.timers.setTimeout(() => void round(), 64_000)
    busy += 1
    const readings = await Promise.all(references.map((reference) => ask(reference, options)))
    const reading = clocks.read()
    const sample = assemble({
      ...{ reason: 'scheduled', part: 'all', look: reading, d: reading.d, configured: 3 },
      exchanges: Object.fromEntries(roles.map((role, i) => [role, [readings[i]!]])),
      ...{ ratePpb: 100_000n, toleranceNs: 50_000_000n, trustLocal: true, taiUtc: 37 },
    })
    if (sample.error !== null && !contains(sample.error, clocks.truth().errorNs)) missed += 1
    samples.push(sample)
    busy -= 1
  }
  look()
  void round()
  await time.run(start + 86_400n * second, { busy: () => busy > 0, patienceMs: 1 })
  await Promise.all(references.map((reference) => reference.stop()))

  expect(missed).toBe(0)
  expect(looks).toBeGreaterThan(345_000)
  expect(samples.length).toBe(1_351)
  const heard = samples.filter((sample) => sample.readings.tertiary?.ok === true)
  expect(heard.length).toBeGreaterThan(1_290)
  expect(heard.length).toBeLessThan(1_351)
  for (const { consensus, verdict } of heard) {
    expect({ state: consensus.state, support: consensus.support, dissent: consensus.dissent, verdict }).toEqual({
      ...{ state: 'agreed', support: 'voted', dissent: ['secondary'], verdict: 'PROVEN' },
    })
  }
  // With the third one's packet lost, two that lie differently are left: no bound, no guess.
  for (const { consensus } of samples.filter((sample) => !heard.includes(sample))) {
    expect(consensus.state).toBe('conflict')
  }
}, 180_000)
