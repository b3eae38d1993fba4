/**
 * An NTP server on loopback whose clock, path, header and faults a test sets at will.
 *
 * ```ts
 * await using reference = await LoopbackReference.start({ offsetNs: 250_000_000n })
 * const sample = await sampleOnce({ references: [reference.at], trustLocal: true })
 * reference.set({ faults: ['kiss-RATE'] })
 * ```
 * @module
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { systemTimers } from '../clock/timers.js'
import type { Timers } from '../clock/types.js'
import { openWasiClock } from '../clock/wasi.js'
import { floorDivide } from '../instant.js'
import { decodePacket, isPacketLength } from '../ntp/packet.js'
import type { NtpHeader } from '../ntp/types.js'
import { type Answer, answer } from './loopback-answer.js'
import { applyChange, defaultSettings, type ReferenceChange, type ReferenceSettings } from './loopback-settings.js'
import { seeded } from './random.js'

/** A request as it came. */
export interface ReceivedRequest {
  readonly header: NtpHeader
  readonly bytes: Buffer
  /** Who asked. */
  readonly address: string
  readonly port: number
}

export interface LoopbackReferenceOptions extends ReferenceChange {
  /** Default `127.0.0.1`; other loopback addresses and `::1` as the system has them. */
  readonly address?: string
  /** Default 0: any free one. */
  readonly port?: number
  /** Where its clock gets the time from (UTC, ns since the Unix epoch). Default: this computer's wall clock. */
  readonly clock?: () => bigint
  /** What delays its packets. Default: the system's timers. */
  readonly timers?: Timers
  /** Of jitter and loss: equal seeds, equal misfortunes. Default 1. */
  readonly seed?: number
  /** Told of every request before it is answered. */
  readonly onRequest?: (request: ReceivedRequest) => void
}

const probe: NtpHeader = decodePacket(Buffer.alloc(48))

/** This computer's wall clock as finely as it can be had without native code. */
function machineClock(): () => bigint {
  return openWasiClock() ?? (() => BigInt(Date.now()) * 1_000_000n)
}

/** Binds a socket. Rejects with the system's error: `EADDRINUSE`, `EADDRNOTAVAIL`, ... */
async function bind(address: string, port: number): Promise<Socket> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
  const listening = once(socket, 'listening')
  socket.bind({ address, port, exclusive: true })
  try {
    await listening
  } catch (error) {
    socket.close()
    throw error
  }
  return socket
}

/** A running loopback reference; make one with {@link LoopbackReference.start}. */
export class LoopbackReference {
  readonly address: string
  readonly port: number

  readonly #socket: Socket
  readonly #other: Socket
  readonly #clock: () => bigint
  readonly #timers: Timers
  readonly #random: () => number
  readonly #onRequest: (request: ReceivedRequest) => void
  readonly #held = new Set<unknown>()
  #settings: ReferenceSettings
  /** The source's time from which the drift counts. */
  #driftFromNs: bigint
  #requests = 0
  #answers = 0
  #lost = 0
  #ignored = 0
  #last: ReceivedRequest | null = null
  #stopped: Promise<void> | null = null

  private constructor(socket: Socket, other: Socket, settings: ReferenceSettings, options: LoopbackReferenceOptions) {
    this.#socket = socket
    this.#other = other
    this.#settings = settings
    this.address = socket.address().address
    this.port = socket.address().port
    this.#clock = options.clock ?? machineClock()
    this.#driftFromNs = this.#clock()
    this.#timers = options.timers ?? systemTimers
    this.#random = seeded(options.seed ?? 1)
    this.#onRequest = options.onRequest ?? (() => undefined)
    socket.on('message', (bytes, from) => this.#receive(bytes, from))
  }

  /**
   * Binds and answers from then on, until {@link stop}.
   * @throws {TypeError} {RangeError} for an unknown or impossible setting
   * @throws the system's error where address or port cannot be bound (`code`: `EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`)
   */
  static async start(options: LoopbackReferenceOptions = {}): Promise<LoopbackReference> {
    const { address = '127.0.0.1', port = 0, clock, timers, seed, onRequest, ...change } = options
    const settings = LoopbackReference.#checked(defaultSettings, change)
    const socket = await bind(address, port)
    try {
      return new LoopbackReference(socket, await bind(address, 0), settings, options)
    } catch (error) {
      socket.close()
      throw error
    }
  }

  static #checked(settings: ReferenceSettings, change: ReferenceChange): ReferenceSettings {
    const next = applyChange(settings, change)
    answer(probe, 0n, 0n, { ...next, faults: [] })
    return next
  }

  /** `127.0.0.1:40123` or `[::1]:40123`: as it stands among `references`. */
  get at(): string {
    return isIPv6(this.address) ? `[${this.address}]:${this.port}` : `${this.address}:${this.port}`
  }

  /** The settings in force; `offsetNs` as it stands now, drift included. */
  get settings(): ReferenceSettings {
    return { ...this.#settings, offsetNs: this.#offsetAt(this.#clock()) }
  }

  /** What its clock shows (ns since the Unix epoch). */
  nowNs(): bigint {
    const source = this.#clock()
    return source + this.#offsetAt(source)
  }

  /** Requests that came: mode 3, whole packets. */
  get requests(): number {
    return this.#requests
  }

  /** Datagrams that were sent, forged ones and duplicates included. */
  get answers(): number {
    return this.#answers
  }

  /** Packets that the path lost, either way. */
  get lost(): number {
    return this.#lost
  }

  /** Datagrams that were no requests. */
  get ignored(): number {
    return this.#ignored
  }

  /** Packets that are under way or being worked on. */
  get pending(): number {
    return this.#held.size
  }

  get lastRequest(): ReceivedRequest | null {
    return this.#last
  }

  /**
   * Changes some settings, for requests that come from now on. `path` and `header` are changed field by field; `faults` as a
   * whole (`[]`: honest again).
   * @throws {TypeError} {RangeError} for an unknown or impossible setting; nothing is changed then
   */
  set(change: ReferenceChange): void {
    const { offsetNs } = this.settings
    this.#settings = LoopbackReference.#checked({ ...this.#settings, offsetNs }, change)
    this.#driftFromNs = this.#clock()
  }

  /** Moves its clock forward by `byNs`, or back where it is negative. */
  step(byNs: bigint): void {
    this.set({ offsetNs: this.settings.offsetNs + byNs })
  }

  /** Stops answering, drops what is under way and closes its sockets. Calling it again waits for the same end. */
  stop(): Promise<void> {
    this.#stopped ??= this.#close()
    return this.#stopped
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #close(): Promise<void> {
    for (const handle of this.#held) this.#timers.clearTimeout(handle)
    this.#held.clear()
    await Promise.all(
      [this.#socket, this.#other].map((socket) => new Promise<void>((done) => socket.close(() => done()))),
    )
  }

  #offsetAt(sourceNs: bigint): bigint {
    const { offsetNs, driftPpb } = this.#settings
    return offsetNs + floorDivide((sourceNs - this.#driftFromNs) * driftPpb, 1_000_000_000n)
  }

  #receive(bytes: Buffer, from: RemoteInfo): void {
    if (!isPacketLength(bytes.length) || (bytes[0]! & 7) !== 3) {
      this.#ignored += 1
      return
    }
    const settings = this.#settings
    const header = decodePacket(bytes)
    this.#later(this.#wayMs(settings.path.toMs), () => {
      if (this.#isLost()) return
      const t2Ns = this.nowNs()
      this.#requests += 1
      this.#last = { header, bytes, address: from.address, port: from.port }
      this.#onRequest(this.#last)
      this.#later(settings.path.serverMs, () => {
        for (const reply of answer(header, t2Ns, this.nowNs(), settings)) this.#send(reply, from, settings)
      })
    })
  }

  #send(reply: Answer, to: RemoteInfo, settings: ReferenceSettings): void {
    this.#later(this.#wayMs(settings.path.fromMs) + reply.afterMs, () => {
      if (this.#isLost()) return
      this.#answers += 1
      // The client may have gone: that is its business.
      const socket = reply.otherPort ? this.#other : this.#socket
      socket.send(reply.bytes, to.port, to.address, () => undefined)
    })
  }

  #wayMs(ms: number): number {
    return ms + this.#settings.path.jitterMs * this.#random()
  }

  #isLost(): boolean {
    const lost = this.#random() < this.#settings.path.loss
    if (lost) this.#lost += 1
    return lost
  }

  /** Runs `what` after `ms`; at once where nothing delays it. */
  #later(ms: number, what: () => void): void {
    if (ms <= 0) {
      what()
      return
    }
    const handle = this.#timers.setTimeout(() => {
      this.#held.delete(handle)
      what()
    }, ms)
    this.#held.add(handle)
  }
}
