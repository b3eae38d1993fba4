/** The rows of the table "what we refuse": one defect each, over the wire, with the local clock 250 ms slow. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { contains, widen } from '../../lib/interval.js'
import type { ReferenceFault } from '../../lib/testing/index.js'
import { failed, failedTests, good, openScene, trueOffsetNs } from './client.js'

const day = 86_400_000_000_000n

test('a right answer is accepted, and its bound contains the true offset', async () => {
  await using scene = await openScene()
  const reading = good(await scene.ask())
  expect(contains({ lowNs: reading.low, highNs: reading.high }, trueOffsetNs)).toBe(true)
  expect(failedTests(reading)).toEqual([])
  expect(reading.ignored).toBe(0)
})

test('also over IPv6', async () => {
  await using scene = await openScene(undefined, '::1')
  const reading = good(await scene.ask())
  expect(contains({ lowNs: reading.low, highNs: reading.high }, trueOffsetNs)).toBe(true)
})

describe('answers that are refused', () => {
  const rows: [string, ReferenceFault[], string, string[]][] = [
    ['LI = 3, unsynchronised', ['unsynchronised'], 'ERR_TEST_FAILED', ['synchronised']],
    ['kiss code RATE', ['kiss-RATE'], 'ERR_KISS_RATE', ['kiss', 'synchronised']],
    [
      'kiss code DENY with T2 = T3 = 0',
      ['kiss-DENY', 'zero-receive', 'zero-transmit'],
      'ERR_KISS_DENY',
      ['kiss', 'synchronised', 'timestamps'],
    ],
    ['kiss code RSTR', ['kiss-RSTR'], 'ERR_KISS_RSTR', ['kiss', 'synchronised']],
    ['an experimental kiss code', ['kiss-XFOO'], 'ERR_KISS_OTHER', ['kiss', 'synchronised']],
    ['stratum 0 without a code', ['stratum-0'], 'ERR_TEST_FAILED', ['kiss', 'synchronised']],
    ['stratum 16', ['stratum-16'], 'ERR_TEST_FAILED', ['synchronised']],
    ['transmit timestamp 0', ['zero-transmit'], 'ERR_TEST_FAILED', ['timestamps']],
    ['receive timestamp 0', ['zero-receive'], 'ERR_TEST_FAILED', ['timestamps']],
    ['root dispersion 20 s', ['root-dispersion-20s'], 'ERR_TEST_FAILED', ['dispersion', 'distance']],
    ['reference time one day after T3', ['reference-time-ahead'], 'ERR_TEST_FAILED', ['referenceTime']],
    ['T3 five seconds before T2', ['transmit-before-receive'], 'ERR_TEST_FAILED', ['serverTime']],
  ]
  test.each(rows)('%s', async (_, faults, code, bits) => {
    await using scene = await openScene()
    const reading = failed(await scene.ask(...faults))
    expect(reading.error.code).toBe(code)
    expect(failedTests(reading).filter((name) => bits.includes(name))).toEqual(bits)
    expect(reading.ignored).toBe(0)
    // The first test that failed is the one that is told.
    if (code === 'ERR_TEST_FAILED') expect(reading.error.message).toContain(` ${bits[0]}: `)
  })

  test('more time in the server than we waited', async () => {
    await using scene = await openScene()
    scene.reference.set({ header: { receiveShiftNs: -3_000_000_000n } })
    const reading = failed(await scene.ask())
    expect(failedTests(reading)).toEqual(['delay'])
  })
})

describe('datagrams that are no answer to our question are ignored while we wait', () => {
  const rows: [string, ReferenceFault[]][] = [
    ['mode 3 instead of 4', ['mode-3']],
    ['an origin that does not match', ['wrong-origin']],
    ['a 20-byte reply', ['truncated']],
    ['50 bytes, no whole words', ['ragged']],
    ['a kiss code with a foreign origin does not silence the reference', ['kiss-DENY', 'wrong-origin']],
  ]
  test.each(rows)('%s', async (_, faults) => {
    await using scene = await openScene()
    const reading = failed(await scene.ask(...faults))
    expect(reading).toMatchObject({ error: { code: 'ERR_TIMEOUT' }, ignored: 1, header: null, tests: null })
    expect(reading.error.message).toContain('1 packets came that were no answer')
    expect(scene.reference).toMatchObject({ requests: 1, answers: 1 })
  })

  test('a reply from another UDP port does not reach us', async () => {
    await using scene = await openScene()
    expect(failed(await scene.ask('other-port')).error.code).toBe('ERR_TIMEOUT')
    expect(scene.reference.answers).toBe(1)
  })

  test('a good answer after a forged one is found', async () => {
    await using scene = await openScene()
    const reading = good(await scene.ask('bogus-first'))
    expect(reading.ignored).toBe(1)
    expect(contains({ lowNs: reading.low, highNs: reading.high }, trueOffsetNs)).toBe(true)
    expect(scene.reference.answers).toBe(2)
  })

  test('an answer after the deadline is not taken, and does not disturb the next exchange', async () => {
    await using scene = await openScene()
    expect(failed(await scene.ask('late')).error.code).toBe('ERR_TIMEOUT')
    expect(scene.reference.answers).toBe(1)
    expect(good(await scene.ask()).ignored).toBe(0)
  })

  test('silence ends at the deadline, and leaves no timer behind', async () => {
    await using scene = await openScene()
    expect(failed(await scene.ask('silent')).error.code).toBe('ERR_TIMEOUT')
    expect(scene.tookNs).toBe(2_000_000_000n)
    expect(scene.time.pending).toBe(0)
  })
})

describe('answers that are unusual but right', () => {
  const rows: [string, ReferenceFault[]][] = [
    ['an extension field after the header', ['extension-field']],
    ['a MAC of 20 bytes after the header', ['mac']],
    ['the same answer twice', ['duplicate']],
  ]
  test.each(rows)('%s', async (_, faults) => {
    await using scene = await openScene()
    const reading = good(await scene.ask(...faults))
    expect(contains({ lowNs: reading.low, highNs: reading.high }, trueOffsetNs)).toBe(true)
    expect(reading.ignored).toBe(0)
  })

  test('a reference in 2040 shows this clock 14 years slow, not 122 years fast', async () => {
    await using scene = await openScene()
    const reading = good(await scene.ask('era-1'))
    const years = 5_114n * day + trueOffsetNs
    expect(contains({ lowNs: reading.low, highNs: reading.high }, years)).toBe(true)
  })

  test('in 2040 itself the offset is 250 ms like in any other year', async () => {
    await using scene = await openScene('2040-03-03T14:00:00.000000000Z')
    const reading = good(await scene.ask())
    expect(reading.t2 < 1n << 62n).toBe(true)
    expect(contains({ lowNs: reading.low, highNs: reading.high }, trueOffsetNs)).toBe(true)
  })

  test('an exchange across the change of era on 2036-02-07 is like any other', async () => {
    await using scene = await openScene('2036-02-07T06:28:15.900000000Z')
    scene.reference.set({ path: { toMs: 20, fromMs: 20 } })
    const reading = good(await scene.ask())
    expect(reading.t1 > 1n << 63n).toBe(true)
    expect(reading.t2 < 1n << 63n).toBe(true)
    expect(contains({ lowNs: reading.low, highNs: reading.high }, trueOffsetNs)).toBe(true)
  })
})

describe('any path is inside the bound', () => {
  const paths: [string, number, number][] = [
    ['80 ms there, nothing back', 80, 0],
    ['nothing there, 80 ms back', 0, 80],
    ['40 ms each way', 40, 40],
  ]
  test.each(paths)('%s', async (_, toMs, fromMs) => {
    await using scene = await openScene()
    scene.reference.set({ path: { toMs, fromMs } })
    const reading = good(await scene.ask())
    expect(reading.delayNs >= 80_000_000n).toBe(true)
    expect(contains({ lowNs: reading.low, highNs: reading.high }, trueOffsetNs)).toBe(true)
    // M is the same statement on the audit clock's line.
    const { utcNs, aNs } = scene.clocks.truth()
    expect(contains(reading.m, utcNs + trueOffsetNs + 37_000_000_000n - aNs)).toBe(true)
  })

  test('delay on one way moves the estimate by half of it, and the bound covers that', async () => {
    await using scene = await openScene()
    scene.reference.set({ path: { toMs: 0, fromMs: 80 } })
    const slowBack = good(await scene.ask())
    scene.reference.set({ path: { toMs: 80, fromMs: 0 } })
    const slowThere = good(await scene.ask())
    for (const [reading, sign] of [[slowBack, -1n] as const, [slowThere, 1n] as const]) {
      const wrongBy = (reading.offsetNs - trueOffsetNs) * sign
      // Of the whole delay at least 80 ms lay on one way; 2 us for the width of a reading.
      expect(2n * wrongBy >= 160_000_000n - reading.delayNs - 2_000n).toBe(true)
      expect(wrongBy <= reading.rootDistanceNs).toBe(true)
    }
  })
})

test('whatever the path, the crystal and both clocks do, the bound contains the truth', async () => {
  const scenes = fc.record({
    offsetNs: fc.bigInt({ min: -400n * day, max: 400n * day }),
    path: fc.record({ toMs: fc.nat(300), fromMs: fc.nat(300), serverMs: fc.nat(50), jitterMs: fc.nat(20) }),
    driftPpb: fc.bigInt({ min: -100_000n, max: 100_000n }),
    wallDriftPpb: fc.bigInt({ min: -500_000n, max: 500_000n }),
    bracketNs: fc.bigInt({ min: 0n, max: 5_000_000n }),
  })
  await fc.assert(
    fc.asyncProperty(scenes, async ({ offsetNs, path, driftPpb, wallDriftPpb, bracketNs }) => {
      await using scene = await openScene()
      scene.reference.set({ offsetNs, path })
      scene.clocks.setDrift(driftPpb)
      scene.clocks.setWallDrift(wallDriftPpb)
      scene.clocks.bracketNs = bracketNs
      const reading = good(await scene.ask())
      // M = TAI - A falls as a fast crystal gains: what it is now, taken back to the arrival. 2 ns for rounding both.
      const { utcNs, aNs } = scene.clocks.truth()
      const gained = (driftPpb * (aNs - reading.atNs)) / (1_000_000_000n + driftPpb)
      const there = utcNs + offsetNs + 37_000_000_000n - aNs + gained
      expect(contains(widen(reading.m, 2n), there)).toBe(true)
    }),
    { numRuns: 60 },
  )
}, 60_000)

describe('what a request gives away', () => {
  test('nothing but its version and 64 random bits, from a new port each time', async () => {
    await using scene = await openScene()
    const nonces = new Set<bigint>()
    const ports = new Set<number>()
    for (let i = 0; i < 8; i += 1) {
      good(await scene.ask())
      const { header, bytes, port } = scene.reference.lastRequest!
      expect(bytes.length).toBe(48)
      expect({ ...header, transmitTime: 0n }).toEqual({
        ...{ li: 0, vn: 4, mode: 3, stratum: 0, poll: 0, precision: 0x20 },
        ...{ rootDelay: 0, rootDispersion: 0, referenceId: 0 },
        ...{ referenceTime: 0n, originTime: 0n, receiveTime: 0n, transmitTime: 0n },
      })
      nonces.add(header.transmitTime)
      ports.add(port)
    }
    expect(nonces.size).toBe(8)
    expect(ports.size).toBeGreaterThan(1)
  })
})
