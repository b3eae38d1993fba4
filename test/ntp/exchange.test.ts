import { describe, expect, test } from '@jest/globals'
import { exchange } from '../../lib/ntp/exchange.js'
import { decodePacket } from '../../lib/ntp/packet.js'
import { toNtp } from '../../lib/ntp/timestamp.js'
import type { FailedReading, GoodReading, NtpHeader, Reading } from '../../lib/ntp/types.js'
import { ms, nonce, noon, packet, second, setUp, target } from './helpers.js'

/** Starts an exchange and lets its request leave at noon. */
function asked(change: Parameters<typeof setUp>[0] = {}) {
  const parts = setUp(change)
  const reading = exchange(target, parts.options)
  parts.port.handlers!.open(parts.port)
  return { ...parts, reading }
}

/** The answer as it comes 11 ms later. */
function answer(parts: ReturnType<typeof asked>, header: Partial<NtpHeader> = {}): void {
  parts.clocks.pass(11n * ms)
  parts.port.receive(packet({ originTime: nonce, ...header }))
}

const good = async (reading: Promise<Reading>): Promise<GoodReading> => {
  const settled = await reading
  if (!settled.ok) throw new Error(settled.error.message)
  return settled
}
const bad = async (reading: Promise<Reading>): Promise<FailedReading> => {
  const settled = await reading
  if (settled.ok) throw new Error('the reading was accepted')
  return settled
}

describe('a right answer', () => {
  test('becomes a reading whose every field is known', async () => {
    const parts = asked()
    answer(parts)
    const reading = await good(parts.reading)
    const t1 = toNtp(noon)
    expect(reading).toEqual({
      ok: true,
      host: 'time.example.net',
      address: '192.0.2.7',
      port: 123,
      self: false,
      t1,
      t2: toNtp(noon + 5n * ms),
      t3: toNtp(noon + 6n * ms),
      t4: t1 + ((11n << 32n) + 999n) / 1000n,
      received: 'event',
      header: decodePacket(packet({ originTime: nonce })),
      tests: Object.fromEntries(Object.keys(reading.tests).map((name) => [name, 1])),
      atNs: 1_000n * second + 11n * ms,
      lineNs: noon - 1_000n * second,
      resolutionNs: 1n,
      readingNs: 1n,
      ratePpb: 100_000n,
      offsetNs: -1n,
      delayNs: 10_000_001n,
      rootDistanceNs: 5_245_364n,
      low: -5_245_364n,
      high: 5_245_363n,
      m: { lowNs: noon - 963n * second - 5_245_364n, highNs: noon - 963n * second + 5_245_363n },
      taiUtc: 37,
      ignored: 0,
    })
    expect(parts.port.closed).toBe(1)
    expect(parts.timers.delays).toEqual([])
  })

  test('the request carries the random number and nothing else', async () => {
    const parts = asked()
    expect(parts.port.sent.map((bytes) => bytes.toString('hex'))).toEqual([
      `23000020${'00'.repeat(36)}0123456789abcdef`,
    ])
    answer(parts)
    await good(parts.reading)
  })

  test('the clock is read before sending, and both looks are handed on in order', async () => {
    const looks: bigint[] = []
    const parts = setUp({
      onLook: (reading) => {
        looks.push(reading.aNs)
        return undefined
      },
    })
    parts.port.onSend = () => {
      expect(parts.clocks.reads).toBe(1)
      parts.clocks.pass(1n * ms)
    }
    const reading = exchange(target, parts.options)
    parts.port.handlers!.open(parts.port)
    answer({ ...parts, reading })
    expect((await good(reading)).delayNs).toBe(11_000_001n)
    expect(looks).toEqual([1_000n * second, 1_000n * second + 12n * ms])
  })

  test('A at the message counts, not what comes after it', async () => {
    const parts = setUp()
    let notices = 0
    const slow = new Proxy(parts.clocks, {
      get(clocks, key) {
        // Two notices enclose the sending; those after the message must not count.
        if (key === 'notice' && ++notices > 2) clocks.pass(50n * ms)
        const value = Reflect.get(clocks, key)
        return typeof value === 'function' ? value.bind(clocks) : value
      },
    })
    const reading = exchange(target, { ...parts.options, clocks: slow })
    parts.port.handlers!.open(parts.port)
    answer({ ...parts, reading })
    const { atNs, delayNs } = await good(reading)
    expect(atNs).toBe(1_000n * second + 11n * ms)
    expect(notices).toBeGreaterThan(2)
    expect(delayNs).toBe(10_000_001n)
  })

  test('the leap table is asked for the instant that was measured', async () => {
    const instants: bigint[] = []
    const parts = asked({
      taiUtc: (utcNs) => {
        instants.push(utcNs)
        return 38
      },
    })
    answer(parts, { receiveTime: toNtp(noon + second), transmitTime: toNtp(noon + second + ms) })
    const reading = await good(parts.reading)
    expect(instants).toEqual([noon + 11n * ms + reading.offsetNs])
    expect(reading.taiUtc).toBe(38)
    expect(reading.m.lowNs).toBe(reading.low + reading.lineNs + 38n * second)
  })

  test('from ourselves is marked', async () => {
    const parts = asked({ ownAddresses: () => new Set(['192.0.2.7']) })
    answer(parts)
    expect((await good(parts.reading)).self).toBe(true)
  })

  test('is found behind forged ones, which are counted', async () => {
    const parts = asked()
    parts.port.receive(packet({ originTime: nonce + 1n }))
    parts.port.receive(Buffer.alloc(20))
    parts.port.receive(packet({ originTime: nonce, mode: 3 }))
    parts.port.receive(packet({ originTime: nonce }), '192.0.2.66')
    parts.port.receive(packet({ originTime: nonce }), '192.0.2.7', 1123)
    parts.port.receive(packet({ originTime: 0n, stratum: 0, li: 3, referenceId: 0x44454e59 }))
    answer(parts)
    expect((await good(parts.reading)).ignored).toBe(6)
  })

  test('counts once: a duplicate and a late one find the exchange over', async () => {
    const parts = asked()
    answer(parts)
    const { offsetNs } = await good(parts.reading)
    answer(parts, { receiveTime: toNtp(noon + second), transmitTime: toNtp(noon + second) })
    answer(parts)
    expect((await good(parts.reading)).offsetNs).toBe(offsetNs)
    expect(parts.port.closed).toBe(1)
    expect(parts.clocks.reads).toBe(2)
  })

  test('before anything was asked is ignored', async () => {
    const parts = setUp()
    const reading = exchange(target, parts.options)
    parts.port.receive(packet({ originTime: nonce }))
    parts.timers.fire()
    expect((await bad(reading)).ignored).toBe(1)
  })
})

describe('silence', () => {
  test('ends with the cause and the next step', async () => {
    const parts = asked()
    expect(parts.timers.delays).toEqual([2000])
    parts.timers.fire()
    expect(await bad(parts.reading)).toEqual({
      ok: false,
      host: 'time.example.net',
      address: '192.0.2.7',
      port: 123,
      error: {
        code: 'ERR_TIMEOUT',
        message:
          'no answer from time.example.net (192.0.2.7) port 123 within 2 s: check that its NTP server runs and that no ' +
          'firewall drops UDP port 123',
      },
      header: null,
      tests: null,
      ignored: 0,
    })
    expect(parts.port.closed).toBe(1)
  })

  test('tells of packets that were no answer', async () => {
    const parts = asked()
    parts.port.receive(Buffer.alloc(48))
    parts.timers.fire()
    const { error, ignored } = await bad(parts.reading)
    expect(ignored).toBe(1)
    expect(error.message).toContain('(1 packets came that were no answer to our question')
  })

  test('a time-out of less than a millisecond is rounded up', () => {
    const parts = asked({ timeoutNs: 1n })
    expect(parts.timers.delays).toEqual([1])
    parts.timers.fire()
  })
})

describe('a port that fails', () => {
  test.each([
    ['ECONNREFUSED', 'ERR_PORT_CLOSED', 'nothing listens at time.example.net (192.0.2.7) port 123: check'],
    ['ENETUNREACH', 'ERR_UNREACHABLE', 'no route to time.example.net (192.0.2.7) port 123 (ENETUNREACH): check'],
    ['EHOSTUNREACH', 'ERR_UNREACHABLE', 'no route to'],
    ['EAFNOSUPPORT', 'ERR_UNREACHABLE', 'no route to'],
    ['EINVAL', 'ERR_UNREACHABLE', 'a link-local address needs its zone'],
    ['EPERM', 'ERR_SOCKET', 'allow outgoing UDP to port 123 in its firewall'],
    ['EMFILE', 'ERR_SOCKET', 'raise the limit of open files'],
    [undefined, 'ERR_SOCKET', 'failed: told by the system'],
  ])('%s is %s', async (code, expected, message) => {
    const parts = asked()
    parts.port.handlers!.fail(code, 'told by the system')
    const { error } = await bad(parts.reading)
    expect(error.code).toBe(expected)
    expect(error.message).toContain(message)
    expect(parts.port.closed).toBe(1)
    expect(parts.timers.delays).toEqual([])
  })

  test('inside open is closed too', async () => {
    const parts = setUp()
    const reading = exchange(target, {
      ...parts.options,
      openPort: (address, port, handlers) => {
        handlers.fail('EMFILE', 'too many')
        return parts.port.open(address, port, handlers)
      },
    })
    expect((await bad(reading)).error.code).toBe('ERR_SOCKET')
    expect(parts.port.closed).toBe(1)
    expect(parts.timers.delays).toEqual([])
  })
})

test('an answer that is refused ends the exchange with its header and bits', async () => {
  const parts = asked()
  answer(parts, { li: 3 })
  const { error, header, tests } = await bad(parts.reading)
  expect(error.code).toBe('ERR_TEST_FAILED')
  expect(header?.li).toBe(3)
  expect(tests).toMatchObject({ origin: 1, synchronised: 0, delay: 1 })
})

test("a caller's function that throws ends the exchange, not the process", async () => {
  const parts = asked({
    taiUtc: () => {
      throw new RangeError('no table')
    },
  })
  answer(parts)
  expect((await bad(parts.reading)).error).toEqual({
    code: 'ERR_SOCKET',
    message: 'the exchange failed inside this program: no table',
  })
})

describe('an exchange that a change cuts through is discarded', () => {
  const discarded = async (parts: ReturnType<typeof asked>, message: string) => {
    answer(parts)
    const { error, header } = await bad(parts.reading)
    expect(error.code).toBe('ERR_CLOCK_CHANGED')
    expect(error.message).toContain(message)
    expect(header?.stratum).toBe(1)
  }

  test('a step', async () => {
    const parts = asked()
    parts.clocks.dNs += 1n
    await discarded(parts, 'the wall clock was set during the exchange')
  })

  test('a kernel notice of a set, even one to the same time', async () => {
    const parts = asked()
    parts.clocks.pending = 'seen'
    await discarded(parts, 'the wall clock was set during the exchange')
  })

  test('a suspend', async () => {
    const parts = asked()
    parts.clocks.asleepNs += 1n
    await discarded(parts, 'suspended during the exchange')
  })

  test('what the witness says', async () => {
    let looks = 0
    const parts = asked({ onLook: () => ++looks === 2 })
    await discarded(parts, 'the wall clock was set during the exchange')
  })

  test('a set while the request is being sent, told by a look of its own', async () => {
    const told: string[] = []
    const parts = setUp({
      onLook: (_reading, notice) => {
        told.push(notice)
        return false
      },
    })
    const send = parts.port.send.bind(parts.port)
    parts.port.send = (bytes) => {
      send(bytes)
      parts.clocks.pending = 'seen'
    }
    const reading = exchange(target, parts.options)
    parts.port.handlers!.open(parts.port)
    answer({ ...parts, reading })
    expect(await reading).toMatchObject({ ok: false, error: { code: 'ERR_CLOCK_CHANGED' } })
    expect(told).toEqual(['seen', 'none'])
  })

  test('not by a notice from before it, nor by what the witness saw at sending', async () => {
    const parts = setUp({ onLook: (_reading, notice) => notice === 'seen' })
    parts.clocks.pending = 'seen'
    const reading = exchange(target, parts.options)
    parts.port.handlers!.open(parts.port)
    answer({ ...parts, reading })
    await good(reading)
  })

  test('not where wall and mono are no pair and only drift apart', async () => {
    const parts = asked()
    parts.clocks.coupled = false
    parts.clocks.dNs += 1n
    answer(parts)
    await good(parts.reading)
  })

  test('but a kiss code in it still counts', async () => {
    const parts = asked()
    parts.clocks.dNs += 1n
    answer(parts, { stratum: 0, li: 3, referenceId: 0x44454e59 })
    expect((await bad(parts.reading)).error.code).toBe('ERR_KISS_DENY')
  })
})

/** Every defect that six npm clients were found to accept, and the right answer as a control. */
describe('what a hostile server may send', () => {
  const later = (seconds: bigint) => toNtp(noon + seconds * second)
  const kiss = (code: string) => Buffer.from(code).readUInt32BE(0)
  const rows: readonly (readonly [string, Partial<NtpHeader>, string])[] = [
    ['LI = 3', { li: 3 }, 'ERR_TEST_FAILED synchronised'],
    ['kiss-o-death RATE', { stratum: 0, li: 3, referenceId: kiss('RATE') }, 'ERR_KISS_RATE'],
    [
      'kiss-o-death DENY without timestamps',
      { stratum: 0, li: 3, referenceId: kiss('DENY'), receiveTime: 0n, transmitTime: 0n },
      'ERR_KISS_DENY',
    ],
    ['stratum 16', { stratum: 16 }, 'ERR_TEST_FAILED synchronised'],
    ['mode 3 instead of 4', { mode: 3 }, 'ignored'],
    ['an origin that does not match', { originTime: nonce ^ 1n }, 'ignored'],
    ['transmit timestamp 0', { transmitTime: 0n }, 'ERR_TEST_FAILED timestamps'],
    ['root dispersion 20 s', { rootDispersion: 20 << 16 }, 'ERR_TEST_FAILED dispersion'],
    ['reference time one day after T3', { referenceTime: later(86_400n) }, 'ERR_TEST_FAILED referenceTime'],
    ['T3 five seconds before T2', { transmitTime: later(-5n) }, 'ERR_TEST_FAILED serverTime'],
  ]
  test.each(rows)('%s', async (_name, header, expected) => {
    const parts = asked()
    answer(parts, header)
    if (expected === 'ignored') {
      answer(parts)
      expect((await good(parts.reading)).ignored).toBe(1)
      return
    }
    const { error } = await bad(parts.reading)
    const [code, name] = expected.split(' ')
    expect(error.code).toBe(code)
    expect(error.message).toContain(name ? `${name}: ` : 'kiss code')
  })

  test('the year 2040 is read as 2040', async () => {
    const years = 2040n
    const parts = setUp()
    const then = noon + (years - 2026n) * 31_557_600n * second
    parts.clocks.dNs = then - parts.clocks.aNs
    const reading = exchange(target, parts.options)
    parts.port.handlers!.open(parts.port)
    answer(
      { ...parts, reading },
      {
        receiveTime: toNtp(then + 250n * ms),
        transmitTime: toNtp(then + 250n * ms),
        referenceTime: toNtp(then),
      },
    )
    const { offsetNs, t2 } = await good(reading)
    expect(t2 < toNtp(noon)).toBe(true)
    expect(offsetNs).toBe(244_499_999n)
  })

  test('20 bytes are ignored, 48 bytes and a MAC are read from the front', async () => {
    const parts = asked()
    parts.port.receive(packet({ originTime: nonce }).subarray(0, 20))
    parts.clocks.pass(11n * ms)
    parts.port.receive(Buffer.concat([packet({ originTime: nonce }), Buffer.alloc(20, 0xee)]))
    expect(await good(parts.reading)).toMatchObject({ offsetNs: -1n, ignored: 1 })
  })

  test('a bogus packet first, the good one 5 ms later', async () => {
    const parts = asked()
    parts.port.receive(packet({ originTime: 0n, receiveTime: later(-100n), transmitTime: later(-100n) }))
    parts.clocks.pass(5n * ms)
    answer(parts)
    expect(await good(parts.reading)).toMatchObject({ ignored: 1, delayNs: 15_000_001n })
  })

  test('an answer from another UDP port', async () => {
    const parts = asked()
    parts.port.receive(packet({ originTime: nonce }), '192.0.2.7', 124)
    parts.timers.fire()
    expect(await bad(parts.reading)).toMatchObject({ error: { code: 'ERR_TIMEOUT' }, ignored: 1 })
  })
})
