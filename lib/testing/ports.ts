/**
 * UDP ports that are counted, so that simulated time knows when packets are under way.
 * @module
 */
import { type OpenPort, openUdpPort } from '../ntp/udp.js'

export interface CountedPorts {
  readonly open: OpenPort
  /** Whether any port is open: an exchange is under way. */
  readonly busy: () => boolean
}

/** Real ports of `node:dgram`, counted. */
export function countingPorts(): CountedPorts {
  let count = 0
  return {
    busy: () => count > 0,
    open: (address, port, handlers) => {
      const opened = openUdpPort(address, port, handlers)
      let closed = false
      count += 1
      return {
        send: (bytes) => opened.send(bytes),
        descriptor: () => opened.descriptor?.() ?? null,
        close: () => {
          if (!closed) count -= 1
          closed = true
          opened.close()
        },
      }
    },
  }
}
