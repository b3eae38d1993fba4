/**
 * The epochs of a trail while it is written: which key stands, when an epoch is over, and the steps that seal it. Where a step
 * fails, recording goes on and the step is tried again; nothing is sealed twice, nothing in another order.
 * @module
 */
import { join } from 'node:path'
import { encodeCheckpoint } from '../trail/checkpoint.js'
import { sha256 } from '../trail/hash.js'
import { signNote } from '../trail/note.js'
import { sealPath } from '../trail/paths.js'
import type { CloseBody, OpenBody, Placed, RekeyBody, StoredStamp, TrailRecord } from '../trail/types.js'
import { codeOf } from './failure.js'
import type { Files } from './files.js'
import type { EpochKey } from './key-store.js'
import type { LastSeal } from './last-seal.js'
import type { ErrorData, SealNews } from './messages.js'
import type { Sealed, Unsealed } from './resume.js'
import type { FoundClose } from './scan.js'
import { putSeal, readSeal } from './seals.js'
import { why } from './unsealed.js'

export interface EpochsOptions {
  readonly folder: string
  readonly files: Files
  readonly epochNs: bigint
  readonly machine: string
  readonly onSealed: (news: SealNews) => void
  readonly onProblem: (error: ErrorData) => void
}

/** A close and the tree up to it. */
type ClosedTree = Pick<FoundClose, 'record' | 'hash' | 'label' | 'root' | 'state'>

/** A close whose checkpoint is not yet all it must be: written, remembered, its key erased. */
interface Due {
  readonly news: SealNews
  readonly remember: LastSeal
}

/** @throws the system's error where a seal or a key that a crash left cannot be read */
export class Epochs {
  readonly #options: EpochsOptions
  readonly #standing: Sealed | Unsealed
  #epoch: number
  #firstSeq: number
  #key: EpochKey | null
  #next: EpochKey | null = null
  #since: StoredStamp | null
  #lastSeal: LastSeal | null
  #rekey: RekeyBody | null
  #due: Due[] = []
  #told = ''

  constructor(standing: Sealed | Unsealed, options: EpochsOptions) {
    this.#options = options
    this.#standing = standing
    this.#epoch = standing.epoch
    this.#firstSeq = standing.firstSeq
    const sealed = standing.kind === 'sealed' ? standing : null
    this.#key = sealed?.key ?? null
    this.#since = sealed?.since ?? null
    this.#lastSeal = sealed?.lastSeal ?? null
    this.#rekey = sealed?.rekey ?? null
    if (standing.kind === 'unsealed') this.#tell(standing.why)
    else this.#takeUp(standing)
  }

  /** Whether this trail is sealed at present. */
  get sealing(): boolean {
    return this.#key !== null
  }

  /** Why it is not. */
  get why(): string {
    return this.#standing.kind === 'unsealed' ? this.#standing.why : ''
  }

  /** The record that begins a new chain of keys; it stands right behind the next `open`. */
  get rekey(): RekeyBody | null {
    return this.#rekey
  }

  /** What an `open` says of its epoch. @param first whether it is the very first record */
  openFields(first: boolean): Pick<OpenBody, 'epoch' | 'publicKey' | 'enrolled' | 'origin' | 'succeeds'> {
    const { origin } = this.#standing
    const { enrolled, succeeds } =
      this.#standing.kind === 'sealed' ? this.#standing : { enrolled: false, succeeds: null }
    const publicKey = this.#rekey === null ? (this.#key?.publicKey ?? '') : ''
    return { epoch: this.#epoch, publicKey, enrolled, origin, ...(first && succeeds ? { succeeds } : {}) }
  }

  /** A record is on the disk. */
  took({ record, hash }: Placed): void {
    if (this.#standing.kind === 'unsealed') return
    this.#standing.frontier.push(hash)
    if (this.#since?.bootId !== record.bootId) this.#since = record
    if (record.type === 'rekey') this.#rekey = null
    const { store } = this.#standing
    const seal = this.#lastSeal
    if (seal === null || seal.begun) return
    this.#try(() => {
      const begun = { ...seal, begun: true }
      store.remember(begun)
      this.#lastSeal = begun
    })
  }

  /** Whether so much boot time has passed since the epoch's first record that a record of this look belongs to the next. */
  isOver(stamp: StoredStamp): boolean {
    if (this.#since === null || this.#since.bootId !== stamp.bootId) return false
    return BigInt(stamp.bootNs) - BigInt(this.#since.bootNs) >= this.#options.epochNs
  }

  /**
   * The first step of a close: nothing is due from the one before, and the next epoch's key is on the disk.
   * @returns whether that is so; what failed was told
   */
  ready(): boolean {
    if (this.#standing.kind === 'unsealed' || this.#rekey !== null) return false
    const { store } = this.#standing
    return this.#try(() => {
      this.#settle()
      this.#next ??= store.make(this.#epoch + 1)
    })
  }

  /** What a close says that stands at `seq`. @param seals whether it ends the epoch: only where this is {@link ready} */
  closeBody(
    seq: number,
    about: { readonly reason: string; readonly final: boolean; readonly seals: boolean },
  ): CloseBody {
    const { reason, final, seals } = about
    return {
      type: 'close',
      epoch: this.#epoch,
      firstSeq: this.#firstSeq,
      count: seq - this.#firstSeq + 1,
      previousCheckpoint: seals ? (this.#lastSeal?.digest ?? '') : '',
      nextKey: seals ? (this.#next?.publicKey ?? '') : '',
      final,
      reason,
    }
  }

  /** The close is on the disk: signs its checkpoint and begins the next epoch. @param label of the segment it stands in */
  closed({ record, hash }: Placed, label: string): SealNews {
    const standing = this.#standing
    const key = this.#key
    if (standing.kind === 'unsealed' || key === null || record.type !== 'close')
      throw new Error('nothing can be sealed')
    const { frontier } = standing
    const close = { record, hash, label, root: frontier.root(), state: frontier.state() }
    const due = this.#dueOf(close, signed(standing.origin, close, key))
    this.#due.push(due)
    this.#lastSeal = due.remember
    this.#epoch += 1
    this.#firstSeq = record.seq + 1
    this.#since = null
    this.#key = this.#next
    this.#next = null
    this.settle()
    return due.news
  }

  /** Whether every close has its seal on the disk. */
  get settled(): boolean {
    return this.#due.length === 0
  }

  /** The last steps of what is due; what fails is told and tried again at the next chance. */
  settle(): void {
    if (this.#due.length > 0) this.#try(() => this.#settle())
  }

  /** @throws the system's error; to be called again */
  #settle(): void {
    if (this.#standing.kind === 'unsealed') return
    const { store } = this.#standing
    const { folder, files, onSealed } = this.#options
    for (let due = this.#due[0]; due; due = this.#due[0]) {
      const { news, remember } = due
      if (readSeal(folder, news.path, files)?.digest !== remember.digest) putSeal(folder, news.path, news.text, files)
      store.remember(remember)
      store.erase(news.epoch)
      this.#due.shift()
      onSealed(news)
    }
  }

  /** At a start: closes that a crash kept from being sealed, or from being remembered as such; keys that have no use. */
  #takeUp({ closes, store, origin, epoch }: Sealed): void {
    const { folder, files } = this.#options
    for (const { close, publicKey } of closes) {
      const path = sealPath(close.label, close.record.epoch)
      const seal = readSeal(folder, path, files)
      const key = store.load(close.record.epoch)
      const text = seal?.checkpoint.root === close.root ? files.readAll(join(folder, path)).toString('utf8') : null
      if (text === null && key?.publicKey !== publicKey) {
        this.#tell(why.lostSeal(folder, close.record.epoch))
        continue
      }
      const due = this.#dueOf(close, text ?? signed(origin, close, key))
      this.#due.push(due)
      this.#lastSeal = due.remember
    }
    this.#try(() => {
      this.#settle()
      for (const old of store.epochs()) if (old < epoch) store.erase(old)
    })
  }

  #dueOf({ record, hash, label, root, state }: ClosedTree, text: string): Due {
    const { epoch, seq, final, reason, wall } = record
    const digest = sha256(Buffer.from(text))
    const path = sealPath(label, epoch)
    const news: SealNews = { epoch, seq, root: root ?? '', path, text, digest, label, final, reason, wall }
    const { origin } = this.#standing
    const { machine } = this.#options
    const remember = { epoch, size: seq, digest, origin, machine, lastLeaf: hash, frontier: state, begun: true }
    return { news, remember }
  }

  #try(step: () => void): boolean {
    try {
      step()
      this.#told = ''
      return true
    } catch (error) {
      this.#tell(
        `the epoch ${this.#epoch} of ${this.#options.folder} cannot be sealed now (${codeOf(error)}): recording goes on and it is tried again. ` +
          'Next step: see that the trail and the folder of the keys can be written and have room',
      )
      return false
    }
  }

  /** Said once, not at every try. */
  #tell(message: string): void {
    if (this.#told === message) return
    this.#told = message
    this.#options.onProblem({ code: 'ERR_UNSEALED', message })
  }
}

/** The checkpoint of a close under the key of its epoch. */
function signed(
  origin: string,
  { record, root }: { record: TrailRecord; root: string | null },
  key: EpochKey | null,
): string {
  if (key === null || root === null) throw new Error('nothing can be signed')
  return signNote(encodeCheckpoint({ origin, size: record.seq, root }), origin, key.privateKey)
}
