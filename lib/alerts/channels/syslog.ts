/**
 * Messages to a syslog daemon as RFC 5424 has it: over UDP (RFC 5426), over TCP with counted octets (RFC 6587), or to the local
 * socket, which takes one datagram or one line.
 * @module
 */

import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import type { SyslogChannel } from '../../config/types.js'
import { titleOf } from '../text.js'
import type { Message } from '../types.js'
import type { Deliver } from './types.js'

/** RFC 5424 section 6.2.1: alert, warning, notice, informational. */
const severities = { alert: 1, warning: 4, cleared: 5, test: 6 } as const
/** IANA's example number for documentation, RFC 5612: names of our own must have one. */
const enterprise = 32473

/** One message as RFC 5424 section 6 writes it, in UTF-8 with its mark. */
export function formatSyslog(message: Message, facility: number): Buffer {
  const { state, severity, host, condition, wall, id, on, key, cause, next } = message
  const level = state === 'cleared' ? severities.cleared : state === 'test' ? severities.test : severities[severity]
  // RFC 5424 has at most microseconds.
  const time = wall.replace(/(\.\d{6})\d*Z$/, '$1Z')
  const data = [
    ['id', id],
    ['condition', condition],
    ['key', key],
    ['state', state],
    ['seq', on === null ? '' : String(on)],
    ['cause', cause],
    ['next', next],
  ]
    .map(([name, value]) => ` ${name}="${escapeParameter(value ?? '')}"`)
    .join('')
  const head = `<${facility * 8 + level}>1 ${time} ${nameOf(host, 255)} ntp-auditor ${process.pid} ${nameOf(condition, 32)}`
  return Buffer.from(`${head} [alert@${enterprise}${data}] \ufeff${titleOf(message)}: ${oneLine(cause)}`)
}

export const deliverSyslog: Deliver<SyslogChannel> = async (message, channel, { timeoutMs }) => {
  const bytes = formatSyslog(message, channel.facility)
  if (channel.transport === 'udp') {
    await sendDatagram(bytes, channel)
    return 'sent; UDP gives no receipt'
  }
  const framed =
    channel.transport === 'tcp'
      ? Buffer.concat([Buffer.from(`${bytes.length} `), bytes])
      : Buffer.concat([bytes, Buffer.from('\n')])
  await sendStream(framed, channel, timeoutMs)
  return 'written'
}

function sendDatagram(bytes: Buffer, { host, port }: SyslogChannel): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
    socket.on('error', (error) => {
      socket.close()
      reject(new Error(`syslog ${host}:${port}: ${error.message}`))
    })
    socket.send(bytes, port, host, (error) => {
      if (error) socket.emit('error', error)
      else socket.close(() => resolve())
    })
  })
}

function sendStream(bytes: Buffer, { transport, host, port, path }: SyslogChannel, timeoutMs: number): Promise<void> {
  const where = transport === 'unix' ? path : `${host}:${port}`
  return new Promise((resolve, reject) => {
    const socket = transport === 'unix' ? connect(path) : connect(port, host)
    const limit = setTimeout(() => socket.destroy(new Error(`no connection within ${timeoutMs / 1000} s`)), timeoutMs)
    socket.on('error', (error) => reject(new Error(`syslog ${where}: ${error.message}`)))
    socket.on('close', (failed) => {
      clearTimeout(limit)
      if (!failed) resolve()
    })
    socket.on('connect', () => socket.end(bytes))
    socket.resume()
  })
}

/** RFC 5424 section 6.3.3: quotes, backslashes and closing brackets are escaped; control characters would break lines. */
function escapeParameter(value: string): string {
  return oneLine(value).replace(/["\\\]]/g, '\\$&')
}

function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ')
}

/** Printable ASCII without blanks, `-` where nothing is left. */
function nameOf(text: string, most: number): string {
  return text.replace(/[^\x21-\x7e]/g, '_').slice(0, most) || '-'
}
