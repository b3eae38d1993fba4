import { describe, expect, test } from '@jest/globals'
import type { ReadingErrorCode } from '../../lib/errors.js'
import { Association, jitter } from '../../lib/ntp/association.js'
import { TokenBucket } from '../../lib/ntp/token-bucket.js'
import type { FailedReading, GoodReading, NtpHeader, Reading } from '../../lib/ntp/types.js'
import { goodHeader, ms, second } from './helpers.js'

const interval = 64n * second
const address = '192.0.2.7'

function answered(header: Partial<NtpHeader> = {}, from = address): Reading {
  return { ok: true, address: from, header: goodHeader(header) } as GoodReading
}
function failed(
  code: ReadingErrorCode,
  header: Partial<NtpHeader> | null = null,
  from: string | null = address,
): Reading {
  const error = { code, message: '' }
  const reading: FailedReading = {
    ...{ ok: false, host: 'h', port: 123, address: from, error, tests: null, ignored: 0 },
    header: header && goodHeader(header),
  }
  return reading
}
const kiss = (code: string) => {
  const referenceId = Buffer.from(code.padEnd(4, '\0')).readUInt32BE(0)
  return failed('ERR_KISS_OTHER', { stratum: 0, li: 3, referenceId })
}
const at = (seconds: number) => BigInt(seconds) * second

describe('silence', () => {
  /** Polls each 64 s from 0 on; answers the seconds at which a packet went out. */
  function polls(association: Association, untilSeconds: number, code: ReadingErrorCode = 'ERR_TIMEOUT'): number[] {
    const sent: number[] = []
    for (let now = 0; now <= untilSeconds; now += 64) {
      if (association.refusal(at(now))) continue
      sent.push(now)
      association.learn(failed(code), at(now))
    }
    return sent
  }

  test('is met with pauses that double from the eighth time on', () => {
    const sent = polls(new Association(address, interval), 4000)
    expect(sent).toEqual([0, 64, 128, 192, 256, 320, 384, 448, 576, 832, 1344, 2368])
  })

  test('pauses grow to 2^17 s, for private addresses to 2^10 s', () => {
    const pauses = (host: string) => {
      const sent = polls(new Association(host, interval), 700_000)
      return sent.at(-1)! - sent.at(-2)!
    }
    expect(pauses(address)).toBe(2 ** 17)
    const association = new Association('10.0.0.7', interval)
    for (let now = 0; now < 30; now++) association.learn(failed('ERR_TIMEOUT', null, '10.0.0.7'), at(now * 2000))
    expect(association.refusal(at(58_000 + 1023))).not.toBeNull()
    expect(association.refusal(at(58_000 + 1024))).toBeNull()
  })

  test('of a closed port is silence too; a missing route, socket or name is none', () => {
    expect(polls(new Association(address, interval), 640, 'ERR_PORT_CLOSED').length).toBe(9)
    for (const code of ['ERR_UNREACHABLE', 'ERR_SOCKET', 'ERR_DNS', 'ERR_NAME_UNKNOWN'] as const) {
      expect(polls(new Association(address, interval), 640, code).length).toBe(11)
    }
  })

  test('is told with cause, time and next step, and recorded when the pause changes', () => {
    const association = new Association(address, interval)
    const events = Array.from({ length: 9 }, (_, poll) => association.learn(failed('ERR_TIMEOUT'), at(poll * 64)))
    expect(events.flat()).toEqual([
      { what: 'back-off', before: 'none', after: '128 s' },
      { what: 'back-off', before: '128 s', after: '256 s' },
    ])
    expect(association.refusal(at(8 * 64) + 1n)).toEqual({
      code: 'ERR_BACKING_OFF',
      message:
        'not asked: the server was silent 9 times in a row; it is asked again in 256 s: check that its NTP server runs ' +
        'and that no firewall drops its packets',
    })
  })

  test('any answer ends it, also one that is refused', () => {
    for (const end of [answered(), failed('ERR_TEST_FAILED', {}), failed('ERR_CLOCK_CHANGED', {}), kiss('INIT')]) {
      const association = new Association(address, interval)
      polls(association, 448)
      expect(association.refusal(at(512))).not.toBeNull()
      expect(association.learn(end, at(512))).toContainEqual({ what: 'back-off', before: '128 s', after: 'none' })
      expect(association.refusal(at(576))).toBeNull()
    }
  })

  test('lets one unscheduled packet through in each pause', () => {
    const association = new Association(address, interval)
    polls(association, 448)
    expect(association.refusal(at(460), { scheduled: false })).toBeNull()
    association.learn(failed('ERR_TIMEOUT'), at(462), { scheduled: false })
    expect(association.refusal(at(464), { scheduled: false })?.code).toBe('ERR_BACKING_OFF')
    expect(association.refusal(at(576))).toBeNull()
    association.learn(failed('ERR_TIMEOUT'), at(576))
    expect(association.refusal(at(580), { scheduled: false })).toBeNull()
  })

  test('unscheduled packets alone start no pause', () => {
    const association = new Association(address, interval)
    for (let now = 0; now < 20; now++) association.learn(failed('ERR_TIMEOUT'), at(now), { scheduled: false })
    expect(association.refusal(at(20))).toBeNull()
  })

  test('is over when the network is known to be back', () => {
    const association = new Association(address, interval)
    polls(association, 448)
    association.wake()
    expect(association.refusal(at(512))).toBeNull()
  })

  test('an interval beyond the longest pause is kept', () => {
    const association = new Association('10.0.0.7', 3600n * second)
    for (let poll = 0; poll < 20; poll++) {
      expect(association.refusal(at(poll * 3600))).toBeNull()
      expect(association.learn(failed('ERR_TIMEOUT', null, '10.0.0.7'), at(poll * 3600))).toEqual([])
    }
  })
})

describe('kiss codes', () => {
  test.each(['DENY', 'RSTR'])('after %s nothing is sent to that address for 24 h', (code) => {
    const association = new Association('time.example.net', interval)
    association.learn(answered(), at(0))
    expect(association.learn(kiss(code), at(64))).toEqual([{ what: 'kiss', before: '', after: code }])
    expect(association.refusal(at(128))?.message).toContain(
      `the server at ${address} sent the kiss code ${code}; it is`,
    )
    expect(association.refusal(at(128), { address, scheduled: false })).not.toBeNull()
    expect(association.refusal(at(128), { address: '192.0.2.8' })).toBeNull()
    expect(association.refusal(at(64 + 86_399), { address })).not.toBeNull()
    expect(association.refusal(at(64 + 86_400), { address })).toBeNull()
  })

  test('DENY holds for its address also after another was used', () => {
    const association = new Association('time.example.net', interval)
    association.learn(kiss('DENY'), at(0))
    association.learn(answered({}, '192.0.2.8'), at(64))
    expect(association.refusal(at(128), { address })).not.toBeNull()
    expect(association.refusal(at(128), { address: '192.0.2.8' })).toBeNull()
  })

  test('RATE doubles the pause at once and each time, up to 2^13 s, and for good', () => {
    const association = new Association(address, interval)
    const pauses: string[] = []
    for (let now = 0; pauses.length < 10 && now < 1_000_000; now += 64) {
      if (association.refusal(at(now))) continue
      const change = association.learn(kiss('RATE'), at(now)).find((event) => event.what === 'back-off')
      if (change) pauses.push(change.after)
    }
    expect(pauses).toEqual(['128 s', '256 s', '512 s', '1024 s', '2048 s', '4096 s', '8192 s'])
    association.learn(answered(), at(2_000_000))
    expect(association.refusal(at(2_008_191))?.message).toContain('asked to be left alone (kiss code RATE)')
    expect(association.refusal(at(2_008_191), { scheduled: false })).not.toBeNull()
    expect(association.refusal(at(2_008_192))).toBeNull()
  })

  test('RATE is meant for its address', () => {
    const association = new Association('time.example.net', interval)
    association.learn(kiss('RATE'), at(0))
    expect(association.refusal(at(64))).not.toBeNull()
    expect(association.refusal(at(64), { address: '192.0.2.8' })).toBeNull()
    association.learn(answered({}, '192.0.2.8'), at(64))
    expect(association.refusal(at(128))).toBeNull()
  })

  test.each([
    ['X123', 'X123'],
    ['STEP', 'STEP'],
    ['\x01', '\\x01'],
  ])('%j is only told', (code, after) => {
    const association = new Association(address, interval)
    expect(association.learn(kiss(code), at(0))).toEqual([{ what: 'kiss', before: '', after }])
    expect(association.refusal(at(64))).toBeNull()
  })
})

describe('the poll floor', () => {
  test('keeps 15 s between scheduled packets to a public address', () => {
    const association = new Association(address, 16n * second)
    association.learn(answered(), at(100))
    expect(association.refusal(at(114))?.message).toContain('every 15 s at most')
    expect(association.refusal(at(115))).toBeNull()
    expect(association.refusal(at(101), { scheduled: false })).toBeNull()
  })

  test.each(['127.0.0.1', '::1', '10.0.0.7', 'fd00::7'])('does not hold for %s', (host) => {
    const association = new Association(host, second)
    association.learn(answered({}, host), at(100))
    expect(association.refusal(at(101))).toBeNull()
  })
})

describe('tokens', () => {
  test('eight, then one per 16 s', () => {
    const association = new Association(address, interval)
    const taken = Array.from({ length: 9 }, () => association.takeToken(at(0)))
    expect(taken).toEqual([true, true, true, true, true, true, true, true, false])
    expect(association.tokenAtNs(at(3))).toBe(at(16))
    expect(association.takeToken(at(16) - 1n)).toBe(false)
    expect(association.takeToken(at(16))).toBe(true)
    expect(association.tokenAtNs(at(17))).toBe(at(32))
  })

  test('one per 250 ms for private addresses, also behind a name', () => {
    const association = new Association('ntp.example.lan', interval)
    association.learn(answered({}, '192.168.0.7'), at(0))
    for (let token = 0; token < 8; token++) association.takeToken(at(0))
    expect(association.tokenAtNs(at(0))).toBe(250n * ms)
  })

  test('a bucket is never more than full, and does not lose what came in by halves', () => {
    const bucket = new TokenBucket()
    expect(bucket.nextNs(at(5), 10n)).toBe(at(5))
    for (let token = 0; token < 8; token++) expect(bucket.take(at(5), 10n)).toBe(true)
    expect(bucket.nextNs(at(5) + 9n, 10n)).toBe(at(5) + 10n)
    expect(bucket.take(at(5) + 15n, 10n)).toBe(true)
    expect(bucket.nextNs(at(5) + 15n, 10n)).toBe(at(5) + 20n)
    for (let token = 0; token < 8; token++) expect(bucket.take(at(9), 10n)).toBe(true)
    expect(bucket.take(at(9), 10n)).toBe(false)
  })
})

describe('what changed about a reference', () => {
  test('is told once, with before and after', () => {
    const association = new Association('time.example.net', interval)
    expect(association.learn(answered(), at(0))).toEqual([])
    expect(association.learn(answered(), at(64))).toEqual([])
    expect(association.learn(answered({ stratum: 2, referenceId: 0xc0000209, li: 1 }, '192.0.2.8'), at(128))).toEqual([
      { what: 'address', before: address, after: '192.0.2.8' },
      { what: 'stratum', before: '1', after: '2' },
      { what: 'reference-id', before: 'GPS', after: '192.0.2.9' },
      { what: 'leap', before: 'none', after: 'insert' },
    ])
    expect(association.learn(failed('ERR_TEST_FAILED', { li: 3 }, '192.0.2.8'), at(192))).toEqual([
      { what: 'stratum', before: '2', after: '1' },
      { what: 'reference-id', before: '192.0.2.9', after: 'GPS' },
      { what: 'leap', before: 'insert', after: 'unsynchronised' },
    ])
  })

  test('a reading that was never asked for changes nothing', () => {
    const association = new Association('time.example.net', interval)
    association.learn(answered(), at(0))
    expect(association.learn(failed('ERR_BACKING_OFF', null, '192.0.2.8'), at(1))).toEqual([])
    expect(association.learn(failed('ERR_DNS', null, null), at(2))).toEqual([])
    expect(association.refusal(at(15))).toBeNull()
  })
})

test('jitter makes a time 1 to 5 % longer', () => {
  expect(jitter(64n * second, 0)).toBe(64_640_000_000n)
  expect(jitter(64n * second, 0.5)).toBe(65_920_000_000n)
  expect(jitter(64n * second, 1 - 2 ** -53) < 67_200_000_000n).toBe(true)
  expect(jitter(64n * second, 1 - 2 ** -53) > 67_199_000_000n).toBe(true)
})
