/**
 * The worker thread that delivers: it alone touches the queue's files and speaks to mail servers, so that no application waits for either.
 * @module
 */
import { parentPort, workerData } from 'node:worker_threads'
import { systemTimers } from '../clock/timers.js'
import type { ChannelConfig } from '../config/types.js'
import { deliver } from './deliver.js'
import { Outbox } from './outbox.js'
import { type Fared, Postman } from './postman.js'
import type { Message } from './types.js'

export interface PostmanData {
  readonly channels: readonly ChannelConfig[]
  /** Folder of the queue. */
  readonly queue: string
  readonly timeoutMs: number
}

export type ToPostman = { readonly kind: 'send'; readonly message: Message } | { readonly kind: 'stop' }
export type FromPostman =
  | { readonly kind: 'fared'; readonly fared: Fared }
  /** Everything that came before was tried; so many deliveries still wait. */
  | { readonly kind: 'settled'; readonly waiting: number }

const port = parentPort
if (!port) throw new Error('the worker of alerts was loaded outside a worker thread')
const { channels, queue, timeoutMs } = workerData as PostmanData
const say = (message: FromPostman) => port.postMessage(message)
const postman = new Postman({
  channels,
  outbox: new Outbox(queue),
  timers: systemTimers,
  deliver: (message, channel) => deliver(message, channel, { timeoutMs, environment: process.env }),
  onFared: (fared) => say({ kind: 'fared', fared }),
})
const settle = () => void postman.settled().then(() => say({ kind: 'settled', waiting: postman.waiting }))
port.on('message', (message: ToPostman) => {
  if (message.kind === 'send') {
    postman.send(message.message)
    settle()
  } else {
    postman.stop()
    port.close()
  }
})
postman.resume()
settle()
