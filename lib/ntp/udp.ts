/**
 * One connected UDP port to one server. Connected, so that the kernel drops datagrams of every other sender and a closed
 * port is reported at once instead of as silence; new for each exchange, so that its own port number is a fresh random one.
 * @module
 */
import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { ReadingErrorCode } from '../errors.js'
import { showServer } from './address.js'

export interface Port {
  /** Hands a datagram to the kernel at once. A failure is told to `fail`, here or later; never thrown. No answer comes inside. */
  send(bytes: Uint8Array): void
  /** The system's descriptor of the socket, `null` where it cannot be had. */
  descriptor?(): number | null
  /** Gives back the socket; nothing is told any more. May be called again. */
  close(): void
}

export interface PortHandlers {
  /** The port is connected: what is sent now leaves now. */
  open(port: Port): void
  message(bytes: Uint8Array, fromAddress: string, fromPort: number): void
  /** The port is of no use any more. `code` is the system's (`ECONNREFUSED`), where it gave one. */
  fail(code: string | undefined, message: string): void
}

/** Opens a port to an address literal. Never throws; the handlers may be called before it returns. */
export type OpenPort = (address: string, port: number, handlers: PortHandlers) => Port

/** The {@link OpenPort} of real UDP. */
export const openUdpPort: OpenPort = (address, port, handlers) => {
  let socket: Socket | null = null
  let closed = false

  const fail = (error: unknown): void => {
    if (closed) return
    const { code, message } = error as NodeJS.ErrnoException
    handlers.fail(code, message)
  }
  const self: Port = {
    send(bytes) {
      if (closed || !socket) return
      try {
        // A connected socket without a queue sends in this very call.
        socket.send(bytes, (error) => {
          if (error) fail(error)
        })
      } catch (error) {
        fail(error)
      }
    },
    descriptor() {
      return closed || socket === null ? null : descriptorOf(socket)
    },
    close() {
      if (closed) return
      closed = true
      try {
        socket?.close()
      } catch {
        // Closing what failed to open: there is nothing to give back.
      }
    },
  }

  try {
    const family = isIPv6(address) ? 6 : 4
    const opened = createSocket({
      type: family === 6 ? 'udp6' : 'udp4',
      // All addresses here are literals: answering at once keeps them out of the thread pool that dns.lookup would use.
      lookup: (literal, _options, done) => done(null, literal, family),
    })
    socket = opened
    // Stays for the life of the socket, so that no late error is ever unhandled.
    opened.on('error', fail)
    opened.on('message', (bytes, from) => {
      handlers.message(bytes, from.address, from.port)
    })
    // `exclusive`: in a cluster's worker the socket must be its own, not the primary's.
    opened.bind({ port: 0, exclusive: true }, () => {
      if (closed) return
      try {
        // @types/node does not know that the callback gets an error where there is no route.
        opened.connect(port, address, ((error?: Error | null) => {
          if (error) fail(error)
          else if (!closed) handlers.open(self)
        }) as () => void)
      } catch (error) {
        fail(error)
      }
    })
  } catch (error) {
    fail(error)
  }
  return self
}

/**
 * Node keeps the handle of a datagram socket in a state behind a symbol, out of its public interface (`_handle` would warn).
 * Where that is not so, the kernel is not asked for receive times.
 */
function descriptorOf(socket: Socket): number | null {
  for (const key of Object.getOwnPropertySymbols(socket)) {
    const state = (socket as unknown as Record<symbol, unknown>)[key] as
      | { handle?: { fd?: unknown } }
      | null
      | undefined
    const fd = state?.handle?.fd
    if (typeof fd === 'number') return fd >= 0 ? fd : null
  }
  return null
}

/** What a failed port means for the reading: a code, and a message with cause and next step. */
export function portError(
  code: string | undefined,
  message: string,
  server: { readonly host: string; readonly address: string; readonly port: number },
): { readonly code: ReadingErrorCode; readonly message: string } {
  const name = showServer(server.host, server.address, server.port)
  switch (code) {
    case 'ECONNREFUSED':
    case 'ECONNRESET':
      return {
        code: 'ERR_PORT_CLOSED',
        message: `nothing listens at ${name}: check the address and that its NTP server runs`,
      }
    case 'ENETUNREACH':
    case 'EHOSTUNREACH':
    case 'ENETDOWN':
    case 'EHOSTDOWN':
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
      return {
        code: 'ERR_UNREACHABLE',
        message: `no route to ${name} (${code}): check this computer's network, and its IPv6 for an IPv6 address`,
      }
    case 'EINVAL':
      return {
        code: 'ERR_UNREACHABLE',
        message: `this computer cannot send to ${name} (${code}): a link-local address needs its zone (fe80::1%eth0), another one may be none that packets can go to`,
      }
    case 'EPERM':
    case 'EACCES':
      return {
        code: 'ERR_SOCKET',
        message: `this computer does not let packets out to ${name} (${code}): allow outgoing UDP to port ${server.port} in its firewall`,
      }
    case 'EMFILE':
    case 'ENFILE':
      return {
        code: 'ERR_SOCKET',
        message: `no socket is left for ${name} (${code}): raise the limit of open files (ulimit -n), or look for what keeps them open`,
      }
    default:
      return { code: 'ERR_SOCKET', message: `the socket to ${name} failed: ${message}` }
  }
}
