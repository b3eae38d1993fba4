/**
 * The keys that `init` makes: the genesis key of a new trail, a citation of the trail that it succeeds, or a new chain of keys in an old one.
 * @module
 */
import { existsSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { defaultFile } from '../config/file.js'
import { machinePseudonym, trailOrigin } from '../config/host.js'
import type { Configuration } from '../config/types.js'
import { formatInstant } from '../instant.js'
import { putDurably, readIfThere } from '../scribe/durable.js'
import { type Enrolment, enrolment, enrolmentText } from '../scribe/enrolment.js'
import { realFiles } from '../scribe/files.js'
import { enrol } from '../scribe/genesis.js'
import { KeyStore } from '../scribe/key-store.js'
import { predecessor } from '../scribe/predecessor.js'
import { findEnd } from '../scribe/tail.js'
import { parseVkey } from '../trail/note.js'
import type { Predecessor } from '../trail/types.js'
import { UsageError } from './exit.js'

/** Where the keys of a configuration file go. */
export interface KeyPlaces {
  readonly keys: string
  readonly genesis: string
  readonly sheet: string
  /** The sheet as PDF. */
  readonly page: string
}

/**
 * `keys/`, `genesis.vkey`, `enrolment.txt` and `enrolment.pdf` beside `ntp-auditor.json`; beside a file of another name under its name, so that
 * several can lie in one folder; never inside the trail.
 */
export function keyPlaces(path: string, trail: string): KeyPlaces {
  const folder = dirname(path)
  const inside = !relative(trail, folder).startsWith('..')
  const stem = basename(path) === defaultFile ? '' : `${basename(path).replace(/\.json$/, '')}.`
  const place = (name: string) => (inside ? `${trail}.${name}` : join(folder, `${stem}${name}`))
  return {
    keys: place('keys'),
    genesis: place('genesis.vkey'),
    sheet: place('enrolment.txt'),
    page: place('enrolment.pdf'),
  }
}

export interface MadeKeys {
  readonly sheet: Enrolment
  /** Whether they were there already and are kept. */
  readonly kept: boolean
  readonly succeeds: Predecessor | null
}

/**
 * Makes the genesis key of a configured trail, its public half and the enrolment sheet. Keys that were made and never used are
 * taken as they are; so are those of a trail that has records, where the public half is there too.
 * @throws {UsageError} where keys or a trail are in the way
 * @throws {TrailReadError | TrailDamagedError} where the trail to succeed has no seal, or a wrong one
 */
export function makeKeys(
  configuration: Configuration,
  places: KeyPlaces,
  about: { readonly nowNs: bigint; readonly succeed: string | undefined },
): MadeKeys {
  const { trail, keys, identity } = configuration
  const store = new KeyStore(keys, realFiles)
  const seal = store.lastSeal()
  const present = store.epochs()
  const records = existsSync(trail) ? (findEnd(trail, realFiles).last?.record.seq ?? 0) : 0
  const vkey = readIfThere(realFiles, places.genesis)?.toString('utf8').trimEnd() ?? null
  const succeeds = about.succeed === undefined ? null : predecessor(about.succeed, realFiles)
  const used = records > 0 || (typeof seal === 'object' && (seal.begun || seal.epoch > 0))
  if (used && succeeds)
    throw new UsageError(
      `${trail} was begun already: a successor begins with an empty trail and new keys. Name others with --trail and --config`,
    )
  if (used && (vkey === null || present.length === 0)) {
    throw new UsageError(
      `the trail ${trail} holds ${records} records, and ${vkey === null ? places.genesis : `the key in ${keys}`} is not there. ` +
        'Bring it back; or "init --rekey" goes on with a new key, or "init --succeed" with another --trail begins one that takes its place',
    )
  }
  if (!used && (seal === 'unreadable' || present.some((epoch) => epoch !== 1))) {
    throw new UsageError(`${keys} holds keys of another trail; move them away, or name another folder with "keys"`)
  }
  const origin = typeof seal === 'object' ? seal.origin : trailOrigin(identity.hostLabel)
  if (!used) {
    const path = places.genesis
    enrol(store, { origin, machine: machinePseudonym(), path, ...(succeeds ? { succeeds } : {}) }, realFiles)
  }
  const text = used ? (vkey ?? '') : (readIfThere(realFiles, places.genesis)?.toString('utf8').trimEnd() ?? '')
  const { name } = parseVkey(text)
  const sheet = enrolment({ origin: name, host: identity.hostLabel, vkey: text, madeAt: formatInstant(about.nowNs) })
  if (!existsSync(places.sheet)) putDurably(realFiles, places.sheet, Buffer.from(enrolmentText(sheet)))
  return { sheet, kept: used, succeeds }
}

/** Puts the public key of a new chain beside the others. @returns its path */
export function keepRekeyed(beside: string, epoch: number, vkey: string): string {
  const path = join(dirname(beside), `rekey-${String(epoch).padStart(9, '0')}.vkey`)
  putDurably(realFiles, path, Buffer.from(`${vkey}\n`))
  return path
}
