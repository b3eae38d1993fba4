/** What time it is by the evidence. */
import { expect, test } from '@jest/globals'
import { parseInstant } from '../../lib/instant.js'
import { TrailTime } from '../../lib/nightly/trail-time.js'
import { otherFact, sampleFact, suspendFact } from './facts.js'

const second = 1_000_000_000n
const start = parseInstant('2026-03-01T00:00:00.000000000Z')
const at = (seconds: bigint, more: object = {}) => ({
  ...{ seq: 1, boot: 'a', aNs: seconds * second, wallNs: start },
  ...more,
})
const year = 365n * 86_400n * second

function heard(...facts: Parameters<TrailTime['hear']>[0][]): TrailTime {
  const time = new TrailTime()
  for (const fact of facts) time.hear(fact)
  return time
}

test('nothing is known before a sample has a bound', () => {
  const time = heard(otherFact(at(1n), 'heartbeat'), sampleFact(at(2n), null))
  expect(time.known()).toBe(null)
  expect(time.firstNs).toBe(null)
})

test('a sample tells UTC by its lower edge; the steady clock carries it on, slowed by as much as it may err', () => {
  const time = heard(sampleFact(at(10n), start), otherFact(at(1010n), 'heartbeat'))
  const sampleNs = start - 1_000_000n
  // 1000 s at 100 ppm: 0.1 s.
  expect(time.known()).toEqual({ sampleNs, nowNs: sampleNs + 1000n * second - 100_000_000n })
  expect(time.firstNs).toBe(sampleNs)
})

test('the wall clock takes no part', () => {
  const time = heard(sampleFact(at(10n, { wallNs: start + year }), start))
  expect(time.known()?.nowNs).toBe(start - 1_000_000n)
})

test('one sample of several that lies by a year, ahead or behind, misleads nobody', () => {
  for (const lie of [year, -year]) {
    const time = heard(
      sampleFact(at(0n), start),
      sampleFact(at(64n), start + 64n * second),
      sampleFact(at(128n), start + 128n * second + lie),
    )
    const { sampleNs = 0n } = time.known() ?? {}
    expect(sampleNs).toBeLessThan(start + 128n * second)
    expect(sampleNs).toBeGreaterThan(start + 127n * second)
  }
})

test('across a suspend or a boot the steady clock carries nothing; what had passed before still has', () => {
  for (const next of [suspendFact(at(5n)), otherFact(at(1n, { boot: 'b' }), 'open')]) {
    const time = heard(sampleFact(at(0n), start), otherFact(at(4n), 'heartbeat'), next)
    const before = start - 1_000_000n + 4n * second - 400_000n
    expect(time.known()).toEqual({ sampleNs: before, nowNs: before })
    time.hear(sampleFact({ ...at(6n), boot: next.boot }, start + 7200n * second))
    expect(time.known()?.sampleNs).toBe(start + 7200n * second - 1_000_000n)
  }
})

test('a leap second is one second, not a day', () => {
  const time = heard(sampleFact(at(0n), start), sampleFact(at(64n), start + 63n * second, 38))
  expect(time.known()?.sampleNs).toBeLessThanOrEqual(start + 64n * second)
  expect(time.known()?.sampleNs).toBeGreaterThan(start + 62n * second)
})
