/** Messages end to end: a real mail server, a real web server, real syslog sockets, a real program. */
import { createHmac } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { SMTPServer } from 'smtp-server'
import { formatSyslog } from '../../lib/alerts/channels/syslog.js'
import { deliver } from '../../lib/alerts/deliver.js'
import { linesOf, titleOf } from '../../lib/alerts/text.js'
import type { ChannelConfig, SyslogChannel } from '../../lib/config/types.js'
import { messageOf } from './message.js'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})
const options = { timeoutMs: 5000, environment: { HOOK: 'key', SMTP: 'hunter2' } }
const send = (channel: ChannelConfig, change = {}) => deliver(messageOf(change), channel, options)

describe('the words of a message', () => {
  test('a title, and what an operator must know', () => {
    expect(titleOf(messageOf())).toBe('ntp-auditor ALERT pluto: clock-changed (set)')
    expect(titleOf(messageOf({ state: 'cleared', key: '' }))).toBe('ntp-auditor all clear pluto: over: clock-changed')
    expect(linesOf(messageOf({ count: 3 }))).toEqual([
      'What:      the clock was moved 3.000000000 s back',
      '           That happened 3 times since it was told last.',
      'What now:  find out who did it',
      'Computer:  pluto, A-7, Bank',
      'Its clock: 2026-03-03T14:02:00.123456789Z',
      'Evidence:  record 17 of the trail /srv/trail (ntp-auditor show --trail /srv/trail)',
      'Message:   1b4e28ba-2fa1-11d2-883f-0016d3cca427',
    ])
  })

  test('nothing in them breaks out of its place', () => {
    const hostile = messageOf({ cause: 'x\r\nBcc: all@example.net\u001b[2J\u202e', host: 'p\nluto' })
    expect(titleOf(hostile)).not.toMatch(/\p{Cc}/u)
    expect(linesOf(hostile).join('')).not.toMatch(/\p{Cc}|\p{Cf}/u)
  })
})

describe('mail', () => {
  async function mailServer(given: { auth?: boolean; refuse?: boolean } = {}) {
    const mails: string[] = []
    const logins: string[] = []
    const server = new SMTPServer({
      authOptional: !given.auth,
      allowInsecureAuth: true,
      disabledCommands: ['STARTTLS'],
      onAuth(auth, _, done) {
        logins.push(`${auth.username}:${auth.password}`)
        done(null, auth.password === 'hunter2' ? { user: auth.username } : undefined)
      },
      onRcptTo(_, __, done) {
        done(given.refuse ? new Error('no such user here') : null)
      },
      onData(stream, _, done) {
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('end', () => {
          mails.push(Buffer.concat(chunks).toString('utf8'))
          done()
        })
      },
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closers.push(() => new Promise<void>((resolve) => server.close(() => resolve())))
    const channel: ChannelConfig = {
      name: 'ops',
      kind: 'mail',
      host: '127.0.0.1',
      port: (server.server.address() as AddressInfo).port,
      tls: 'none',
      user: given.auth ? 'ann' : null,
      password: given.auth ? { env: 'SMTP' } : null,
      from: 'clock@example.net',
      to: ['ops@example.net', 'chief@example.net'],
    }
    return { mails, logins, channel }
  }

  test('reaches all, says what to do, and names the message for ever', async () => {
    const { mails, channel } = await mailServer()
    expect(await send(channel)).toContain('250')
    const [mail = ''] = mails
    expect(mail).toContain('Subject: ntp-auditor ALERT pluto: clock-changed (set)')
    expect(mail).toContain('To: ops@example.net, chief@example.net')
    expect(mail).toContain('Message-ID: <1b4e28ba-2fa1-11d2-883f-0016d3cca427@ntp-auditor.invalid>')
    expect(mail).toContain('What now:  find out who did it')
    expect(mail).toMatch(/^X-Priority: 1/m)
  })

  test('logs in with a password from the environment', async () => {
    const { logins, mails, channel } = await mailServer({ auth: true })
    await send(channel)
    expect(logins).toEqual(['ann:hunter2'])
    expect(mails.join()).not.toContain('hunter2')
    await expect(deliver(messageOf(), channel, { ...options, environment: {} })).rejects.toThrow(
      'the environment variable SMTP is not set',
    )
    await expect(deliver(messageOf(), channel, { ...options, environment: { SMTP: 'wrong' } })).rejects.toThrow(
      'mail server 127',
    )
  })

  test('that is refused, and a server that is not there, are told', async () => {
    const { channel } = await mailServer({ refuse: true })
    await expect(send(channel)).rejects.toThrow(/mail server 127\.0\.0\.1:\d+: .*no such user here/s)
    await expect(send({ ...channel, port: 1 } as ChannelConfig)).rejects.toThrow('mail server 127.0.0.1:1')
  })

  test('is not sent in the clear to a server elsewhere', async () => {
    const { mails, channel } = await mailServer()
    await expect(send({ ...channel, tls: 'start' } as ChannelConfig)).rejects.toThrow(/TLS/)
    expect(mails).toEqual([])
  })
})

describe('a webhook', () => {
  async function hook(status = 204) {
    const got: { headers: IncomingHttpHeaders; body: string }[] = []
    const server: Server = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => {
        got.push({ headers: request.headers, body })
        response.writeHead(status).end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closers.push(() => new Promise((resolve) => server.close(resolve)))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?key=secret`
    const channel: ChannelConfig = { name: 'hook', kind: 'webhook', url, secret: { env: 'HOOK' } }
    return { got, channel }
  }

  test('gets every field, signed so that its receiver can check it', async () => {
    const { got, channel } = await hook()
    expect(await send(channel)).toBe('HTTP 204')
    const [{ headers, body } = { headers: {}, body: '' }] = got
    const { channels, ...fields } = messageOf()
    expect(JSON.parse(body)).toEqual({ ...fields, title: 'ntp-auditor ALERT pluto: clock-changed (set)' })
    const digest = createHmac('sha256', 'key').update(`${headers['x-ntp-auditor-timestamp']}.${body}`).digest('hex')
    expect(headers['x-ntp-auditor-signature']).toBe(`sha256=${digest}`)
    expect(headers['x-ntp-auditor-id']).toBe(fields.id)
  })

  test('that answers with an error, or not at all, is told without the secret in its address', async () => {
    const { channel } = await hook(500)
    await expect(send(channel)).rejects.toThrow(/^http:\/\/127\.0\.0\.1:\d+\/hook answers HTTP 500$/)
    const silent = createTcpServer(() => {})
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const sockets = new Set<{ destroy(): void }>()
    silent.on('connection', (socket) => sockets.add(socket))
    closers.push(() => {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => silent.close(resolve))
    })
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`
    const late = deliver(messageOf(), { ...channel, url } as ChannelConfig, { ...options, timeoutMs: 100 })
    await expect(late).rejects.toThrow('gave no answer within 0.1 s')
  })
})

describe('syslog', () => {
  const expected =
    '<25>1 2026-03-03T14:02:00.123456Z pluto ntp-auditor ' +
    `${process.pid} clock-changed [alert@32473 id="1b4e28ba-2fa1-11d2-883f-0016d3cca427" condition="clock-changed" key="set" ` +
    'state="raised" seq="17" cause="the clock was moved 3.000000000 s back" next="find out who did it"] ' +
    '\ufeffntp-auditor ALERT pluto: clock-changed (set): the clock was moved 3.000000000 s back'
  const channel = (change: Partial<SyslogChannel>): SyslogChannel => ({
    name: 'log',
    kind: 'syslog',
    transport: 'udp',
    host: '127.0.0.1',
    port: 0,
    path: '',
    facility: 3,
    ...change,
  })

  test('is RFC 5424 to the letter, whatever stands in a message', () => {
    expect(formatSyslog(messageOf(), 3).toString('utf8')).toBe(expected)
    const hostile = formatSyslog(messageOf({ cause: 'a"]\\\nb', host: 'p luto\u00e9', on: null }), 3).toString('utf8')
    expect(hostile).toContain(' p_luto_ ')
    expect(hostile).toContain('cause="a\\"\\]\\\\ b"')
    expect(hostile.split('\n')).toHaveLength(1)
  })

  test('over UDP', async () => {
    const socket = createSocket('udp4')
    closers.push(() => new Promise<void>((resolve) => socket.close(resolve)))
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
    const heard = new Promise<Buffer>((resolve) => socket.once('message', resolve))
    expect(await send(channel({ port: socket.address().port }))).toBe('sent; UDP gives no receipt')
    expect((await heard).toString('utf8')).toBe(expected)
  })

  test.each(['tcp', 'unix'] as const)('over %s', async (transport) => {
    const folder = mkdtempSync(join(tmpdir(), 'syslog-'))
    closers.push(() => rmSync(folder, { recursive: true }))
    const path = join(folder, 'log')
    const heard = new Promise<string>((resolve) => {
      const server = createTcpServer((socket) => {
        let text = ''
        socket.on('data', (chunk) => {
          text += chunk
        })
        socket.on('end', () => resolve(text))
      })
      closers.push(() => new Promise((done) => server.close(done)))
      const ready = () => {
        const port = transport === 'tcp' ? (server.address() as AddressInfo).port : 0
        void send(channel({ transport, path, port }))
      }
      if (transport === 'tcp') server.listen(0, '127.0.0.1', ready)
      else server.listen(path, ready)
    })
    const text = await heard
    expect(text).toBe(transport === 'tcp' ? `${Buffer.byteLength(expected)} ${expected}` : `${expected}\n`)
  })

  test('that nobody listens to is told', async () => {
    await expect(send(channel({ transport: 'tcp', port: 1 }))).rejects.toThrow('syslog 127.0.0.1:1:')
    await expect(send(channel({ transport: 'unix', path: '/nowhere/log' }))).rejects.toThrow('syslog /nowhere/log:')
  })
})

describe('a program', () => {
  test('gets title and text in its arguments, the rest in its environment and as JSON', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'program-'))
    closers.push(() => rmSync(folder, { recursive: true }))
    const out = join(folder, 'out')
    const script = `
      const { readFileSync, writeFileSync } = require('node:fs')
      const { NTP_AUDITOR_SEQ, NTP_AUDITOR_CONDITION, NTP_AUDITOR_STATE } = process.env
      const input = JSON.parse(readFileSync(0, 'utf8'))
      writeFileSync(process.argv[3], JSON.stringify([process.argv[1], process.argv[2].split('\\n')[0], NTP_AUDITOR_SEQ, NTP_AUDITOR_CONDITION, NTP_AUDITOR_STATE, input.cause]))`
    await send({ name: 'c', kind: 'command', command: [process.execPath, '-e', script, '{title}', '{text}', out] })
    expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual([
      'ntp-auditor ALERT pluto: clock-changed (set)',
      'What:      the clock was moved 3.000000000 s back',
      '17',
      'clock-changed',
      'raised',
      'the clock was moved 3.000000000 s back',
    ])
  })

  test('that fails is told', async () => {
    const command = [process.execPath, '-e', 'console.error("no display"); process.exit(1)']
    await expect(send({ name: 'c', kind: 'command', command })).rejects.toThrow('no display')
  })
})
