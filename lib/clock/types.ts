/**
 * What the rooms above know of clocks: a source that can be read, one bracketed reading, and what the witness tells.
 * Words and signs as in the design: A is the audit clock, D = wall - A, all in whole nanoseconds.
 * @module
 */
import type { IntervalNs } from '../interval.js'

/** One look: a wall reading taken between two readings of each other clock, so that every difference is an interval. */
export interface ClockReading {
  /** A, read after the wall clock: the instant this reading stands for (ns). */
  readonly aNs: bigint
  /** What the wall clock showed (ns since the Unix epoch, as the computer believes UTC to be). */
  readonly wallNs: bigint
  /** D = wall - A: contains the true difference at the instant of the wall reading. */
  readonly d: IntervalNs
  /**
   * Wall minus the clock on whose line only a set of the wall clock shows: boot (native Linux), mono (portable Linux), else
   * equal to {@link d}.
   */
  readonly line: IntervalNs
  /** boot - mono: moves while the computer is suspended. A wide interval where only a coarse uptime can be had. */
  readonly asleep: IntervalNs
  /** CLOCK_MONOTONIC or its nearest kin. */
  readonly monoNs: bigint
  /** CLOCK_BOOTTIME or its nearest kin. */
  readonly bootNs: bigint
  /** CLOCK_MONOTONIC_RAW, `null` where the platform or the source has none. */
  readonly rawNs: bigint | null
  /** TAI - wall as the kernel keeps it (ns), `null` where it cannot be read. */
  readonly kernelTaiNs: bigint | null
}

/** A way to read this computer's clocks. Reading never sets, never blocks, never throws after it was opened. */
export interface ClockSource {
  /** `native` (koffi), `wasi` or `edge` (portable), `simulated`. */
  readonly name: string
  /** The clock that serves as A, for people: `CLOCK_MONOTONIC_RAW`, `hrtime`. */
  readonly auditClock: string
  /** Whether a time daemon steers A's rate (portable Linux: yes; then every rate widens by `slewBound`). */
  readonly steered: boolean
  /** Whether wall and the clock of `line` are slewed together, so that `line` is a step function (Linux: yes). */
  readonly coupled: boolean
  /** Resolution rho of a wall reading (ns). */
  readonly resolutionNs: bigint
  /** Identifies the boot: equal for all processes between two boots. */
  readonly bootId: string
  /** One bracketed reading, the best of a few tries. */
  read(): ClockReading
  /** A alone, cheaply (ns). */
  auditNs(): bigint
  /**
   * Whether the kernel announced that the wall clock was set since the last call. `absent`: this source has no such notice.
   */
  notice(): 'none' | 'seen' | 'absent'
  /** Gives back descriptors; reading is over. */
  close(): void
}

/** `by`: a hint about who changed the clock, never a claim. */
export type ChangeBy = 'daemon' | 'foreign' | 'unknown'

export type ChangeClass = 'step' | 'slew' | 'leap' | 'set-during-suspend' | 'unknown'

/** The wall clock departed from the line it ran on. */
export interface ClockChange {
  readonly kind: 'clock-change'
  /** A at the last look before the change was seen, and at the first look after. */
  readonly earliestNs: bigint
  readonly latestNs: bigint
  /** How far the wall clock was moved; positive = forward. */
  readonly size: IntervalNs
  readonly class: ChangeClass
  readonly by: ChangeBy
  readonly seen: 'divergence' | 'kernel-notice'
  /** What the wall clock showed at the two looks. */
  readonly wallBeforeNs: bigint
  readonly wallAfterNs: bigint
}

export type GapCause =
  | 'auditor-down'
  | 'suspend'
  | 'boot'
  | 'starved'
  | 'no-reference'
  | 'trail-damaged'
  | 'write-failed'
  | 'worker-died'

/** What a gap breaks: `mono`: A ended or stood still, M is unknown; `wall`: D is unknown in it; `none`. */
export type Breaks = 'mono' | 'wall' | 'none'

/** A stretch of which something is not known. */
export interface Gap {
  readonly kind: 'gap'
  readonly cause: GapCause
  readonly breaks: Breaks
  /** On A; `null` where that end lies in another boot. */
  readonly fromNs: bigint | null
  readonly toNs: bigint | null
  /** What the wall clock showed at both ends. */
  readonly wallFromNs: bigint
  readonly wallToNs: bigint
}

/** What the witness saw since the last record: part of every record. */
export interface Since {
  readonly looks: number
  readonly widestSilenceNs: bigint
  readonly notice: 'none' | 'seen' | 'absent'
  /** Changes too small to be written one by one. */
  readonly small: { readonly count: number; readonly sumNs: bigint }
  /** Extremes of D from the straight line between the last record's D and this one's. Contains zero. */
  readonly chord: IntervalNs
}

/** The clock fields of a record: one look, and what the witness saw since the record before. */
export interface Stamp {
  readonly wallNs: bigint
  /** A (ns). Equals monoNs, bootNs or rawNs, whichever serves as A. */
  readonly aNs: bigint
  readonly monoNs: bigint
  readonly bootNs: bigint
  readonly rawNs: bigint | null
  readonly bootId: string
  readonly d: IntervalNs
  readonly since: Since
}

/** Timers as the engine needs them; injected, so that a simulated year takes seconds. */
export interface Timers {
  setTimeout(run: () => void, ms: number): unknown
  clearTimeout(handle: unknown): void
}
