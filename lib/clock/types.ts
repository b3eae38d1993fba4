/**
 * What the rooms above know of clocks: a source that can be read, one bracketed reading, and what the witness tells.
 * Words and signs as in the design: A is the audit clock, D = wall - A, all in whole nanoseconds.
 * @module
 */
import type { IntervalNs } from '../interval.js'

/** One look: a wall reading taken between two readings of each other clock, so that every difference is an interval. */
export interface ClockReading {
  /** A, read after the wall clock: the instant this reading stands for (ns). The wall was read at A >= wallNs - d.highNs. */
  readonly aNs: bigint
  /** What the wall clock showed (ns since the Unix epoch, as the computer believes UTC to be). */
  readonly wallNs: bigint
  /** D = wall - A: contains the true difference at the instant of the wall reading and at {@link aNs}. */
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
  /**
   * Only of simulations, which know when their clocks do something: looks between the reading before and this one that were left
   * out because they would have told nothing, and the widest time between two looks, these included (ns of A).
   */
  readonly skipped?: { readonly looks: number; readonly widestNs: bigint }
}

/** `seen`: the kernel announced that the wall clock was set; `absent`: the source has no such notice. */
export type Notice = 'none' | 'seen' | 'absent'

/** What the kernel's time discipline says of itself: hints, never evidence (root may write them). */
export interface KernelState {
  /** Its own bound of its error (ns); every set resets it to 16 s, a daemon rewrites it at once after its own. */
  readonly maxErrorNs: bigint
  /** How much faster wall runs than the raw clock, from frequency and tick (parts per billion). */
  readonly ratePpb: bigint
  /** Its clock state: 0 OK, 1 leap insert, 2 leap delete announced, 3 in it, 4 after it, 5 unsynchronised. */
  readonly state: number
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
  notice(): Notice
  /**
   * Calls `run` from the event loop as soon as the kernel announced a set that {@link notice} has not told yet, without polling and without
   * keeping the process alive; returns what ends it. Absent: {@link notice} has to be asked.
   */
  onSet?(run: () => void): () => void
  /**
   * The wall time (ns since the Unix epoch) at which the kernel received the datagram that was last read from a socket; absent or
   * `null` where it does not tell. The first call for a socket gives `null`, and makes the kernel stamp what comes.
   */
  packetStamp?(descriptor: number): bigint | null
  /** What the kernel says of its own discipline (adjtimex, read only); absent or `null` where that cannot be read. */
  kernel?(): KernelState | null
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
  /**
   * How far the wall clock was moved; positive = forward. Of a step: its movement between the two looks; of a slew, and of
   * small steps that only their sum brought to record: the departure from the line at `latestNs`.
   */
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
  /** The longest time in which D was not sharply seen. */
  readonly widestSilenceNs: bigint
  /** `seen` also where a clock-change or a suspend explains it. */
  readonly notice: Notice
  /** Changes too small to be written one by one; the sum of their absolute sizes, rounded up. */
  readonly small: { readonly count: number; readonly sumNs: bigint }
  /**
   * Extremes of D from the straight line between the last record's D and this one's. Contains zero, and the true departure at every
   * look that was sharp enough to tell, whatever the true D inside the intervals `d` of both ends and of the look. A blunt look
   * (pre-empted: wider than an eighth of `report` and than twice the narrowest) counts as silence instead.
   */
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

/** How a witness watches. Durations in nanoseconds, the rate in parts per billion. */
export interface WitnessOptions {
  /** The time between two looks: silence over max(1 s, four of them) is a gap `starved`. */
  readonly periodNs: bigint
  /** Departures of D from its line above this are written. */
  readonly reportNs: bigint
  /** Where wall and the clock of `line` are not coupled: how fast they may drift apart before it is a step. */
  readonly maxRatePpb: bigint
  /** Of the source. */
  readonly coupled: boolean
  readonly bootId: string
  /** The rate of D as the kernel states it, asked where no line is known (at start, after a gap); default: 0. */
  readonly kernelRatePpb?: () => bigint | null
  /** Whether a leap second at this midnight UTC is announced by the table or by references (ns since the Unix epoch). */
  readonly leapAnnounced?: (midnightNs: bigint) => boolean
}

/** What the last record of a trail tells about the clocks, for the comparison across a restart. */
export interface LastStamp {
  readonly bootId: string
  readonly wallNs: bigint
  readonly aNs: bigint
  readonly monoNs: bigint
  readonly bootNs: bigint
  readonly rawNs: bigint | null
  readonly d: IntervalNs
}

/** TAI - UTC by a leap second table. All instants are nanoseconds since the Unix epoch, UTC. */
export interface LeapTable {
  /** Where it comes from, for the record: `shipped`, or the path of the system's file. */
  readonly source: string
  /** The table says nothing of instants from here on. */
  readonly expiresNs: bigint
  /** TAI - UTC in seconds at an instant; before 1972: 10, the first entry. */
  taiUtc(utcNs: bigint): number
  expired(utcNs: bigint): boolean
  /** Leap seconds with `fromNs < atNs <= toNs`: the midnight from which the new TAI - UTC holds, and +1 or -1. */
  leapsBetween(fromNs: bigint, toNs: bigint): readonly { readonly atNs: bigint; readonly seconds: number }[]
}

/** Timers as the engine needs them; injected, so that a simulated year takes seconds. */
export interface Timers {
  setTimeout(run: () => void, ms: number): unknown
  clearTimeout(handle: unknown): void
}
