/**
 * What can be told to a simulation: a computer, its references, its auditor, and what happens to them.
 * @module
 */
import type { ReferenceChange } from './loopback-settings.js'

/** A time span: nanoseconds, or text with its unit such as `250ms`, `8h`, `-3m`. */
export type Span = bigint | string

/**
 * | kind | A | what a look can tell |
 * |---|---|---|
 * | `native` | the crystal, which no daemon steers | wall - boot is a step function; the kernel announces sets |
 * | `portable` | the monotonic clock, steered with wall (Linux without a native module) | wall - mono is a step function; sleep shows to 10 ms |
 * | `uncoupled` | a crystal of its own that runs through sleep (Windows, macOS) | wall - A, slewed within `witness.maxRate` |
 */
export type SimulatedKind = 'native' | 'portable' | 'uncoupled'

export interface SimulatedComputer {
  readonly kind: SimulatedKind
  /** wall - UTC at the start; positive = fast. Default 0. */
  readonly ahead: Span
  /** By how much the crystal runs fast at the start (parts per billion). Default 12,000. */
  readonly crystalPpb: bigint
  /** The crystal's rate takes a random step of up to so much (ppb) every half hour. Default 300. */
  readonly wanderPpb: bigint
  /** The wandering crystal stays within so much (ppb) of zero. Default 80,000. */
  readonly withinPpb: bigint
  /** Whether a time daemon steers the wall clock, well, at the start. Default true. */
  readonly daemon: boolean
  /** How far off the clock may be before the daemon sets it instead of slewing it by 20 ppm at most; `null` (default): it never does. */
  readonly stepAbove: Span | null
  /** How wide the bracket of a reading is (ns), and the resolution of the wall clock (ns). Default 200, 1. */
  readonly bracketNs: bigint
  readonly resolutionNs: bigint
}

/** A reference: everything that a {@link ReferenceChange} says, and whose clock it serves. */
export interface SimulatedReference extends ReferenceChange {
  /** `truth` (default): a clock of its own; `wall`: the audited computer's, as a local daemon does. */
  readonly serves?: 'truth' | 'wall'
}

/** What happens; `at` is the true time since the start. What falls into a sleep happens at its end. */
export type SimulatedEvent = {
  readonly at: Span
} /** The wall clock is set forward by `by`, or back where it is negative. `who` shows only in the kernel's own state. */ & (
  | { readonly do: 'set'; readonly by: Span; readonly who?: 'person' | 'daemon' }
  /** The wall clock is slewed by `by`, evenly over `over`. */
  | { readonly do: 'slew'; readonly by: Span; readonly over: Span }
  /** From now on the crystal runs fast by `ppb`. */
  | { readonly do: 'crystal'; readonly ppb: bigint }
  /** The time daemon begins or ends its work. While it rests, wall runs at the rate that it had. */
  | { readonly do: 'daemon'; readonly on: boolean }
  /** The computer sleeps; with `set`, its clock is wrong by that much more when it wakes. */
  | { readonly do: 'suspend'; readonly for: Span; readonly set?: Span }
  /** The computer goes off for `off` and boots; `audit`: how long after it the auditor starts; `ahead`: wall - UTC then. */
  | { readonly do: 'reboot'; readonly off: Span; readonly audit?: Span; readonly ahead?: Span }
  /** The auditor does not run; `killed`: it was not stopped in good order. */
  | { readonly do: 'down'; readonly for: Span; readonly killed?: boolean }
  /** The auditor gets no processor. */
  | { readonly do: 'starve'; readonly for: Span }
  /**
   * A leap second of UTC, at a midnight. `kernel`: the computer carries it out; `known`: it stands in the auditor's table;
   * `announced`: the references tell of it on the day before. All true by default.
   */
  | {
      readonly do: 'leap'
      readonly second: 1 | -1
      readonly kernel?: boolean
      readonly known?: boolean
      readonly announced?: boolean
    }
  /** Something about a reference (0: primary) changes. */
  | { readonly do: 'reference'; readonly which: number; readonly change: SimulatedReference }
)

export interface Scenario {
  /** UTC at the start, `2026-03-03T00:00:00Z`, or nanoseconds since the Unix epoch. Default that. */
  readonly start?: string | bigint
  /** True time from the start to the end. */
  readonly length: Span
  /** Equal seeds, equal simulations. Default 1. */
  readonly seed?: number
  readonly computer?: Partial<SimulatedComputer>
  /** One to three. Default three: 5 to 25 ms away, right within a millisecond. */
  readonly references?: readonly SimulatedReference[]
  readonly events?: readonly SimulatedEvent[]
  /** Options of the auditor as in its configuration, without `trail` and `references`: `{ interval: '64s', driftBound: '50ppm' }`. */
  readonly audit?: object
}

/** All clocks at one instant, as nobody can read them. Nanoseconds. */
export interface SimulatedInstant {
  /** True time since the start. */
  readonly sinceNs: bigint
  readonly utcNs: bigint
  readonly wallNs: bigint
  readonly aNs: bigint
  readonly monoNs: bigint
  readonly bootNs: bigint
  readonly bootId: string
  /** D = wall - A, M = TAI - A. */
  readonly dNs: bigint
  readonly mNs: bigint
  /** UTC - wall; positive = the wall clock is slow. */
  readonly errorNs: bigint
  /** Whether the computer is on, and awake. */
  readonly on: boolean
  readonly awake: boolean
}
