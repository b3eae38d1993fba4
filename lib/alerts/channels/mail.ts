/**
 * Messages by e-mail, through nodemailer, which an application or an operator installs beside this package if mail is wanted.
 * @module
 */

import { readSecret } from '../../config/secrets.js'
import type { MailChannel } from '../../config/types.js'
import { linesOf, titleOf } from '../text.js'
import type { Deliver, DeliverOptions } from './types.js'

export interface Mail {
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
  /** Names it for ever: a mail server that gets it twice can tell. */
  readonly id: string
  readonly urgent: boolean
  /** Paths. */
  readonly attachments?: readonly { readonly filename: string; readonly path: string; readonly contentType: string }[]
}

export const deliverMail: Deliver<MailChannel> = (message, channel, options) =>
  sendMail(
    {
      to: channel.to,
      subject: titleOf(message),
      text: `${linesOf(message).join('\r\n')}\r\n`,
      id: message.id,
      urgent: message.severity === 'alert' && message.state !== 'cleared',
    },
    channel,
    options,
  )

/**
 * Sends one mail; resolves with the server's answer.
 * @throws {Error} saying what the server, or the lack of nodemailer, had against it
 */
export async function sendMail(
  mail: Mail,
  channel: MailChannel,
  { timeoutMs, environment }: DeliverOptions,
): Promise<string> {
  const { createTransport } = await import('nodemailer').catch((cause: unknown) => {
    throw new Error('mail needs the package nodemailer: npm install nodemailer', { cause })
  })
  const { host, port, tls, user, password, from } = channel
  const transport = createTransport({
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'start',
    ignoreTLS: tls === 'none',
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableUrlAccess: true,
    ...(user === null ? {} : { auth: { user, pass: password === null ? '' : readSecret(password, environment) } }),
  })
  try {
    const sent = await transport.sendMail({
      from,
      to: [...mail.to],
      subject: mail.subject,
      text: mail.text,
      messageId: `<${mail.id}@ntp-auditor.invalid>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
      priority: mail.urgent ? 'high' : 'normal',
      ...(mail.attachments && { attachments: mail.attachments.map((one) => ({ ...one })) }),
    })
    const refused = sent.rejected.map(String)
    if (refused.length > 0) throw new Error(`refused for ${refused.join(', ')}`)
    return sent.response
  } catch (error) {
    throw new Error(`mail server ${host}:${port}: ${(error as Error).message}`, { cause: error })
  } finally {
    transport.close()
  }
}
