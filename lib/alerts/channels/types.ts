/**
 * Ways out of this computer for a message.
 * @module
 */
import type { Message } from '../types.js'

export interface DeliverOptions {
  readonly timeoutMs: number
  /** For secrets. */
  readonly environment: NodeJS.ProcessEnv
}

/** Delivers one message. @throws {Error} saying why it did not go; it may be tried again */
export type Deliver<C> = (message: Message, channel: C, options: DeliverOptions) => Promise<string>
