import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import {
  addressBytes,
  isLoopback,
  isOwn,
  isPrivate,
  ownAddresses,
  sameAddress,
  showServer,
} from '../../lib/ntp/address.js'
import { md5 } from '../../lib/ntp/md5.js'
import { kissCode, namesOwnAddress, referenceIdOf, referenceIdText } from '../../lib/ntp/reference-id.js'

const hex = (bytes: Uint8Array | null) => (bytes ? Buffer.from(bytes).toString('hex') : null)

describe('addressBytes', () => {
  test.each([
    ['192.0.2.7', 'c0000207'],
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['2001:db8::7', '20010db8000000000000000000000007'],
    ['2001:DB8:0:0:0:0:0:7', '20010db8000000000000000000000007'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['fe80::', 'fe800000000000000000000000000000'],
    ['fe80::1%eth0', 'fe800000000000000000000000000001'],
    ['64:ff9b::192.0.2.7', '0064ff9b0000000000000000c0000207'],
    ['::ffff:192.0.2.7', 'c0000207'],
    ['::ffff:c000:207', 'c0000207'],
    ['::ff:c000:207', '0000000000000000000000ffc0000207'],
    ['time.example.net', null],
    ['192.0.2', null],
    ['', null],
    ['1::2::3', null],
  ])('%s', (text, expected) => {
    expect(hex(addressBytes(text))).toBe(expected)
  })
})

test('one address in two spellings is the same', () => {
  expect(sameAddress('2001:db8::7', '2001:0DB8:0::0:7')).toBe(true)
  expect(sameAddress('::ffff:192.0.2.7', '192.0.2.7')).toBe(true)
  expect(sameAddress('192.0.2.7', '192.0.2.8')).toBe(false)
  expect(sameAddress('name', 'name')).toBe(false)
})

test.each([
  ['127.0.0.1', true, true],
  ['127.255.1.2', true, true],
  ['::1', true, true],
  ['::ffff:127.0.0.1', true, true],
  ['10.1.2.3', false, true],
  ['172.16.0.1', false, true],
  ['172.31.255.255', false, true],
  ['172.32.0.1', false, false],
  ['172.15.0.1', false, false],
  ['192.168.3.4', false, true],
  ['192.169.3.4', false, false],
  ['169.254.169.123', false, true],
  ['fe80::1', false, true],
  ['fec0::1', false, false],
  ['fd00::2', false, true],
  ['fc00::2', false, true],
  ['fe00::2', false, false],
  ['2001:db8::1', false, false],
  ['::', false, false],
  ['192.0.2.1', false, false],
  ['name', false, false],
])('%s: loopback %p, private %p', (address, loopback, local) => {
  expect([isLoopback(address), isPrivate(address)]).toEqual([loopback, local])
})

test('own addresses are those of the interfaces, and all of loopback', () => {
  const own = new Set(['2001:db8::2'])
  expect(isOwn('127.0.0.53', own)).toBe(true)
  expect(isOwn('2001:0db8:0::2', own)).toBe(true)
  expect(isOwn('2001:db8::3', own)).toBe(false)
  expect(isOwn('192.0.2.7', own)).toBe(false)
  expect(ownAddresses().has('127.0.0.1')).toBe(true)
})

test('a server is named once where its name is its address', () => {
  expect(showServer('time.example.net', '192.0.2.7', 123)).toBe('time.example.net (192.0.2.7) port 123')
  expect(showServer('192.0.2.7', '192.0.2.7', 4123)).toBe('192.0.2.7 port 4123')
  expect(showServer('time.example.net', null, 123)).toBe('time.example.net port 123')
})

describe('md5', () => {
  // RFC 1321 appendix A.5
  test.each([
    ['', 'd41d8cd98f00b204e9800998ecf8427e'],
    ['a', '0cc175b9c0f1b6a831c399e269772661'],
    ['abc', '900150983cd24fb0d6963f7d28e17f72'],
    ['message digest', 'f96b697d7cb7938d525a2f31aaf161d0'],
    ['abcdefghijklmnopqrstuvwxyz', 'c3fcd3d76192e4007dfb496cca67e13b'],
  ])('of "%s"', (text, expected) => {
    expect(hex(md5(Buffer.from(text)))).toBe(expected)
  })

  test('agrees with the platform for every length of one block, and refuses more', () => {
    for (let length = 0; length <= 55; length++) {
      const bytes = Buffer.alloc(length, 0xe1 + length)
      expect(hex(md5(bytes))).toBe(createHash('md5').update(bytes).digest('hex'))
    }
    expect(() => md5(Buffer.alloc(56))).toThrow('got 56')
  })
})

describe('reference ids', () => {
  test('kiss codes are printable', () => {
    expect(kissCode(0x52415445)).toBe('RATE')
    expect(kissCode(0x58310000)).toBe('X1')
    expect(kissCode(0)).toBeNull()
    expect(kissCode(0x52410045)).toBeNull()
    expect(kissCode(0xc0000207)).toBeNull()
    expect(kissCode(0x20202020)).toBeNull()
  })

  test('are characters at stratum 0 and 1, octets above', () => {
    expect(referenceIdText(1, 0x47505300)).toBe('GPS')
    expect(referenceIdText(0, 0x0741ff00)).toBe('\\x07A\\xff')
    expect(referenceIdText(2, 0x47505300)).toBe('71.80.83.0')
    expect(referenceIdText(2, 0xc0000207)).toBe('192.0.2.7')
  })

  test('of an address are its octets, or the start of a hash', () => {
    expect(referenceIdOf('192.0.2.7')).toBe(0xc0000207)
    const bytes = addressBytes('2001:db8::7')!
    expect(referenceIdOf('2001:db8::7')).toBe(createHash('md5').update(bytes).digest().readUInt32BE(0))
    expect(referenceIdOf('name')).toBeNull()
  })

  const own = new Set(['127.0.0.1', '192.0.2.2', '2001:db8::2', '::1'])
  test.each([
    ['our IPv4 address at stratum 2', 2, 0xc0000202, true],
    ['our IPv6 address at stratum 3', 3, referenceIdOf('2001:db8::2')!, true],
    ['another address', 2, 0xc0000203, false],
    ['the same four characters as the name of a clock', 1, 0xc0000202, false],
    ['the code of a clock driver', 2, 0x7f7f0101, false],
    ['the loopback address of the server', 2, 0x7f000001, false],
    ['the hash of ::1, which every computer has', 2, referenceIdOf('::1')!, false],
  ])('%s', (_name, stratum, id, expected) => {
    expect(namesOwnAddress(stratum, id, own)).toBe(expected)
  })
})
