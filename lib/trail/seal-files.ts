/**
 * The files below `seals/`: what lies there, and whether each is the one checkpoint that a `close` record demands.
 * @module
 */
import type { Anchors } from './anchors.js'
import type { Epochs } from './epochs.js'
import type { Findings } from './findings.js'
import { decodeFrontier } from './frontier.js'
import { keyId, signedBy } from './note.js'
import { frontierPath, parseSealPath, sealPath } from './paths.js'
import { judgeSeal, type SealDemand } from './seal.js'
import type { TrailSource } from './trail-source.js'

/** The seals that were checked, as plain data. */
export interface SealsState {
  readonly last: number
  readonly claimed: readonly (readonly [number, { count: number; publicKey: string; digest: string }])[]
  /** Paths at which seals were demanded. */
  readonly done: readonly string[]
}

export class SealFiles {
  readonly #source: TrailSource
  readonly #findings: Findings
  readonly #epochs: Epochs
  readonly #anchors: Anchors
  /** Checkpoints that lay there before the first record was read, and that no record has demanded yet. */
  readonly #seals = new Set<string>()
  readonly #others: string[] = []
  /** Keys of epochs that more than one file claims, and the digests of their proper seals. */
  readonly #claimed = new Map<number, { count: number; publicKey: string; digest: string }>()
  #last = 0
  /** Where seals were demanded so far. */
  readonly #done: string[] = []

  private constructor(source: TrailSource, findings: Findings, epochs: Epochs, anchors: Anchors) {
    this.#source = source
    this.#findings = findings
    this.#epochs = epochs
    this.#anchors = anchors
  }

  /**
   * Lists what lies below `seals/`. To be called before the first record is read.
   * @throws {TrailReadError} where the folder cannot be read
   */
  static async list(source: TrailSource, findings: Findings, epochs: Epochs, anchors: Anchors): Promise<SealFiles> {
    const files = new SealFiles(source, findings, epochs, anchors)
    for (const path of await source.seals()) {
      const seal = parseSealPath(path)
      if (!seal) files.#others.push(path)
      else {
        files.#seals.add(path)
        const claimed = files.#claimed.get(seal.epoch)
        if (claimed) claimed.count += 1
        else files.#claimed.set(seal.epoch, { count: 1, publicKey: '', digest: '' })
      }
    }
    for (const [epoch, { count }] of files.#claimed) if (count === 1) files.#claimed.delete(epoch)
    return files
  }

  /** What was checked so far, as plain data. */
  save(): SealsState {
    return { last: this.#last, claimed: [...this.#claimed], done: this.#done }
  }

  /**
   * Goes on behind seals that were checked.
   * @returns `false` where other files claim the same epochs now: then all must be checked
   */
  restore({ last, claimed, done }: SealsState): boolean {
    const counts = (all: Iterable<readonly [number, { readonly count: number }]>) =>
      JSON.stringify([...all].map(([epoch, { count }]) => [epoch, count]).filter(([epoch]) => (epoch ?? 0) <= last))
    if (counts(claimed) !== counts(this.#claimed)) return false
    for (const [epoch, claim] of claimed) this.#claimed.set(epoch, { ...claim })
    this.#last = last
    for (const path of done) this.#seals.delete(path)
    this.#done.push(...done)
    return true
  }

  /** Checks the seal that a `close` record demands. */
  async check(demand: SealDemand): Promise<void> {
    const { epoch, label, size, root } = demand
    const path = sealPath(label, epoch)
    this.#last = Math.max(this.#last, epoch)
    this.#seals.delete(path)
    this.#done.push(path)
    const bytes = await this.#source.read(path)
    if (bytes === null) return this.#epochs.outcome(demand, 'missing', '')
    const judged = judgeSeal(bytes, demand)
    const { checkpoint, digest, signed, fault } = judged
    const claimed = this.#claimed.get(epoch)
    if (claimed) Object.assign(claimed, { publicKey: demand.publicKey, digest })
    if (fault) {
      const { code, detail, ...extra } = fault
      this.#findings.add('damage', code, { file: path, line: null }, size, detail, extra)
      if (signed) this.#epochs.tree.lose()
      if (signed && checkpoint) this.#anchors.onSeal(epoch, checkpoint)
      return this.#epochs.outcome(demand, signed ? 'signed' : 'bad', digest)
    }
    if (checkpoint && root === null && !(await this.#resume(demand, checkpoint.root))) {
      return this.#epochs.outcome(demand, 'signed', digest)
    }
    if (signed && checkpoint) this.#anchors.onSeal(epoch, checkpoint)
    this.#epochs.outcome(demand, signed ? 'good' : 'signed', digest)
  }

  /** Takes up the tree again behind records that were pruned. @returns whether the `close` is proven to be under its seal */
  async #resume({ label, epoch, size, leaf, pruned }: SealDemand, root: string): Promise<boolean> {
    const path = frontierPath(label, epoch)
    const bytes = await this.#source.read(path)
    if (bytes === null) {
      if (!pruned) return false
      const detail = 'what was pruned cannot be tested without this file'
      this.#findings.add('damage', 'deleted', { file: path, line: null }, size, detail)
      return false
    }
    try {
      const frontier = decodeFrontier(bytes.toString('latin1'), size - 1)
      frontier.push(leaf)
      const found = frontier.root()
      if (found !== root) {
        const detail = `record ${size} is not under its seal, or this file is another`
        this.#findings.add('damage', 'edited', { file: path, line: null }, size, detail, { expected: root, found })
        return false
      }
      this.#epochs.tree.resume(frontier)
      return true
    } catch (error) {
      this.#findings.add('damage', 'edited', { file: path, line: null }, size, (error as Error).message)
      return false
    }
  }

  /** Tells of files that no record accounts for. */
  async strays(): Promise<void> {
    for (const path of [...this.#seals].sort()) await this.#stray(path)
    for (const path of this.#others) {
      const base = path.replace(/(?:\.[1-9]\d{0,3})?\.(?:tsr|frontier)$/, '.checkpoint')
      const beside = base !== path && parseSealPath(base) !== null && (await this.#source.read(base)) !== null
      if (beside) continue
      this.#findings.add('note', 'foreign-file', { file: path, line: null }, null, 'is no file of a trail')
    }
  }

  async #stray(path: string): Promise<void> {
    const epoch = parseSealPath(path)?.epoch ?? 0
    const spot = { file: path, line: null }
    if (epoch > this.#last) {
      const detail = `is the seal of epoch ${epoch}; the trail ends in epoch ${this.#epochs.epoch}: its newest records are missing`
      this.#findings.add('damage', 'truncated', spot, null, detail)
      return
    }
    const own = this.#claimed.get(epoch)
    const bytes = (await this.#source.read(path)) ?? Buffer.alloc(0)
    const judged = judgeSeal(bytes, {
      ...{ epoch, origin: this.#epochs.origin, publicKey: '', size: 0, firstSeq: 0, root: null, leaf: '', label: '' },
      ...{ spot, pruned: false },
    })
    if (own && own.digest === judged.digest) {
      this.#findings.add('note', 'duplicate', spot, null, `is a second copy of the seal of epoch ${epoch}`)
      return
    }
    const key = Buffer.from(own?.publicKey ?? '', 'hex')
    const signature = judged.checkpoint?.signatures.find(({ id }) => id === keyId(this.#epochs.origin, key))
    const twice =
      own?.digest && signature && judged.checkpoint && signedBy(key, judged.checkpoint.text, signature.signature)
    if (twice) this.#findings.add('damage', 'equivocation', spot, null, `epoch ${epoch} was sealed twice`)
    else this.#findings.add('damage', 'inserted', spot, null, `no record of the trail demands a seal here`)
  }
}
