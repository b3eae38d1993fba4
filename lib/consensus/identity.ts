/**
 * Which reference an address stands for: two names with one address are one reference, however the address is spelled.
 * @module
 */
import { addressBytes } from '../ntp/address.js'

/** What {@link identity} looks at. */
export interface Answerer {
  /** IPv4 or IPv6 literal, with a zone (`fe80::1%eth0`) where it has one. */
  readonly address: string
  readonly port: number
  readonly self: boolean
}

/**
 * A text that is equal for answers of one reference. The port is left out: several services of one computer show one
 * clock. A `self` answer can only vote under `trustLocal`, where test servers share a loopback address: there the port tells
 * them apart.
 */
export function identity({ address, port, self }: Answerer): string {
  const bytes = addressBytes(address)
  const [, zone = ''] = address.split('%')
  const place = bytes === null ? address : `${Buffer.from(bytes).toString('hex')}%${zone}`
  return self ? `${place} port ${port}` : place
}
