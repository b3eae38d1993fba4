/**
 * The forward cone of one engine's life, of which a moment's worth is published.
 * @module
 */
import type { Cause, ConsensusState, Support } from '../consensus/types.js'
import type { IntervalNs } from '../interval.js'
import { both, forwardAt } from './cones.js'
import { scale } from './drift-line.js'
import { type LiveRecord, lackCode, neverNs, supports } from './live-record.js'
import type { Edges, Lack } from './types.js'

const second = 1_000_000_000n

/** What the forward cone needs of a sample. */
export interface LiveSample {
  readonly seq: number
  readonly atNs: bigint
  readonly state: ConsensusState
  readonly support: Support | null
  readonly m: IntervalNs | null
  readonly cause: Cause | null
  readonly taiUtc: number
}

type ConeFields = Pick<
  LiveRecord,
  'mLowNs' | 'mHighNs' | 'support' | 'lack' | 'sampleNs' | 'selfNs' | 'taiUtcNs' | 'seq'
>

/**
 * The forward cone of one engine's life, sample by sample, as the cones over a whole run would have it "as known then". The rate
 * is the same throughout.
 */
export class LiveCone {
  readonly #ratePpb: bigint
  #edges: Edges | null = null
  #lack: Lack
  #conflict = false
  #sampleNs = neverNs
  #selfNs = neverNs
  #taiUtc = 0
  #seq = 0

  /** @param cause why there is no bound before the first sample */
  constructor(ratePpb: bigint, cause: Cause = 'no-sample') {
    this.#ratePpb = ratePpb
    this.#lack = { verdict: 'UNMONITORED', cause }
  }

  /** A at the last sample with a bound; {@link neverNs} where there is none. */
  get sampleNs(): bigint {
    return this.#sampleNs
  }

  /** Takes a durable sample. */
  fold(sample: LiveSample): void {
    const { state, m, support, atNs, seq, cause } = sample
    if (state === 'conflict') {
      this.#conflict = true
      this.#edges = null
      this.#lack = { verdict: 'INDETERMINATE', cause: 'conflict' }
      return
    }
    if (cause === 'self-reference') this.#selfNs = atNs
    if (state === 'none' || m === null || support === null) return
    // One reference alone settles no conflict.
    if (this.#conflict && support === 'single') return
    const rho = this.#ratePpb * atNs
    const own: Edges = {
      low: { k: m.lowNs * scale + rho, seq, support },
      high: { k: m.highNs * scale - rho, seq, support },
    }
    const met = this.#edges && both(this.#edges, own)
    // An empty cone refutes the drift bound on the way here; it starts anew with this sample.
    this.#edges = met && met.low.k - rho <= met.high.k + rho ? met : own
    this.#conflict = false
    this.#sampleNs = atNs
    this.#taiUtc = sample.taiUtc
    this.#seq = seq
  }

  /** A stood still or ended: nothing of before holds any more. */
  break(cause: Cause): void {
    this.#edges = null
    this.#conflict = false
    this.#lack = { verdict: 'UNMONITORED', cause }
    this.#sampleNs = neverNs
    this.#selfNs = neverNs
  }

  /** M by the cone, `null` where there is none. */
  at(aNs: bigint): IntervalNs | null {
    return this.#edges && forwardAt(this.#edges, this.#ratePpb * aNs)
  }

  /** What is published of it at an instant. */
  fields(aNs: bigint): ConeFields {
    const edges = this.#edges
    const m = this.at(aNs)
    const weakest = edges ? Math.min(supports.indexOf(edges.low.support), supports.indexOf(edges.high.support)) : 0
    return {
      mLowNs: m?.lowNs ?? 0n,
      mHighNs: m?.highNs ?? 0n,
      support: BigInt(weakest),
      lack: edges ? 0n : lackCode(this.#lack),
      sampleNs: this.#sampleNs,
      selfNs: this.#selfNs,
      taiUtcNs: BigInt(this.#taiUtc) * second,
      seq: BigInt(this.#seq),
    }
  }
}
