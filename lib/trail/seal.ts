/**
 * Whether the bytes of a seal are the one checkpoint that must stand there. Pure.
 * @module
 */
import { type Checkpoint, decodeCheckpoint, type Head } from './checkpoint.js'
import type { Spot } from './findings.js'
import { sha256 } from './hash.js'
import { keyId, signedBy } from './note.js'
import type { FindingCode } from './types.js'

/** What a sealing `close` record demands: one checkpoint, in its place, under the key of its epoch. */
export interface SealDemand {
  readonly epoch: number
  readonly origin: string
  /** Public key of the epoch, 64 hexadecimal digits; `''` where the records do not tell it. */
  readonly publicKey: string
  /** seq of the `close` record and of the first record of its epoch. */
  readonly size: number
  readonly firstSeq: number
  /** Root of the tree up to that record; `null` where too many records are missing to tell. */
  readonly root: string | null
  /** Hash of the `close` record. */
  readonly leaf: string
  /** Label day of the segment that holds it. */
  readonly label: string
  readonly spot: Spot
  /** Only the `close` was kept of its epoch. */
  readonly pruned: boolean
}

export interface SealFault {
  readonly code: FindingCode
  readonly detail: string
  readonly expected?: string
  readonly found?: string
}

export interface JudgedSeal {
  readonly checkpoint: Checkpoint | null
  /** SHA-256 of its bytes, hex. */
  readonly digest: string
  /** Whether the epoch's key signed it. */
  readonly signed: boolean
  /** `null`: it is the checkpoint that must stand there (as far as the root is known). */
  readonly fault: SealFault | null
}

/** Judges the bytes of a seal. */
export function judgeSeal(bytes: Uint8Array, demand: SealDemand): JudgedSeal {
  const digest = sha256(bytes)
  let checkpoint: Checkpoint
  try {
    checkpoint = decodeCheckpoint(bytes)
  } catch (error) {
    const fault = { code: 'seal-not-canonical', detail: (error as Error).message } as const
    return { checkpoint: null, digest, signed: false, fault }
  }
  const refuse = (fault: SealFault, signed = false): JudgedSeal => ({ checkpoint, digest, signed, fault })
  const [signature, ...more] = checkpoint.signatures
  if (!signature || more.length > 0) {
    return refuse({ code: 'seal-not-canonical', detail: `${more.length + 1} signatures: a seal has one` })
  }
  const { origin, publicKey, size, root } = demand
  if (publicKey !== '') {
    const key = Buffer.from(publicKey, 'hex')
    const expected = `${origin}+${keyId(origin, key)}`
    const found = `${signature.name}+${signature.id}`
    if (found !== expected) {
      const detail = `signed by another key than that of epoch ${demand.epoch}`
      return refuse({ code: 'wrong-epoch-key', detail, expected, found })
    }
    if (!signedBy(key, checkpoint.text, signature.signature)) {
      return refuse({ code: 'edited', detail: `its signature is not that of the key of epoch ${demand.epoch}` })
    }
  }
  const fault = differs(demand, checkpoint, { origin, size, root })
  return { checkpoint, digest, signed: publicKey !== '', fault }
}

function differs(
  { firstSeq, epoch }: SealDemand,
  checkpoint: Checkpoint,
  { origin, size, root }: Omit<Head, 'root'> & { root: string | null },
): SealFault | null {
  if (checkpoint.origin !== origin) {
    const detail = 'the seal is of another trail'
    return { code: 'genesis-mismatch', detail, expected: origin, found: checkpoint.origin }
  }
  if (checkpoint.size !== size) {
    const code = checkpoint.size > size ? 'deleted' : 'inserted'
    const detail = `epoch ${epoch} was sealed with another number of records`
    return { code, detail, expected: String(checkpoint.size), found: String(size) }
  }
  if (root !== null && checkpoint.root !== root) {
    const detail = `records ${firstSeq} to ${size} are not those that were sealed, or earlier ones are not`
    return { code: 'edited', detail, expected: checkpoint.root, found: root }
  }
  return null
}
