import { expect, test } from '@jest/globals'
import { decodePacket } from '../../lib/ntp/packet.js'
import { makeRequest } from '../../lib/ntp/request.js'

test('a request tells nothing but version, mode and the random number', () => {
  const request = makeRequest(0xfedcba9876543210n)
  expect(request.toString('hex')).toBe(`23000020${'00'.repeat(36)}fedcba9876543210`)
  expect(decodePacket(request)).toMatchObject({ li: 0, vn: 4, mode: 3, precision: 32, originTime: 0n, receiveTime: 0n })
})
