/**
 * Which reference an address stands for: two names with one address are one reference, however the address is spelled.
 * @module
 */

/** What {@link identity} looks at. */
export interface Answerer {
  /** IPv4 or IPv6 literal, with a zone (`fe80::1%eth0`) where it has one. */
  readonly address: string
  readonly port: number
  readonly self: boolean
}

const mapped = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/

/** One spelling per IPv6 address (RFC 5952); an IPv4-mapped one (RFC 4291 section 2.5.5.2) is its IPv4 address. */
function spell(literal: string): string {
  if (!literal.includes(':')) return literal
  const [address = '', zone] = literal.split('%')
  const { hostname } = new URL(`ntp://[${address}]`)
  const halves = mapped.exec(hostname)
  if (halves) {
    const bits = (Number.parseInt(halves[1] ?? '', 16) << 16) | Number.parseInt(halves[2] ?? '', 16)
    return [24, 16, 8, 0].map((place) => (bits >>> place) & 255).join('.')
  }
  return zone === undefined ? hostname : `${hostname}%${zone}`
}

/**
 * A text that is equal for answers of one reference. The port is left out: several services of one computer show one
 * clock. A `self` answer can only vote under `trustLocal`, where test servers share a loopback address: there the port tells
 * them apart.
 * @throws {TypeError} when an address with a colon is no IPv6 literal
 */
export function identity(from: Answerer): string {
  const address = spell(from.address)
  return from.self ? `${address} port ${from.port}` : address
}
