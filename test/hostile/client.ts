/** Our client against a loopback reference, over real UDP, in simulated time: a time-out costs no waiting. */
import { randomBytes } from 'node:crypto'
import { parseInstant } from '../../lib/instant.js'
import { type ExchangeOptions, exchange } from '../../lib/ntp/exchange.js'
import type { FailedReading, GoodReading, Reading, TestName } from '../../lib/ntp/types.js'
import { LoopbackReference, type ReferenceFault, SimulatedClocks, VirtualTime } from '../../lib/testing/index.js'

const second = 1_000_000_000n

/** The local clock is this much slow against every reference here. */
export const trueOffsetNs = 250_000_000n

export async function openScene(at = '2026-03-03T14:00:00.000000000Z', address = '127.0.0.1') {
  const time = new VirtualTime(parseInstant(at))
  const clocks = new SimulatedClocks(time)
  const reference = await LoopbackReference.start({
    ...{ address, clock: () => time.nowNs(), timers: time.timers, offsetNs: trueOffsetNs },
  })
  const options: ExchangeOptions = {
    timeoutNs: 2n * second,
    clocks,
    timers: time.timers,
    random64: () => randomBytes(8).readBigUInt64BE(),
    taiUtc: () => 37,
    ratePpb: 100_000n,
    maxDistanceNs: 3n * second,
    ownAddresses: () => new Set<string>(),
  }
  return {
    time,
    clocks,
    reference,
    /** How long the last exchange took, in simulated time. */
    tookNs: 0n,
    /** One exchange, with these faults. */
    async ask(...faults: ReferenceFault[]): Promise<Reading> {
      reference.set({ faults })
      let reading: Reading | null = null
      const from = time.nowNs()
      const asked = exchange({ host: reference.address, address: reference.address, port: reference.port }, options)
      const done = asked.then((result) => {
        reading = result
        this.tookNs = time.nowNs() - from
      })
      await time.run(time.nowNs() + 10n * second, { busy: () => reading === null, patienceMs: 2 })
      await done
      return reading!
    },
    [Symbol.asyncDispose]: () => reference.stop(),
  }
}

/** The reading, if it is a good one. */
export function good(reading: Reading): GoodReading {
  if (!reading.ok) throw new Error(`expected a good reading, got ${reading.error.code}: ${reading.error.message}`)
  return reading
}

/** The reading, if it failed. */
export function failed(reading: Reading): FailedReading {
  if (reading.ok) throw new Error(`expected a failure, got an offset of ${reading.offsetNs} ns`)
  return reading
}

/** Names of the tests that an answer failed. */
export function failedTests(reading: Reading): TestName[] {
  const bits = Object.entries(reading.tests ?? {}) as [TestName, 0 | 1][]
  return bits.filter(([, passed]) => passed === 0).map(([name]) => name)
}
