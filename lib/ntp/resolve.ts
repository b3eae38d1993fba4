/**
 * From a reference's name to addresses, without the thread pool that `dns.lookup` shares with the host application: address
 * literals and `localhost` at once, then the hosts file, then DNS over sockets of its own (c-ares).
 *
 * DNS is asked again no sooner than its time to live, and no sooner than after a minute; while the reference answers, an hour
 * is soon enough. When asking again fails, the last good addresses stay.
 * @module
 */
import { promises } from 'node:dns'
import { isIP } from 'node:net'
import type { Timers } from '../clock/types.js'
import { ReadingError } from '../errors.js'
import { hostsEntries, readHostsFile } from './hosts-file.js'

export interface AddressRecord {
  readonly address: string
  /** Time to live in seconds. */
  readonly ttl: number
}

/** The part of a DNS client that is needed; `cancel` makes both questions fail. */
export interface DnsClient {
  resolve4(name: string): Promise<readonly AddressRecord[]>
  resolve6(name: string): Promise<readonly AddressRecord[]>
  cancel(): void
}

export interface ResolverOptions {
  readonly timers: Timers
  /** A in nanoseconds. */
  readonly nowNs: () => bigint
  /** A client for one lookup. Default: c-ares with the servers of this computer. */
  readonly openDns?: () => DnsClient
  /** The text of the hosts file; `''` where there is none. */
  readonly readHosts?: () => string
  /** How long one lookup may take (ms). Default 3000. */
  readonly timeoutMs?: number
}

const second = 1_000_000_000n
const soonest = 60n * second
const whileGood = 3600n * second
/** A time to live above this is a mistake somewhere: a server that moved would never be found again. */
const longest = 86_400n * second
/** How long a failure without earlier addresses is remembered, so that a burst does not ask over and over. */
const afterFailure = 10n * second

interface Entry {
  addresses: readonly string[]
  error: ReadingError | null
  askedNs: bigint
  ttlNs: bigint
  good: boolean
  pending: Promise<void> | null
}

/** Names and what is known of them. One for all references of an engine. */
export class Resolver {
  readonly #options: ResolverOptions
  readonly #entries = new Map<string, Entry>()

  constructor(options: ResolverOptions) {
    this.#options = options
  }

  /**
   * The addresses of a host, the one to ask first in front: that which answered last, else IPv4 before IPv6.
   * @throws {ReadingError} `ERR_NAME_UNKNOWN` where DNS knows no address of that name, `ERR_DNS` where DNS gave no answer
   */
  async resolve(host: string): Promise<readonly string[]> {
    if (isIP(host) !== 0) return [host]
    const name = host.toLowerCase().replace(/\.$/, '')
    if (name === 'localhost' || name.endsWith('.localhost')) return this.#local(name)
    const entry = this.#entry(name)
    if (this.#due(entry)) {
      entry.pending ??= this.#ask(name, entry).finally(() => {
        entry.pending = null
      })
      await entry.pending
    }
    if (entry.error) throw entry.error
    return entry.addresses
  }

  /** Tells that `address` answered: it stays in front, and DNS can wait for an hour. */
  answered(host: string, address: string): void {
    const entry = this.#known(host, address)
    if (!entry) return
    entry.good = true
    entry.addresses = [address, ...entry.addresses.filter((other) => other !== address)]
  }

  /** Tells that `address` gave no time: the others of that name come first now, and DNS is asked when its time is over. */
  failed(host: string, address: string): void {
    const entry = this.#known(host, address)
    if (!entry) return
    entry.good = false
    entry.addresses = [...entry.addresses.filter((other) => other !== address), address]
  }

  #known(host: string, address: string): Entry | undefined {
    const entry = this.#entries.get(host.toLowerCase().replace(/\.$/, ''))
    return entry?.addresses.includes(address) ? entry : undefined
  }

  #entry(name: string): Entry {
    const known = this.#entries.get(name)
    if (known) return known
    const fresh: Entry = { addresses: [], error: null, askedNs: 0n, ttlNs: -1n, good: false, pending: null }
    this.#entries.set(name, fresh)
    return fresh
  }

  /** `localhost` is this computer whatever DNS says (RFC 6761 section 6.3); kept as an entry, for the order of its two. */
  #local(name: string): readonly string[] {
    const entry = this.#entry(name)
    if (entry.addresses.length === 0) entry.addresses = ['127.0.0.1', '::1']
    return entry.addresses
  }

  #due(entry: Entry): boolean {
    if (entry.ttlNs < 0n) return true
    const keepNs = entry.good && entry.ttlNs < whileGood ? whileGood : entry.ttlNs
    return this.#options.nowNs() - entry.askedNs >= keepNs
  }

  async #ask(name: string, entry: Entry): Promise<void> {
    const { readHosts = readHostsFile } = this.#options
    try {
      const listed = hostsEntries(readHosts(), name)
      const records = listed.length > 0 ? listed.map((address) => ({ address, ttl: 0 })) : await this.#lookUp(name)
      const found = [...new Set(records.map((record) => record.address))]
      const [front] = entry.addresses
      entry.addresses = front && entry.good && found.includes(front) ? [front, ...without(found, front)] : found
      entry.error = null
      entry.ttlNs = clamp(BigInt(Math.min(...records.map((record) => record.ttl))) * second)
    } catch (error) {
      const kept = entry.addresses.length > 0
      entry.error = kept ? null : error instanceof ReadingError ? error : nameError(name, [codeOf(error)])
      entry.ttlNs = kept ? soonest : afterFailure
    }
    entry.askedNs = this.#options.nowNs()
  }

  async #lookUp(name: string): Promise<readonly AddressRecord[]> {
    const { openDns = openCares, timers, timeoutMs = 3000 } = this.#options
    const dns = openDns()
    let give: (late: null) => void = () => {}
    const deadline = new Promise<null>((resolve) => {
      give = resolve
    })
    const timer = timers.setTimeout(() => {
      dns.cancel()
      give(null)
    }, timeoutMs)
    try {
      const answers = await Promise.race([Promise.allSettled([dns.resolve4(name), dns.resolve6(name)]), deadline])
      const records = (answers ?? []).flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
      if (records.length > 0) return records
      throw nameError(
        name,
        answers?.map((answer) => (answer.status === 'rejected' ? codeOf(answer.reason) : 'ENODATA')),
      )
    } finally {
      timers.clearTimeout(timer)
    }
  }
}

function clamp(ttlNs: bigint): bigint {
  if (ttlNs < soonest) return soonest
  return ttlNs > longest ? longest : ttlNs
}

function without(list: readonly string[], item: string): string[] {
  return list.filter((other) => other !== item)
}

function codeOf(error: unknown): string {
  return (error as { code?: string } | null)?.code ?? 'unknown'
}

/** What the two failures, for IPv4 and IPv6, mean together; none at all: the deadline came first. */
function nameError(name: string, codes: readonly string[] = ['ETIMEOUT']): ReadingError {
  const none = codes.every((code) => code === 'ENODATA')
  if (none || codes.some((code) => code === 'ENOTFOUND' || code === 'EBADNAME')) {
    const hint = name.includes('.') ? '' : ', and write it with its domain, since search domains are not tried'
    const what = none ? `DNS knows ${name} but no address of it` : `DNS knows no ${name}`
    return new ReadingError('ERR_NAME_UNKNOWN', `${what}: check the spelling of the name${hint}`)
  }
  const code = codes.find((candidate) => candidate !== 'ENODATA') ?? 'unknown'
  return new ReadingError(
    'ERR_DNS',
    `DNS gave no answer for ${name} (${code}): check this computer's network and DNS servers, or configure an address`,
  )
}

/** c-ares: its sockets live in this thread's event loop. One client a lookup, so that cancelling hits nothing else. */
function openCares(): DnsClient {
  const client = new promises.Resolver({ timeout: 1000, tries: 3 })
  return {
    resolve4: (name) => client.resolve4(name, { ttl: true }),
    resolve6: (name) => client.resolve6(name, { ttl: true }),
    cancel: () => client.cancel(),
  }
}
