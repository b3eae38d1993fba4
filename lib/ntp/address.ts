/**
 * IP addresses as bytes, and what can be told from one: loopback, private, one of this computer's own.
 * @module
 */
import { isIPv4, isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'

/**
 * The 4 or 16 bytes of an address literal, `null` for any other text. A zone (`fe80::1%eth0`) is dropped, an IPv4-mapped
 * IPv6 address gives the 4 bytes of the IPv4 address.
 */
export function addressBytes(text: string): Uint8Array | null {
  const address = text.split('%', 1)[0] ?? ''
  if (isIPv4(address)) return Uint8Array.from(address.split('.').map(Number))
  if (!isIPv6(address)) return null
  const bytes = Uint8Array.from(groups(address).flatMap((group) => [group >> 8, group & 0xff]))
  const mapped = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff
  return mapped ? bytes.slice(12) : bytes
}

/** The eight 16-bit groups of a valid IPv6 literal without zone. */
function groups(address: string): number[] {
  const [head = '', tail] = address.split('::') as [string?, string?]
  const left = parts(head)
  if (tail === undefined) return left
  const right = parts(tail)
  return [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right]
}

function parts(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)]
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
    return [(a << 8) | b, (c << 8) | d]
  })
}

/** Whether two literals name one address, however they are spelled; zones are not compared. */
export function sameAddress(a: string, b: string): boolean {
  const left = addressBytes(a)
  const right = addressBytes(b)
  if (!left || !right) return false
  return left.length === right.length && left.every((byte, index) => byte === right[index])
}

/** 127.0.0.0/8 and ::1. */
export function isLoopback(address: string): boolean {
  const bytes = addressBytes(address)
  if (!bytes) return false
  if (bytes.length === 4) return bytes[0] === 127
  return bytes.every((byte, index) => byte === (index === 15 ? 1 : 0))
}

/**
 * Loopback, private (RFC 1918, RFC 4193) and link-local addresses: nobody outside the operator's own network is asked, so
 * the manners towards public servers need not hold.
 */
export function isPrivate(address: string): boolean {
  const bytes = addressBytes(address)
  if (!bytes) return false
  if (isLoopback(address)) return true
  const [a = 0, b = 0] = bytes
  if (bytes.length === 16) return (a & 0xfe) === 0xfc || (a === 0xfe && (b & 0xc0) === 0x80)
  return a === 10 || (a === 172 && (b & 0xf0) === 16) || (a === 192 && b === 168) || (a === 169 && b === 254)
}

/** Whether `address` is loopback or in the set of this computer's own addresses. */
export function isOwn(address: string, own: ReadonlySet<string>): boolean {
  if (isLoopback(address) || own.has(address)) return true
  for (const candidate of own) if (sameAddress(address, candidate)) return true
  return false
}

/** The addresses of this computer's interfaces now. */
export function ownAddresses(): ReadonlySet<string> {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  return new Set(addresses.map((entry) => entry.address))
}

/** `time.example.net (192.0.2.7) port 123`, as messages name a reference. */
export function showServer(host: string, address: string | null, port: number): string {
  return address === null || address === host ? `${host} port ${port}` : `${host} (${address}) port ${port}`
}
