/**
 * Decides at a start whether and how a trail's seals go on: which epoch stands, whether its key is here, whether the trail is
 * the one that the keys remember. In doubt nothing is sealed, which is told; never is another key taken in silence.
 * @module
 */
import { GenesisError, UnsealedError } from '../errors.js'
import { Frontier } from '../trail/merkle.js'
import type { VerifierKey } from '../trail/note.js'
import type { Placed, Predecessor, RekeyBody, StoredStamp } from '../trail/types.js'
import {
  type At,
  type Found,
  lastSealOf,
  recordsAt,
  remembers,
  startFrom,
  treeStart,
  type Walked,
  walk,
} from './chain.js'
import { readIfThere } from './durable.js'
import { enrol, readGenesis } from './genesis.js'
import { type EpochKey, KeyStore } from './key-store.js'
import type { LastSeal } from './last-seal.js'
import { type FoundClose, firstOpen } from './scan.js'
import { why } from './unsealed.js'

export interface SealOptions {
  /** Folder of the keys. */
  readonly keys: string
  /** Path of the public key that the trail must begin with; `null`: none was configured. */
  readonly genesis: string | null
  /** Where the public key of a genesis key goes that is made because nothing is there yet. */
  readonly genesisBeside: string
  /** Length of an epoch on the boot clock (ns). */
  readonly epochNs: bigint
  /** Begins a new chain of keys in this trail, and says why. */
  readonly rekey?: string
}

export interface Sealed {
  readonly kind: 'sealed'
  readonly store: KeyStore
  readonly key: EpochKey
  readonly epoch: number
  readonly firstSeq: number
  readonly frontier: Frontier
  /** Clocks of the first record of the epoch; `null`: it has none yet. */
  readonly since: StoredStamp | null
  readonly enrolled: boolean
  readonly origin: string
  /** What is remembered of the last seal, as it should be now. */
  readonly lastSeal: LastSeal
  /** Closes that are not remembered as sealed, with the keys that their epochs had. */
  readonly closes: readonly { readonly close: FoundClose; readonly publicKey: string }[]
  /** For the very first record. */
  readonly succeeds: Predecessor | null
  /** To be written behind the next `open`. */
  readonly rekey: RekeyBody | null
}

export interface Unsealed {
  readonly kind: 'unsealed'
  readonly epoch: number
  readonly firstSeq: number
  readonly origin: string
  readonly why: string
}

/**
 * @throws {GenesisError} the trail is not the one of the configured genesis key
 * @throws {OptionRangeError} the configured genesis key cannot be read
 * @throws {UnsealedError} a new chain of keys was asked for, and the trail is too damaged for any
 */
export function resume(options: SealOptions, found: Found): Sealed | Unsealed {
  const { folder, files, last } = found
  const genesis = options.genesis === null ? null : readGenesis(options.genesis, files)
  const first = last === null ? null : firstOpen(folder, files)
  if (genesis && first && first.publicKey !== '' && first.publicKey !== hexOf(genesis)) {
    throw new GenesisError(
      `the trail ${folder} begins with another genesis key (of ${first.origin}) than "genesis" names (of ${genesis.name}): ` +
        'it is the trail of another computer, or the file of another trail. Next step: see whether "trail" and "genesis" are right',
    )
  }
  const enrolled = genesis !== null && first?.publicKey === hexOf(genesis)
  const store = new KeyStore(options.keys, files)
  if (last !== null) {
    return filesOr(
      (code) => unsealed(found, why.unreadableTrail(folder, code), { epoch: found.epoch }),
      () => goOn(options, found, { store, first, enrolled, last, at: recordsAt(folder, files) }),
    )
  }
  return filesOr(
    (code) => unsealed(found, why.unreadable(options.keys, code)),
    () => begin(options, found, store, genesis),
  )
}

/** What needs files; or what is to be said where the system refuses them. */
function filesOr<T, U>(refused: (code: string) => U, use: () => T): T | U {
  try {
    return use()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined || code.startsWith('ERR_')) throw error
    return refused(code)
  }
}

const hexOf = (key: VerifierKey): string => key.publicKey.toString('hex')

function unsealed(found: Found, reason: string, at: Partial<Unsealed> = {}): Unsealed {
  return { kind: 'unsealed', epoch: 1, firstSeq: 1, origin: found.origin, why: reason, ...at }
}

/** A trail without records. */
function begin(options: SealOptions, found: Found, store: KeyStore, genesis: VerifierKey | null): Sealed | Unsealed {
  const { files, machine } = found
  const seal = store.lastSeal()
  const keys = store.epochs()
  const beside = readIfThere(files, options.genesisBeside) !== null
  let origin = genesis?.name ?? found.origin
  if (seal === 'unreadable') return unsealed(found, why.unreadableSeal(options.keys))
  if (seal !== 'absent') {
    origin = seal.origin
    if (seal.epoch > 0 || seal.begun) return unsealed(found, why.emptyTrail(found.folder, options.keys), { origin })
    if (isOther(seal, machine)) return unsealed(found, why.otherComputer(options.keys), { origin })
    if (store.load(1) === null) return unsealed(found, why.noKey(options.keys, 1), { origin })
  } else if (genesis !== null || (beside && keys.length === 0) || keys.some((epoch) => epoch !== 1)) {
    return unsealed(found, keys.length === 0 ? why.noKey(options.keys, 1) : why.emptyTrail(found.folder, options.keys))
  }
  const key =
    seal !== 'absent' && (genesis !== null || beside)
      ? store.make(1)
      : enrol(store, { origin, machine, path: options.genesisBeside, ...(seal === 'absent' ? {} : seal) }, files)
  if (genesis !== null && key.publicKey !== hexOf(genesis)) {
    return unsealed(found, why.otherGenesis(options.keys, options.genesis ?? ''), { origin })
  }
  const remembered = store.lastSeal()
  if (typeof remembered === 'string') return unsealed(found, why.unreadableSeal(options.keys))
  return {
    kind: 'sealed',
    store,
    key,
    epoch: 1,
    firstSeq: 1,
    frontier: new Frontier(),
    since: null,
    enrolled: genesis !== null,
    origin,
    lastSeal: remembered,
    closes: [],
    succeeds: remembered.succeeds ?? null,
    rekey: null,
  }
}

interface Context {
  readonly store: KeyStore
  readonly first: ReturnType<typeof firstOpen>
  readonly enrolled: boolean
  readonly last: Placed
  readonly at: At
}

/** A trail with records. */
function goOn(options: SealOptions, found: Found, context: Context): Sealed | Unsealed {
  const { store, first, enrolled, last, at } = context
  const { folder, machine } = found
  const refused = (code: string) => ({ refused: code })
  const remembered = options.rekey === undefined ? filesOr(refused, () => store.lastSeal()) : 'absent'
  const seal = typeof remembered === 'object' && 'size' in remembered ? remembered : null
  const origin = first?.origin ?? seal?.origin ?? found.origin
  const start = seal && startFrom(seal, found, at)
  const scanned = walk(found, context, start ?? treeStart(found.folder, found.files, at))
  const { epoch, firstSeq, expected, scan, closes, since } = scanned
  const refuse = (reason: string): Unsealed => unsealed(found, reason, { epoch, firstSeq, origin })
  if (options.rekey !== undefined) return rekey(options.rekey, found, context, scanned, origin)
  if (scanned.broken !== null) return refuse(why.damaged(folder, scanned.broken))
  if (remembered === 'unreadable') return refuse(why.unreadableSeal(options.keys))
  if (typeof remembered === 'object' && 'refused' in remembered) {
    return refuse(why.unreadable(options.keys, remembered.refused))
  }
  if (seal) {
    if (isOther(seal, machine)) return refuse(why.otherComputer(options.keys))
    if (seal.size > last.record.seq) return refuse(why.olderTrail(folder, last.record.seq, seal.size))
    if (seal.epoch > 0 && !remembers(seal, found, scan, at)) return refuse(why.otherTrail(folder, seal.size))
  }
  const key = filesOr(refused, () => store.load(epoch))
  if (key !== null && 'refused' in key) return refuse(why.unreadable(options.keys, key.refused))
  if (expected === '' || key?.publicKey !== expected) return refuse(why.noKey(options.keys, epoch))
  const { frontier } = scan
  if (frontier === null) return refuse(why.damaged(folder, scan.missing ?? 0))
  const lastSeal = seal ?? lastSealOf(found, scanned, origin)
  return {
    kind: 'sealed',
    store,
    key,
    epoch,
    firstSeq,
    frontier,
    since,
    enrolled,
    origin,
    lastSeal,
    closes: closes.filter(({ close }) => close.record.seq > lastSeal.size),
    succeeds: null,
    rekey: null,
  }
}

/** A new chain of keys for the present epoch; the old keys are of no use any more. */
function rekey(
  reason: string,
  found: Found,
  { store, enrolled }: Context,
  walked: Walked,
  origin: string,
): Sealed | Unsealed {
  const { scan, epoch, firstSeq, expected, since } = walked
  const { folder } = found
  const { frontier } = scan
  if (walked.broken !== null) throw new UnsealedError(why.damaged(folder, walked.broken))
  if (frontier === null) throw new UnsealedError(why.damaged(folder, scan.missing ?? 0))
  const key = store.make(epoch, true)
  store.keepOnly(epoch)
  const before = lastSealOf(found, walked, origin)
  store.remember(before)
  const body: RekeyBody = { type: 'rekey', epoch, oldKey: expected, newKey: key.publicKey, why: reason }
  const standing = { key, epoch, firstSeq, frontier, since, enrolled, origin, lastSeal: before, closes: [] }
  return { kind: 'sealed', store, ...standing, succeeds: null, rekey: body }
}

/** Whether the keys were made on another computer; one that does not know its own id is no other. */
function isOther(seal: LastSeal, machine: string): boolean {
  return seal.machine !== machine && seal.machine !== 'unknown' && machine !== 'unknown'
}
