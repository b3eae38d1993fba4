/**
 * One exchange: one request, the first answer to it, and what that tells. Clocks, timers, randomness and the port are
 * handed in. An exchange always ends, with a good or a failed reading, and never throws.
 *
 * Order matters. The wall clock and A are read right before sending, and A alone as the first thing when a datagram
 * arrives: whatever delays this process in between only widens the bound. The second full reading, for the witness, comes
 * after that; an exchange that a set of the wall clock or a suspend cuts through is discarded. Where the kernel tells when it
 * received the datagram, that instant takes the place of the event's, if the two readings enclose it (see `arrival.ts`).
 * @module
 */
import { type Observation, observe } from '../clock/observe.js'
import type { ClockReading, ClockSource, Timers } from '../clock/types.js'
import { ceilDivide } from '../instant.js'
import { meet } from '../interval.js'
import { showServer } from './address.js'
import { arrivedBefore } from './arrival.js'
import { arrivalOf, type LocalLine, lineOf, type Measurement, taiMinusAudit } from './measure.js'
import { makeRequest } from './request.js'
import { applyTests, type TestResult } from './tests.js'
import { fromNtp } from './timestamp.js'
import type { FailedReading, GoodReading, NtpHeader, Reading } from './types.js'
import { type OpenPort, openUdpPort, type Port, portError } from './udp.js'

/** Whom to ask: the configured name, and the address literal it resolved to. */
export interface Target {
  readonly host: string
  readonly address: string
  readonly port: number
}

export interface ExchangeOptions {
  /** How long to listen (ns). */
  readonly timeoutNs: bigint
  readonly clocks: ClockSource
  readonly timers: Timers
  /** 64 fresh bits from a cryptographic source. */
  readonly random64: () => bigint
  /** TAI - UTC in seconds at an instant of UTC (ns since the Unix epoch). */
  readonly taiUtc: (utcNs: bigint) => number
  /** Parts per billion by which A may run wrong. */
  readonly ratePpb: bigint
  readonly maxDistanceNs: bigint
  readonly ownAddresses: () => ReadonlySet<string>
  readonly openPort?: OpenPort
  /** Gets both looks, at sending and after the answer. Returning `true` for the second says that a change cut through. */
  readonly onLook?: (reading: ClockReading, notice: 'none' | 'seen' | 'absent') => boolean | undefined
}

/**
 * Asks `target` once. Resolves within `timeoutNs` and what the event loop adds; never rejects.
 *
 * Datagrams that fail one of the first four tests are counted in `ignored`, and the listening goes on to the deadline. The
 * answer may come once: whatever else arrives finds the port closed.
 */
export function exchange(target: Target, options: ExchangeOptions): Promise<Reading> {
  return new Promise((resolve) => {
    new Exchange(target, options, resolve).start()
  })
}

class Exchange {
  readonly #target: Target
  readonly #options: ExchangeOptions
  readonly #resolve: (reading: Reading) => void
  readonly #nonce: bigint
  #sent: { readonly look: ClockReading; readonly line: LocalLine } | null = null
  #port: Port | null = null
  #descriptor: number | null = null
  #timer: unknown = null
  #own: ReadonlySet<string> | null = null
  #ignored = 0
  /** The clock was set while the request was being sent. */
  #doubted = false
  #ended = false

  constructor(target: Target, options: ExchangeOptions, resolve: (reading: Reading) => void) {
    this.#target = target
    this.#options = options
    this.#resolve = resolve
    this.#nonce = options.random64()
  }

  start(): void {
    const { openPort = openUdpPort, timers, timeoutNs } = this.#options
    const { address, port } = this.#target
    this.#timer = timers.setTimeout(() => this.#silence(), Number(ceilDivide(timeoutNs, 1_000_000n)))
    const opened = openPort(address, port, {
      open: (ready) => this.#guard(() => this.#send(ready)),
      message: (bytes, from, fromPort) => {
        const a4Ns = this.#options.clocks.auditNs()
        this.#guard(() => this.#receive(bytes, from, fromPort, a4Ns, this.#stamp()))
      },
      fail: (code, message) => this.#fail(portError(code, message, this.#target)),
    })
    if (this.#ended) opened.close()
    else this.#port = opened
  }

  #send(port: Port): void {
    const { clocks, onLook } = this.#options
    const request = makeRequest(this.#nonce)
    this.#descriptor = clocks.packetStamp ? (port.descriptor?.() ?? null) : null
    this.#stamp() // so that the kernel stamps what comes
    const before = clocks.notice()
    const look = clocks.read()
    port.send(request)
    this.#sent = { look, line: lineOf(look) }
    // A set between the two notices may lie on either side of the reading: only a fresh look tells it rightly.
    if (clocks.notice() === 'seen') {
      const fresh = observe(clocks, 'seen')
      this.#doubted = true
      onLook?.(fresh.reading, fresh.notice)
    } else onLook?.(look, before)
  }

  /** When the kernel received the datagram just read (wall, ns); `null` where it does not tell. */
  #stamp(): bigint | null {
    return this.#descriptor === null ? null : (this.#options.clocks.packetStamp?.(this.#descriptor) ?? null)
  }

  #receive(bytes: Uint8Array, fromAddress: string, fromPort: number, a4Ns: bigint, stampNs: bigint | null): void {
    if (!this.#sent) {
      this.#ignored++
      return
    }
    const { clocks, ratePpb, maxDistanceNs, ownAddresses } = this.#options
    // Once an exchange: a flood of forged datagrams must not cost a walk over the interfaces each.
    this.#own ??= ownAddresses()
    const own = this.#own
    const { line, look } = this.#sent
    const { t1, readingNs } = line
    const test = (t4: bigint): TestResult =>
      applyTests({
        ...{ bytes, fromAddress, fromPort, nonce: this.#nonce },
        ...{ address: this.#target.address, port: this.#target.port },
        ...{ t1, t4, resolutionNs: clocks.resolutionNs, readingNs, ratePpb, maxDistanceNs, own },
      })
    const atEvent = test(arrivalOf(line, a4Ns))
    if (!atEvent.ours) {
      this.#ignored++
      return
    }
    const second = observe(clocks)
    const cut = this.#cutThrough(look, second)
    // Without the kernel's notice a set that was undone in flight would go unseen, and the stamp may be from inside it.
    const enclosed = cut === null && second.notice === 'none' && stampNs !== null
    const arrivedNs = enclosed ? arrivedBefore(stampNs, look, second.reading, a4Ns) : null
    const atNs = arrivedNs ?? a4Ns
    const t4 = arrivalOf(line, atNs)
    const result = arrivedNs === null ? atEvent : test(t4)
    const received = arrivedNs === null ? 'event' : 'kernel'
    const { header, tests, measurement, refusal, self } = result
    if (!header || !measurement) return
    if (refusal && (header.stratum === 0 || !cut)) this.#fail(refusal, result)
    else if (cut) this.#fail({ code: 'ERR_CLOCK_CHANGED', message: cut }, result)
    else this.#end(this.#good(line, atNs, { t1, t4, received, readingNs, tests, self }, header, measurement))
  }

  /** Hands on the second look. Says why the exchange is worth nothing, `null` where no change cut through it. */
  #cutThrough(first: ClockReading, { reading: second, notice }: Observation): string | null {
    const { clocks, onLook } = this.#options
    const told = onLook?.(second, notice) === true || this.#doubted
    const again = 'the exchange was discarded and is repeated with the next sample'
    if (!meet(first.asleep, second.asleep)) return `this computer was suspended during the exchange: ${again}`
    const stepped = clocks.coupled && !meet(first.line, second.line)
    return stepped || told || notice === 'seen' ? `the wall clock was set during the exchange: ${again}` : null
  }

  #good(
    line: LocalLine,
    atNs: bigint,
    known: Pick<GoodReading, 't1' | 't4' | 'received' | 'readingNs' | 'tests' | 'self'>,
    header: NtpHeader,
    measured: Measurement,
  ): GoodReading {
    const { clocks, ratePpb } = this.#options
    const utcNs = fromNtp(known.t4, line.lineNs + atNs) + measured.offsetNs
    const taiUtc = this.#options.taiUtc(utcNs)
    return {
      ok: true,
      ...this.#target,
      ...known,
      t2: header.receiveTime,
      t3: header.transmitTime,
      header,
      atNs,
      lineNs: line.lineNs,
      resolutionNs: clocks.resolutionNs,
      ratePpb,
      offsetNs: measured.offsetNs,
      delayNs: measured.delayNs,
      rootDistanceNs: measured.rootDistanceNs,
      low: measured.low,
      high: measured.high,
      m: taiMinusAudit(measured, line.lineNs, taiUtc),
      taiUtc,
      ignored: this.#ignored,
    }
  }

  #silence(): void {
    const { host, address, port } = this.#target
    const waited = `${Number(this.#options.timeoutNs) / 1e9} s`
    const others =
      this.#ignored === 0
        ? ''
        : ` (${this.#ignored} packets came that were no answer to our question: somebody forges?)`
    this.#fail({
      code: 'ERR_TIMEOUT',
      message:
        `no answer from ${showServer(host, address, port)} within ${waited}${others}: check that its NTP server runs ` +
        `and that no firewall drops UDP port ${port}`,
    })
  }

  #fail(error: FailedReading['error'], result?: TestResult): void {
    const { host, address, port } = this.#target
    const answer = { header: result?.header ?? null, tests: result?.tests ?? null }
    this.#end({ ok: false, host, port, address, error, ...answer, ignored: this.#ignored })
  }

  /** Runs a step; what it throws (a caller's function, a clock) ends the exchange instead of the process. */
  #guard(step: () => void): void {
    if (this.#ended) return
    try {
      step()
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      this.#fail({ code: 'ERR_SOCKET', message: `the exchange failed inside this program: ${message}` })
    }
  }

  #end(reading: Reading): void {
    if (this.#ended) return
    this.#ended = true
    this.#options.timers.clearTimeout(this.#timer)
    this.#port?.close()
    this.#resolve(reading)
  }
}
