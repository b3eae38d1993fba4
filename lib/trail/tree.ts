/**
 * The tree over a trail while its records pass by once. A record's leaf is what its successor remembers of it, so one
 * falsified record leaves the tree as it was signed, and the ledger says which one it is. Pure: hashes in, roots out.
 * @module
 */
import { Frontier } from './merkle.js'

/** A tree as plain data: the complete parts of it, and the last record, which is no leaf yet. */
export interface TreeState {
  readonly state: readonly string[]
  readonly size: number
  readonly last: { readonly seq: number; readonly hash: string } | null
}

export class RecordTree {
  #frontier: Frontier | null = new Frontier()
  #size = 0
  #last: { readonly seq: number; readonly hash: string } | null = null
  #settled: (seq: number, root: () => string | null) => void

  /** @param settled called once for each record that stands in the tree, in order; the root is worked out when asked for */
  constructor(settled: (seq: number, root: () => string | null) => void) {
    this.#settled = settled
  }

  /** Whether the tree is known: not after several records in a row are missing. */
  get known(): boolean {
    return this.#frontier !== null
  }

  /** The next record. */
  add(seq: number, hash: string, prev: string): void {
    const last = this.#last
    if (last) this.#push(last.seq, seq === last.seq + 1 ? prev : last.hash)
    if (seq === this.#size + 2) this.#push(seq - 1, prev)
    if (seq !== this.#size + 1) this.#frontier = null
    this.#size = seq - 1
    this.#last = { seq, hash }
  }

  /** Where it stands, as plain data; `null` where the tree is not known. */
  save(): TreeState | null {
    return this.#frontier && { state: this.#frontier.state(), size: this.#size, last: this.#last }
  }

  restore({ state, size, last }: TreeState): void {
    this.#frontier = Frontier.from(size, [...state])
    this.#size = size
    this.#last = last
  }

  /** No record follows. */
  end(): void {
    if (this.#last) this.#push(this.#last.seq, this.#last.hash)
    this.#last = null
  }

  /** Passes over records that were taken away, up to this seq. */
  jump(seq: number): void {
    this.#frontier = null
    this.#size = seq
    this.#last = null
  }

  /** Goes on from a tree that is known from elsewhere: the one that the settled record is the last leaf of. */
  resume(frontier: Frontier): void {
    if (frontier.size === this.#size) this.#frontier = frontier
  }

  /** What follows no longer fits what was signed: until {@link resume} no root is told. */
  lose(): void {
    this.#frontier = null
  }

  #push(seq: number, leaf: string): void {
    this.#frontier?.push(leaf)
    this.#size = seq
    const frontier = this.#frontier
    this.#settled(seq, () => frontier?.root() ?? null)
  }
}
