/**
 * MD5 (RFC 1321) of messages of at most 55 bytes. NTP names an IPv6 server by the first four octets of its address's MD5
 * hash (RFC 5905 section 7.3); the platform's own MD5 is refused where FIPS rules hold, and the loop test must work there
 * too. It protects nothing.
 * @module
 */

const start: readonly [number, number, number, number] = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]
const turns = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]
const sines = Array.from({ length: 64 }, (_, index) => Math.floor(Math.abs(Math.sin(index + 1)) * 2 ** 32))

/**
 * The 16 bytes of the hash.
 * @throws {RangeError} for a message of more than 55 bytes, which needs more than one block
 */
export function md5(message: Uint8Array): Uint8Array {
  if (message.length > 55) throw new RangeError(`md5 hashes one block of up to 55 bytes, got ${message.length}`)
  const block = new DataView(new ArrayBuffer(64))
  message.forEach((byte, index) => {
    block.setUint8(index, byte)
  })
  block.setUint8(message.length, 0x80)
  block.setUint32(56, message.length * 8, true)

  let [a, b, c, d] = start
  for (let step = 0; step < 64; step++) {
    const [mixed, word] = round(step, b, c, d)
    const sum: number = (a + mixed + (sines[step] ?? 0) + block.getUint32(4 * word, true)) | 0
    const turn = turns[4 * (step >> 4) + (step & 3)] ?? 0
    const turned: number = (sum << turn) | (sum >>> (32 - turn))
    a = d
    d = c
    c = b
    b = (b + turned) | 0
  }
  const hash = new DataView(new ArrayBuffer(16))
  hash.setInt32(0, (a + start[0]) | 0, true)
  hash.setInt32(4, (b + start[1]) | 0, true)
  hash.setInt32(8, (c + start[2]) | 0, true)
  hash.setInt32(12, (d + start[3]) | 0, true)
  return new Uint8Array(hash.buffer)
}

/** The mixing function of a step and the message word it takes. */
function round(step: number, b: number, c: number, d: number): readonly [mixed: number, word: number] {
  if (step < 16) return [(b & c) | (~b & d), step]
  if (step < 32) return [(d & b) | (~d & c), (5 * step + 1) & 15]
  if (step < 48) return [b ^ c ^ d, (3 * step + 5) & 15]
  return [c ^ (b | ~d), (7 * step) & 15]
}
