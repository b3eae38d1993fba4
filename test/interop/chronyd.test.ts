/**
 * Our client against a real chronyd, which serves this computer's own clock: the true offset is 0. Fetch one with
 * .ci/fetch-chrony; without it these tests are skipped, but under CI that is a failure.
 */
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { networkInterfaces } from 'node:os'
import { resolve } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { openClockSource } from '../../lib/clock/open.js'
import { systemTimers } from '../../lib/clock/timers.js'
import type { ClockSource } from '../../lib/clock/types.js'
import { assemble } from '../../lib/consensus/assemble.js'
import type { Sample } from '../../lib/consensus/types.js'
import { contains } from '../../lib/interval.js'
import { exchange } from '../../lib/ntp/exchange.js'
import type { GoodReading, Reading } from '../../lib/ntp/types.js'
import { encodeSample } from '../../lib/trail/encode.js'
import { type Chronyd, findChronyd, startChronyd } from './chronyd.js'

const chronyd = findChronyd()
const ratePpb = 100_000n
const recompute = resolve(import.meta.dirname, '../../../test/interop/recompute.mjs')

function ask({ address, port }: Chronyd, clocks: ClockSource): Promise<Reading> {
  return exchange(
    { host: address, address, port },
    {
      timeoutNs: 2_000_000_000n,
      clocks,
      timers: systemTimers,
      random64: () => randomBytes(8).readBigUInt64BE(),
      taiUtc: () => 37,
      ratePpb,
      maxDistanceNs: 3_000_000_000n,
      ownAddresses: () => new Set(),
    },
  )
}

/** A sample of one reference that is trusted although it serves our own clock. */
async function sample(server: Chronyd, clocks: ClockSource): Promise<Sample> {
  const reading = await ask(server, clocks)
  const look = clocks.read()
  return assemble({
    ...{ reason: 'requested', part: 'all', look, d: look.d, exchanges: { primary: [reading] }, configured: 1 },
    ...{ ratePpb, toleranceNs: 50_000_000n, trustLocal: true, taiUtc: 37 },
  })
}

function median(values: readonly bigint[]): bigint {
  const sorted = [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  return sorted[sorted.length >> 1]!
}

/** What a bound cannot be narrower than: the packet's way, and what the server says of itself, ageing at 15 ppm. */
function unavoidable({ delayNs, header, t3 }: GoodReading): bigint {
  const second = 1_000_000_000n
  const aged = (15n * (t3 - header.referenceTime) * 1_000n) >> 32n
  const dispersion = (BigInt(header.rootDispersion) * second) >> 16n
  return delayNs + ((BigInt(header.rootDelay) * second) >> 16n) + 2n * (dispersion > aged ? dispersion : aged)
}

/** The good reading of the primary. */
function reading({ readings }: Sample): GoodReading {
  const { primary } = readings
  if (!primary?.ok) throw new Error(`no good reading: ${primary?.error.code} ${primary?.error.message}`)
  return primary
}

if (chronyd === null) {
  console.log('skipped: chronyd not found (fetch it with .ci/fetch-chrony)')
  test('chronyd is there, or this is not CI', () => {
    expect(process.env.CI ? 'chronyd not found under CI: run .ci/fetch-chrony first' : 'skipped').toBe('skipped')
  })
} else {
  describe.each(['native', 'wasi'] as const)('%s clocks', (prefer) => {
    test('the true offset is inside the bound in 1,000 of 1,000 samples, and the bound is narrow', async () => {
      await using server = await startChronyd(chronyd, { family: 4, local: true })
      const clocks = openClockSource({ prefer })
      const samples: Sample[] = []
      for (let i = 0; i < 1_000; i += 1) samples.push(await sample(server, clocks))
      clocks.close()

      const readings = samples.map(reading)
      expect(readings.filter(({ low, high }) => low <= 0n && 0n <= high).length).toBe(1_000)
      expect(samples.filter(({ error }) => contains(error!, 0n)).length).toBe(1_000)
      expect(samples.filter(({ consensus }) => consensus.state === 'single').length).toBe(1_000)
      expect(readings.filter(({ self }) => self).length).toBe(1_000)
      expect(samples.filter(({ verdict }) => verdict === 'PROVEN').length).toBeGreaterThan(990)
      expect(median(readings.map((each) => each.high - each.low - unavoidable(each))) <= 50_000n).toBe(true)

      const lines = samples.map((each, seq) =>
        JSON.stringify({ seq, ...encodeSample(each, { ratePpb, resolutionNs: clocks.resolutionNs }) }),
      )
      const again = spawnSync(process.execPath, [recompute], { input: `${lines.join('\n')}\n`, encoding: 'utf8' })
      expect(again.stderr).toBe('')
      expect(again.status).toBe(0)
      expect(again.stdout.trim().split('\n')).toEqual(
        readings.map(({ low, high }, seq) => `${seq} primary ${low} ${high}`),
      )
    }, 60_000)
  })

  test('the recomputation notices a nanosecond', async () => {
    await using server = await startChronyd(chronyd, { family: 4, local: true })
    const clocks = openClockSource()
    const body = encodeSample(await sample(server, clocks), { ratePpb, resolutionNs: clocks.resolutionNs })
    clocks.close()
    const primary = body.readings.primary
    if (!primary?.ok) throw new Error('no good reading')
    const bent = { ...body, readings: { primary: { ...primary, highNs: `${BigInt(primary.highNs) - 1n}` } } }
    const again = spawnSync(process.execPath, [recompute], { input: JSON.stringify(bent), encoding: 'utf8' })
    expect(again.status).toBe(1)
    expect(again.stderr).toContain('recorded')
  })

  // Reason to pass over: a kernel without ::1 cannot send these packets at all; said aloud, and IPv4 is tested above.
  const ipv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'))
  if (!ipv6) console.log('skipped: this computer has no ::1')
  const onIpv6 = ipv6 ? test : test.skip
  onIpv6('IPv6 is served alike', async () => {
    await using server = await startChronyd(chronyd, { family: 6, local: true })
    const clocks = openClockSource()
    for (let i = 0; i < 20; i += 1) {
      const { low, high, address } = reading(await sample(server, clocks))
      expect([address, low <= 0n && 0n <= high]).toEqual(['::1', true])
    }
    clocks.close()
  })

  test('without trustLocal it is our own clock that answers: recorded, no bound', async () => {
    await using server = await startChronyd(chronyd, { family: 4, local: true })
    const clocks = openClockSource()
    const own = await ask(server, clocks)
    const look = clocks.read()
    clocks.close()
    const judged = assemble({
      ...{ reason: 'requested', part: 'all', look, d: look.d, exchanges: { primary: [own] }, configured: 1 },
      ...{ ratePpb, toleranceNs: 50_000_000n, trustLocal: false, taiUtc: 37 },
    })
    expect(judged).toMatchObject({ error: null, verdict: 'INDETERMINATE', cause: 'self-reference' })
  })

  test('an unsynchronised chronyd says LI 3 and is refused', async () => {
    await using server = await startChronyd(chronyd, { family: 4, local: false })
    const clocks = openClockSource()
    const refused = await ask(server, clocks)
    clocks.close()
    expect(refused).toMatchObject({ ok: false, error: { code: 'ERR_TEST_FAILED' }, header: { li: 3 } })
    expect(refused.tests).toMatchObject({ origin: 1, synchronised: 0 })
  })
}
