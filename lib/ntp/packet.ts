/**
 * The 48-byte NTP header (RFC 5905 section 7.3, figure 8), read and written. Extension fields and a MAC may follow it; they
 * are no part of the header and are not looked at.
 * @module
 */
import type { NtpHeader } from './types.js'

/** Bytes of the header. */
export const headerLength = 48

/** Whether a datagram of so many bytes can be an NTP packet: a whole header, and whole 32-bit words after it. */
export function isPacketLength(length: number): boolean {
  return length >= headerLength && length % 4 === 0
}

/**
 * Reads the header of a packet. Every field is kept as it was on the wire; nothing is judged but the length.
 * `encodePacket(decodePacket(bytes))` gives the first 48 bytes again.
 * @throws {RangeError} for fewer than 48 bytes or a length that is no multiple of 4
 */
export function decodePacket(bytes: Uint8Array): NtpHeader {
  if (!isPacketLength(bytes.byteLength)) {
    throw new RangeError(`an NTP packet has 48 bytes or more, in whole words of 4, got ${bytes.byteLength}`)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const first = view.getUint8(0)
  return {
    li: first >> 6,
    vn: (first >> 3) & 7,
    mode: first & 7,
    stratum: view.getUint8(1),
    poll: view.getInt8(2),
    precision: view.getInt8(3),
    rootDelay: view.getUint32(4),
    rootDispersion: view.getUint32(8),
    referenceId: view.getUint32(12),
    referenceTime: view.getBigUint64(16),
    originTime: view.getBigUint64(24),
    receiveTime: view.getBigUint64(32),
    transmitTime: view.getBigUint64(40),
  }
}

/**
 * Writes a header as 48 bytes. `decodePacket(encodePacket(header))` gives the header again.
 * @throws {RangeError} for a field that is no whole number within its bits, naming field, range and value
 */
export function encodePacket(header: NtpHeader): Buffer {
  const bytes = Buffer.alloc(headerLength)
  const li = whole(header, 'li', 0, 3)
  const vn = whole(header, 'vn', 0, 7)
  const mode = whole(header, 'mode', 0, 7)
  bytes.writeUInt8((li << 6) | (vn << 3) | mode, 0)
  bytes.writeUInt8(whole(header, 'stratum', 0, 0xff), 1)
  bytes.writeInt8(whole(header, 'poll', -0x80, 0x7f), 2)
  bytes.writeInt8(whole(header, 'precision', -0x80, 0x7f), 3)
  bytes.writeUInt32BE(whole(header, 'rootDelay', 0, 0xffffffff), 4)
  bytes.writeUInt32BE(whole(header, 'rootDispersion', 0, 0xffffffff), 8)
  bytes.writeUInt32BE(whole(header, 'referenceId', 0, 0xffffffff), 12)
  bytes.writeBigUInt64BE(timestamp(header, 'referenceTime'), 16)
  bytes.writeBigUInt64BE(timestamp(header, 'originTime'), 24)
  bytes.writeBigUInt64BE(timestamp(header, 'receiveTime'), 32)
  bytes.writeBigUInt64BE(timestamp(header, 'transmitTime'), 40)
  return bytes
}

type TimeField = 'referenceTime' | 'originTime' | 'receiveTime' | 'transmitTime'

function whole(header: NtpHeader, field: Exclude<keyof NtpHeader, TimeField>, min: number, max: number): number {
  const value = header[field]
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(`"${field}" must be a whole number from ${min} to ${max}, got ${value}`)
  }
  return value
}

function timestamp(header: NtpHeader, field: TimeField): bigint {
  const value = header[field]
  if (value !== BigInt.asUintN(64, value)) {
    throw new RangeError(`"${field}" must be an unsigned 64-bit NTP timestamp, got ${value}n`)
  }
  return value
}
