/** A bare UDP client for the tests of the loopback reference: sends what it is told, keeps what comes. */
import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'
import { makeRequest } from '../../lib/ntp/request.js'
import type { LoopbackReference } from '../../lib/testing/index.js'

export interface Reply {
  readonly bytes: Buffer
  readonly from: RemoteInfo
}

export async function openClient(address = '127.0.0.1') {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  socket.bind({ address, port: 0 })
  await once(socket, 'listening')
  const replies: Reply[] = []
  let wake = (): void => undefined
  socket.on('message', (bytes, from) => {
    replies.push({ bytes, from })
    wake()
  })
  return {
    port: socket.address().port,
    replies,
    send(bytes: Uint8Array, to: LoopbackReference): Promise<void> {
      return new Promise((resolve, reject) =>
        socket.send(bytes, to.port, to.address, (error) => (error ? reject(error) : resolve())),
      )
    },
    /** Asks, and gives everything that came once there are so many replies more. */
    async ask(to: LoopbackReference, nonce: bigint, count = 1): Promise<readonly Reply[]> {
      const from = replies.length
      await this.send(makeRequest(nonce), to)
      while (replies.length < from + count) await new Promise<void>((resolve) => (wake = resolve))
      return replies.slice(from)
    },
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => socket.close(() => resolve())),
  }
}
