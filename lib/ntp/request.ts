/**
 * The request of a client that tells nothing about itself.
 * @module
 */
import { encodePacket } from './packet.js'

/**
 * A request (rules Q1 to Q3 of docs/method.md): version 4, mode 3, precision 32, and `nonce` as transmit timestamp; every
 * other field is zero. The server returns the nonce as origin (RFC 5905 section 8), which ties the answer to this question;
 * the true time of sending stays here. With origin and receive zero no server can answer in interleaved mode (RFC 9769).
 * @param nonce 64 random bits from a cryptographic source, never used before
 */
export function makeRequest(nonce: bigint): Buffer {
  return encodePacket({
    li: 0,
    vn: 4,
    mode: 3,
    stratum: 0,
    poll: 0,
    precision: 0x20,
    rootDelay: 0,
    rootDispersion: 0,
    referenceId: 0,
    referenceTime: 0n,
    originTime: 0n,
    receiveTime: 0n,
    transmitTime: nonce,
  })
}
