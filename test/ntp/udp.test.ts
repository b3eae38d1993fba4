import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import { afterEach, describe, expect, test } from '@jest/globals'
import { openNative } from '../../lib/clock/native.js'
import type { Timers } from '../../lib/clock/types.js'
import { exchange } from '../../lib/ntp/exchange.js'
import { decodePacket, encodePacket } from '../../lib/ntp/packet.js'
import { toNtp } from '../../lib/ntp/timestamp.js'
import type { NtpHeader } from '../../lib/ntp/types.js'
import { openUdpPort, type Port } from '../../lib/ntp/udp.js'
import { FakeClocks, goodHeader, ms, setUp } from './helpers.js'

const hasIpv6 = Object.values(networkInterfaces()).some((list) => list?.some((entry) => entry.address === '::1'))
const timers: Timers = {
  setTimeout: (run, delayMs) => setTimeout(run, delayMs),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
}

const servers: Socket[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

/** A real server on loopback; `answers` makes the datagrams for a request. */
async function serve(answers: (nonce: bigint) => readonly Uint8Array[], address = '127.0.0.1'): Promise<Socket> {
  const server = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  servers.push(server)
  server.on('message', (request, from) => {
    const { transmitTime } = decodePacket(request)
    for (const bytes of answers(transmitTime)) server.send(bytes, from.port, from.address)
  })
  server.bind(0, address)
  await once(server, 'listening')
  return server
}

/** Fake clocks that pass a millisecond at each look at A, so that a real answer finds a path of some length. */
class TickingClocks extends FakeClocks {
  override auditNs(): bigint {
    this.pass(ms)
    return this.aNs
  }
}

function ask(address: string, port: number) {
  const clocks = new TickingClocks()
  const random64 = () => randomBytes(8).readBigUInt64BE(0)
  const { options } = setUp({ clocks, timers, random64, openPort: openUdpPort })
  const t = toNtp(clocks.aNs + clocks.dNs)
  const header = goodHeader({ receiveTime: t, transmitTime: t })
  return { run: () => exchange({ host: address, address, port }, options), header }
}

const answer = (header: NtpHeader, originTime: bigint) => encodePacket({ ...header, originTime })

describe('over real UDP', () => {
  const families = [['127.0.0.1'], ...(hasIpv6 ? [['::1']] : [])]
  test.each(families)('%s answers', async (address) => {
    const server = await serve((nonce) => [answer(ask(address, 1).header, nonce)], address)
    const reading = await ask(address, server.address().port).run()
    expect(reading).toMatchObject({ ok: true, address, self: true, ignored: 0, delayNs: 1_000_001n })
  })

  test.each(families)('a closed port of %s is told at once', async (address) => {
    const server = await serve(() => [], address)
    const { port } = server.address()
    servers.splice(0)
    server.close()
    await once(server, 'close')
    const reading = await ask(address, port).run()
    expect(reading).toMatchObject({ ok: false, error: { code: 'ERR_PORT_CLOSED' } })
  })

  test('a good answer behind forged and short ones is found', async () => {
    const { header } = ask('127.0.0.1', 1)
    const server = await serve((nonce) => [
      answer(header, nonce ^ 1n),
      Buffer.alloc(20),
      Buffer.alloc(0),
      answer(header, nonce),
      answer(header, nonce),
    ])
    const reading = await ask('127.0.0.1', server.address().port).run()
    expect(reading).toMatchObject({ ok: true, ignored: 3 })
  })

  test('an answer from another port never reaches us', async () => {
    const { header } = ask('127.0.0.1', 1)
    const other = await serve(() => [])
    const server = createSocket('udp4')
    servers.push(server)
    server.on('message', (request, from) => {
      const nonce = decodePacket(request).transmitTime
      other.send(answer({ ...header, stratum: 9 }, nonce), from.port, from.address, () => {
        server.send(answer(header, nonce), from.port, from.address)
      })
    })
    server.bind(0, '127.0.0.1')
    await once(server, 'listening')
    const reading = await ask('127.0.0.1', server.address().port).run()
    expect(reading).toMatchObject({ ok: true, ignored: 0, header: { stratum: 1 } })
  })

  test('each exchange uses a port of its own', async () => {
    const ports = new Set<number>()
    const { header } = ask('127.0.0.1', 1)
    const server = await serve((nonce) => [answer(header, nonce)])
    server.on('message', (_request, from) => ports.add(from.port))
    for (let round = 0; round < 8; round++) await ask('127.0.0.1', server.address().port).run()
    expect(ports.size).toBeGreaterThan(1)
  })
})

describe('openUdpPort', () => {
  const failure = async (address: string, port: number) => {
    let opened: Port | null = null
    const code = await new Promise<string | undefined>((resolve) => {
      opened = openUdpPort(address, port, { open: () => {}, message: () => {}, fail: resolve })
    })
    opened!.close()
    return code
  }

  test('tells of a port that cannot be', async () => {
    expect(await failure('127.0.0.1', 70_000)).toBe('ERR_SOCKET_BAD_PORT')
    expect(await failure('127.0.0.1', 0)).toBe('ERR_SOCKET_BAD_PORT')
  })

  test('tells of an address without a route', async () => {
    // 240.0.0.0/4 is reserved, RFC 1112: Linux has no route to the broadcast address without SO_BROADCAST.
    expect(await failure('255.255.255.255', 123)).toMatch(/^E(ACCES|NETUNREACH|HOSTUNREACH)$/)
  })

  test('may be closed at any time and more than once, and is then still', async () => {
    const told: string[] = []
    const opened = openUdpPort('127.0.0.1', 9, {
      open: () => told.push('open'),
      message: () => told.push('message'),
      fail: () => told.push('fail'),
    })
    opened.send(Buffer.alloc(48))
    opened.close()
    opened.close()
    opened.send(Buffer.alloc(48))
    const server = await serve(() => [])
    await new Promise<void>((resolve) => server.close(resolve))
    servers.splice(0)
    expect(told).toEqual([])
  })

  test('closed inside open and inside message leaves no socket behind', async () => {
    const server = await serve((nonce) => [answer(goodHeader(), nonce)])
    await new Promise<void>((resolve) => {
      const opened = openUdpPort('127.0.0.1', server.address().port, {
        open: (port) => port.send(encodePacket(goodHeader())),
        message: () => {
          opened.close()
          resolve()
        },
        fail: (_code, message) => {
          throw new Error(message)
        },
      })
    })
    await new Promise<void>((resolve) => {
      openUdpPort('127.0.0.1', server.address().port, {
        open: (port) => {
          port.close()
          resolve()
        },
        message: () => {},
        fail: () => {},
      })
    })
    const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'UDPWrap').length
    while (sockets() > 1) await new Promise(setImmediate)
    expect(sockets()).toBe(1)
  })
})

const native = openNative()
// Reason to pass over: only Linux with koffi has the kernel's receive stamps; elsewhere there is nothing to test.
const onNative = native === null ? test.skip : test
onNative(
  'a process that hangs for 100 ms when the answer comes still knows when it came, and warns of nothing',
  async () => {
    const clocks = native!
    const warnings: Error[] = []
    const warn = (warning: Error): void => void warnings.push(warning)
    process.on('warning', warn)
    const server = createSocket('udp4')
    servers.push(server)
    server.on('message', (request, from) => {
      const t = toNtp(clocks.read().wallNs)
      const header = goodHeader({ receiveTime: t, transmitTime: t, referenceTime: t })
      // Sent; then nobody listens for a while.
      server.send(answer(header, decodePacket(request).transmitTime), from.port, from.address, () => {
        const until = performance.now() + 100
        while (performance.now() < until);
      })
    })
    server.bind(0, '127.0.0.1')
    await once(server, 'listening')
    const random64 = () => randomBytes(8).readBigUInt64BE(0)
    const { options } = setUp({ clocks, timers, random64, openPort: openUdpPort })
    const { port } = server.address()
    const reading = await exchange({ host: '127.0.0.1', address: '127.0.0.1', port }, options)
    expect(reading).toMatchObject({ ok: true, received: 'kernel' })
    if (!reading.ok) return
    expect(reading.delayNs < 50n * ms).toBe(true)
    expect(reading.low <= 0n && reading.high >= 0n).toBe(true)
    await new Promise((resolve) => setImmediate(resolve))
    process.off('warning', warn)
    expect(warnings).toEqual([])
    clocks.close()
  },
)
