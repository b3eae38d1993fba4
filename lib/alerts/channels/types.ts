/**
 * Ways out of this computer for a message.
 * @module
 */
import type { Secret } from '../../config/secrets.js'
import type { Message } from '../types.js'

export type Channel = { readonly name: string } & (MailChannel | WebhookChannel | CommandChannel | SyslogChannel)

export interface MailChannel {
  readonly kind: 'mail'
  readonly host: string
  readonly port: number
  /** `implicit`: TLS from the first byte; `start`: STARTTLS demanded; `none`: plain, on loopback or where the operator says so. */
  readonly tls: 'implicit' | 'start' | 'none'
  readonly user: string | null
  readonly password: Secret | null
  readonly from: string
  readonly to: readonly string[]
}

export interface WebhookChannel {
  readonly kind: 'webhook'
  readonly url: string
  /** Signs what is sent. */
  readonly secret: Secret | null
}

export interface CommandChannel {
  readonly kind: 'command'
  readonly command: readonly string[]
}

export interface SyslogChannel {
  readonly kind: 'syslog'
  readonly transport: 'udp' | 'tcp' | 'unix'
  /** Of `udp` and `tcp`. */
  readonly host: string
  readonly port: number
  /** Of `unix`: such as `/dev/log`. */
  readonly path: string
  readonly facility: number
}

export interface DeliverOptions {
  readonly timeoutMs: number
  /** For secrets. */
  readonly environment: NodeJS.ProcessEnv
}

/** Delivers one message. @throws {Error} saying why it did not go; it may be tried again */
export type Deliver<C> = (message: Message, channel: C, options: DeliverOptions) => Promise<string>
