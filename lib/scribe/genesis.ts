/**
 * The genesis key: made once, its public half put where the operator finds it. Whoever verifies a trail begins with it.
 * @module
 */
import { createHash } from 'node:crypto'
import { OptionRangeError } from '../errors.js'
import { formatVkey, parseVkey, type VerifierKey } from '../trail/note.js'
import type { Predecessor } from '../trail/types.js'
import { putDurably, readIfThere } from './durable.js'
import type { Files } from './files.js'
import type { EpochKey, KeyStore } from './key-store.js'

/** What a new trail's keys are made for. */
export interface Enrolling {
  readonly origin: string
  /** Pseudonym of the computer. */
  readonly machine: string
  /** Where the public key goes. */
  readonly path: string
  readonly succeeds?: Predecessor
}

/**
 * Makes the genesis key, remembers that nothing was sealed yet, and writes the public key for the operator; may be done again
 * after a crash.
 * @throws the system's error
 */
export function enrol(store: KeyStore, { origin, machine, path, succeeds }: Enrolling, files: Files): EpochKey {
  const key = store.make(1)
  store.remember({
    epoch: 0,
    size: 0,
    digest: '',
    origin,
    machine,
    lastLeaf: '',
    frontier: [],
    begun: false,
    ...(succeeds ? { succeeds } : {}),
  })
  putDurably(files, path, Buffer.from(`${vkeyOf(origin, key)}\n`))
  return key
}

/** The public key of an epoch as text. */
export function vkeyOf(origin: string, { publicKey }: EpochKey): string {
  return formatVkey(origin, Buffer.from(publicKey, 'hex'))
}

/**
 * What people compare over the telephone: SHA-256 of the vkey's text without its newline, in groups of four hexadecimal
 * digits.
 */
export function fingerprint(vkey: string): string {
  const digits = createHash('sha256').update(vkey).digest('hex').slice(0, 40)
  return (digits.match(/.{4}/g) ?? []).join(' ')
}

/** Reads a configured genesis key. @throws {OptionRangeError} where the file is none */
export function readGenesis(path: string, files: Files): VerifierKey {
  const rule = 'must name the file of a public key as "ntp-auditor init" writes it'
  let text: string | undefined
  try {
    text = readIfThere(files, path)?.toString('utf8')
  } catch (error) {
    throw new OptionRangeError('genesis', `${rule} (${(error as NodeJS.ErrnoException).code})`, path)
  }
  if (text === undefined) throw new OptionRangeError('genesis', `${rule}; there is no such file`, path)
  try {
    return parseVkey(text)
  } catch (error) {
    throw new OptionRangeError('genesis', `${rule}: ${(error as Error).message}`, path)
  }
}
