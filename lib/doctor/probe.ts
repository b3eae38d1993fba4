/**
 * Asks each address of each reference once, and a second time where silence may have been a lost packet.
 * @module
 */
import { createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Configuration, ReferenceConfig } from '../config/types.js'
import { type EngineParts, realParts } from '../engine/parts.js'
import { rateOf } from '../engine/rate.js'
import { exchange } from '../ntp/exchange.js'
import { type FailedReading, type Reading, type Role, roles } from '../ntp/types.js'

export interface Answer {
  readonly address: string
  /** The interface and own address that packets leave by: `eth0, 192.0.2.17`; `null` where there is no way. */
  readonly route: string | null
  readonly reading: Reading
}

/** What one reference told. */
export interface Probe {
  readonly role: Role
  readonly reference: ReferenceConfig
  /** All addresses of its name; not more than {@link mostAsked} are asked. */
  readonly addresses: readonly string[]
  /** Why its name could not be resolved. */
  readonly unresolved: FailedReading['error'] | null
  readonly answers: readonly Answer[]
}

export interface Probes {
  readonly probes: readonly Probe[]
  /** By how much a bound widens with time (parts per billion), and how the clock was read. */
  readonly ratePpb: bigint
  readonly clock: { readonly name: string; readonly steered: boolean }
}

/** A name with more addresses than this does not get a packet to each. */
export const mostAsked = 6

/** Never rejects for what references do; takes twice the time-out at most, and what names take. */
export async function probeReferences(configuration: Configuration, given: Partial<EngineParts> = {}): Promise<Probes> {
  const parts = realParts(given)
  try {
    const ratePpb = rateOf(configuration, parts.clocks)
    const asked = new Map<string, Promise<Answer>>()
    const ask = (reference: ReferenceConfig, address: string): Promise<Answer> => {
      const key = `${address} ${reference.port}`
      const known = asked.get(key) ?? askOne(configuration, parts, ratePpb, reference, address)
      asked.set(key, known)
      return known
    }
    const probes = configuration.references.map(async (reference, index): Promise<Probe> => {
      const common = { role: roles[index] ?? 'tertiary', reference }
      try {
        const addresses = await parts.resolver.resolve(reference.host)
        const answers = await Promise.all(addresses.slice(0, mostAsked).map((address) => ask(reference, address)))
        return { ...common, addresses, unresolved: null, answers }
      } catch (error) {
        return { ...common, addresses: [], unresolved: error as FailedReading['error'], answers: [] }
      }
    })
    const { name, steered } = parts.clocks
    return { probes: await Promise.all(probes), ratePpb, clock: { name, steered } }
  } finally {
    parts.clocks.close()
  }
}

async function askOne(
  { timeoutNs, maxDistanceNs }: Configuration,
  parts: EngineParts,
  ratePpb: bigint,
  { host, port }: ReferenceConfig,
  address: string,
): Promise<Answer> {
  const once = () =>
    exchange(
      { host, address, port },
      {
        timeoutNs,
        clocks: parts.clocks,
        timers: parts.timers,
        random64: parts.random64,
        taiUtc: (utcNs) => parts.leap.taiUtc(utcNs),
        ratePpb,
        maxDistanceNs,
        ownAddresses: parts.ownAddresses,
        ...(parts.openPort ? { openPort: parts.openPort } : {}),
      },
    )
  const route = await routeTo(address, port)
  const first = await once()
  const again = !first.ok && (first.error.code === 'ERR_TIMEOUT' || first.error.code === 'ERR_CLOCK_CHANGED')
  return { address, route, reading: again ? await once() : first }
}

/** Which way the system would send: a connected socket knows it without sending anything. */
export function routeTo(address: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(address.split('%', 1)[0] ?? '') ? 'udp6' : 'udp4')
    const end = (route: string | null) => {
      resolve(route)
      socket.removeAllListeners()
      socket.on('error', () => {})
      socket.close()
    }
    socket.on('error', () => end(null))
    try {
      socket.connect(port, address, () => {
        const own = socket.address().address
        const entries = Object.entries(networkInterfaces())
        const [name] = entries.find(([, list]) => list?.some((entry) => entry.address === own)) ?? []
        end(name === undefined ? own : `${name}, ${own}`)
      })
    } catch {
      end(null)
    }
  })
}
