/**
 * The few functions of the C library that the native source calls, through the optional package `koffi`.
 * Only 64-bit Linux, where the structures are arrays of 64-bit words; every other computer gets `null`.
 * @module
 */
import { createRequire } from 'node:module'

const load = createRequire(import.meta.url)

/** Clock ids of linux/time.h. */
export const clockId = { realtime: 0, monotonic: 1, monotonicRaw: 4, boottime: 7, tai: 11 } as const

const words = { timespec: 2, itimerspec: 4, timex: 26 } as const
const nonBlocking = 0o4000
const closeOnExec = 0o2000000
const absoluteCancelOnSet = 3
/** SIOCGSTAMPNS of asm-generic/sockios.h: struct timespec of the datagram last read from a socket. */
const stampOfPacket = 0x8907
/** EAGAIN and ECANCELED, the same on both architectures. */
const tryAgain = 11
const cancelled = 125
/** AF_INET with SOCK_DGRAM, AF_UNIX with SOCK_STREAM. */
const sockets = { datagram: { family: 2, type: 2 }, stream: { family: 1, type: 1 } } as const
/** 2255-03-14: behind every clock, and inside what the kernel's 64-bit nanoseconds can hold. */
const farSeconds = 9_000_000_000n

export interface TimexState {
  readonly state: number
  readonly status: number
  readonly maxErrorNs: bigint
  readonly ratePpb: bigint
}

/** Each call allocates nothing but its result and never blocks. */
export interface Libc {
  /** clock_gettime (ns). */
  now(id: number): bigint
  /** adjtimex with modes 0, which needs no privilege and changes nothing; `null` where it is forbidden. */
  timex(): TimexState | null
  /** A timer that fails with ECANCELED once the wall clock was set (timerfd_create(2)); `null` where it is refused. */
  cancelOnSet(): number | null
  /** Reads such a timer without blocking; through the library, as a failing `fs.readSync` builds an error and costs 100 us. */
  readTimer(fd: number): 'waiting' | 'cancelled' | 'expired' | 'failed'
  /** The kernel's receive time (wall, ns) of the datagram last read from a socket; the first call makes it stamp what comes. */
  packetStamp(fd: number): bigint | null
  /** A socket that is connected to nothing; `null` where there is none. */
  socket(kind: 'datagram' | 'stream'): number | null
  /** Makes the descriptor `fd` mean what `by` means (dup3(2)). */
  replace(fd: number, by: number): boolean
  close(fd: number): void
}

interface Koffi {
  errno(): number
  load(path: null): { func(name: string, result: string, args: readonly string[]): (...args: unknown[]) => number }
}

/**
 * Opens the C library as this process sees it: `load(null)` honours interposers such as libfaketime.
 * @returns `null` where koffi, the platform or a check of the layouts fails
 */
export function openLibc(platform: NodeJS.Platform = process.platform, arch: string = process.arch): Libc | null {
  if (platform !== 'linux' || (arch !== 'x64' && arch !== 'arm64')) return null
  try {
    const libc = bind(load('koffi') as Koffi)
    return sane(libc) ? libc : null
  } catch {
    return null
  }
}

function bind(koffi: Koffi): Libc {
  const library = koffi.load(null)
  const gettime = library.func('clock_gettime', 'int', ['int', 'void *'])
  const adjtimex = library.func('adjtimex', 'int', ['void *'])
  const create = library.func('timerfd_create', 'int', ['int', 'int'])
  const settime = library.func('timerfd_settime', 'int', ['int', 'int', 'void *', 'void *'])
  const control = library.func('ioctl', 'int', ['int', 'unsigned long', 'void *'])
  const socket = library.func('socket', 'int', ['int', 'int', 'int'])
  const duplicate = library.func('dup3', 'int', ['int', 'int', 'int'])
  const read = library.func('read', 'int64', ['int', 'void *', 'size_t'])
  const close = library.func('close', 'int', ['int'])
  const spec = new BigInt64Array(words.timespec)
  const timex = new BigInt64Array(words.timex)
  const half = new Int32Array(timex.buffer)
  return {
    now(id) {
      gettime(id, spec)
      return (spec[0] ?? 0n) * 1_000_000_000n + (spec[1] ?? 0n)
    },
    timex() {
      timex.fill(0n)
      const state = adjtimex(timex)
      if (state < 0) return null
      // struct timex: freq, maxerror, status and tick at the bytes 16, 24, 40 and 88 (x86-64 and arm64).
      const [freq, maxError, tick] = [timex[2] ?? 0n, timex[3] ?? 0n, timex[11] ?? 0n]
      const ratePpb = (freq * 1_000n) / 65_536n + (tick - 10_000n) * 100_000n
      return { state, status: half[10] ?? 0, maxErrorNs: maxError * 1_000n, ratePpb }
    },
    cancelOnSet() {
      const fd = create(clockId.realtime, nonBlocking | closeOnExec)
      if (fd < 0) return null
      if (settime(fd, absoluteCancelOnSet, BigInt64Array.of(0n, 0n, farSeconds, 0n), null) === 0) return fd
      close(fd)
      return null
    },
    packetStamp: (fd) =>
      control(fd, stampOfPacket, spec) === 0 ? (spec[0] ?? 0n) * 1_000_000_000n + (spec[1] ?? 0n) : null,
    readTimer(fd) {
      if (read(fd, spec, 8) >= 0) return 'expired'
      const error = koffi.errno()
      return error === tryAgain ? 'waiting' : error === cancelled ? 'cancelled' : 'failed'
    },
    socket(kind) {
      const fd = socket(sockets[kind].family, sockets[kind].type | closeOnExec, 0)
      return fd < 0 ? null : fd
    },
    replace: (fd, by) => duplicate(by, fd, closeOnExec) === fd,
    close: (fd) => void close(fd),
  }
}

/** Holds what was read against what Node says: a wrong layout or a strange library shows here, not in the trail. */
function sane(libc: Libc): boolean {
  const mono = process.hrtime.bigint()
  const near = (a: bigint, b: bigint): boolean => a - b < 10_000_000_000n && b - a < 10_000_000_000n
  const timex = libc.timex()
  return (
    near(libc.now(clockId.realtime), BigInt(Date.now()) * 1_000_000n) &&
    near(libc.now(clockId.monotonic), mono) &&
    libc.now(clockId.boottime) > 0n &&
    libc.now(clockId.monotonicRaw) > 0n &&
    (timex === null ||
      (timex.state <= 5 && timex.maxErrorNs >= 0n && timex.ratePpb > -2n * 10n ** 8n && timex.ratePpb < 2n * 10n ** 8n))
  )
}
