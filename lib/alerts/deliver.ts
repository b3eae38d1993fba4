/**
 * Delivers a message through a channel of any kind; what the kind needs is loaded when it is needed.
 * @module
 */
import type { ChannelConfig } from '../config/types.js'
import type { DeliverOptions } from './channels/types.js'
import type { Message } from './types.js'

/**
 * @returns what the receiver answered
 * @throws {Error} saying why it did not go
 */
export async function deliver(message: Message, channel: ChannelConfig, options: DeliverOptions): Promise<string> {
  switch (channel.kind) {
    case 'mail':
      return (await import('./channels/mail.js')).deliverMail(message, channel, options)
    case 'webhook':
      return (await import('./channels/webhook.js')).deliverWebhook(message, channel, options)
    case 'command':
      return (await import('./channels/command.js')).deliverCommand(message, channel, options)
    case 'syslog':
      return (await import('./channels/syslog.js')).deliverSyslog(message, channel, options)
  }
}
