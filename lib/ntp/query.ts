/**
 * From a configured reference to a reading: its name resolved, its addresses asked in turn until one can be reached.
 * @module
 */
import type { ReadingErrorCode } from '../errors.js'
import { type ExchangeOptions, exchange } from './exchange.js'
import type { Resolver } from './resolve.js'
import type { Refusal } from './tests.js'
import type { FailedReading, Reading, ReferenceConfig } from './types.js'

export interface QueryOptions extends ExchangeOptions {
  readonly resolver: Resolver
  /** Why an address must not be asked now, `null` where it may; usually `Association.refusal`. */
  readonly admit?: (address: string) => Refusal | null
}

/** A name with more addresses than this does not get a packet to each in one go. */
const mostTries = 4

/** These tell that no server is at the address; the next one of the name is asked in the same query. */
const nobodyThere: ReadonlySet<ReadingErrorCode> = new Set(['ERR_UNREACHABLE', 'ERR_PORT_CLOSED'])

/** Asks a reference once. Never rejects: a name that cannot be resolved is a failed reading too. */
export async function query(
  { host, port }: Pick<ReferenceConfig, 'host' | 'port'>,
  { resolver, admit, ...options }: QueryOptions,
): Promise<Reading> {
  const failure = (address: string | null, { code, message }: FailedReading['error']): FailedReading => {
    return { ok: false, host, port, address, error: { code, message }, header: null, tests: null, ignored: 0 }
  }
  let addresses: readonly string[]
  try {
    addresses = await resolver.resolve(host)
  } catch (error) {
    return failure(null, error as FailedReading['error'])
  }
  let last: Reading = failure(null, { code: 'ERR_NAME_UNKNOWN', message: `${host} has no address` })
  for (const address of addresses.slice(0, mostTries)) {
    const refusal = admit?.(address) ?? null
    if (refusal) {
      last = failure(address, refusal)
      continue
    }
    const reading = await exchange({ host, address, port }, options)
    if (reading.ok) resolver.answered(host, address)
    else if (reading.error.code !== 'ERR_CLOCK_CHANGED') resolver.failed(host, address)
    if (reading.ok || !nobodyThere.has(reading.error.code)) return reading
    last = reading
  }
  return last
}
