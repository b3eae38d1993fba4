/**
 * A clock, timers and a port whose every move a test makes itself.
 * @module
 */
import type { ClockReading, ClockSource, Timers } from '../../lib/clock/types.js'
import { parseInstant } from '../../lib/instant.js'
import { point } from '../../lib/interval.js'
import type { ExchangeOptions } from '../../lib/ntp/exchange.js'
import { encodePacket } from '../../lib/ntp/packet.js'
import { toNtp } from '../../lib/ntp/timestamp.js'
import type { NtpHeader } from '../../lib/ntp/types.js'
import type { OpenPort, Port, PortHandlers } from '../../lib/ntp/udp.js'

export const ms = 1_000_000n
export const second = 1_000_000_000n
export const noon = parseInstant('2026-11-21T12:00:00.000000000Z')

/** Clocks that stand still but for `pass`; wall = A + `dNs`, in a bracket of `bracketNs`. */
export class FakeClocks implements ClockSource {
  readonly name = 'simulated'
  readonly auditClock = 'fake'
  readonly steered = false
  coupled = true
  resolutionNs = 1n
  readonly bootId = 'boot'
  aNs = 1_000n * second
  dNs = noon - 1_000n * second
  asleepNs = 0n
  bracketNs = 0n
  pending: 'none' | 'seen' | 'absent' = 'none'
  reads = 0

  pass(ns: bigint): void {
    this.aNs += ns
  }
  read(): ClockReading {
    this.reads++
    const d = { lowNs: this.dNs, highNs: this.dNs + this.bracketNs }
    return {
      aNs: this.aNs,
      wallNs: this.aNs + this.dNs,
      d,
      line: d,
      asleep: point(this.asleepNs),
      monoNs: this.aNs,
      bootNs: this.aNs + this.asleepNs,
      rawNs: null,
      kernelTaiNs: null,
    }
  }
  auditNs(): bigint {
    return this.aNs
  }
  notice(): 'none' | 'seen' | 'absent' {
    const notice = this.pending
    if (notice === 'seen') this.pending = 'none'
    return notice
  }
  close(): void {}
}

/** Timers that fire when told to. */
export class FakeTimers implements Timers {
  readonly #waiting = new Map<number, { run: () => void; ms: number }>()
  #last = 0

  setTimeout(run: () => void, delayMs: number): unknown {
    this.#waiting.set(++this.#last, { run, ms: delayMs })
    return this.#last
  }
  clearTimeout(handle: unknown): void {
    this.#waiting.delete(handle as number)
  }
  /** Delays of the timers that wait. */
  get delays(): number[] {
    return [...this.#waiting.values()].map((timer) => timer.ms)
  }
  fire(): void {
    const due = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { run } of due) run()
  }
}

/** A port that keeps what was sent and lets the test speak for the network. */
export class FakePort implements Port {
  readonly sent: Buffer[] = []
  closed = 0
  handlers: PortHandlers | null = null
  /** Called inside `send`. */
  onSend: (() => void) | null = null

  readonly open: OpenPort = (_address, _port, handlers) => {
    this.handlers = handlers
    return this
  }
  send(bytes: Uint8Array): void {
    this.sent.push(Buffer.from(bytes))
    this.onSend?.()
  }
  close(): void {
    this.closed++
  }
  /** The 64 bits that the last request carried. */
  get nonce(): bigint {
    return this.sent.at(-1)!.readBigUInt64BE(40)
  }
  receive(bytes: Uint8Array, address = '192.0.2.7', port = 123): void {
    this.handlers!.message(bytes, address, port)
  }
}

/** What a well-behaved stratum 1 server answers at noon. */
export function goodHeader(change: Partial<NtpHeader> = {}): NtpHeader {
  return {
    li: 0,
    vn: 4,
    mode: 4,
    stratum: 1,
    poll: 6,
    precision: -23,
    rootDelay: 0,
    rootDispersion: 0x10,
    referenceId: 0x47505300,
    referenceTime: toNtp(noon - 10n * second),
    originTime: 0n,
    receiveTime: toNtp(noon + 5n * ms),
    transmitTime: toNtp(noon + 6n * ms),
    ...change,
  }
}

export function packet(change: Partial<NtpHeader> = {}): Buffer {
  return encodePacket(goodHeader(change))
}

export const nonce = 0x0123456789abcdefn

/** Options of an exchange with everything injected. */
export function setUp(change: Partial<ExchangeOptions> = {}) {
  const clocks = new FakeClocks()
  const timers = new FakeTimers()
  const port = new FakePort()
  const options: ExchangeOptions = {
    timeoutNs: 2n * second,
    clocks,
    timers,
    random64: () => nonce,
    taiUtc: () => 37,
    ratePpb: 100_000n,
    maxDistanceNs: 3n * second,
    ownAddresses: () => new Set(['192.0.2.2', '127.0.0.1', '::1']),
    openPort: port.open,
    ...change,
  }
  return { clocks, timers, port, options }
}

export const target = { host: 'time.example.net', address: '192.0.2.7', port: 123 }
