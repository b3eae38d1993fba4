/**
 * What the reference id of a header says (RFC 5905 section 7.3): at stratum 0 a kiss code, at stratum 1 the name of a
 * clock, above it the IPv4 address, or a hash of the IPv6 address, of the server's own server.
 * @module
 */
import { addressBytes, isLoopback } from './address.js'
import { md5 } from './md5.js'

/** The kiss code in a reference id: one to four printable ASCII characters, padded with zeros; else `null`. */
export function kissCode(referenceId: number): string | null {
  const text = characters(referenceId).replace(/\0+$/, '')
  return /^[\x21-\x7e]{1,4}$/.test(text) ? text : null
}

/**
 * A reference id for people: characters at stratum 0 and 1 (`GPS`, unprintable ones as `\x7f`), dotted octets above, which
 * for an IPv6 upstream is no address but the start of a hash.
 */
export function referenceIdText(stratum: number, referenceId: number): string {
  if (stratum > 1) return octets(referenceId).join('.')
  const text = characters(referenceId).replace(/\0+$/, '')
  return text.replace(/[^\x20-\x7e]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

/** The reference id by which a server at this address is named, `null` for what is no address. */
export function referenceIdOf(address: string): number | null {
  const bytes = addressBytes(address)
  if (!bytes) return null
  const four = bytes.length === 4 ? bytes : md5(bytes)
  return new DataView(four.buffer, four.byteOffset, 4).getUint32(0)
}

/**
 * Whether a server at this stratum names one of our own addresses as its source: then it serves our own clock.
 * At stratum 1 the id is a name, not an address. Loopback addresses are passed over: 127.127.x.x is the code of a clock
 * driver, and any other names the server's own computer, not ours.
 */
export function namesOwnAddress(stratum: number, referenceId: number, own: ReadonlySet<string>): boolean {
  if (stratum < 2) return false
  for (const address of own) if (!isLoopback(address) && referenceIdOf(address) === referenceId) return true
  return false
}

function octets(referenceId: number): number[] {
  return [referenceId >>> 24, (referenceId >>> 16) & 0xff, (referenceId >>> 8) & 0xff, referenceId & 0xff]
}

function characters(referenceId: number): string {
  return String.fromCharCode(...octets(referenceId))
}
