/**
 * The hash of a record: link of the chain and leaf of the tree at once.
 * @module
 */
import { hash } from 'node:crypto'

/**
 * The RFC 6962 leaf hash of a line, SHA-256(0x00 || bytes), as 64 hexadecimal digits (RFC 6962 section 2.1). The zero byte
 * keeps a line from ever being taken for an inner node of the tree.
 * @param line the bytes of the line without its newline
 */
export function leafHash(line: Uint8Array): string {
  const preimage = Buffer.allocUnsafe(line.length + 1)
  preimage[0] = 0
  preimage.set(line, 1)
  return hash('sha256', preimage)
}

/** SHA-256 of bytes as 64 hexadecimal digits: for files and for what a recovery cut off. */
export function sha256(bytes: Uint8Array): string {
  return hash('sha256', bytes)
}
