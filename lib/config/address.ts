/**
 * Host names and address literals: what they are, how they are spelt, and whether they stay inside the house.
 * @module
 */
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net'
import { domainToASCII } from 'node:url'
import { OptionRangeError } from '../errors.js'

const localSubnets: readonly [string, number, 'ipv4' | 'ipv6'][] = [
  ['127.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['::1', 128, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
]

/**
 * Whether a host is a loopback, private (RFC 1918, RFC 4193) or link-local literal, or `localhost` (RFC 6761 section 6.3).
 * Any other name is not: it may resolve to anything.
 */
export function isLocalHost(host: string): boolean {
  if (host.toLowerCase() === 'localhost') return true
  const address = host.replace(/%.*$/, '')
  const version = isIP(address)
  if (version === 0) return false
  const list = new BlockList()
  for (const [net, prefix, family] of localSubnets) list.addSubnet(net, prefix, family)
  return list.check(address, version === 4 ? 'ipv4' : 'ipv6')
}

/** One spelling for hosts that are the same: lower case, no final dot, shortest IPv6. For comparison, not for display. */
export function sameHost(host: string): string {
  if (!isIPv6(host)) return host.toLowerCase().replace(/\.$/, '')
  const [address = '', scope] = host.split('%')
  const short = new URL(`http://[${address}]/`).hostname.slice(1, -1)
  return scope === undefined ? short : `${short}%${scope}`
}

/**
 * Checks a host: a DNS name, an IPv4 or an IPv6 literal, without port or brackets.
 * @returns the host as it was given
 * @throws {OptionRangeError} with the right spelling where there is one
 */
export function checkHost(host: string, option: string, received: unknown): string {
  if (isIP(host)) return host
  const octets = /^0*(\d{1,3})\.0*(\d{1,3})\.0*(\d{1,3})\.0*(\d{1,3})$/.exec(host)
  const plain = octets?.slice(1).join('.') ?? ''
  if (isIPv4(plain)) {
    // inet_aton reads a leading zero as octal, people mean decimal: two meanings are none
    throw new OptionRangeError(option, `must not have octets with leading zeros: write "${plain}"`, received)
  }
  const rule = 'must be a host name, an IPv4 or an IPv6 address, with ":port" behind it where it is not 123'
  if (/^[a-z]+:\/\//i.test(host)) throw new OptionRangeError(option, `${rule}: no "${host.split('//')[0]}//"`, received)
  if (/\s/.test(host)) throw new OptionRangeError(option, `${rule}, one host and no other words`, received)
  if (/[^\x20-\x7e]/.test(host)) {
    const ascii = domainToASCII(host)
    throw new OptionRangeError(option, ascii ? `must be ASCII: write "${ascii}"` : rule, received)
  }
  const labels = host.replace(/\.$/, '').split('.')
  const wellFormed = labels.every((label) => /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/i.test(label))
  // RFC 1123 2.1: a name whose last label is a number would be read as an address
  if (!wellFormed || host.length > 253 || /^(\d+|0x[0-9a-f]*)$/i.test(labels.at(-1) ?? '')) {
    throw new OptionRangeError(option, rule, received)
  }
  return host
}
