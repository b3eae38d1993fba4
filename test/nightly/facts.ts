/**
 * Facts of a made-up trail, as far as the time that it tells is concerned.
 * @module
 */
import type { Fact } from '../../lib/evidence/types.js'

const still = { lowNs: 0n, highNs: 0n }

export interface Moment {
  readonly seq: number
  readonly boot: string
  /** The steady clock. */
  readonly aNs: bigint
  /** What the wall clock shows. */
  readonly wallNs: bigint
}

function base({ seq, boot, aNs, wallNs }: Moment) {
  return {
    ...{ seq, boot, aNs, wallNs, bootNs: aNs, d: still, chord: still, looks: 1, small: 0, widestSilenceNs: 0n },
    ...({ notice: 'none', clock: 'raw' } as const),
  }
}

/** A sample that finds UTC to be `utcNs`, give or take a millisecond; `null`: nobody answered. */
export function sampleFact(at: Moment, utcNs: bigint | null, taiUtc = 37): Fact {
  const m = utcNs === null ? null : utcNs + BigInt(taiUtc) * 1_000_000_000n - at.aNs
  return {
    ...base(at),
    ...({ kind: 'sample', reason: 'scheduled', state: m === null ? 'none' : 'agreed', cause: null } as const),
    ...{ support: m === null ? null : ('voted' as const), atNs: at.aNs, error: null, taiUtc, ratePpb: 100_000n },
    ...{ m: m === null ? null : { lowNs: m - 1_000_000n, highNs: m + 1_000_000n }, trigger: null },
  }
}

export function otherFact(at: Moment, type: string): Fact {
  return { ...base(at), kind: 'other', type }
}

/** A stretch in which the steady clock stood still. */
export function suspendFact(at: Moment): Fact {
  return {
    ...base(at),
    ...({ kind: 'gap', cause: 'suspend', breaks: 'mono', fromNs: null, toNs: null } as const),
    ...{ wallFromNs: at.wallNs, wallToNs: at.wallNs },
  }
}
