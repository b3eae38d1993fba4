/**
 * What can be said of the clock: facts taken from records, pieces of bound, stretches of verdict, answers about an instant.
 * All times in whole nanoseconds; UTC instants since the Unix epoch; error = UTC - wall, positive = the local clock is slow.
 * @module
 */
import type { Breaks, ChangeBy, ChangeClass, GapCause } from '../clock/types.js'
import type { Cause, ConsensusState, SampleReason, Support, Verdict } from '../consensus/types.js'
import type { IntervalNs } from '../interval.js'

/** What evidence needs of a record: taken from it by `factOf`, kept by the index, never believed beyond the record. */
export interface FactBase {
  readonly seq: number
  readonly boot: string
  /** A at the record's look. */
  readonly aNs: bigint
  readonly bootNs: bigint
  readonly wallNs: bigint
  readonly d: IntervalNs
  readonly chord: IntervalNs
  /** Looks since the record before. A record of 0 looks repeats a stamp or stands beside the witness: D's line passes it by. */
  readonly looks: number
  /** Changes too small to be written, since the record before. */
  readonly small: number
  readonly widestSilenceNs: bigint
  readonly notice: 'none' | 'seen' | 'absent'
  /** Which of the stamp's clocks is A. */
  readonly clock: 'raw' | 'mono' | 'boot'
}

export type Fact = FactBase &
  (
    | {
        readonly kind: 'open'
        readonly reason: 'start' | 'rotation' | 'restart' | 'repair'
        readonly ratePpb: bigint
        readonly steered: boolean
        readonly coupled: boolean
      }
    | {
        readonly kind: 'sample'
        readonly reason: SampleReason
        readonly state: ConsensusState
        readonly support: Support | null
        readonly atNs: bigint
        readonly m: IntervalNs | null
        /** The bound of the error (UTC - wall) that was found, `null` where there is none. */
        readonly error: IntervalNs | null
        readonly taiUtc: number
        readonly ratePpb: bigint
        readonly cause: Cause | null
        readonly trigger: number | null
      }
    | {
        readonly kind: 'clock-change'
        readonly earliestNs: bigint
        readonly latestNs: bigint
        readonly size: IntervalNs
        readonly class: ChangeClass
        readonly by: ChangeBy
        readonly wallBeforeNs: bigint
        readonly wallAfterNs: bigint
      }
    | {
        readonly kind: 'gap'
        readonly cause: GapCause
        readonly breaks: Breaks
        readonly fromNs: bigint | null
        readonly toNs: bigint | null
        readonly wallFromNs: bigint
        readonly wallToNs: bigint
      }
    /** Bytes of the trail that are no record: whatever they told is unknown, also whether A ran on. Its clock fields repeat the record before. */
    | { readonly kind: 'damage'; readonly why: string }
    | { readonly kind: 'close' }
    /** Everything else: only its clock fields count. */
    | { readonly kind: 'other'; readonly type: string }
  )

/** `complete`: no step goes unnoticed (kernel notice); `looks`: assumes that nothing was set and undone inside one look. */
export type Witnessed = 'complete' | 'looks'

/** No bound, and why. */
export interface Lack {
  readonly verdict: 'INDETERMINATE' | 'UNMONITORED' | 'OFF'
  readonly cause: Cause
}

/** What is asked of a trail: UTC, and how far from every sample with a bound nothing is monitored any more. */
export interface Period {
  readonly fromNs: bigint
  readonly toNs: bigint
  readonly longestGapNs: bigint
}

/** A stretch over which the bound's edges are straight lines (or there is none). Pieces follow one another without holes. */
export interface Piece {
  /** UTC (estimated across breaks). */
  readonly fromNs: bigint
  readonly toNs: bigint
  /** Hindsight bound of the error at both ends; `null` where nothing is known. */
  readonly bound: { readonly from: IntervalNs; readonly to: IntervalNs } | null
  /** Bound from the past alone, as known then. */
  readonly forward: { readonly from: IntervalNs; readonly to: IntervalNs } | null
  /** What holds where `bound` is `null`. */
  readonly lack: Lack | null
  /** What held then where `forward` is `null`. */
  readonly forwardLack: Lack | null
  readonly support: Support | null
  readonly witness: Witnessed
  /** The records that shape it: first and last. */
  readonly fromSeq: number
  readonly toSeq: number
  /** Whether the UTC of its ends is estimated across a break. */
  readonly estimated: boolean
}

/** A maximal stretch of one verdict, cause, support and witness. */
export interface Stretch {
  readonly fromNs: bigint
  readonly toNs: bigint
  readonly verdict: Verdict
  readonly cause: Cause | null
  /** The bound inside that reaches furthest from zero, and when; `null` where there is none. */
  readonly worst: (IntervalNs & { readonly atNs: bigint }) | null
  readonly support: Support | null
  readonly witness: Witnessed
  readonly fromSeq: number
  readonly toSeq: number
  readonly estimated: boolean
}

export interface ChangeEntry {
  readonly seq: number
  /** UTC. */
  readonly earliestNs: bigint
  readonly latestNs: bigint
  readonly size: IntervalNs
  readonly class: ChangeClass
  readonly by: ChangeBy
  readonly wallBeforeNs: bigint
  readonly wallAfterNs: bigint
  /** seq of the unscheduled sample it caused, and the error found by it. */
  readonly sample: number | null
  readonly error: IntervalNs | null
}

export interface GapEntry {
  readonly seq: number
  readonly fromNs: bigint
  readonly toNs: bigint
  readonly cause: GapCause | 'presumed-off'
  readonly breaks: Breaks
  readonly estimated: boolean
}

/** One answer about an instant. Two where the wall clock showed it twice, none where it was skipped. */
export interface Answer {
  /** UTC of the instant (estimate: the middle of the bound), and what the wall showed. */
  readonly utcNs: bigint
  readonly wallNs: bigint
  readonly verdict: Verdict
  readonly cause: Cause | null
  readonly bound: IntervalNs | null
  readonly support: Support | null
  readonly witness: Witnessed
  /** UTC between which the instant lies as far as its name tells: a reading that nobody saw may have been shown anywhere in a gap. */
  readonly within: IntervalNs
  /** Whether `utcNs` is estimated: across a break, or inside a stretch in which nobody looked. */
  readonly estimated: boolean
  readonly asKnownThen: { readonly verdict: Verdict; readonly bound: IntervalNs | null }
  /** seq of the records that the answer rests on. */
  readonly records: readonly number[]
  readonly nearest: { readonly sample: number | null; readonly clockChange: number | null; readonly gap: number | null }
}

/** A question about one instant. */
export interface Question {
  readonly atNs: bigint
  /** `wall`: what the audited clock showed; `true`: UTC. */
  readonly scale: 'wall' | 'true'
  readonly toleranceNs: bigint
  readonly longestGapNs: bigint
}

/** One edge of a cone and the sample it starts from. */
export interface Edge {
  readonly k: bigint
  readonly seq: number
  readonly support: Support
}

export interface Edges {
  readonly low: Edge
  readonly high: Edge
}

/** What a calm block amounts to. */
export interface Calm {
  readonly boot: string
  readonly clock: Fact['clock']
  readonly ratePpb: bigint | null
  readonly taiUtc: number | null
  /** The intersection of all its forward cones, and of all its backward cones; `null` without a bounded sample. */
  readonly edges: { readonly forward: Edges; readonly backward: Edges } | null
  /** Instants of its first and last sample. */
  readonly firstNs: bigint | null
  readonly lastNs: bigint | null
  /** seq of the records that can matter to other blocks. */
  readonly keep: ReadonlySet<number>
}

/** The clocks at a record. */
export interface Stamp {
  readonly seq: number
  readonly boot: string
  readonly aNs: bigint
  readonly bootNs: bigint
  readonly wallNs: bigint
}

/** A record that somebody may ask for as the nearest one, and its instant of A. */
export interface Near {
  readonly seq: number
  readonly boot: string
  readonly atNs: bigint
  readonly bootNs: bigint
}

/** Kinds of records that an answer names the nearest of. */
export type NearKind = 'samples' | 'changes' | 'gaps'

export interface Outline {
  /** How many facts it holds. */
  readonly count: number
  /** First and last record; `null` where there is none. */
  readonly first: Stamp | null
  readonly last: Stamp | null
  /** Whether a sample in it has a bound. */
  readonly bounded: boolean
  /** The rates that its records state, each once. */
  readonly rates: readonly bigint[]
  readonly calm: Calm | null
  /** Of a calm block the facts that can matter to others; of another none, since all may. */
  readonly kept: readonly Fact[]
  /** Of each boot in it the first and the last of each kind. */
  readonly near: { readonly [kind in NearKind]: readonly Near[] }
  /** What the wall clock showed at its first record, and in all of it at least and at most; `null` where there is no record. */
  readonly firstWall: IntervalNs | null
  readonly wall: IntervalNs | null
}

/**
 * Where facts come from: a trail read from end to end, or an index over it. Facts are asked for in blocks of
 * {@link blockSize} records, `block(0)` being seq 1 to blockSize, so that a year need not fit in memory.
 */
export interface FactSource {
  /** seq of the last record; 0 for an empty trail. */
  readonly lastSeq: number
  /** Changes where the trail was found to have changed under the reader; absent where that is not watched. */
  readonly version?: number
  /**
   * Facts of one block in order of seq; shorter at the end of the trail, empty behind it, and where records were pruned or
   * lost. A `damage` fact stands before the record that follows the damage and has its seq.
   */
  block(index: number): Promise<readonly Fact[]>
  /** Facts of one block by their indexes in it, where a source can give them for less than all of them. */
  part?(index: number, from: number, end: number): Promise<readonly Fact[]>
  /** The outline of one block, where a source keeps it; `null` where it does not. */
  outline?(index: number): Promise<Outline | null>
  /** Where a source remembers what was worked out from its blocks. */
  readonly memory?: Memory | undefined
}

/**
 * Remembers texts that follow from a range of blocks and from nothing else, under a name that tells how. It never gives a text
 * for other blocks than those that it was kept for.
 */
export interface Memory {
  /** @returns `null` where nothing is remembered */
  recall(name: string, first: number, last: number): string | null
  /** Keeps a text; where that cannot be done, nothing happens. */
  keep(name: string, first: number, last: number, text: string): void
}

export const blockSize = 512

/** Number of the block that holds a seq. */
export function blockOfSeq(seq: number): number {
  return Math.floor((seq - 1) / blockSize)
}
