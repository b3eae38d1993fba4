import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { decodePacket, encodePacket } from '../../lib/ntp/packet.js'
import type { NtpHeader } from '../../lib/ntp/types.js'

const response = Buffer.from(
  '240106e9' + // LI 0, VN 4, mode 4; stratum 1; poll 6; precision -23
    '00000123' + // root delay
    '80000000' + // root dispersion with the top bit set
    'c0000207' + // reference id
    'eeab188000000001' +
    'fedcba9876543210' +
    '0000000000000000' +
    'ffffffffffffffff',
  'hex',
)

const header: NtpHeader = {
  li: 0,
  vn: 4,
  mode: 4,
  stratum: 1,
  poll: 6,
  precision: -23,
  rootDelay: 0x123,
  rootDispersion: 0x80000000,
  referenceId: 0xc0000207,
  referenceTime: 0xeeab188000000001n,
  originTime: 0xfedcba9876543210n,
  receiveTime: 0n,
  transmitTime: 0xffffffffffffffffn,
}

describe('decodePacket', () => {
  test('reads every field where RFC 5905 figure 8 puts it', () => {
    expect(decodePacket(response)).toEqual(header)
  })

  test('reads precision and poll as signed bytes', () => {
    const bytes = Buffer.from(response)
    bytes[2] = 0xfc
    bytes[3] = 0x80
    expect(decodePacket(bytes)).toMatchObject({ poll: -4, precision: -128 })
  })

  test('reads from an offset into a larger buffer', () => {
    const larger = Buffer.concat([Buffer.alloc(7, 0xaa), response, Buffer.alloc(5, 0xbb)])
    expect(decodePacket(larger.subarray(7, 55))).toEqual(header)
  })

  test('leaves extension fields and a MAC alone', () => {
    expect(decodePacket(Buffer.concat([response, Buffer.alloc(20, 0xff)]))).toEqual(header)
  })

  test.each([0, 1, 20, 44, 47, 49, 50, 51, 67])('refuses %i bytes', (length) => {
    expect(() => decodePacket(Buffer.alloc(length))).toThrow(`in whole words of 4, got ${length}`)
  })

  test('every accepted packet re-encodes to its first 48 bytes', () => {
    const packets = fc.uint8Array({ minLength: 48, maxLength: 200 }).filter((bytes) => bytes.length % 4 === 0)
    fc.assert(
      fc.property(packets, (bytes) => {
        expect(encodePacket(decodePacket(bytes)).equals(bytes.subarray(0, 48))).toBe(true)
      }),
    )
  })
})

describe('encodePacket', () => {
  test('writes every field where RFC 5905 figure 8 puts it', () => {
    expect(encodePacket(header).toString('hex')).toBe(response.toString('hex'))
  })

  const wrong: readonly (readonly [Partial<NtpHeader>, string])[] = [
    [{ li: 4 }, '"li" must be a whole number from 0 to 3, got 4'],
    [{ vn: 8 }, '"vn" must be a whole number from 0 to 7, got 8'],
    [{ mode: -1 }, '"mode" must be a whole number from 0 to 7, got -1'],
    [{ stratum: 256 }, '"stratum" must be a whole number from 0 to 255, got 256'],
    [{ poll: 128 }, '"poll" must be a whole number from -128 to 127, got 128'],
    [{ precision: -129 }, '"precision" must be a whole number from -128 to 127, got -129'],
    [{ rootDelay: 0.5 }, '"rootDelay" must be a whole number from 0 to 4294967295, got 0.5'],
    [{ rootDispersion: 2 ** 32 }, '"rootDispersion" must be a whole number from 0 to 4294967295, got 4294967296'],
    [{ referenceId: Number.NaN }, '"referenceId" must be a whole number from 0 to 4294967295, got NaN'],
    [{ transmitTime: 1n << 64n }, '"transmitTime" must be an unsigned 64-bit NTP timestamp, got 18446744073709551616n'],
    [{ originTime: -1n }, '"originTime" must be an unsigned 64-bit NTP timestamp, got -1n'],
  ]
  test.each(wrong)('refuses %o', (part, message) => {
    expect(() => encodePacket({ ...header, ...part })).toThrow(message)
  })
})
