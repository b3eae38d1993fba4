/**
 * The bounds on both sides of what happened: the last before an instant, the first behind another, taken from the pieces of a period
 * while they pass.
 * @module
 */
import { bandAt } from '../lib/evidence/rational.js'
import type { Piece } from '../lib/evidence/types.js'
import type { IntervalNs } from '../lib/interval.js'

export type BoundAtNs = IntervalNs & { readonly atNs: bigint }

export interface Probe {
  readonly fromNs: bigint
  readonly toNs: bigint
  before: BoundAtNs | null
  after: BoundAtNs | null
}

/** Fills probes from pieces, which come in order of time. */
export class Probes {
  readonly #byStart: readonly Probe[]
  readonly #byEnd: readonly Probe[]
  #start = 0
  #end = 0
  #last: (Piece & { readonly bound: NonNullable<Piece['bound']> }) | null = null

  constructor(probes: readonly Probe[]) {
    const order = (key: 'fromNs' | 'toNs') => (a: Probe, b: Probe) => (a[key] < b[key] ? -1 : Number(a[key] > b[key]))
    this.#byStart = [...probes].sort(order('fromNs'))
    this.#byEnd = [...probes].sort(order('toNs'))
  }

  piece(piece: Piece): void {
    // Whoever begins where this piece does, or before it, has seen its last bound already.
    for (let probe = this.#byStart[this.#start]; probe && probe.fromNs <= piece.fromNs; ) {
      probe.before = this.#before(probe.fromNs)
      probe = this.#byStart[++this.#start]
    }
    const { bound, fromNs, toNs } = piece
    if (bound) {
      for (let probe = this.#byEnd[this.#end]; probe && probe.toNs < toNs; ) {
        const atNs = probe.toNs > fromNs ? probe.toNs : fromNs
        probe.after = { ...bandAt({ ...bound, fromNs, toNs }, atNs), atNs }
        probe = this.#byEnd[++this.#end]
      }
      this.#last = { ...piece, bound }
    }
  }

  /** To be called behind the last piece. */
  end(): void {
    for (const probe of this.#byStart.slice(this.#start)) probe.before = this.#before(probe.fromNs)
    this.#start = this.#byStart.length
  }

  #before(limitNs: bigint): BoundAtNs | null {
    const last = this.#last
    if (!last) return null
    const { bound, fromNs, toNs } = last
    const atNs = toNs < limitNs ? toNs : limitNs
    return atNs < fromNs ? null : { ...bandAt({ ...bound, fromNs, toNs }, atNs), atNs }
  }
}
