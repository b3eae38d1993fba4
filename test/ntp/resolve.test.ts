import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { hostsEntries, readHostsFile } from '../../lib/ntp/hosts-file.js'
import { type AddressRecord, type DnsClient, Resolver } from '../../lib/ntp/resolve.js'
import { FakeTimers, second } from './helpers.js'

type Answer = readonly AddressRecord[] | string | null

/** A resolver over a DNS that the test answers: records, an error code, or `null` for silence. */
function setUp(hosts = '') {
  const timers = new FakeTimers()
  const dns = { v4: [] as Answer, v6: 'ENODATA' as Answer, asked: [] as string[], cancelled: 0 }
  let nowNs = 0n
  const reply = (answer: Answer): Promise<readonly AddressRecord[]> => {
    if (answer === null) return new Promise(() => {})
    if (typeof answer === 'string') return Promise.reject(Object.assign(new Error(answer), { code: answer }))
    return Promise.resolve(answer)
  }
  const openDns = (): DnsClient => ({
    resolve4: (name) => {
      dns.asked.push(name)
      return reply(dns.v4)
    },
    resolve6: () => reply(dns.v6),
    cancel: () => {
      dns.cancelled++
    },
  })
  const resolver = new Resolver({ timers, nowNs: () => nowNs, openDns, readHosts: () => hosts })
  const pass = (seconds: bigint) => {
    nowNs += seconds * second
  }
  return { resolver, dns, timers, pass }
}

const record = (address: string, ttl = 300): AddressRecord => ({ address, ttl })
const refused = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: { code: string; message: string }) => error,
  )

describe('without DNS', () => {
  test.each(['192.0.2.7', '2001:db8::7', 'fe80::1%eth0'])('%s is its own address', async (host) => {
    const { resolver, dns } = setUp()
    expect(await resolver.resolve(host)).toEqual([host])
    expect(dns.asked).toEqual([])
  })

  test.each(['localhost', 'LOCALHOST.', 'a.localhost'])('%s is this computer', async (host) => {
    const { resolver, dns } = setUp()
    expect(await resolver.resolve(host)).toEqual(['127.0.0.1', '::1'])
    resolver.failed(host, '127.0.0.1')
    expect(await resolver.resolve(host)).toEqual(['::1', '127.0.0.1'])
    expect(dns.asked).toEqual([])
  })

  test('the hosts file goes first', async () => {
    const { resolver, dns } = setUp('192.0.2.9 ntp.example.net\n')
    expect(await resolver.resolve('NTP.example.net.')).toEqual(['192.0.2.9'])
    expect(dns.asked).toEqual([])
  })
})

describe('with DNS', () => {
  test('IPv4 comes before IPv6, each address once', async () => {
    const { resolver, dns, timers } = setUp()
    dns.v4 = [record('192.0.2.1'), record('192.0.2.2'), record('192.0.2.1')]
    dns.v6 = [record('2001:db8::1')]
    expect(await resolver.resolve('time.example.net')).toEqual(['192.0.2.1', '192.0.2.2', '2001:db8::1'])
    expect(timers.delays).toEqual([])
  })

  test('one family is enough, whatever becomes of the other', async () => {
    const { resolver, dns } = setUp()
    dns.v4 = 'ETIMEOUT'
    dns.v6 = [record('2001:db8::1')]
    expect(await resolver.resolve('time.example.net')).toEqual(['2001:db8::1'])
  })

  test('two questions at once are one', async () => {
    const { resolver, dns } = setUp()
    dns.v4 = [record('192.0.2.1')]
    await Promise.all([resolver.resolve('time.example.net'), resolver.resolve('Time.Example.Net')])
    expect(dns.asked).toEqual(['time.example.net'])
  })

  test.each([
    [0, 60n],
    [30, 60n],
    [300, 300n],
    [31_536_000, 86_400n],
  ])('a time to live of %i s is kept for %i s', async (ttl, kept) => {
    const { resolver, dns, pass } = setUp()
    dns.v4 = [record('192.0.2.1', 31_536_000), record('192.0.2.2', ttl)]
    await resolver.resolve('time.example.net')
    pass(kept - 1n)
    await resolver.resolve('time.example.net')
    expect(dns.asked.length).toBe(1)
    pass(1n)
    await resolver.resolve('time.example.net')
    expect(dns.asked.length).toBe(2)
  })

  test('while the reference answers an hour is soon enough, and its address stays in front', async () => {
    const { resolver, dns, pass } = setUp()
    dns.v4 = [record('192.0.2.1'), record('192.0.2.2')]
    await resolver.resolve('time.example.net')
    resolver.answered('time.example.net', '192.0.2.2')
    expect(await resolver.resolve('time.example.net')).toEqual(['192.0.2.2', '192.0.2.1'])
    pass(3599n)
    await resolver.resolve('time.example.net')
    expect(dns.asked.length).toBe(1)
    pass(1n)
    dns.v4 = [record('192.0.2.3'), record('192.0.2.2')]
    expect(await resolver.resolve('time.example.net')).toEqual(['192.0.2.2', '192.0.2.3'])
    expect(dns.asked.length).toBe(2)
  })

  test('an address that fails goes to the end, and DNS is asked after its time to live', async () => {
    const { resolver, dns, pass } = setUp()
    dns.v4 = [record('192.0.2.1'), record('192.0.2.2')]
    await resolver.resolve('time.example.net')
    resolver.answered('time.example.net', '192.0.2.1')
    resolver.failed('time.example.net', '192.0.2.1')
    expect(await resolver.resolve('time.example.net')).toEqual(['192.0.2.2', '192.0.2.1'])
    pass(300n)
    dns.v4 = [record('192.0.2.5')]
    expect(await resolver.resolve('time.example.net')).toEqual(['192.0.2.5'])
  })

  test('only an address that answered stays in front of a new answer', async () => {
    const { resolver, dns, pass } = setUp()
    dns.v4 = [record('192.0.2.1'), record('192.0.2.2')]
    await resolver.resolve('time.example.net')
    pass(300n)
    dns.v4 = [record('192.0.2.2'), record('192.0.2.1')]
    expect(await resolver.resolve('time.example.net')).toEqual(['192.0.2.2', '192.0.2.1'])
  })

  test('word of an unknown address changes nothing', async () => {
    const { resolver, dns } = setUp()
    dns.v4 = [record('192.0.2.1')]
    await resolver.resolve('time.example.net')
    resolver.answered('time.example.net', '192.0.2.99')
    resolver.failed('other.example.net', '192.0.2.1')
    expect(await resolver.resolve('time.example.net')).toEqual(['192.0.2.1'])
  })

  test('the last good addresses stay when asking again fails', async () => {
    const { resolver, dns, pass } = setUp()
    dns.v4 = [record('192.0.2.1')]
    await resolver.resolve('time.example.net')
    dns.v4 = 'ESERVFAIL'
    pass(300n)
    expect(await resolver.resolve('time.example.net')).toEqual(['192.0.2.1'])
    pass(59n)
    await resolver.resolve('time.example.net')
    expect(dns.asked.length).toBe(2)
    pass(1n)
    dns.v4 = [record('192.0.2.2')]
    expect(await resolver.resolve('time.example.net')).toEqual(['192.0.2.2'])
  })

  test.each([
    ['ENOTFOUND', 'ENOTFOUND', 'ERR_NAME_UNKNOWN', 'DNS knows no time.example.net: check the spelling of the name'],
    ['ENOTFOUND', 'ETIMEOUT', 'ERR_NAME_UNKNOWN', 'DNS knows no time.example.net'],
    ['EBADNAME', 'EBADNAME', 'ERR_NAME_UNKNOWN', 'DNS knows no time.example.net'],
    ['ENODATA', 'ENODATA', 'ERR_NAME_UNKNOWN', 'DNS knows time.example.net but no address of it'],
    ['ETIMEOUT', 'ENODATA', 'ERR_DNS', 'DNS gave no answer for time.example.net (ETIMEOUT): check'],
    ['ENODATA', 'ESERVFAIL', 'ERR_DNS', '(ESERVFAIL)'],
    ['ECONNREFUSED', 'ECONNREFUSED', 'ERR_DNS', '(ECONNREFUSED)'],
  ])('%s and %s are %s', async (v4, v6, code, message) => {
    const { resolver, dns } = setUp()
    dns.v4 = v4
    dns.v6 = v6
    const error = await refused(resolver.resolve('time.example.net'))
    expect(error?.code).toBe(code)
    expect(error?.message).toContain(message)
  })

  test('a short name gets a hint', async () => {
    const { resolver, dns } = setUp()
    dns.v4 = dns.v6 = 'ENOTFOUND'
    expect((await refused(resolver.resolve('ntp1')))?.message).toContain('write it with its domain')
  })

  test('a failure is remembered for ten seconds', async () => {
    const { resolver, dns, pass } = setUp()
    dns.v4 = 'ENOTFOUND'
    await refused(resolver.resolve('time.example.net'))
    pass(9n)
    dns.v4 = [record('192.0.2.1')]
    expect((await refused(resolver.resolve('time.example.net')))?.code).toBe('ERR_NAME_UNKNOWN')
    pass(1n)
    expect(await resolver.resolve('time.example.net')).toEqual(['192.0.2.1'])
  })

  test('silence ends at the deadline, even of a client that cannot be cancelled', async () => {
    const { resolver, dns, timers } = setUp()
    dns.v4 = dns.v6 = null
    const waiting = refused(resolver.resolve('time.example.net'))
    expect(timers.delays).toEqual([3000])
    timers.fire()
    expect((await waiting)?.code).toBe('ERR_DNS')
    expect(dns.cancelled).toBe(1)
  })

  test('a client that cannot be opened is a failure of DNS', async () => {
    const resolver = new Resolver({
      timers: new FakeTimers(),
      nowNs: () => 0n,
      readHosts: () => '',
      openDns: () => {
        throw Object.assign(new Error('no servers'), { code: 'ENOMEM' })
      },
    })
    expect((await refused(resolver.resolve('time.example.net')))?.code).toBe('ERR_DNS')
  })
})

describe('the hosts file', () => {
  const text = [
    '# comment',
    '127.0.0.1\tlocalhost',
    '192.0.2.1  ntp1.example.net ntp1 # the first',
    '2001:db8::1 NTP1.',
    'not-an-address ntp1',
    '#192.0.2.3 ntp1',
    '192.0.2.4\r',
    '',
  ].join('\n')

  test('gives every address of a name, whatever its case', () => {
    expect(hostsEntries(text, 'ntp1')).toEqual(['192.0.2.1', '2001:db8::1'])
    expect(hostsEntries(text, 'ntp1.example.net')).toEqual(['192.0.2.1'])
    expect(hostsEntries(text, 'first')).toEqual([])
    expect(hostsEntries(text, '192.0.2.1')).toEqual([])
  })

  test('is nothing where it is missing or large', () => {
    const folder = mkdtempSync(join(tmpdir(), 'hosts-'))
    const path = join(folder, 'hosts')
    expect(readHostsFile(path)).toBe('')
    writeFileSync(path, text)
    expect(readHostsFile(path)).toBe(text)
    writeFileSync(path, Buffer.alloc((1 << 20) + 1, 10))
    expect(readHostsFile(path)).toBe('')
    rmSync(folder, { recursive: true })
  })
})
