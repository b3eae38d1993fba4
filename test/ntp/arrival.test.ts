import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { ClockReading } from '../../lib/clock/types.js'
import { arrivedBefore } from '../../lib/ntp/arrival.js'
import { exchange } from '../../lib/ntp/exchange.js'
import { nonce, packet, setUp, target } from './helpers.js'

const ms = 1_000_000n
const us = 1_000n
const base = 1_795_000_000_000_000_000n

/** A look at `aNs`, when D was `dNs`, known to `lowNs` below and `highNs` above it. */
function look(aNs: bigint, dNs: bigint, lowNs = 0n, highNs = 0n): ClockReading {
  const d = { lowNs: dNs - lowNs, highNs: dNs + highNs }
  const rest = { monoNs: aNs, bootNs: aNs, rawNs: aNs, kernelTaiNs: null, asleep: { lowNs: 0n, highNs: 0n } }
  return { aNs, wallNs: aNs + dNs, d, line: d, ...rest }
}

describe('an arrival by the kernel', () => {
  test('10 us after sending and 40 ms before the event costs a seventh of the 10 us', () => {
    const at = arrivedBefore(base + 10n * us, look(0n, base), look(40n * ms, base), 40n * ms - 5n * us)
    expect(at).toBe(11_430n) // (10,000 + 1) * 8 / 7, rounded up
  })

  test('long after sending and 9 us before the second look costs a ninth of the 9 us', () => {
    const at = arrivedBefore(base + 50n * ms - 9n * us, look(0n, base), look(50n * ms, base), 50n * ms - 500n)
    expect(at).toBe(50n * ms - 7_999n) // 8,999 * 8 / 9, rounded down
  })

  test.each([
    ['lies before the sending', -1n],
    ['lies after the second look', 2n * ms + 1n],
    ['tells no more than the event', 1_999_000n],
  ])('that %s is of no use', (_, ns) => {
    expect(arrivedBefore(base + ns, look(0n, base), look(2n * ms, base), 1_999_000n)).toBeNull()
  })

  test('is never before the true one, whatever slew and brackets do', () => {
    const eighth = 125_000_000n
    const rate = fc.bigInt({ min: -eighth, max: eighth })
    const span = fc.bigInt({ min: 1n, max: 100n * ms })
    const bracket = fc.bigInt({ min: 0n, max: 50n * us })
    fc.assert(
      fc.property(
        rate,
        rate,
        fc.tuple(span, span, span),
        fc.tuple(bracket, bracket, bracket, bracket),
        (before, after, [arrival, event, second], [low1, high1, low2, high2]) => {
          const moved = (ns: bigint, ppb: bigint): bigint => (ns * ppb) / 1_000_000_000n
          const dThen = base + moved(arrival, before)
          const dLast = dThen + moved(event + second, after)
          const at = arrivedBefore(
            arrival + dThen,
            look(0n, base, low1, high1),
            look(arrival + event + second, dLast, low2, high2),
            arrival + event,
          )
          // Whole nanoseconds of D and of the stamp: the model itself is wrong by one.
          if (at !== null) expect(at >= arrival - 1n && at < arrival + event).toBe(true)
        },
      ),
      { numRuns: 2_000 },
    )
  })
})

/** An exchange whose answer arrives 11 ms after the request and is seen 30 ms later; the kernel knows. */
function lateEvent(change: (parts: ReturnType<typeof setUp>) => void = () => undefined) {
  const parts = setUp()
  const told: (bigint | null)[] = []
  const clocks = Object.assign(parts.clocks, {
    packetStamp: (descriptor: number): bigint | null => {
      expect(descriptor).toBe(7)
      told.push(sent === null ? null : sent + 11n * ms)
      return told.at(-1) ?? null
    },
  })
  const port = Object.assign(parts.port, { descriptor: () => 7 })
  let sent: bigint | null = null
  const reading = exchange(target, parts.options)
  port.handlers!.open(port)
  sent = clocks.aNs + clocks.dNs
  clocks.pass(41n * ms)
  change(parts)
  port.receive(packet({ originTime: nonce }))
  return { reading, told }
}

describe('an exchange', () => {
  test('whose event comes 30 ms late is as narrow as the kernel makes it', async () => {
    const { reading, told } = lateEvent()
    const got = await reading
    expect(told).toEqual([null, told[1]])
    expect(got).toMatchObject({ ok: true, received: 'kernel' })
    if (!got.ok) return
    // 11 ms and a seventh of them, which a slew could hide.
    expect(got.atNs).toBe(1_000_000_000_000n + ((11n * ms + 1n) * 8n + 6n) / 7n)
    expect(got.delayNs < 12n * ms).toBe(true)
  })

  test('on a source without notice of sets takes the event', async () => {
    const { reading } = lateEvent(({ clocks }) => {
      clocks.pending = 'absent'
    })
    expect(await reading).toMatchObject({ ok: true, received: 'event', atNs: 1_000_041_000_000n })
  })

  test('during which the clock was set is discarded, stamp or not', async () => {
    const { reading } = lateEvent(({ clocks }) => {
      clocks.dNs += 20n * ms
    })
    expect(await reading).toMatchObject({ ok: false, error: { code: 'ERR_CLOCK_CHANGED' } })
  })
})
