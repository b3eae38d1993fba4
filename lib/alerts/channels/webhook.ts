/**
 * Messages to an address: JSON by HTTP POST, with an HMAC that the receiver can check.
 * @module
 */

import { createHmac } from 'node:crypto'
import { readSecret } from '../../config/secrets.js'
import type { WebhookChannel } from '../../config/types.js'
import { documentOf } from '../text.js'
import type { Deliver } from './types.js'

const largest = 16 * 1024

/**
 * `X-Ntp-Auditor-Signature: sha256=HEX` is HMAC-SHA256(secret, timestamp + "." + body); `X-Ntp-Auditor-Timestamp` is Unix time in seconds
 * by the clock under audit, which may be wrong: refuse a message whose `id` came before rather than one whose time is odd.
 */
export const deliverWebhook: Deliver<WebhookChannel> = async (message, channel, { timeoutMs, environment }) => {
  const url = new URL(channel.url)
  const body = Buffer.from(JSON.stringify(documentOf(message)))
  const timestamp = String(Math.floor(Date.now() / 1000))
  const headers: Record<string, string | number> = {
    'content-type': 'application/json',
    'content-length': body.length,
    'x-ntp-auditor-id': message.id,
    'x-ntp-auditor-timestamp': timestamp,
  }
  if (channel.secret) {
    const key = readSecret(channel.secret, environment)
    const digest = createHmac('sha256', key).update(`${timestamp}.`).update(body).digest('hex')
    headers['x-ntp-auditor-signature'] = `sha256=${digest}`
  }
  const { request } = url.protocol === 'https:' ? await import('node:https') : await import('node:http')
  const where = `${url.protocol}//${url.host}${url.pathname}`
  return new Promise((resolve, reject) => {
    const fail = (what: string) => {
      reject(new Error(`${where} ${what}`))
      outgoing.destroy()
    }
    const limit = setTimeout(() => fail(`gave no answer within ${timeoutMs / 1000} s`), timeoutMs)
    const outgoing = request(url, { method: 'POST', agent: false, headers }, (answer) => {
      let size = 0
      answer.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > largest) fail(`answers with more than ${largest} bytes`)
      })
      answer.on('error', (error) => fail(`broke off its answer: ${error.message}`))
      answer.on('end', () => {
        const { statusCode = 0 } = answer
        if (statusCode >= 200 && statusCode < 300) resolve(`HTTP ${statusCode}`)
        else fail(`answers HTTP ${statusCode}`)
      })
    })
    outgoing.on('error', (error) => fail(`cannot be reached: ${error.message}`))
    outgoing.on('close', () => clearTimeout(limit))
    outgoing.end(body)
  })
}
