import { describe, expect, test } from '@jest/globals'
import { parseInstant } from '../../lib/instant.js'
import { decodePacket } from '../../lib/ntp/packet.js'
import { makeRequest } from '../../lib/ntp/request.js'
import { fromNtp, toNtp } from '../../lib/ntp/timestamp.js'
import { LoopbackReference, type ReferenceFault, VirtualTime } from '../../lib/testing/index.js'
import { openClient } from './client.js'

const second = 1_000_000_000n
const day = 86_400n * second
const start = parseInstant('2026-03-03T14:00:00.000000000Z')

/** A reference whose clock stands at `start`, and a client. */
async function pair(change: Parameters<typeof LoopbackReference.start>[0] = {}) {
  const time = new VirtualTime(start)
  const reference = await LoopbackReference.start({ clock: () => time.nowNs(), timers: time.timers, ...change })
  const client = await openClient(reference.address)
  return {
    time,
    reference,
    client,
    /** The header of the one answer. */
    async ask(nonce = 1n) {
      const [reply] = await client.ask(reference, nonce)
      return decodePacket(reply!.bytes)
    },
    async [Symbol.asyncDispose]() {
      await reference.stop()
      await client[Symbol.asyncDispose]()
    },
  }
}

/** Lets real packets pass until `done`. */
async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setImmediate(resolve))
}

describe('an honest reference', () => {
  test('answers with its clock, the nonce as origin, and a synchronised header', async () => {
    await using p = await pair()
    expect(await p.ask(0x1234567890abcdefn)).toEqual({
      li: 0,
      vn: 4,
      mode: 4,
      stratum: 1,
      poll: 0,
      precision: -19,
      rootDelay: 0,
      rootDispersion: 0,
      referenceId: 0x4c4f4f50,
      referenceTime: toNtp(start - second),
      originTime: 0x1234567890abcdefn,
      receiveTime: toNtp(start),
      transmitTime: toNtp(start),
    })
    expect(p.reference).toMatchObject({ requests: 1, answers: 1, lost: 0, ignored: 0, pending: 0 })
    expect(p.reference.at).toBe(`127.0.0.1:${p.reference.port}`)
  })

  test('keeps the last request, and tells each as it comes', async () => {
    const seen: bigint[] = []
    await using p = await pair({ onRequest: ({ header }) => void seen.push(header.transmitTime) })
    expect(p.reference.lastRequest).toBeNull()
    await p.ask(7n)
    await p.ask(8n)
    expect(seen).toEqual([7n, 8n])
    expect(p.reference.lastRequest).toMatchObject({
      address: '127.0.0.1',
      port: p.client.port,
      header: { mode: 3, vn: 4, transmitTime: 8n, originTime: 0n },
    })
    expect(p.reference.lastRequest?.bytes).toEqual(makeRequest(8n))
  })

  test('serves IPv6', async () => {
    await using p = await pair({ address: '::1' })
    expect(await p.ask()).toMatchObject({ receiveTime: toNtp(start) })
    expect(p.reference.at).toBe(`[::1]:${p.reference.port}`)
  })

  test('by default shows the wall clock of this computer', async () => {
    await using reference = await LoopbackReference.start()
    await using client = await openClient()
    const before = BigInt(Date.now()) * 1_000_000n
    const [reply] = await client.ask(reference, 1n)
    const after = BigInt(Date.now() + 1) * 1_000_000n
    const { receiveTime, transmitTime } = decodePacket(reply!.bytes)
    const times = [before, fromNtp(receiveTime, before), fromNtp(transmitTime, before), after]
    expect([...times].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))).toEqual(times)
  })

  test('ignores what is no request', async () => {
    await using p = await pair()
    await p.client.send(Buffer.alloc(20), p.reference)
    const answer = makeRequest(1n)
    answer[0] = 0x24
    await p.client.send(answer, p.reference)
    await p.ask()
    expect(p.reference).toMatchObject({ requests: 1, answers: 1, ignored: 2 })
    expect(p.client.replies.length).toBe(1)
  })
})

describe('its clock', () => {
  test('runs at an offset, drifts, and steps', async () => {
    await using p = await pair({ offsetNs: 250_000_000n, driftPpb: 2_000n })
    expect((await p.ask()).receiveTime).toBe(toNtp(start + 250_000_000n))
    p.time.advanceTo(start + 1_000n * second)
    expect(p.reference.settings.offsetNs).toBe(252_000_000n)
    p.reference.step(-3n * second)
    expect((await p.ask()).transmitTime).toBe(toNtp(start + 997n * second + 252_000_000n))
  })

  test('keeps its offset when only the drift is changed', async () => {
    await using p = await pair({ offsetNs: 5n, driftPpb: 1_000_000n })
    p.time.advanceTo(start + second)
    p.reference.set({ driftPpb: -1_000_000n })
    p.time.advanceTo(start + 3n * second)
    expect(p.reference.nowNs()).toBe(start + 3n * second + 5n - 1_000_000n)
  })

  test('keeps drifting when something else is changed', async () => {
    await using p = await pair({ driftPpb: 1_000_000n })
    p.time.advanceTo(start + second)
    p.reference.set({ header: { stratum: 2 } })
    p.time.advanceTo(start + 2n * second)
    expect(p.reference.settings).toMatchObject({ offsetNs: 2_000_000n, driftPpb: 1_000_000n })
  })
})

describe('its path', () => {
  test('takes its time, there, inside and back', async () => {
    await using p = await pair({ path: { toMs: 30, serverMs: 2, fromMs: 10 } })
    const asked = p.ask()
    await until(() => p.reference.pending === 1)
    expect(p.reference.requests).toBe(0)
    p.time.advanceTo(start + 41_000_000n)
    expect(p.reference).toMatchObject({ requests: 1, answers: 0, pending: 1 })
    p.time.advanceTo(start + 42_000_000n)
    expect(await asked).toMatchObject({
      receiveTime: toNtp(start + 30_000_000n),
      transmitTime: toNtp(start + 32_000_000n),
    })
    expect(p.reference.pending).toBe(0)
  })

  test('jitters within its bounds, the same way for the same seed', async () => {
    const delays = async (seed: number): Promise<bigint[]> => {
      const all: bigint[] = []
      await using p = await pair({ seed, path: { toMs: 10, jitterMs: 5 } })
      for (let i = 0; i < 5; i += 1) {
        const sent = p.time.nowNs()
        const asked = p.ask()
        await until(() => p.reference.pending === 1)
        p.time.advanceTo(sent + second)
        all.push(fromNtp((await asked).receiveTime, sent) - sent)
      }
      return all
    }
    const first = await delays(4)
    expect(await delays(4)).toEqual(first)
    expect(await delays(5)).not.toEqual(first)
    expect(new Set(first).size).toBe(5)
    expect(first.every((ns) => ns >= 10_000_000n && ns < 15_000_001n)).toBe(true)
  })

  test('loses the share of packets that it is told to, and counts them', async () => {
    await using p = await pair({ path: { loss: 0.5 }, seed: 2 })
    for (let i = 0; i < 200; i += 1) await p.client.send(makeRequest(BigInt(i)), p.reference)
    await until(() => p.reference.lost + p.reference.answers === 200)
    // Half on the way there, half of the rest on the way back.
    expect(p.reference.requests).toBeGreaterThan(70)
    expect(p.reference.requests).toBeLessThan(130)
    expect(p.reference.answers).toBeGreaterThan(25)
    expect(p.reference.answers).toBeLessThan(75)
    await until(() => p.client.replies.length === p.reference.answers)
  })
})

describe('what it does wrong on demand', () => {
  /** The header of the answer with one fault. */
  async function bent(...faults: ReferenceFault[]) {
    await using p = await pair({ faults })
    return await p.ask(0x42n)
  }
  const t = toNtp(start)

  test('kiss codes', async () => {
    expect(await bent('kiss-DENY')).toMatchObject({ li: 3, stratum: 0, referenceId: 0x44454e59, originTime: 0x42n })
    expect(await bent('kiss-RATE')).toMatchObject({ li: 3, stratum: 0, referenceId: 0x52415445 })
    expect(await bent('kiss-XFOO', 'zero-receive', 'zero-transmit')).toMatchObject({
      referenceId: 0x58464f4f,
      receiveTime: 0n,
      transmitTime: 0n,
    })
  })

  test('header faults', async () => {
    expect(await bent('unsynchronised')).toMatchObject({ li: 3, stratum: 1 })
    expect(await bent('stratum-0')).toMatchObject({ li: 0, stratum: 0, referenceId: 0 })
    expect(await bent('stratum-16')).toMatchObject({ stratum: 16 })
    expect(await bent('mode-3')).toMatchObject({ mode: 3 })
    expect(await bent('root-dispersion-20s')).toMatchObject({ rootDispersion: 0x140000 })
    expect(await bent('wrong-origin')).toMatchObject({ originTime: 0x43n })
  })

  test('time faults', async () => {
    expect(await bent('zero-receive')).toMatchObject({ receiveTime: 0n, transmitTime: t })
    expect(await bent('zero-transmit')).toMatchObject({ receiveTime: t, transmitTime: 0n })
    expect(await bent('transmit-before-receive')).toMatchObject({ transmitTime: toNtp(start - 5n * second) })
    expect(await bent('reference-time-ahead')).toMatchObject({ referenceTime: toNtp(start + day), transmitTime: t })
  })

  test('era 1: 14 years ahead the timestamps have wrapped', async () => {
    const header = await bent('era-1')
    expect(header.transmitTime).toBe(toNtp(parseInstant('2040-03-03T14:00:00.000000000Z')))
    expect(header.transmitTime < t).toBe(true)
  })

  test('a forged answer first, the good one 5 ms later', async () => {
    await using p = await pair({ faults: ['bogus-first'] })
    const asked = p.client.ask(p.reference, 9n, 2)
    await until(() => p.reference.pending === 1)
    p.time.advanceTo(start + 5_000_000n)
    const [forged, good] = (await asked).map(({ bytes }) => decodePacket(bytes))
    expect(forged).toMatchObject({ originTime: 8n, transmitTime: toNtp(start + 3_600n * second), stratum: 1 })
    expect(good).toMatchObject({ originTime: 9n, transmitTime: t })
  })

  test('from another port', async () => {
    await using p = await pair({ faults: ['other-port'] })
    const [reply] = await p.client.ask(p.reference, 1n)
    expect(reply!.from.address).toBe(p.reference.address)
    expect(reply!.from.port).not.toBe(p.reference.port)
  })

  test('of wrong or greater length', async () => {
    await using p = await pair()
    const lengths: Record<string, number> = {}
    for (const fault of ['truncated', 'ragged', 'extension-field', 'mac'] as const) {
      p.reference.set({ faults: [fault] })
      lengths[fault] = (await p.client.ask(p.reference, 1n))[0]!.bytes.length
    }
    expect(lengths).toEqual({ truncated: 20, ragged: 50, 'extension-field': 76, mac: 68 })
  })

  test('twice, late, or never', async () => {
    await using p = await pair({ faults: ['duplicate'] })
    const [first, second_] = await p.client.ask(p.reference, 1n, 2)
    expect(first!.bytes).toEqual(second_!.bytes)

    p.reference.set({ faults: ['late'], path: { lateMs: 700 } })
    const asked = p.ask()
    await until(() => p.reference.pending === 1)
    p.time.advanceTo(start + 699_000_000n)
    expect(p.reference.answers).toBe(2)
    p.time.advanceTo(start + 700_000_000n)
    await asked

    p.reference.set({ faults: ['silent'] })
    await p.client.send(makeRequest(1n), p.reference)
    await until(() => p.reference.requests === 3)
    expect(p.reference).toMatchObject({ answers: 3, pending: 0 })
  })

  test('and is honest again when told so', async () => {
    await using p = await pair({ faults: ['stratum-16'], header: { leap: 1 } })
    p.reference.set({ faults: [] })
    expect(await p.ask()).toMatchObject({ stratum: 1, li: 1 })
  })
})

describe('its header', () => {
  test('can be set field by field', async () => {
    await using p = await pair({ header: { version: 3, poll: 10, referenceId: 'GPS' } })
    p.reference.set({
      header: { stratum: 2, referenceId: 0xc0000207, precision: -6, rootDelayNs: 1n, rootDispersionNs: 1_500_000_000n },
    })
    expect(await p.ask()).toMatchObject({
      ...{ vn: 3, poll: 10, stratum: 2, referenceId: 0xc0000207, precision: -6 },
      // 1 ns rounds up to 2^-16 s: a root value never shrinks on its way.
      ...{ rootDelay: 1, rootDispersion: 0x18000 },
    })
  })

  test('can lie about its times', async () => {
    await using p = await pair({ header: { receiveShiftNs: -5n, transmitShiftNs: 7n, referenceAgeNs: 2n * day } })
    expect(await p.ask()).toMatchObject({
      receiveTime: toNtp(start - 5n),
      transmitTime: toNtp(start + 7n),
      referenceTime: toNtp(start + 7n - 2n * day),
    })
  })
})

describe('wrong settings', () => {
  test('are refused by name, and change nothing', async () => {
    await using reference = await LoopbackReference.start()
    const before = { ...reference.settings, offsetNs: 0n }
    const wrong: [unknown, string][] = [
      [{ fault: ['silent'] }, '"fault" is not known (known: offsetNs, driftPpb, path, header, faults)'],
      [{ faults: ['mute'] }, '"faults" must name known faults or kiss-CODE'],
      [{ faults: ['kiss-LONGER'] }, '"faults" must name known faults'],
      [{ path: { to: 5 } }, '"path.to" is not known'],
      [{ path: { toMs: -1 } }, '"path.toMs" must be from 0'],
      [{ path: { loss: 1.5 } }, '"path.loss" must be from 0 to 1, got 1.5'],
      [{ header: { stratum: 300 } }, '"stratum" must be a whole number from 0 to 255, got 300'],
      [{ header: { li: 3 } }, '"header.li" is not known'],
    ]
    for (const [change, message] of wrong) {
      expect(() => reference.set(change as never)).toThrow(message)
      await expect(LoopbackReference.start(change as never)).rejects.toThrow(message)
    }
    expect(reference.settings).toEqual(before)
  })

  test('a port in use is told by the system', async () => {
    await using reference = await LoopbackReference.start()
    await expect(LoopbackReference.start({ port: reference.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})

test('stopping drops what is under way, and may be done twice', async () => {
  const p = await pair({ path: { fromMs: 50 } })
  await p.client.send(makeRequest(1n), p.reference)
  await until(() => p.reference.pending === 1)
  await Promise.all([p.reference.stop(), p.reference.stop()])
  expect(p.reference.pending).toBe(0)
  expect(p.time.pending).toBe(0)
  p.time.advanceTo(start + second)
  expect(p.reference.answers).toBe(0)
  await p.client[Symbol.asyncDispose]()
})
