/**
 * What is remembered of one reference between exchanges, and the manners that follow from it: how often it may be asked, when
 * it must be left alone, and what changed about it. Pure state; time is A in nanoseconds and handed in.
 *
 * - Poll floor: scheduled packets to a public address keep 15 s between them (RFC 4330 section 10).
 * - Unscheduled packets take tokens: 8, one more each 16 s; for loopback and private addresses one more each 250 ms.
 * - Silence: after 8 scheduled packets without an answer the pause doubles each time, up to 2^17 s (RFC 5905 MAXPOLL); up to
 *   2^10 s for private addresses, where nobody else is troubled. Inside a pause one unscheduled packet may go out.
 *   A missing route or name is no silence: nothing was sent.
 * - DENY, RSTR: nothing more is sent to that address for 24 h; another address of the name may be asked (RFC 5905
 *   section 7.4). The one packet a day tells whether the operator let us in again.
 * - RATE: the pause doubles at once and each time, up to 2^13 s, and stays for that address. The server's own poll value
 *   is not adopted. Other kiss codes are only told.
 * @module
 */
import { isIP } from 'node:net'
import { drift } from '../interval.js'
import { isPrivate } from './address.js'
import { kissCode, referenceIdText } from './reference-id.js'
import type { Refusal } from './tests.js'
import { TokenBucket } from './token-bucket.js'
import type { NtpHeader, Reading } from './types.js'

/** Something about a reference changed. `before` is `''` where nothing was known. */
export interface ReferenceEvent {
  readonly what: 'address' | 'stratum' | 'reference-id' | 'leap' | 'kiss' | 'back-off'
  readonly before: string
  readonly after: string
}

/** One packet that is to be sent, or was. */
export interface Ask {
  /** The address that the name resolved to. Default: the one that was asked last. */
  readonly address?: string | null
  /** Whether it is the first packet of a scheduled sample. Default `true`; all others take a token. */
  readonly scheduled?: boolean
}

const second = 1_000_000_000n
const floorNs = 15n * second
const silences = 8
const maxSilenceNs = second << 17n
const maxPrivateSilenceNs = second << 10n
const maxRateNs = second << 13n
const deniedNs = 86_400n * second
const leaps = ['none', 'insert', 'delete', 'unsynchronised'] as const

/** See the module's head. */
export class Association {
  readonly #intervalNs: bigint
  readonly #bucket = new TokenBucket()
  readonly #denied = new Map<string, { readonly untilNs: bigint; readonly code: string }>()
  #address: string | null
  #seen: { readonly stratum: string; readonly referenceId: string; readonly leap: string } | null = null
  #askedNs: bigint | null = null
  #scheduledNs: bigint | null = null
  #silent = 0
  #silenceNs = 0n
  #silentUntilNs = 0n
  #spent = false
  #rateNs = 0n

  /**
   * @param host the configured name or address
   * @param intervalNs time between scheduled samples
   */
  constructor(host: string, intervalNs: bigint) {
    this.#address = isIP(host) === 0 ? null : host
    this.#intervalNs = intervalNs
  }

  /** Why a packet must not be sent now: `ERR_BACKING_OFF` and for how long; `null` where it may. Changes nothing. */
  refusal(nowNs: bigint, { address = this.#address, scheduled = true }: Ask = {}): Refusal | null {
    const denied = address === null ? undefined : this.#denied.get(address)
    if (denied && nowNs < denied.untilNs) {
      const next = 'choose another reference, or ask its operator to be let in'
      return wait(denied.untilNs - nowNs, `the server at ${address} sent the kiss code ${denied.code}`, next)
    }
    const rateUntilNs = this.#rateNs > 0n && this.#askedNs !== null ? this.#askedNs + this.#rateNs : nowNs
    if (nowNs < rateUntilNs && this.#sameAs(address)) {
      const next = 'raise "interval", or choose another reference'
      return wait(rateUntilNs - nowNs, 'the server asked to be left alone (kiss code RATE)', next)
    }
    if (nowNs < this.#silentUntilNs && (scheduled || this.#spent)) {
      const next = 'check that its NTP server runs and that no firewall drops its packets'
      return wait(this.#silentUntilNs - nowNs, `the server was silent ${this.#silent} times in a row`, next)
    }
    const floorUntilNs = this.#scheduledNs === null || !scheduled ? nowNs : this.#scheduledNs + floorNs
    if (nowNs < floorUntilNs && !(address !== null && isPrivate(address))) {
      return wait(floorUntilNs - nowNs, 'a public server is asked every 15 s at most', 'raise "interval"')
    }
    return null
  }

  /** Takes a token for one unscheduled packet; `false` where there is none. */
  takeToken(nowNs: bigint): boolean {
    return this.#bucket.take(nowNs, this.#refillNs())
  }

  /** When the next token can be had: `nowNs` where there is one. */
  tokenAtNs(nowNs: bigint): bigint {
    return this.#bucket.nextNs(nowNs, this.#refillNs())
  }

  /**
   * Takes note of how an exchange ended, at its end; a reading that was never asked for (`ERR_BACKING_OFF`) changes nothing.
   * @returns what changed, for `reference` records
   */
  learn(reading: Reading, nowNs: bigint, { scheduled = true }: Ask = {}): ReferenceEvent[] {
    const code = reading.ok ? null : reading.error.code
    if (code === 'ERR_BACKING_OFF') return []
    if (code === 'ERR_DNS' || code === 'ERR_NAME_UNKNOWN') return []
    const events: ReferenceEvent[] = []
    this.#meet(reading.address, events)
    this.#askedNs = nowNs
    if (scheduled) this.#scheduledNs = nowNs
    if (code === 'ERR_UNREACHABLE' || code === 'ERR_SOCKET') return events
    if (code === 'ERR_TIMEOUT' || code === 'ERR_PORT_CLOSED') {
      this.#silence(nowNs, scheduled, events)
      return events
    }
    this.wake(events)
    const { header } = reading
    if (header?.stratum === 0) this.#kiss(header, nowNs, events)
    else if (header) this.#look(header, events)
    return events
  }

  /**
   * Ends a pause after silence: for when the network is known to be back. The kiss codes hold on.
   * @param events gets the change, where there was a pause
   */
  wake(events: ReferenceEvent[] = []): void {
    if (this.#silenceNs > 0n)
      events.push({ what: 'back-off', before: showPause(this.#silenceNs), after: showPause(0n) })
    this.#silent = 0
    this.#silenceNs = 0n
    this.#silentUntilNs = 0n
    this.#spent = false
  }

  #meet(address: string | null, events: ReferenceEvent[]): void {
    if (address === null || address === this.#address) return
    if (this.#address !== null) events.push({ what: 'address', before: this.#address, after: address })
    this.#address = address
    this.#rateNs = 0n
  }

  #sameAs(address: string | null): boolean {
    return address === null || address === this.#address
  }

  #silence(nowNs: bigint, scheduled: boolean, events: ReferenceEvent[]): void {
    if (!scheduled) {
      this.#spent = true
      return
    }
    this.#silent++
    if (this.#silent < silences) return
    const capNs = this.#address !== null && isPrivate(this.#address) ? maxPrivateSilenceNs : maxSilenceNs
    const pauseNs = least(this.#intervalNs << BigInt(Math.min(this.#silent - silences + 1, 64)), capNs)
    if (pauseNs <= this.#intervalNs) return
    if (pauseNs !== this.#silenceNs) {
      events.push({ what: 'back-off', before: showPause(this.#silenceNs), after: showPause(pauseNs) })
    }
    this.#silenceNs = pauseNs
    this.#silentUntilNs = nowNs + pauseNs
    this.#spent = false
  }

  #kiss(header: NtpHeader, nowNs: bigint, events: ReferenceEvent[]): void {
    const code = kissCode(header.referenceId)
    events.push({ what: 'kiss', before: '', after: code ?? referenceIdText(0, header.referenceId) })
    if ((code === 'DENY' || code === 'RSTR') && this.#address !== null) {
      for (const [address, { untilNs }] of this.#denied) if (untilNs <= nowNs) this.#denied.delete(address)
      this.#denied.set(this.#address, { untilNs: nowNs + deniedNs, code })
    }
    if (code !== 'RATE') return
    const base = this.#rateNs > this.#intervalNs ? this.#rateNs : this.#intervalNs
    const pauseNs = least(2n * base, maxRateNs)
    if (pauseNs > this.#rateNs) {
      events.push({ what: 'back-off', before: showPause(this.#rateNs), after: showPause(pauseNs) })
      this.#rateNs = pauseNs
    }
  }

  #look(header: NtpHeader, events: ReferenceEvent[]): void {
    const seen = {
      stratum: `${header.stratum}`,
      referenceId: referenceIdText(header.stratum, header.referenceId),
      leap: leaps[header.li as 0 | 1 | 2 | 3],
    }
    const before = this.#seen
    this.#seen = seen
    if (!before) return
    if (before.stratum !== seen.stratum) events.push({ what: 'stratum', before: before.stratum, after: seen.stratum })
    if (before.referenceId !== seen.referenceId) {
      events.push({ what: 'reference-id', before: before.referenceId, after: seen.referenceId })
    }
    if (before.leap !== seen.leap) events.push({ what: 'leap', before: before.leap, after: seen.leap })
  }

  #refillNs(): bigint {
    return this.#address !== null && isPrivate(this.#address) ? second / 4n : 16n * second
  }
}

/**
 * A time made 1 to 5 % longer at random, so that auditors started together do not ask together for ever.
 * @param random in [0, 1)
 */
export function jitter(ns: bigint, random: number): bigint {
  return ns + drift(10_000_000n + BigInt(Math.floor(random * 40_000_000)), ns)
}

function wait(ns: bigint, why: string, next: string): Refusal {
  const seconds = (ns + second - 1n) / second
  return { code: 'ERR_BACKING_OFF', message: `not asked: ${why}; it is asked again in ${seconds} s: ${next}` }
}

function showPause(ns: bigint): string {
  return ns === 0n ? 'none' : `${(ns + second - 1n) / second} s`
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
