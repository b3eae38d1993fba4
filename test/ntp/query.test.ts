import { describe, expect, test } from '@jest/globals'
import { query } from '../../lib/ntp/query.js'
import { Resolver } from '../../lib/ntp/resolve.js'
import { toNtp } from '../../lib/ntp/timestamp.js'
import type { OpenPort } from '../../lib/ntp/udp.js'
import { nonce, noon, packet, setUp } from './helpers.js'

type Fate = 'answers' | 'refuses' | 'closed' | 'unreachable'

/** A name with addresses of which each has its fate; `tried` is who was asked. */
function network(fates: Readonly<Record<string, Fate>>) {
  const parts = setUp()
  const tried: string[] = []
  const t = toNtp(noon)
  const openPort: OpenPort = (address, port, handlers) => {
    tried.push(address)
    const fate = fates[address]
    parts.port.onSend = () => {
      queueMicrotask(() =>
        handlers.message(
          packet({ originTime: nonce, receiveTime: t, transmitTime: t, li: fate === 'refuses' ? 3 : 0 }),
          address,
          port,
        ),
      )
    }
    queueMicrotask(() => {
      if (fate === 'closed') handlers.fail('ECONNREFUSED', 'refused')
      else if (fate === 'unreachable') handlers.fail('ENETUNREACH', 'unreachable')
      else handlers.open(parts.port)
    })
    return parts.port
  }
  const text = Object.keys(fates).map((address) => `${address} time.example.net`)
  const resolver = new Resolver({ timers: parts.timers, nowNs: () => 0n, readHosts: () => text.join('\n') })
  const options = { ...parts.options, openPort, resolver }
  return { tried, resolver, options }
}

const server = { host: 'time.example.net', port: 123 }

describe('query', () => {
  test('asks the first address and stays with it', async () => {
    const { tried, options } = network({ '192.0.2.1': 'answers', '192.0.2.2': 'answers' })
    expect(await query(server, options)).toMatchObject({ ok: true, address: '192.0.2.1', host: 'time.example.net' })
    await query(server, options)
    expect(tried).toEqual(['192.0.2.1', '192.0.2.1'])
  })

  test('goes on where nobody is, and begins there next time', async () => {
    const { tried, options } = network({ '2001:db8::1': 'unreachable', '192.0.2.1': 'closed', '192.0.2.2': 'answers' })
    expect(await query(server, options)).toMatchObject({ ok: true, address: '192.0.2.2' })
    expect(tried).toEqual(['2001:db8::1', '192.0.2.1', '192.0.2.2'])
    await query(server, options)
    expect(tried.slice(3)).toEqual(['192.0.2.2'])
  })

  test('an address that answers badly is not passed over at once, but the next time', async () => {
    const { tried, options } = network({ '192.0.2.1': 'refuses', '192.0.2.2': 'answers' })
    expect(await query(server, options)).toMatchObject({ ok: false, error: { code: 'ERR_TEST_FAILED' } })
    expect(await query(server, options)).toMatchObject({ ok: true, address: '192.0.2.2' })
    expect(tried).toEqual(['192.0.2.1', '192.0.2.2'])
  })

  test('asks four addresses at most', async () => {
    const fates = Object.fromEntries(['1', '2', '3', '4', '5'].map((n) => [`192.0.2.${n}`, 'closed' as const]))
    const { tried, options } = network(fates)
    expect(await query(server, options)).toMatchObject({ ok: false, error: { code: 'ERR_PORT_CLOSED' } })
    expect(tried).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'])
  })

  test('an address that must be left alone gets no packet', async () => {
    const { tried, options } = network({ '192.0.2.1': 'answers', '192.0.2.2': 'answers' })
    const refusal = { code: 'ERR_BACKING_OFF' as const, message: 'not asked' }
    const admit = (address: string) => (address === '192.0.2.1' ? refusal : null)
    expect(await query(server, { ...options, admit })).toMatchObject({ ok: true, address: '192.0.2.2' })
    expect(await query({ host: '192.0.2.1', port: 123 }, { ...options, admit })).toEqual({
      ...{ ok: false, host: '192.0.2.1', port: 123, address: '192.0.2.1', error: refusal },
      ...{ header: null, tests: null, ignored: 0 },
    })
    expect(tried).toEqual(['192.0.2.2'])
  })

  test('a name without address is a failed reading', async () => {
    const parts = setUp()
    const fail = () => Promise.reject(Object.assign(new Error('none'), { code: 'ENOTFOUND' }))
    const resolver = new Resolver({
      timers: parts.timers,
      nowNs: () => 0n,
      readHosts: () => '',
      openDns: () => ({ resolve4: fail, resolve6: fail, cancel: () => {} }),
    })
    const reading = await query(server, { ...parts.options, resolver })
    expect(reading).toMatchObject({ ok: false, address: null, error: { code: 'ERR_NAME_UNKNOWN' }, ignored: 0 })
  })
})
