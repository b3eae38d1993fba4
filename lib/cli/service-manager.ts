/**
 * Tells the service manager that started us how far we are (sd_notify(3)): systemd, and others that set NOTIFY_SOCKET. Node has no datagram
 * sockets of the family AF_UNIX, so it is said through koffi, and where that is not installed by the program `systemd-notify`.
 * @module
 */
import { createRequire } from 'node:module'
import { runProgram } from '../program.js'

/** AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, and MSG_DONTWAIT | MSG_NOSIGNAL of Linux. */
const unix = 1
const closedDatagram = 2 | 0o2000000
const quietly = 0x40 | 0x4000
/** struct sockaddr_un: two bytes of family, and a name of at most 108 bytes with its NUL. */
const familyBytes = 2
const nameBytes = 108
const programMs = 5000

export interface ServiceManager {
  /**
   * Says lines of `NAME=value`, such as `READY=1`. Never throws and never blocks.
   * @returns why it could not be said, or `null`
   */
  tell(state: string): Promise<string | null>
}

/** Sends one datagram to a socket of the file system or, with a leading `@`, of the abstract name space. */
export type SendDatagram = (path: string, text: string) => boolean

/**
 * The manager of this process.
 * @param env where NOTIFY_SOCKET stands; without it nothing is ever said
 * @param send how to say it; default: through koffi where it is installed
 */
export function serviceManager(
  env: Readonly<Record<string, string | undefined>>,
  send: SendDatagram | null = openDatagrams(env),
): ServiceManager {
  const path = env.NOTIFY_SOCKET ?? ''
  if (path === '') return { tell: () => Promise.resolve(null) }
  return {
    async tell(state) {
      if (send !== null && /^[/@]./.test(path) && send(path, state)) return null
      const program = ['systemd-notify', `--pid=${process.pid}`, ...state.split('\n')]
      const ran = await runProgram(program, {
        input: new Uint8Array(),
        environment: { NOTIFY_SOCKET: path },
        timeoutMs: programMs,
      })
      return ran.ok ? null : `the service manager at ${path} was not told ${JSON.stringify(state)}: ${ran.message}`
    },
  }
}

/** The bytes of a struct sockaddr_un and nothing behind its name; `null`: the name is too long. */
export function unixAddress(path: string): Buffer | null {
  const abstract = path.startsWith('@')
  const name = Buffer.from(abstract ? `\0${path.slice(1)}` : `${path}\0`)
  if (name.length > nameBytes) return null
  const family = Buffer.alloc(familyBytes)
  new Uint16Array(family.buffer, family.byteOffset, 1)[0] = unix
  return Buffer.concat([family, name])
}

interface Koffi {
  load(path: null): { func(name: string, result: string, args: readonly string[]): (...args: unknown[]) => number }
}

function openDatagrams(env: Readonly<Record<string, string | undefined>>): SendDatagram | null {
  if (process.platform !== 'linux' || (env.NOTIFY_SOCKET ?? '') === '') return null
  try {
    const library = (createRequire(import.meta.url)('koffi') as Koffi).load(null)
    const socket = library.func('socket', 'int', ['int', 'int', 'int'])
    const sendto = library.func('sendto', 'int64', ['int', 'void *', 'size_t', 'int', 'void *', 'uint32'])
    const close = library.func('close', 'int', ['int'])
    return (path, text) => {
      const address = unixAddress(path)
      const fd = address === null ? -1 : socket(unix, closedDatagram, 0)
      if (fd < 0) return false
      const bytes = Buffer.from(text)
      const sent = sendto(fd, bytes, bytes.length, quietly, address, address?.length)
      close(fd)
      return Number(sent) === bytes.length
    }
  } catch {
    return null
  }
}
