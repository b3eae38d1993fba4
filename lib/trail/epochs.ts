/**
 * Follows the keys of a trail from epoch to epoch, and says at each sealing `close` which checkpoint must stand where. A key
 * counts in its own epoch and nowhere else. Pure: records in order in, demands and findings out.
 * @module
 */
import type { Findings, Spot } from './findings.js'
import { formatVkey, type VerifierKey } from './note.js'
import { sealPath } from './paths.js'
import type { SealDemand } from './seal.js'
import { RecordTree, type TreeState } from './tree.js'
import type { CloseBody, OpenBody, RekeyBody, TrailRecord } from './types.js'

/**
 * What became of a seal that was demanded. `signed`: by the right key, but the records before it are not known well enough to
 * say what was signed; `missing`: there is no such file.
 */
export type SealOutcome = 'good' | 'signed' | 'bad' | 'missing'

interface Closing extends Omit<SealDemand, 'root'> {
  readonly final: boolean
  readonly reason: string
}

/** An epoch chain as plain data. */
export interface EpochsState {
  readonly tree: TreeState
  readonly origin: string
  readonly epoch: number
  readonly key: string
  readonly sealedUpTo: number
  readonly seals: number
  readonly prunes: readonly { readonly seq: number; readonly toSeq: number }[]
  readonly started: boolean
  readonly genesis: string
  readonly rekeys: readonly Rekeyed[]
  readonly label: string
  readonly closed: number | null
  readonly closing: Closing | null
  readonly sealed: string | null
}

interface Rekeyed {
  readonly body: RekeyBody
  readonly seq: number
  readonly spot: Spot
}

export class Epochs {
  readonly tree: RecordTree
  /** The name of the trail; `''` before its first `open`. */
  origin = ''
  /** The epoch that runs and its public key; `''`: the records tell none. */
  epoch = 1
  key = ''
  /** seq of the last record under a good seal, and how many good seals there are. */
  sealedUpTo = 0
  seals = 0
  readonly prunes: { readonly seq: number; readonly toSeq: number }[] = []
  #findings: Findings
  #given: readonly VerifierKey[]
  #started = false
  #genesis = ''
  #rekeys: Rekeyed[] = []
  #label = ''
  /** seq of the last sealing `close`; `null` where one is missing. */
  #closed: number | null = 0
  #closing: Closing | null = null
  #demand: SealDemand | null = null
  /** SHA-256 of the last seal, `''` before the first; `null` where it is missing or not signed by its key. */
  #sealed: string | null = ''
  #absent: { readonly demand: SealDemand; readonly at: Closing; next: TrailRecord | null } | null = null
  #onKey: (epoch: number, publicKey: string) => void

  /**
   * @param given the keys that the verifier trusts
   * @param hooks `atSize`: the tree of this many records is settled; `onKey`: an epoch has this key
   */
  constructor(
    findings: Findings,
    given: readonly VerifierKey[],
    hooks: {
      readonly atSize: (size: number, root: () => string | null) => void
      readonly onKey: (epoch: number, publicKey: string) => void
    },
  ) {
    this.#findings = findings
    this.#given = given
    this.#onKey = hooks.onKey
    this.tree = new RecordTree((seq, root) => {
      if (this.#closing?.size === seq) this.#demand = { ...this.#closing, root: root() }
      hooks.atSize(seq, root)
    })
  }

  /** Where the keys have come to, as plain data; `null` where the tree is not known or a seal is missing. */
  save(): EpochsState | null {
    const tree = this.tree.save()
    if (!tree || this.#absent) return null
    const { origin, epoch, key, sealedUpTo, seals } = this
    return {
      ...{ tree, origin, epoch, key, sealedUpTo, seals, prunes: [...this.prunes] },
      ...{ started: this.#started, genesis: this.#genesis, rekeys: [...this.#rekeys], label: this.#label },
      ...{ closed: this.#closed, closing: this.#closing, sealed: this.#sealed },
    }
  }

  restore(state: EpochsState): void {
    this.tree.restore(state.tree)
    this.origin = state.origin
    this.epoch = state.epoch
    this.key = state.key
    this.sealedUpTo = state.sealedUpTo
    this.seals = state.seals
    this.prunes.push(...state.prunes)
    this.#started = state.started
    this.#genesis = state.genesis
    this.#rekeys = [...state.rekeys]
    this.#label = state.label
    this.#closed = state.closed
    this.#closing = state.closing
    this.#sealed = state.sealed
  }

  /** The next record, in order. @returns the seal that must stand for the `close` before it */
  record(record: TrailRecord, hash: string, spot: Spot): SealDemand | null {
    this.#demand = null
    this.tree.add(record.seq, hash, record.prev)
    const demand = this.#demand as SealDemand | null
    if (!demand) this.#take(record, hash, spot, false)
    return demand
  }

  /** Goes on to the record whose predecessor's seal was just judged: {@link record} gave a demand for it. */
  resume(record: TrailRecord, hash: string, spot: Spot): void {
    if (this.#absent && !this.#absent.next) this.#absent.next = record
    this.#take(record, hash, spot, false)
  }

  /** A record that pruning kept. @returns the seal that must stand for it, where it is a sealing `close` */
  kept(record: TrailRecord, hash: string, spot: Spot): SealDemand | null {
    this.tree.jump(record.seq)
    this.#take(record, hash, spot, true)
    const closing = this.#closing
    return closing?.size === record.seq ? { ...closing, root: null } : null
  }

  /** The trail ends. @returns the seal that must stand for its last record */
  end(): SealDemand | null {
    this.#demand = null
    this.tree.end()
    return this.#demand
  }

  /** What became of a demand. */
  outcome(demand: SealDemand, outcome: SealOutcome, digest: string): void {
    const closing = this.#closing
    this.#closing = null
    this.#sealed = outcome === 'good' || outcome === 'signed' ? digest : null
    if (outcome === 'missing' && closing) this.#absent = { demand, at: closing, next: null }
    if (outcome !== 'good') return
    this.seals += 1
    this.sealedUpTo = demand.size
  }

  /** Whether the verifier trusts every key that this trail began with or went over to; tells what it does not. */
  finish(): boolean {
    this.#tellAbsent()
    const given = this.#given.filter(({ name }) => name === this.origin).map((key) => key.publicKey.toString('hex'))
    const asked = this.#given.length > 0
    let trusted = asked && (this.#genesis === '' || given.includes(this.#genesis))
    const later = this.#rekeys.some(({ body }) => given.includes(body.newKey))
    if (this.#started && asked && !trusted) {
      const code = later ? 'key-chain-broken' : 'genesis-mismatch'
      const expected = this.#given.map(({ name, id }) => `${name}+${id}`).join(' ')
      const detail = later
        ? 'the trail was given a new key later on; give the key that it began with, too'
        : 'the trail does not begin under a key that was given'
      const found = this.#vkey(this.#genesis)
      this.#findings.add('damage', code, { file: null, line: null }, 1, detail, { expected, found })
    }
    if (this.#started && asked && this.#genesis === '' && this.#rekeys.length === 0) {
      const detail = 'the trail begins under no key: it was recorded unsealed'
      this.#findings.add('note', 'genesis-mismatch', { file: null, line: null }, 1, detail)
      trusted = false
    }
    for (const { body, seq, spot } of this.#rekeys) {
      const known = given.includes(body.newKey)
      const detail = known
        ? `epoch ${body.epoch} was given a new key (${body.why}); that key was given`
        : `epoch ${body.epoch} was given a new key (${body.why})${asked ? ', which was not given here' : ''}`
      const extra = { found: this.#vkey(body.newKey) }
      this.#findings.add(asked && !known ? 'damage' : 'note', 'key-chain-broken', spot, seq, detail, extra)
      trusted &&= known
    }
    return trusted && this.seals > 0
  }

  #vkey(publicKey: string): string {
    if (publicKey === '') return 'none'
    try {
      return formatVkey(this.origin, Buffer.from(publicKey, 'hex'))
    } catch {
      return publicKey
    }
  }

  #take(record: TrailRecord, hash: string, spot: Spot, pruned: boolean): void {
    if (record.type === 'open') this.#open(record, spot)
    else if (record.type === 'rekey') this.#rekey(record, spot)
    else if (record.type === 'close' && record.nextKey !== '') this.#close(record, hash, spot, pruned)
    // What pruning kept of an earlier pruning is proven by nothing.
    else if (record.type === 'prune' && !pruned) this.prunes.push({ seq: record.seq, toSeq: record.toSeq })
  }

  #open(record: TrailRecord & OpenBody, spot: Spot): void {
    this.#label = record.label
    if (!this.#started) {
      this.#started = true
      this.origin = record.origin
      this.epoch = record.epoch
      if (record.seq === 1) this.#genesis = record.publicKey
      this.#go(record.publicKey)
      if (record.epoch !== 1) this.#outOfOrder(record.epoch, record.seq, spot, 1)
      return
    }
    if (this.key === '' && this.seals === 0) this.origin = record.origin
    if (record.publicKey === '') return
    if (record.origin !== this.origin) {
      const extra = { expected: this.origin, found: record.origin }
      this.#findings.add('damage', 'genesis-mismatch', spot, record.seq, 'the segment is of another trail', extra)
    }
    if (record.epoch === this.epoch) this.#own(record.publicKey, record.seq, spot)
    else {
      this.#outOfOrder(record.epoch, record.seq, spot, this.epoch)
      this.epoch = record.epoch
      this.#go(record.publicKey)
    }
  }

  #rekey(record: TrailRecord & RekeyBody, spot: Spot): void {
    if (record.epoch !== this.epoch) this.#outOfOrder(record.epoch, record.seq, spot, this.epoch)
    else this.#own(record.oldKey, record.seq, spot)
    this.#rekeys.push({ body: record, seq: record.seq, spot })
    this.#go(record.newKey)
  }

  #close(record: TrailRecord & CloseBody, hash: string, spot: Spot, pruned: boolean): void {
    const { seq, epoch, firstSeq, count, previousCheckpoint, final, reason } = record
    const closed = this.#closed
    if (this.#absent) this.#miss('damage', 'epochs were sealed after it')
    if (epoch !== this.epoch) {
      this.#outOfOrder(epoch, seq, spot, this.epoch)
      this.key = ''
    } else if (closed !== null && (firstSeq !== closed + 1 || count !== seq - closed)) {
      const extra = { expected: `${closed + 1} to ${seq}`, found: `${firstSeq} to ${firstSeq + count - 1}` }
      this.#findings.add('damage', 'epoch-missing', spot, seq, `epoch ${epoch} has not the records it names`, extra)
    } else if (this.key === '') {
      const detail = `epoch ${epoch} is sealed by a key that no record introduces`
      this.#findings.add('damage', 'wrong-epoch-key', spot, seq, detail)
    } else if (closed !== null && previousCheckpoint !== (this.#sealed ?? previousCheckpoint)) {
      const detail = `epoch ${epoch - 1} was sealed twice: its seal is not the one that this record remembers`
      const extra = { expected: previousCheckpoint, found: this.#sealed ?? '' }
      this.#findings.add('damage', 'equivocation', spot, seq, detail, extra)
    }
    const { origin } = this
    const own = { epoch, origin, publicKey: this.key, size: seq, firstSeq, leaf: hash, label: this.#label }
    this.#closing = { ...own, spot, pruned, final, reason }
    this.#closed = seq
    this.epoch = epoch + 1
    this.#go(record.nextKey)
  }

  #go(key: string): void {
    this.key = key
    if (key !== '') this.#onKey(this.epoch, key)
  }

  /** Holds a key that a record names against the one that the records before have led to. */
  #own(named: string, seq: number, spot: Spot): void {
    if (named === this.key) return
    const detail = `names another key than the records before it for epoch ${this.epoch}`
    const extra = { expected: this.#vkey(this.key), found: this.#vkey(named) }
    this.#findings.add('damage', 'wrong-epoch-key', spot, seq, detail, extra)
  }

  #outOfOrder(found: number, seq: number, spot: Spot, expected: number): void {
    this.#closed = null
    const extra = { expected: String(expected), found: String(found) }
    const detail = `epoch ${found} stands where epoch ${expected} goes on`
    this.#findings.add('damage', 'epoch-missing', spot, seq, detail, extra)
  }

  #miss(severity: 'damage' | 'note', why: string): void {
    const absent = this.#absent
    this.#absent = null
    if (!absent) return
    const { epoch, size, spot, label } = absent.demand
    const extra = { expected: sealPath(label, epoch), found: 'no such file' }
    this.#findings.add(severity, 'seal-missing', spot, size, `epoch ${epoch} has no seal: ${why}`, extra)
  }

  #tellAbsent(): void {
    const { at, next } = this.#absent ?? {}
    if (!at) return
    const stopped = at.final && (next ? next.type === 'open' && next.reason === 'start' : at.reason !== 'rotation')
    if (stopped) this.#miss('damage', 'the auditor stopped in good order after it')
    else this.#miss('note', 'it is being made, or could not be written yet')
  }
}
