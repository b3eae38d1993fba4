/**
 * What a time-stamp token proves of a trail: which of its seals was there when, and who says so.
 * @module
 */
import { hash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type Anchor, anchorOf } from '../trail/anchors.js'
import { imprintOf, readResponse, statedBy, type TimeStamp } from './time-stamp.js'

export interface Stamped {
  /** Name of the token's file. */
  readonly name: string
  readonly stamp: TimeStamp
  /** The seal that was stamped; `null`: neither the trail has it nor does it lie beside the token. */
  readonly anchor: Anchor | null
  readonly sha256: string
}

/** Whether bytes are a DER sequence, as RFC 3161 responses are, and no text. */
export function looksStamped(bytes: Uint8Array): boolean {
  return bytes[0] === 0x30 && bytes[1] !== undefined && bytes[1] >= 0x80
}

/**
 * Reads a token and looks for what it stamps: a checkpoint beside the token (the copy that somebody kept with it), else one of the
 * trail's.
 * @param path of the token
 * @param roots PEM texts of certificates that the service's chain may end at; empty: the chain is not judged, and `trusted` says so
 * @throws {TimeStampError} the token proves nothing
 * @throws the system's error where the trail's seals cannot be read
 */
export async function readStamped(
  path: string,
  bytes: Buffer,
  { trail, roots }: { readonly trail: string | null; readonly roots: readonly string[] },
): Promise<Stamped> {
  const name = basename(path)
  const sha256 = await imprintOf(bytes)
  const data = (await beside(path, sha256)) ?? (trail === null ? null : await among(join(trail, 'seals'), sha256))
  if (data === null) return { name, sha256, anchor: null, stamp: await unproven(bytes, sha256) }
  const stamp = await readResponse(bytes, { data, nonce: null, policy: null, roots })
  return { name, sha256, stamp, anchor: anchorOf(data, name) }
}

/** What the token states when nothing is there to hold it against: nothing is proven by it. */
async function unproven(bytes: Buffer, sha256: string): Promise<TimeStamp> {
  const { atMs, policy, serial } = await statedBy(bytes)
  return { atMs, policy, serial, sha256, signer: '', trusted: false }
}

async function beside(path: string, sha256: string): Promise<Buffer | null> {
  const stem = basename(path).replace(/(?:\.\d+)?\.[^.]+$/, '')
  return matching(join(dirname(path), `${stem}.checkpoint`), sha256)
}

async function among(folder: string, sha256: string): Promise<Buffer | null> {
  const names = await readdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  for (const name of names) {
    if (!name.endsWith('.checkpoint')) continue
    const found = await matching(join(folder, name), sha256)
    if (found) return found
  }
  return null
}

async function matching(path: string, sha256: string): Promise<Buffer | null> {
  const bytes = await readFile(path).catch(() => null)
  return bytes !== null && hash('sha256', bytes) === sha256 ? bytes : null
}
